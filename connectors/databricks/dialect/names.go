package dialect

import (
	"strings"
	"sync"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// AccountUsers is the group that everybody in the account is in.
const AccountUsers = "account users"

// Known is what Compile has to know of a workspace besides the changes, because some requests replace whole lists and
// some words depend on what stands at a place. It is filled in by a snapshot.
type Known struct {
	Metastore string                         // id
	Tags      map[string][]string            // governed tags by key, with their allowed values
	Kinds     map[state.Securable]state.Kind // of relations that are no tables, by the table of that name
}

// Dialect implements plan.Dialect. A value serves one plan after another but not two at once; New is cheap.
type Dialect struct {
	known func() Known

	mu    sync.Mutex
	phase plan.Phase          // of the last Compile
	lists map[string][]string // allowed values of governed tags, as the plan's earlier stages leave them
}

var _ plan.Dialect = (*Dialect)(nil)

// New returns a dialect. Known is asked when a plan is compiled; nil stands for a workspace of which nothing is known.
func New(known func() Known) *Dialect {
	if known == nil {
		known = func() Known { return Known{} }
	}
	return &Dialect{known: known}
}

// Name implements plan.Dialect.
func (*Dialect) Name() string { return "databricks" }

// FoldPart implements plan.Dialect. Names are stored in lower case; columns keep theirs but are matched without it,
// and principals are compared without it, so lower case stands for all spellings, quoted or not.
func (*Dialect) FoldPart(p state.Part) string { return strings.ToLower(p.Text) }

// Fold implements plan.Dialect: roles are groups, and everyone is a group as well.
func (*Dialect) Fold(s state.Securable) state.Securable {
	switch s.Kind {
	case state.KindEveryone:
		return state.Securable{Kind: state.KindGroup, Name: AccountUsers}
	case state.KindRole:
		s.Kind = state.KindGroup
		if strings.EqualFold(s.Name, "public") {
			s.Name = AccountUsers
		}
	}
	return s
}

// Tag implements plan.Dialect: tag keys stay as they are written and live in no schema.
func (*Dialect) Tag(name string, _, _ state.Securable) state.Securable {
	return state.Securable{Kind: state.KindTag, Name: name}
}

// Policy implements plan.Dialect: a function in the home schema. Function names take letters, digits and underscores
// without trouble; anything else in a mask's name becomes an underscore.
func (*Dialect) Policy(mask string, family state.Family, home state.Securable) state.Securable {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(mask))
	return state.Securable{Kind: state.KindMaskingPolicy, Catalog: home.Catalog, Schema: home.Schema,
		Name: "polsync_" + name + "_" + string(family)}
}

// TagMasks implements plan.Dialect: masks go on column by column.
func (*Dialect) TagMasks() bool { return false }

// FutureContainers implements plan.Dialect: a grant on a container reaches what is created in it.
func (*Dialect) FutureContainers() bool { return false }
