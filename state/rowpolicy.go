package state

import (
	"cmp"
	"slices"
	"strings"
)

// RowRule opens rows to the principals named: those that carry one of Values, or with All every row, NULL too. With
// neither it names them and opens nothing, which counts where those named nowhere see all.
type RowRule struct {
	To     []Securable `json:"to" yaml:"to"` // sorted, folded
	Values []string    `json:"values,omitempty" yaml:"values,omitempty"`
	All    bool        `json:"all,omitempty" yaml:"all,omitempty"`
}

// LookupBy says what stands in a lookup table's column of principals.
type LookupBy string

// What a lookup table can name principals by.
const (
	ByRole  LookupBy = "role"
	ByUser  LookupBy = "user"
	ByGroup LookupBy = "group"
)

// Lookup opens the rows whose value a table of the platform pairs with a principal of the session.
type Lookup struct {
	Table     Securable `json:"table" yaml:"table"`
	Principal string    `json:"principal" yaml:"principal"` // column, folded
	By        LookupBy  `json:"by" yaml:"by"`
	Value     string    `json:"value" yaml:"value"`                 // column, folded
	All       *string   `json:"all,omitempty" yaml:"all,omitempty"` // the value that stands for every row; nil for none
}

// Equal reports whether two lookups, either of which may be nil, are one.
func (l *Lookup) Equal(o *Lookup) bool {
	if l == nil || o == nil {
		return l == o
	}
	a, b := *l, *o
	same := a.All == nil && b.All == nil || a.All != nil && b.All != nil && *a.All == *b.All
	a.All, b.All = nil, nil
	return same && a == b
}

// RowPolicy says which rows a session sees by the value of one column of them: those that a rule or the lookup opens
// to one of its principals. Whom neither names sees every row with Default, else none.
//
// One read from a platform has only Name, Family and Body until the planner recognises the body; until then Opaque is
// true and nobody can tell who sees which rows.
type RowPolicy struct {
	Name    Securable `json:"name" yaml:"name"`
	Family  Family    `json:"family" yaml:"family"`                   // of the column
	Rules   []RowRule `json:"rules,omitempty" yaml:"rules,omitempty"` // as RowRules leaves them
	Lookup  *Lookup   `json:"lookup,omitempty" yaml:"lookup,omitempty"`
	Default bool      `json:"default,omitempty" yaml:"default,omitempty"` // every row for those named nowhere
	Args    int       `json:"args,omitempty" yaml:"args,omitempty"`       // further arguments of one that somebody else made
	Comment string    `json:"comment,omitempty" yaml:"comment,omitempty"`
	Opaque  bool      `json:"opaque,omitempty" yaml:"opaque,omitempty"`
	Body    string    `json:"body,omitempty" yaml:"body,omitempty"` // as for a MaskingPolicy
}

// SameRules reports whether two policies decide alike.
func (p *RowPolicy) SameRules(o *RowPolicy) bool {
	return !p.Opaque && !o.Opaque && p.Family == o.Family && p.Default == o.Default && p.Lookup.Equal(o.Lookup) &&
		slices.EqualFunc(p.Rules, o.Rules, RowRule.Equal)
}

// Equal reports whether two rules are the same rule.
func (r RowRule) Equal(o RowRule) bool {
	return r.All == o.All && slices.Equal(r.To, o.To) && slices.Equal(r.Values, o.Values)
}

// Principals returns every principal that the rules name, sorted.
func (p *RowPolicy) Principals() []Securable {
	var all []Securable
	for _, r := range p.Rules {
		all = append(all, r.To...)
	}
	slices.SortFunc(all, Securable.Compare)
	return slices.Compact(all)
}

// Opened is what a policy's rules open to one principal.
type Opened struct {
	All    bool
	Values []string // sorted
}

// Opens returns what the rules open to each principal that they name.
func (p *RowPolicy) Opens() map[Securable]Opened {
	opens := map[Securable]Opened{}
	for _, r := range p.Rules {
		for _, to := range r.To {
			o := opens[to]
			o.All = o.All || r.All
			o.Values = slices.Compact(slices.Sorted(slices.Values(slices.Concat(o.Values, r.Values))))
			if o.All {
				o.Values = nil
			}
			opens[to] = o
		}
	}
	return opens
}

// RowRules returns the rules that open to each principal what is said: those who see the same share a rule, in an
// order that does not depend on how they were written.
func RowRules(opens map[Securable]Opened) []RowRule {
	shared := map[string]*RowRule{}
	for to, o := range opens {
		key := strings.Join(o.Values, "\x00") + "\x00" + map[bool]string{true: "*"}[o.All]
		if shared[key] == nil {
			shared[key] = &RowRule{Values: o.Values, All: o.All}
		}
		shared[key].To = append(shared[key].To, to)
	}
	rules := make([]RowRule, 0, len(shared))
	for _, r := range shared {
		slices.SortFunc(r.To, Securable.Compare)
		rules = append(rules, *r)
	}
	slices.SortFunc(rules, func(a, b RowRule) int {
		return cmp.Or(a.To[0].Compare(b.To[0]), slices.Compare(a.Values, b.Values))
	})
	if len(rules) == 0 {
		return nil
	}
	return rules
}

// ConstraintPolicy is a Snowflake aggregation, projection or join policy, by the kind of its Name: what may be done with
// what it is on, by whoever is not in Except.
type ConstraintPolicy struct {
	Name     Securable   `json:"name" yaml:"name"`
	MinGroup int         `json:"min_group,omitempty" yaml:"min_group,omitempty"` // aggregation: rows or more in each group
	Allow    bool        `json:"allow,omitempty" yaml:"allow,omitempty"`         // projection: the column may be in a result
	Free     bool        `json:"free,omitempty" yaml:"free,omitempty"`           // join: no join is needed
	Except   []Securable `json:"except,omitempty" yaml:"except,omitempty"`       // sorted, folded
	Comment  string      `json:"comment,omitempty" yaml:"comment,omitempty"`
	Opaque   bool        `json:"opaque,omitempty" yaml:"opaque,omitempty"`
	Body     string      `json:"body,omitempty" yaml:"body,omitempty"`
}

// SameRules reports whether two policies constrain alike.
func (p *ConstraintPolicy) SameRules(o *ConstraintPolicy) bool {
	return !p.Opaque && !o.Opaque && p.Name.Kind == o.Name.Kind && p.MinGroup == o.MinGroup && p.Allow == o.Allow && p.Free == o.Free &&
		slices.Equal(p.Except, o.Except)
}

// The sorts of constraint, which are the names of FactConstraint.
const (
	SortAggregation = "aggregation"
	SortProjection  = "projection"
	SortJoin        = "join"
)

// ConstraintSort returns the sort of a constraint policy by its kind, "" for what is none.
func ConstraintSort(k Kind) string {
	switch k {
	case KindAggregationPolicy:
		return SortAggregation
	case KindProjectionPolicy:
		return SortProjection
	case KindJoinPolicy:
		return SortJoin
	}
	return ""
}
