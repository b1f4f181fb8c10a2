package state

import (
	"maps"
	"slices"
	"time"
)

// Object is what a platform says of a securable that is there.
type Object struct {
	Type     DataType  `json:"type,omitzero" yaml:"type,omitempty"`          // columns only
	Position int       `json:"position,omitempty" yaml:"position,omitempty"` // columns only, from 1
	Owner    Securable `json:"owner,omitzero" yaml:"owner,omitempty"`
	Comment  string    `json:"comment,omitempty" yaml:"comment,omitempty"`
	Identity string    `json:"identity,omitempty" yaml:"identity,omitempty"` // changes when the securable is re-created under its name
	Sort     string    `json:"sort,omitempty" yaml:"sort,omitempty"`         // of its kind, where privileges or statements differ: iceberg, event, hybrid; of a stage internal, external
	Managed  bool      `json:"managed,omitempty" yaml:"managed,omitempty"`   // a schema with managed access
	Foreign  string    `json:"foreign,omitempty" yaml:"foreign,omitempty"`   // why polsync must leave it alone: system, shared, imported

	Orphans int `json:"orphans,omitempty" yaml:"orphans,omitempty"` // privileges on it of principals that were deleted, which have no name to be taken away by

	Provisioned string `json:"provisioned,omitempty" yaml:"provisioned,omitempty"` // of a role or group: what fills it with members, such as an identity provider
}

// Area is a part of a platform that could not be read completely. Nothing in it is removed, and nothing that depends
// on it is permitted.
type Area struct {
	Facts  []FactKind `json:"facts" yaml:"facts"` // which kinds; none means all
	Within Securable  `json:"within" yaml:"within"`
	Only   bool       `json:"only,omitempty" yaml:"only,omitempty"` // what stands on Within itself, not on what is in it
	Reason string     `json:"reason" yaml:"reason"`
}

// Concerns reports whether a fact with that key would lie in the area.
func (a Area) Concerns(k Key) bool {
	if len(a.Facts) > 0 && !slices.Contains(a.Facts, k.Fact) {
		return false
	}
	if a.Only {
		return a.Within == k.On
	}
	return a.Within.Covers(k.On) || a.Within == k.With && k.With != Securable{}
}

// Freshness says how old a kind of fact may be and where it was read.
type Freshness struct {
	Facts  FactKind `json:"facts" yaml:"facts"`
	Source string   `json:"source" yaml:"source"` // live, account_usage, information_schema, rest
	Lag    string   `json:"lag,omitempty" yaml:"lag,omitempty"`
}

// State is what is, or should be, so on one platform within one scope.
type State struct {
	Objects   map[Securable]Object
	Facts     map[Key]Fact
	Unknown   []Area
	Left      []Area              // what another platform writes that shows the same thing: read, and left to it
	Lacks     map[FactKind]string // kinds that the platform cannot have, with the reason
	Fixed     map[Key]string      // facts that cannot be taken away, or replaced without taking more, with the reason
	Brought   map[Key]Brought     // tags in force that nobody set where they are; no facts, since they are neither set nor taken away there
	Freshness []Freshness
	Identity  string      // of the account or metastore
	Self      []Securable // whom the platform takes polsync for, whatever the configuration says
	Reads     int         // statements and requests it took to read
	Lag       *Lag        // what rests on sources that lag; nil where nothing does
}

// Brought is a tag that a thing has without anybody having set it there. It covers as others do.
type Brought struct {
	Value Text
	By    string // how it came: propagated from what the thing is made of, or classified by the platform
}

// Lag says which facts of a State rest on sources that lag behind the platform: tags on relations and their columns,
// grants on what is there, memberships, database roles; but for those of what was read from live sources.
type Lag struct {
	By       time.Duration
	Live     map[Securable]bool // relations, as KindTable, and principals
	TagsOnly bool               // of all these only tags lag, and Live names each column whose tags do not
}

