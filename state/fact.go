package state

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// FactKind says what sort of thing a fact states.
type FactKind uint8

// The kinds of fact, in canonical order.
const (
	FactNone             FactKind = iota
	FactRole                      // On: the role exists. Value: Role
	FactTag                       // On: the tag exists. Value: Tag
	FactAllowedValue              // On: the tag allows Name. Value: Nil
	FactPolicy                    // On: the masking policy exists. Value: *MaskingPolicy
	FactMask                      // On: the column is masked directly. Value: Mask
	FactBinding                   // On: the tag masks columns of the family Name. Value: Mask
	FactTagged                    // On: carries the tag With. Value: Text
	FactMember                    // On: the role or group has the member With. Value: Nil
	FactGrant                     // On: With holds the privilege Name; Future: on objects of that kind created below On. Value: Option
	FactOwner                     // On: is owned by the Value, an Owner
	FactManaged                   // On: the schema has managed access. Value: Nil
	FactRowPolicy                 // On: the row policy exists. Value: *RowPolicy
	FactFilter                    // On: the rows of the relation are filtered. Value: Filter
	FactConstraintPolicy          // On: the aggregation, projection or join policy exists. Value: *ConstraintPolicy
	FactConstraint                // On: the relation or column is under a constraint of the sort Name. Value: Filter
	FactABAC                      // On: the attribute-based policy Name stands on the catalog, schema or table. Value: ABAC
	factEnd
)

var factNames = [...]string{"", "role", "tag", "allowed_value", "policy", "mask", "binding", "tagged", "member", "grant", "owner", "managed_access",
	"row_policy", "row_filter", "constraint_policy", "constraint", "abac_policy"}

// String returns the kind's name, as --only takes it.
func (k FactKind) String() string {
	if k < factEnd {
		return factNames[k]
	}
	return "fact(" + itoa(int(k)) + ")"
}

// ParseFactKind returns the kind with that name, and whether there is one.
func ParseFactKind(s string) (FactKind, bool) {
	for k, name := range factNames {
		if name == s && s != "" {
			return FactKind(k), true
		}
	}
	return FactNone, false
}

// FactKindNames lists the names of all kinds of fact in canonical order.
func FactKindNames() []string { return append([]string(nil), factNames[1:]...) }

// MarshalText spells the kind for JSON and YAML.
func (k FactKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *FactKind) UnmarshalText(text []byte) error {
	got, ok := ParseFactKind(string(text))
	if !ok && len(text) > 0 {
		return &UnknownWordError{What: "kind of fact", Word: string(text), Known: FactKindNames()}
	}
	*k = got
	return nil
}

// UnknownWordError says that a word is not one of a closed set.
type UnknownWordError struct {
	What, Word string
	Known      []string
}

// Error lists the words that are known.
func (e *UnknownWordError) Error() string {
	return "no " + e.What + " is called " + strconv.Quote(e.Word) + "; known: " + strings.Join(e.Known, ", ")
}

// Key says what a fact is about. Two facts with one key speak of the same thing. Fields a kind does not use are zero.
type Key struct {
	Fact   FactKind  `json:"fact" yaml:"fact"`
	On     Securable `json:"on" yaml:"on"`
	With   Securable `json:"with,omitzero" yaml:"with,omitempty"`      // the tag, the member or the grantee
	Name   string    `json:"name,omitempty" yaml:"name,omitempty"`     // the privilege, the allowed value, the family
	Future Kind      `json:"future,omitempty" yaml:"future,omitempty"` // a future grant's object kind
}

// Compare orders keys by place, then kind of fact, then the rest.
func (k Key) Compare(o Key) int {
	return cmp.Or(k.On.Compare(o.On), cmp.Compare(k.Fact, o.Fact), k.With.Compare(o.With),
		strings.Compare(k.Name, o.Name), cmp.Compare(k.Future, o.Future))
}

// String returns a line for people, such as "CRM.PUBLIC.T.C tagged GOV.TAGS.PII".
func (k Key) String() string {
	s := k.On.String() + " " + k.Fact.String()
	if k.Name != "" {
		s += " " + k.Name
	}
	if k.Future != KindNone {
		s += " on future " + k.Future.String() + "s"
	}
	if k.With != (Securable{}) {
		s += " " + k.With.String()
	}
	return s
}

// Value says how a fact is. The types below are all there are; a Value is immutable once in a State.
type Value interface{ isValue() }

