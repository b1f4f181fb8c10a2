package databricks

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
)

// createGovernedTag reads k [DESCRIPTION 'd'] [VALUES ('a', ...)].
func (c *cursor) createGovernedTag() (action, error) {
	key, err := c.tagWord()
	if err != nil {
		return nil, err
	}
	description := ""
	var values []string
	if c.AcceptKeyword("DESCRIPTION") {
		if description, err = c.StringLiteral(); err != nil {
			return nil, err
		}
	}
	if c.AcceptKeyword("VALUES") {
		if values, err = c.literals(); err != nil {
			return nil, err
		}
	}
	return func() (*Result, error) {
		_, err := c.s.w.createTagPolicy(c.s.id, key, description, values)
		return done(), err
	}, nil
}

func (c *cursor) literals() ([]string, error) {
	var out []string
	err := c.Parens(func() error {
		s, err := c.StringLiteral()
		out = append(out, s)
		return err
	})
	return out, err
}

func (c *cursor) alterGovernedTag() (action, error) {
	key, err := c.tagWord()
	if err != nil {
		return nil, err
	}
	var description *string
	var values *[]string
	switch {
	case c.AcceptKeyword("SET", "DESCRIPTION"):
		d, err := c.StringLiteral()
		if err != nil {
			return nil, err
		}
		description = &d
	case c.AcceptKeyword("SET", "VALUES"):
		v, err := c.literals()
		if err != nil {
			return nil, err
		}
		values = &v
	default:
		return nil, c.Errorf("expected SET DESCRIPTION or SET VALUES")
	}
	return func() (*Result, error) {
		_, err := c.s.w.alterTagPolicy(c.s.id, key, description, values)
		return done(), err
	}, nil
}

func (c *cursor) dropGovernedTag() (action, error) {
	key, err := c.tagWord()
	return func() (*Result, error) { return done(), c.s.w.dropTagPolicy(c.s.id, key) }, err
}

// showGovernedTags reads [LIKE 'regex'].
func (c *cursor) showGovernedTags() (action, error) {
	match, err := c.likeRegex()
	if err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		var rows [][]string
		for _, p := range c.s.w.listTagPolicies() {
			if match(p.key) {
				rows = append(rows, []string{p.key, p.description, jsonList(p.values), when(p.created.at), when(p.altered.at)})
			}
		}
		return texts([]string{"Tag Key", "Description", "Values", "Create Time", "Update Time"}, rows...), nil
	}, nil
}

func (c *cursor) describeGovernedTag() (action, error) {
	key, err := c.tagWord()
	if err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		p := c.s.w.tagPolicies[key]
		if p == nil {
			return nil, errNoTagPolicy(key)
		}
		return texts([]string{"info_name", "info_value"}, []string{"Tag Key", p.key}, []string{"Id", p.id}, []string{"Description", p.description},
			[]string{"Values", jsonList(p.values)}, []string{"Create Time", when(p.created.at)}, []string{"Update Time", when(p.altered.at)}), nil
	}, nil
}

func jsonList(values []string) string {
	if values == nil {
		values = []string{}
	}
	b, _ := json.Marshal(values) // strings always marshal
	return string(b)
}

func when(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// likeRegex reads [LIKE 'pattern'] of the SHOW statements: "*" is any text, "|"
// parts alternatives, and case does not matter.
func (c *cursor) likeRegex() (func(string) bool, error) {
	quoted := false
	if c.AcceptKeyword("LIKE") {
		quoted = true
	} else if s := c.Peek(); s.Text == "" || c.AtEnd() || c.PeekKeyword(";") {
		return func(string) bool { return true }, nil
	}
	text, err := c.StringLiteral()
	if err != nil && !quoted {
		return nil, c.Errorf("expected LIKE")
	}
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile("(?i)^(?:" + strings.ReplaceAll(text, "*", ".*") + ")$")
	if err != nil {
		return nil, errInvalid("'%s' is not a valid pattern.", text)
	}
	return re.MatchString, nil
}
