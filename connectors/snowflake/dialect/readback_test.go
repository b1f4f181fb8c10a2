package dialect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// reading is what an independent reader of Snowflake's SQL finds in a statement: names in quotes, literals, and the
// words between. It shares no code with what writes or compares SQL.
type reading struct {
	names, literals, words []string
}

func readBack(sql string) (r reading, err error) {
	in := []rune(sql)
	for i := 0; i < len(in); i++ {
		switch c := in[i]; c {
		case '"':
			var name []rune
			for i++; ; i++ {
				if i >= len(in) {
					return r, fmt.Errorf("a name does not end")
				}
				if in[i] == '"' {
					if i+1 < len(in) && in[i+1] == '"' {
						i++
					} else {
						break
					}
				}
				name = append(name, in[i])
			}
			r.names = append(r.names, string(name))
		case '\'':
			var text []rune
			for i++; ; i++ {
				if i >= len(in) {
					return r, fmt.Errorf("a literal does not end")
				}
				if in[i] == '\\' {
					i++
					if i >= len(in) {
						return r, fmt.Errorf("a literal ends in its escape")
					}
					switch in[i] {
					case 'n':
						text = append(text, '\n')
					case 'r':
						text = append(text, '\r')
					case 't':
						text = append(text, '\t')
					default:
						text = append(text, in[i])
					}
					continue
				}
				if in[i] == '\'' {
					if i+1 < len(in) && in[i+1] == '\'' {
						i++
					} else {
						break
					}
				}
				text = append(text, in[i])
			}
			r.literals = append(r.literals, string(text))
		case ';':
			return r, fmt.Errorf("there is more than one statement")
		default:
			if c == '-' && i+1 < len(in) && in[i+1] == '-' || c == '/' && i+1 < len(in) && (in[i+1] == '*' || in[i+1] == '/') {
				return r, fmt.Errorf("there is a comment")
			}
			if n := len(r.words); n > 0 && c != ' ' && i > 0 && in[i-1] != ' ' && in[i-1] != '"' && in[i-1] != '\'' {
				r.words[n-1] += string(c)
			} else if c != ' ' {
				r.words = append(r.words, string(c))
			}
		}
	}
	return r, nil
}

// hostile draws names and texts that could break out.
var hostile = rapid.StringOfN(rapid.SampledFrom([]rune(`aZ"'\.;$ -/*é`+"\n\t\r")), 1, 12, 255)

// TestReadBack holds that whatever the names and texts are, a statement is read as one statement with exactly those
// names and literals.
func TestReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func() string { return hostile.Draw(t, "text") }
		col := state.Securable{Kind: state.KindColumn, Catalog: draw(), Schema: draw(), Name: draw(), Column: draw()}
		tagOn := state.Securable{Kind: state.KindTag, Catalog: draw(), Schema: draw(), Name: draw()}
		pol := state.Securable{Kind: state.KindMaskingPolicy, Catalog: draw(), Schema: draw(), Name: draw()}
		to := state.Securable{Kind: state.KindRole, Name: draw()}
		text, using := draw(), draw()
		cases := []struct {
			c               plan.Change
			names, literals []string
		}{
			{change(state.Key{Fact: state.FactTagged, On: col, With: tagOn}, nil, state.Text(text)), append(col.Table().Parts(), append([]string{col.Column}, tagOn.Parts()...)...), []string{text}},
			{change(state.Key{Fact: state.FactMask, On: col}, nil, state.Mask{Policy: pol, Using: []string{using}}), append(append(col.Parts(), pol.Parts()...), col.Column, using), nil},
			{change(state.Key{Fact: state.FactTag, On: tagOn}, nil, state.Tag{AnyValue: true, Comment: text}), tagOn.Parts(), []string{text}},
			{change(valueKey(tagOn, text), nil, state.Nil{}), tagOn.Parts(), []string{text}},
			{change(grantKey(col.Table(), to, "SELECT", 0), nil, state.Option(false)), append(col.Table().Parts(), to.Name), nil},
			{change(state.Key{Fact: state.FactMember, On: to, With: to}, state.Nil{}, nil), []string{to.Name, to.Name}, nil},
			{change(state.Key{Fact: state.FactRole, On: to}, nil, state.Role{Comment: text}), []string{to.Name}, []string{text}},
			{change(state.Key{Fact: state.FactBinding, On: tagOn, Name: "string"}, nil, state.Mask{Policy: pol}), append(tagOn.Parts(), pol.Parts()...), nil},
		}
		for _, tt := range cases {
			steps, err := Dialect{}.Compile(plan.PhaseDefine, []plan.Change{tt.c})
			if err != nil {
				t.Fatal(err)
			}
			sql := steps[0].Statements[0].SQL
			r, err := readBack(sql)
			if err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
			if !slices.Equal(r.names, tt.names) || !slices.Equal(r.literals, tt.literals) {
				t.Fatalf("%s\nnames %q, want %q\nliterals %q, want %q", sql, r.names, tt.names, r.literals, tt.literals)
			}
		}
	})
}

// TestBodyReadBack holds the same for what a policy's body names.
func TestBodyReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func() string { return hostile.Draw(t, "text") }
		role, column, val, shown := draw(), draw(), draw(), draw()
		body, err := Dialect{}.Body(policyOf(state.FamilyString, state.Show{}, state.Rule{
			To: []state.Securable{{Kind: state.KindRole, Name: role}}, Show: state.Show{Kind: state.ShowConst, Text: shown},
			When: []state.Condition{{Column: column, Op: state.OpIn, Values: []string{val}}},
		}))
		if err != nil {
			t.Fatal(err)
		}
		r, err := readBack(body)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if !slices.Equal(r.names, []string{column}) || !slices.Equal(r.literals, []string{role, val, shown}) {
			t.Fatalf("%s\nnames %q, literals %q", body, r.names, r.literals)
		}
		if !(Dialect{}).SameBody(body, strings.ReplaceAll(body, " THEN ", "\n  then ")) && !strings.Contains(role+column+val+shown, " THEN ") {
			t.Fatalf("%s is not the same when laid out otherwise", body)
		}
	})
}
