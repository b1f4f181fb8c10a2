package state

import (
	"fmt"
	"slices"
	"strings"
)

// ShowKind is what a principal gets to see of a masked value.
type ShowKind string

// The vocabulary of `show`. Effects are the same on every platform; docs/masks.md has the test vectors.
const (
	ShowClear       ShowKind = "clear"
	ShowNothing     ShowKind = "nothing" // NULL
	ShowFull        ShowKind = "full"
	ShowRedact      ShowKind = "redact"
	ShowLast        ShowKind = "last"
	ShowFirst       ShowKind = "first"
	ShowEmailDomain ShowKind = "email_domain"
	ShowHash        ShowKind = "hash"
	ShowEmailHash   ShowKind = "email_hash"
	ShowLastHash    ShowKind = "last_hash"
	ShowConst       ShowKind = "const"
	ShowConstant    ShowKind = "constant"
	ShowConstDate   ShowKind = "const_date"
	ShowYear        ShowKind = "year"
	ShowSQL         ShowKind = "sql"
	ShowFunction    ShowKind = "function"
)

// ShowWords lists the words that stand alone, without an argument.
func ShowWords() []ShowKind {
	return []ShowKind{ShowClear, ShowNothing, ShowFull, ShowRedact, ShowEmailDomain, ShowHash, ShowEmailHash,
		ShowConstant, ShowConstDate, ShowYear}
}

// Show is one entry of the vocabulary with its argument. The zero Show is ShowNothing.
type Show struct {
	Kind ShowKind `json:"kind,omitempty" yaml:"kind,omitempty"`
	N    int      `json:"n,omitempty" yaml:"n,omitempty"`       // characters, for last, first and last_hash
	Text string   `json:"text,omitempty" yaml:"text,omitempty"` // the constant, the author's SQL for this platform, or the function's name
	Args []string `json:"args,omitempty" yaml:"args,omitempty"` // sibling columns or constants passed to a function after the value
}

// Word returns the kind, ShowNothing where none is given.
func (s Show) Word() ShowKind {
	if s.Kind == "" {
		return ShowNothing
	}
	return s.Kind
}

// Equal reports whether two shows have one meaning.
func (s Show) Equal(o Show) bool {
	return s.Word() == o.Word() && s.N == o.N && s.Text == o.Text && slices.Equal(s.Args, o.Args)
}

// Op is a comparison in a rule's when.
type Op string

// The comparisons of when.
const (
	OpIn    Op = "in"
	OpNotIn Op = "not_in"
	OpLike  Op = "like"
	OpGT    Op = "gt"
	OpLT    Op = "lt"
)

// Condition compares a sibling column with constants. A NULL sibling never satisfies it.
type Condition struct {
	Column string   `json:"column" yaml:"column"` // folded
	Op     Op       `json:"op" yaml:"op"`
	Values []string `json:"values" yaml:"values"` // one for like, gt and lt
	Number bool     `json:"number,omitempty" yaml:"number,omitempty"`
}

// Fits returns why a condition cannot be on a column of a family; FamilyNone is a column whose type is not known. Constants
// of dates are held to their family, since a platform would read others by settings that whoever asks can change.
func (c Condition) Fits(f Family) error {
	if c.Op == OpLike && f != FamilyString && f != FamilyNone {
		return fmt.Errorf("like compares text, and the column %s is a %s", c.Column, f)
	}
	for _, v := range c.Values {
		if f.Dated() && !ConstantFits(v, f) {
			return fmt.Errorf("%q is no %s, as the column %s is", v, f, c.Column)
		}
	}
	return nil
}

// Rule says what the principals named see of values that carry one of the tag's Values. No Values means all.
type Rule struct {
	To     []Securable `json:"to" yaml:"to"` // sorted, folded
	Values []string    `json:"values,omitempty" yaml:"values,omitempty"`
	When   []Condition `json:"when,omitempty" yaml:"when,omitempty"` // all must hold
	Show   Show        `json:"show" yaml:"show"`
}

// MaskingPolicy is a column mask for one family of types: the first rule that names an active principal of the
// session and the tag's value, and whose conditions hold, decides; else Default.
//
// A policy read from a platform has only Name, Family, Args and Body until the planner recognises the body as one
// it knows the rules of; until then Opaque is true and nobody can tell who sees clear.
type MaskingPolicy struct {
	Name    Securable `json:"name" yaml:"name"`
	Family  Family    `json:"family" yaml:"family"`
	Tag     Securable `json:"tag,omitzero" yaml:"tag,omitempty"` // the tag whose value Rules speak of; zero for a direct mask
	Rules   []Rule    `json:"rules,omitempty" yaml:"rules,omitempty"`
	Default Show      `json:"default,omitzero" yaml:"default,omitempty"`
	Primary bool      `json:"primary,omitempty" yaml:"primary,omitempty"` // only the active role counts, not any role of the session
	Args    []string  `json:"args,omitempty" yaml:"args,omitempty"`       // sibling columns the body reads, in signature order
	ArgType []Family  `json:"arg_type,omitempty" yaml:"arg_type,omitempty"`
	Comment string    `json:"comment,omitempty" yaml:"comment,omitempty"`
	Exempt  bool      `json:"exempt,omitempty" yaml:"exempt,omitempty"` // Snowflake: other policies of the table may look at the column too
	Opaque  bool      `json:"opaque,omitempty" yaml:"opaque,omitempty"`
	Body    string    `json:"body,omitempty" yaml:"body,omitempty"` // as the platform returns it; with Opaque from a declaration, the author's SQL
}

// Principals returns every principal the rules name, sorted.
func (p *MaskingPolicy) Principals() []Securable {
	var all []Securable
	for _, r := range p.Rules {
		all = append(all, r.To...)
	}
	slices.SortFunc(all, Securable.Compare)
	return slices.Compact(all)
}

// SameRules reports whether two policies decide alike, whatever their bodies and comments look like.
func (p *MaskingPolicy) SameRules(o *MaskingPolicy) bool {
	return !p.Opaque && !o.Opaque && p.Family == o.Family && p.Tag == o.Tag && p.Primary == o.Primary &&
		p.Default.Equal(o.Default) && slices.Equal(p.Args, o.Args) && slices.EqualFunc(p.Rules, o.Rules, Rule.Equal)
}

// Equal reports whether two rules are the same rule.
func (r Rule) Equal(o Rule) bool {
	return slices.Equal(r.To, o.To) && slices.Equal(r.Values, o.Values) && r.Show.Equal(o.Show) &&
		slices.EqualFunc(r.When, o.When, func(a, b Condition) bool {
			return a.Column == b.Column && a.Op == b.Op && a.Number == b.Number && slices.Equal(a.Values, b.Values)
		})
}

// Matches reports whether the rule speaks of a tag value.
func (r Rule) Matches(value string) bool {
	return len(r.Values) == 0 || slices.Contains(r.Values, value)
}

// String returns the show as policy files write it.
func (s Show) String() string {
	switch s.Word() {
	case ShowLast, ShowFirst, ShowLastHash:
		return string(s.Kind) + ":" + itoa(s.N)
	case ShowFunction:
		return "function " + s.Text + "(" + strings.Join(s.Args, ", ") + ")"
	}
	return string(s.Word())
}
