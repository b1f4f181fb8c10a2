package document

import (
	"strings"
	"testing"
)

// bomb is a list of lists of lists ..., each naming the one before nine times.
func bomb(depth int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < depth; i++ {
		n, was := string(rune('0'+i)), string(rune('0'+i-1))
		b.WriteString("a" + n + ": &a" + n + " [" + strings.TrimSuffix(strings.Repeat("*a"+was+", ", 9), ", ") + "]\n")
	}
	return b.String()
}

func TestSound(t *testing.T) {
	shape := Keyed(AnyOf(Text(), Several(Text()), Keyed(Text())))
	for _, c := range []struct{ name, text, want string }{
		{"bomb", bomb(9), "f:1:1: aliases repeat more than 100000 values"},
		{"endless", "a: &a [*a]\n", "f:1:8: an alias stands within what it repeats"},
		{"merge", "a: {<<: {b: c}}\n", "f:1:5: merge keys (<<) are not supported"},
		{"number key", "007: a\n", `f:1:1: a key is a string; put it in quotes: "007"`},
		{"null key", "~: a\n", `f:1:1: a key is a string; put it in quotes: "~"`},
		{"list key", "[a]: b\n", "f:1:1: expected a plain key"},
		{"tag", "a: !secret b\n", "f:1:4: tags such as !name have no meaning here"},
		{"binary", "a: !!binary aGk=\n", "f:1:4: tags such as !name have no meaning here"},
		{"syntax", "a: 'hunter2\n", "f:2:1: not valid YAML: found unexpected end of stream"},
		{"anchor", "a: *hunter2\n", "f:1:1: not valid YAML: an alias names an anchor that is not there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var errs Errors
			Parse("f", []byte(c.text), shape, &errs)
			if len(errs) == 0 || !strings.HasPrefix(errs.Sorted().Error(), c.want) {
				t.Errorf("got %v, want %s", errs, c.want)
			}
			if strings.Contains(errs.Error(), "hunter2") {
				t.Errorf("the file's text is shown: %v", errs)
			}
		})
	}
}

func TestAliasesStandForWhatTheyName(t *testing.T) {
	var errs Errors
	docs := Parse("f", []byte("a: &x [p, q]\nb: *x\n"), Keyed(Several(Text())), &errs)
	if len(errs) != 0 || len(docs) != 1 || strings.Join(docs[0].Get("b").Texts(), " ") != "p q" {
		t.Errorf("got %v, %v", docs, errs)
	}
}

func TestConstantsReadAlikeEverywhere(t *testing.T) {
	for text, ok := range map[string]bool{"7": true, "-4.5": true, "true": true, "x": true, `"007"`: true, "007": false, "0o17": false,
		"1e3": false, "1_000": false, ".inf": false, "0x1F": false, "2024-01-01": false, "no": false, "~": false} {
		var errs Errors
		Parse("f", []byte("a: "+text+"\n"), Keyed(Scalar()), &errs)
		if ok != (len(errs) == 0) {
			t.Errorf("%s: %v", text, errs)
		}
	}
}

func TestFlags(t *testing.T) {
	for text, want := range map[string]bool{"true": true, "True": true, "TRUE": true, "false": false} {
		var errs Errors
		docs := Parse("f", []byte("a: "+text+"\n"), Keyed(Flag()), &errs)
		if len(errs) != 0 || docs[0].Get("a").Bool(!want) != want {
			t.Errorf("%s: %v", text, errs)
		}
	}
	for _, text := range []string{"yes", "!!bool maybe", `"true"`, "1"} {
		var errs Errors
		if Parse("f", []byte("a: "+text+"\n"), Keyed(Flag()), &errs); len(errs) != 1 {
			t.Errorf("%s: %v", text, errs)
		}
	}
}