type (
	// Nil is the value of facts that only are or are not.
	Nil struct{}
	// Text is a tag's value on a securable.
	Text string
	// Option is a grant's value: whether it was given with grant option.
	Option bool
	// Owner is the principal that owns a securable.
	Owner Securable
	// Role is what a role has besides its name.
	Role struct {
		Comment string `json:"comment,omitempty" yaml:"comment,omitempty"`
	}
	// Tag is a tag's definition. AnyValue is true where no list of allowed values stands; with it false and no
	// FactAllowedValue the tag allows none.
	Tag struct {
		AnyValue  bool   `json:"any_value,omitempty" yaml:"any_value,omitempty"`
		Comment   string `json:"comment,omitempty" yaml:"comment,omitempty"`
		Propagate string `json:"propagate,omitempty" yaml:"propagate,omitempty"` // Snowflake: on_dependency, on_data_movement, both; "" for none
		Governed  bool   `json:"governed,omitempty" yaml:"governed,omitempty"`   // Databricks: a tag policy stands behind the key

		// Snowflake, where several values are propagated to one place: allowed_values_sequence, merge, or the value that
		// is set instead; "" for the platform's own.
		OnConflict string   `json:"on_conflict,omitempty" yaml:"on_conflict,omitempty"`
		Sequence   []string `json:"sequence,omitempty" yaml:"sequence,omitempty"`       // the whole list in its order, where allowed_values_sequence asks for it
		MultiValue bool     `json:"multi_value,omitempty" yaml:"multi_value,omitempty"` // Snowflake: made to take several values; not told of what is there
	}
	// Mask attaches a policy to a column or a tag. Using names the sibling columns passed to it, in signature order.
	Mask struct {
		Policy Securable `json:"policy" yaml:"policy"`
		Using  []string  `json:"using,omitempty" yaml:"using,omitempty"`
	}
	// Filter attaches a row policy, or a constraint, to a relation or column. Using names the columns passed to it, in
	// signature order; a constraint has none.
	Filter struct {
		Policy Securable `json:"policy" yaml:"policy"`
		Using  []string  `json:"using,omitempty" yaml:"using,omitempty"`
	}
)

func (Nil) isValue()               {}
func (Text) isValue()              {}
func (Option) isValue()            {}
func (Owner) isValue()             {}
func (Role) isValue()              {}
func (Tag) isValue()               {}
func (Mask) isValue()              {}
func (Filter) isValue()            {}
func (*MaskingPolicy) isValue()    {}
func (*RowPolicy) isValue()        {}
func (*ConstraintPolicy) isValue() {}

// Attached returns the policy that a value attaches, and whether it attaches one.
func Attached(v Value) (Securable, bool) {
	switch v := v.(type) {
	case Mask:
		return v.Policy, true
	case Filter:
		return v.Policy, true
	case ABAC:
		return v.Policy, true
	}
	return Securable{}, false
}

// PolicyKey returns the key of the fact that a policy exists.
func PolicyKey(policy Securable) Key {
	switch policy.Kind {
	case KindRowPolicy:
		return Key{Fact: FactRowPolicy, On: policy}
	case KindAggregationPolicy, KindProjectionPolicy, KindJoinPolicy:
		return Key{Fact: FactConstraintPolicy, On: policy}
	}
	return Key{Fact: FactPolicy, On: policy}
}

// Policy reports whether facts of the kind say that a policy exists.
func (k FactKind) Policy() bool {
	return k == FactPolicy || k == FactRowPolicy || k == FactConstraintPolicy
}

// Attaches reports whether facts of the kind put a policy on what it covers.
func (k FactKind) Attaches() bool {
	return k == FactMask || k == FactBinding || k == FactFilter || k == FactConstraint || k == FactABAC
}

// Equal reports whether two values of one key are the same. A policy's body is compared by the planner, which knows
// the platform's dialect; here two policies are equal when their rules are.
func Equal(a, b Value) bool {
	switch a := a.(type) {
	case Mask:
		b, ok := b.(Mask)
		return ok && a.Policy == b.Policy && slices.Equal(a.Using, b.Using)
	case Filter:
		b, ok := b.(Filter)
		return ok && a.Policy == b.Policy && slices.Equal(a.Using, b.Using)
	case Tag:
		b, ok := b.(Tag)
		return ok && a.AnyValue == b.AnyValue && a.Comment == b.Comment && a.Propagate == b.Propagate && a.Governed == b.Governed &&
			a.OnConflict == b.OnConflict && slices.Equal(a.Sequence, b.Sequence) && a.MultiValue == b.MultiValue
	case ABAC:
		b, ok := b.(ABAC)
		return ok && a.Equal(b)
	case *MaskingPolicy:
		b, ok := b.(*MaskingPolicy)
		return ok && a.SameRules(b)
	case *RowPolicy:
		b, ok := b.(*RowPolicy)
		return ok && a.SameRules(b)
	case *ConstraintPolicy:
		b, ok := b.(*ConstraintPolicy)
		return ok && a.SameRules(b)
	}
	return a == b
}

// Fact is one thing that is or should be so. Origin is set on declared facts; equality ignores it.
type Fact struct {
	Key    Key    `json:"key" yaml:"key"`
	Value  Value  `json:"value,omitempty" yaml:"value,omitempty"`
	Origin Origin `json:"origin,omitzero" yaml:"-"`
}
