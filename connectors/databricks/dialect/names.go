package dialect

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// AccountUsers is the group that everybody in the account is in.
const AccountUsers = "account users"

// Known is what Compile has to know of a workspace besides the changes. It is filled in by a snapshot.
type Known struct {
	Metastore string                         // id
	Kinds     map[state.Securable]state.Kind // of relations that are no tables, by the table of that name
	Account   Account
}

// Dialect implements plan.Dialect. The zero value knows nothing of the workspace: columns are altered as those of
// tables, and nothing is granted on the metastore.
type Dialect struct {
	known func() Known
}

var _ plan.Dialect = Dialect{}

// New returns the dialect of a workspace. Known is asked when changes are compiled.
func New(known func() Known) Dialect { return Dialect{known} }

func (d Dialect) knows() Known {
	if d.known == nil {
		return Known{}
	}
	return d.known()
}

// Name implements plan.Dialect.
func (Dialect) Name() string { return "databricks" }

// FoldPart implements plan.Dialect. Names are stored in lower case; columns keep theirs but are matched without it,
// and principals are compared without it, so lower case stands for all spellings, quoted or not.
func (Dialect) FoldPart(p state.Part) string { return strings.ToLower(p.Text) }

// Fold implements plan.Dialect: roles are groups, and everyone is a group as well.
func (Dialect) Fold(s state.Securable) state.Securable {
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
func (Dialect) Tag(name string, _, _ state.Securable) state.Securable {
	return state.Securable{Kind: state.KindTag, Name: name}
}

// TagDefined implements plan.Dialect: only a governed tag has a definition, its tag policy.
func (Dialect) TagDefined(governed bool) bool { return governed }

// maxName bounds a policy's name; objects have at most 255 characters.
const maxName = 200

// Policy implements plan.Dialect: a function in the home schema. What a plain name cannot hold becomes an underscore,
// and a digest then keeps two names apart.
func (Dialect) Policy(mask string, family state.Family, home state.Securable) state.Securable {
	written := strings.ToLower(mask) + "_" + string(family)
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, written)
	if name != written || len(name) > maxName || strings.ToLower(mask) != mask {
		sum := sha256.Sum256([]byte(mask + "\x00" + string(family)))
		name = name[:min(len(name), maxName)] + "_" + hex.EncodeToString(sum[:4])
	}
	return state.Securable{Kind: state.KindMaskingPolicy, Catalog: home.Catalog, Schema: home.Schema, Name: "polsync_" + name}
}

// TagMasks implements plan.Dialect: masks go on column by column.
func (Dialect) TagMasks() bool { return false }

// FutureContainers implements plan.Dialect: a grant on a container reaches what is created in it.
func (Dialect) FutureContainers() bool { return false }
