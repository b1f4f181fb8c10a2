package state

import "testing"

func TestTagConditions(t *testing.T) {
	tags := map[string]string{"pii": "email", "it's": `a\b`}
	for text, want := range map[string]struct {
		normal string
		holds  bool
	}{
		"": {"TRUE", true}, "false": {"FALSE", false},
		`hasTag("pii")`:                                {"has_tag('pii')", true},
		"HAS_TAG_VALUE ( 'pii' ,'phone' )":             {"has_tag_value('pii', 'phone')", false},
		`hasTagValue('it\'s', 'a\\b')`:                 {`has_tag_value('it\'s', 'a\\b')`, true},
		"not has_tag('x') and has_tag('pii')":          {"NOT has_tag('x') AND has_tag('pii')", true},
		"NOT (has_tag('x') OR has_tag('pii'))":         {"NOT (has_tag('x') OR has_tag('pii'))", false},
		"has_tag('pii') OR has_tag('x') AND FALSE":     {"has_tag('pii') OR has_tag('x') AND FALSE", true},
		"((has_tag('pii')) OR has_tag('x')) AND FALSE": {"(has_tag('pii') OR has_tag('x')) AND FALSE", false},
	} {
		c, err := ParseTagCondition(text)
		if err != nil || c.String() != want.normal || c.Holds(tags) != want.holds {
			t.Errorf("%s reads as %s, which holds: %t; %v", text, c, c.Holds(tags), err)
			continue
		}
		if again, err := ParseTagCondition(c.String()); err != nil || again.String() != c.String() {
			t.Errorf("%s does not read back: %s, %v", c, again, err)
		}
	}
	for _, text := range []string{"has_tag(", "has_tag('a', 'b')", "has_tag_value('a')", "has_tag('a", "has_tag('a') has_tag('b')", "x = 1", "(TRUE", "AND", "current_user()"} {
		if c, err := ParseTagCondition(text); err == nil {
			t.Errorf("%s was read as %s", text, c)
		}
	}
}
