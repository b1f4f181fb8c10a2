package snowflake

import (
	"sort"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// object is anything with a name, an owner and privileges: a database, table, tag, policy, role, user, warehouse, the account itself.
// The pointers behind it are set for the kinds they belong to.
type object struct {
	id      int64
	kind    kind
	name    string // the stored name; for functions with argument types
	parent  *object
	owner   *object // role; nil where the system owns it
	comment string
	created time.Time
	altered time.Time
	dropped time.Time // zero while it is there

	children map[childKey]*object
	tags     []*tagging
	grants   []*grant       // of privileges on it, ownership apart
	held     []*grant       // of privileges to it
	roles    []*grant       // of roles to it: the roles it has
	future   []*futureGrant // of databases and schemas
	handed   []*inheritedGrant
	props    map[string]string

	rel    *relation
	policy *policy
	tag    *tagDef
	user   *user
}

// childKey finds an object in its container.
type childKey struct{ space, name string }

// relation is what tables and views have.
type relation struct {
	columns   []*column
	rows      []sqlengine.Row // replaced on every change, never written into
	transient bool
	temporary bool
	secure    bool
	sort      string // one of tableSorts with _TABLE, "" for a plain one
	text      string // of what has a query: the statement that made it
	query     *sqlengine.Query
	base      *object // of a materialized view: the table that it reads
	rowAccess *attachment
	aggregate *attachment
	join      *attachment // its args are the allowed join keys

	classified *classification // what SYSTEM$CLASSIFY last said, nil if it never did

	locked string // who holds the lock that tests put on it
}

// column is a column of a table or view.
type column struct {
	id         int64
	name       string
	typ        sqlengine.Type
	notNull    bool
	def        string // the expression behind DEFAULT
	expression string // of a column of an external table that is computed from its VALUE
	identity   int64  // next value of an identity column, 0 for others
	comment    string
	mask       *attachment
	projection *attachment
	tags       []*tagging
}

// attachment binds a policy to a place.
type attachment struct {
	policy *object
	args   []string // stored column names, in the order of the policy's parameters
	at     time.Time
}

// policy is what policies of all kinds have.
type policy struct {
	params  []sqlengine.Param
	returns sqlengine.Type
	body    string
	expr    sqlengine.Expr
	exempt  bool
}

// tagDef is what tags have.
type tagDef struct {
	listed     bool // an allowed-values list is set
	allowed    []string
	propagate  string
	onConflict string
	multi      bool
	masks      []*attachment // one per type family
	lost       []lostTagging // what it was set on when it was dropped
}

// tagging is a tag set on something.
type tagging struct {
	tag    *object
	value  string
	method string // MANUAL, PROPAGATED, CLASSIFIED
	from   string // of PROPAGATED: the values that came together here
	moved  bool   // of PROPAGATED: with data, and not by dependency
	at     time.Time
}

func (o *object) space() string { return o.kind.info().space }

func (o *object) child(space, name string) *object { return o.children[childKey{space, name}] }

func (o *object) isDropped() bool { return !o.dropped.IsZero() }

// database gives the database an object lies in, or is.
func (o *object) database() *object {
	for x := o; x != nil; x = x.parent {
		if x.kind == kindDatabase {
			return x
		}
	}
	return nil
}

// schema gives the schema an object lies in, or is.
func (o *object) schema() *object {
	for x := o; x != nil; x = x.parent {
		if x.kind == kindSchema {
			return x
		}
	}
	return nil
}

// path gives the stored names from the database down, or the name alone.
func (o *object) path() []string {
	if o.parent == nil || o.parent.kind == kindAccount {
		return []string{o.name}
	}
	return append(o.parent.path(), o.name)
}

// dotted gives the path as messages and SHOW write it: a part is quoted where it must be.
func (o *object) dotted() string {
	parts := o.path()
	for i, p := range parts {
		if o.kind.isRoutine() && i == len(parts)-1 {
			parts[i] = `"` + p + `"`
			continue
		}
		parts[i] = quoteIfNeeded(p)
	}
	return strings.Join(parts, ".")
}

// plain gives the path joined with dots, unquoted.
func (o *object) plain() string { return strings.Join(o.path(), ".") }

func quoteIfNeeded(name string) string {
	for i, r := range name {
		letter := r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || (r < '0' || r > '9') && r != '$') {
			return sqlengine.Snowflake.Quote(name)
		}
	}
	if name == "" {
		return `""`
	}
	return name
}

// list gives the children in some space, by name. An empty space is all.
func (o *object) list(space string) []*object {
	var out []*object
	for k, c := range o.children {
		if space == "" || k.space == space {
			out = append(out, c)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].name != out[j].name {
			return out[i].name < out[j].name
		}
		return out[i].kind < out[j].kind
	})
	return out
}

// column finds a column by its stored name.
func (r *relation) column(name string) (*column, int) {
	for i, c := range r.columns {
		if c.name == name {
			return c, i
		}
	}
	return nil, -1
}

func (o *object) prop(name, otherwise string) string {
	if v, ok := o.props[name]; ok {
		return v
	}
	return otherwise
}

func (o *object) setProp(name, value string) {
	if o.props == nil {
		o.props = map[string]string{}
	}
	o.props[name] = value
}

// managed tells whether a schema is one with managed access.
func (o *object) managed() bool { return o != nil && o.props["managed"] == "true" }

// ownerName gives the owner as SHOW does, "" for the system.
func (o *object) ownerName() string {
	if o.owner == nil {
		return ""
	}
	return o.owner.name
}

// ownerType tells the kind of the owner as owner_role_type does.
func (o *object) ownerType() string {
	if o.owner == nil {
		return ""
	}
	return string(o.owner.kind)
}