// Late reports whether a fact with that key, or its absence, rests on a source that lags.
func (s *State) Late(k Key) bool {
	if s.Lag == nil || s.Lag.TagsOnly && k.Fact != FactTagged {
		return false
	}
	switch k.Fact {
	case FactTagged:
		on := k.On.Relation()
		if s.Lag.TagsOnly && k.On.Kind == KindColumn {
			return !s.Lag.Live[k.On]
		}
		return on != Securable{} && !s.Lag.Live[on]
	case FactGrant:
		return k.Future == KindNone && !s.Lag.Live[k.With]
	case FactOwner:
		return k.On.Kind.Unlisted() && !s.Lag.Live[s.Objects[k.On].Owner]
	case FactMember:
		return !s.Lag.Live[k.On]
	case FactRole:
		return k.On.Kind == KindDatabaseRole && !s.Lag.Live[k.On]
	}
	return false
}

// New returns an empty State.
func New() *State {
	return &State{Objects: map[Securable]Object{}, Facts: map[Key]Fact{}, Fixed: map[Key]string{}, Lacks: map[FactKind]string{}}
}

// Put states a fact, in place of one with the same key.
func (s *State) Put(f Fact) { s.Facts[f.Key] = f }

// Fact returns the fact with that key, and whether there is one. Who owns a securable, and whether a schema has managed
// access, its Object says.
func (s *State) Fact(k Key) (Fact, bool) {
	if f, ok := s.Facts[k]; ok {
		return f, true
	}
	switch k {
	case Key{Fact: FactOwner, On: k.On}:
		owner := s.Objects[k.On].Owner
		return Fact{Key: k, Value: Owner(owner)}, owner != Securable{}
	case Key{Fact: FactManaged, On: k.On}:
		return Fact{Key: k, Value: Nil{}}, s.Objects[k.On].Managed
	}
	return Fact{}, false
}

// Has reports whether a fact with that key is stated.
func (s *State) Has(k Key) bool { _, ok := s.Fact(k); return ok }

// Value returns the value of the fact with that key, nil where there is none.
func (s *State) Value(k Key) Value {
	if f, ok := s.Fact(k); ok {
		return f.Value
	}
	return nil
}

// Keys returns the keys of all facts in canonical order.
func (s *State) Keys() []Key { return slices.SortedFunc(maps.Keys(s.Facts), Key.Compare) }

// Securables returns all objects in canonical order.
func (s *State) Securables() []Securable {
	return slices.SortedFunc(maps.Keys(s.Objects), Securable.Compare)
}

// UnknownReason returns why a fact with that key cannot be relied on to be absent, or "" if it can.
func (s *State) UnknownReason(k Key) string {
	for _, a := range s.Unknown {
		if a.Concerns(k) {
			return a.Reason
		}
	}
	return ""
}

// LeftTo returns why a fact with that key is another platform's to write, or "".
func (s *State) LeftTo(k Key) string {
	for _, a := range s.Left {
		if a.Concerns(k) {
			return a.Reason
		}
	}
	return ""
}

// Relation returns the table or view at a place, whatever its kind, and whether there is one.
func (s *State) Relation(at Securable) (Securable, bool) {
	at.Column = ""
	for k := KindTable; k <= KindExternalTable; k++ {
		at.Kind = k
		if _, ok := s.Objects[at]; ok {
			return at, true
		}
	}
	return Securable{}, false
}

// Policy returns the masking policy of that name, nil where there is none.
func (s *State) Policy(name Securable) *MaskingPolicy {
	p, _ := s.Facts[Key{Fact: FactPolicy, On: name}].Value.(*MaskingPolicy)
	return p
}

// RowPolicy returns the row policy of that name, nil where there is none.
func (s *State) RowPolicy(name Securable) *RowPolicy {
	p, _ := s.Facts[Key{Fact: FactRowPolicy, On: name}].Value.(*RowPolicy)
	return p
}

// ConstraintPolicy returns the aggregation, projection or join policy of that name, nil where there is none.
func (s *State) ConstraintPolicy(name Securable) *ConstraintPolicy {
	p, _ := s.Facts[Key{Fact: FactConstraintPolicy, On: name}].Value.(*ConstraintPolicy)
	return p
}
