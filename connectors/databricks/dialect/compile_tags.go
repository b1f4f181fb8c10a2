package dialect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

const tagPolicies = "/api/2.1/tag-policies"

// tagPolicy is the body of a tag policy request; fields are in the order they are sent.
type tagPolicy struct {
	Key         string     `json:"tag_key"`
	Description *string    `json:"description,omitempty"`
	Values      []tagValue `json:"values,omitempty"`
}

type tagValue struct {
	Name string `json:"name"`
}

func request(method, path string, body any, comment string, idempotent bool) (*plan.Statement, error) {
	s := &plan.Statement{Method: method, Path: path, Comment: oneLine(comment), Idempotent: idempotent}
	if body == nil {
		return s, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, fmt.Errorf("write the body of %s %s: %w", method, path, err)
	}
	s.Body = strings.TrimSuffix(buf.String(), "\n")
	return s, nil
}

// oneLine keeps a comment on its line whatever the values in it.
func oneLine(s string) string {
	return strings.NewReplacer("\n", `\n`, "\r", `\r`, "\u2028", `\u2028`, "\u2029", `\u2029`).Replace(s)
}

// governs reports whether a change makes a governed tag.
func governs(c plan.Change) bool {
	was, _ := c.Was.(state.Tag)
	want, wanted := c.Want.(state.Tag)
	return wanted && want.Governed && !was.Governed
}

// tag makes, describes or deletes a governed tag. A plain tag has nothing to make. What follows the tag in the group are
// values that the tag is made with.
func tag(group []plan.Change) (*plan.Statement, error) {
	c := group[0]
	was, _ := c.Was.(state.Tag)
	want, wanted := c.Want.(state.Tag)
	key := c.Key.On.Name
	switch {
	case governs(c):
		for _, v := range group[1:] {
			if !slices.Contains(c.List, v.Key.Name) {
				return nil, &refusal{v, fmt.Errorf("the list of %s that results is not known", key)}
			}
		}
		return govern(key, want, c.List)
	case wanted && want.Governed && was.Comment != want.Comment:
		return request("PATCH", tagPolicies+"/"+url.PathEscape(key)+"?update_mask=description", tagPolicy{Key: key, Description: &want.Comment},
			"ALTER GOVERNED TAG "+QuoteName(key)+" SET DESCRIPTION "+Literal(want.Comment), true)
	case wanted && !want.Governed && was.Governed:
		return nil, errors.New("a governed tag is made plain by deleting its policy, which masks and policies may rest on; do that by hand")
	case !wanted && was.Governed:
		return request("DELETE", tagPolicies+"/"+url.PathEscape(key), nil, "DROP GOVERNED TAG "+QuoteName(key), false)
	}
	return nil, nil
}

// govern makes a governed tag with the whole list it will have, so that no moment passes in which it allows bare keys.
func govern(key string, want state.Tag, values []string) (*plan.Statement, error) {
	if want.AnyValue {
		return nil, errors.New("a governed tag cannot allow any value; give it its values")
	}
	if err := governable("key", key); err != nil {
		return nil, err
	}
	for _, v := range values {
		if err := governable("value", v); err != nil {
			return nil, err
		}
	}
	body, list := listed(key, values)
	same := "CREATE GOVERNED TAG " + QuoteName(key)
	if want.Comment != "" {
		body.Description = &want.Comment
		same += " DESCRIPTION " + Literal(want.Comment)
	}
	return request("POST", tagPolicies, body, same+" VALUES "+list, false)
}

// allowedValues sends a governed tag's list as it will be, since a request replaces the list.
func allowedValues(group []plan.Change) (*plan.Statement, error) {
	key, values := group[0].Key.On.Name, group[len(group)-1].List
	for _, c := range group {
		if c.Want != nil {
			if err := governable("value", c.Key.Name); err != nil {
				return nil, &refusal{c, err}
			}
		}
		if slices.Contains(values, c.Key.Name) != (c.Want != nil) {
			return nil, &refusal{c, fmt.Errorf("the list of %s that results is not known", key)}
		}
	}
	body, list := listed(key, values)
	return request("PATCH", tagPolicies+"/"+url.PathEscape(key)+"?update_mask=values", body, "ALTER GOVERNED TAG "+QuoteName(key)+" SET VALUES "+list, true)
}

func listed(key string, values []string) (tagPolicy, string) {
	body, quoted := tagPolicy{Key: key}, make([]string, len(values))
	for i, v := range values {
		body.Values = append(body.Values, tagValue{v})
		quoted[i] = Literal(v)
	}
	return body, "(" + strings.Join(quoted, ", ") + ")"
}

// governable refuses what no governed tag can hold (governed tags page, checked August 2026).
func governable(what, s string) error {
	switch {
	case s == "" || !utf8.ValidString(s) || strings.TrimSpace(s) != s || utf8.RuneCountInString(s) > 256:
		return fmt.Errorf("the %s %q of a governed tag is empty, too long or begins or ends with a space", what, s)
	case strings.ContainsAny(s, `*./<>%&?\=`) || strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 }):
		return fmt.Errorf("the %s %q of a governed tag holds one of * . / < > %% & ? \\ = or a control character", what, s)
	}
	return nil
}

// tagged sets or takes off tags of one securable.
func (d Dialect) tagged(group []plan.Change) (*plan.Statement, error) {
	b, on := new(builder), group[0].Key.On
	if on.Kind == state.KindColumn {
		d.alterColumn(b, on)
	} else {
		word := alterWord(on.Kind)
		if word == "" {
			return nil, fmt.Errorf("a %s cannot carry tags", on.Kind)
		}
		b.raw("ALTER ", word, " ").name(on.Parts()...)
	}
	for _, c := range group {
		if SystemTag(c.Key.With.Name) {
			return nil, &refusal{c, fmt.Errorf("%s is a system tag, which the platform sets and takes off", c.Key.With.Name)}
		}
	}
	set := group[0].Want != nil
	b.raw(map[bool]string{true: " SET TAGS (", false: " UNSET TAGS ("}[set])
	for i, c := range group {
		if i > 0 {
			b.raw(", ")
		}
		b.literal(c.Key.With.Name)
		if !set {
			continue
		}
		value, ok := c.Want.(state.Text)
		if err := assignable(c.Key.With.Name, string(value)); err != nil || !ok {
			return nil, &refusal{c, err}
		}
		b.raw(" = ").literal(string(value))
	}
	return sql(b.raw(")"), true, map[bool]string{true: "tag ", false: "untag "}[set]+on.String())
}

// SystemTag reports whether a key is one of the platform's own, such as class.email_address: no other has a dot.
func SystemTag(key string) bool { return strings.Contains(key, ".") }

// assignable refuses what no tag can hold; a plain key has further limits, which the platform tells.
func assignable(key, value string) error {
	switch {
	case key == "" || utf8.RuneCountInString(key) > 256 || strings.TrimSpace(key) != key:
		return fmt.Errorf("the tag key %q is empty, longer than 256 characters, or begins or ends with a space", key)
	case utf8.RuneCountInString(value) > 1000:
		return errors.New("a tag value has at most 1000 characters")
	}
	return nil
}
