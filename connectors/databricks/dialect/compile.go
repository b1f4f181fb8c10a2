package dialect

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Compile implements plan.Dialect. Tags of one securable travel in one statement, grants of one securable in one
// request, the allowed values of one tag in one request, and members of one group in requests of a hundred; anything else
// is a statement of its own.
func (d Dialect) Compile(phase plan.Phase, changes []plan.Change) ([]plan.Step, error) {
	var steps []plan.Step
	for from := 0; from < len(changes); {
		to := from + 1
		for to < len(changes) && joins(changes[from], changes[to]) && (changes[from].Key.Fact != state.FactMember || to-from < membersPerRequest) {
			to++
		}
		group := changes[from:to]
		statement, err := d.compile(group)
		if err != nil {
			return nil, refused(group, err)
		}
		further, err := d.account(group)
		if err != nil {
			return nil, refused(group, err)
		}
		if statement != nil {
			steps = append(steps, plan.Step{Phase: phase, Changes: slices.Clone(group), Statements: append([]plan.Statement{*statement}, further...)})
		}
		from = to
	}
	return steps, nil
}

// joins reports whether two neighbouring changes can be one statement.
func joins(a, b plan.Change) bool {
	if a.Key.On == b.Key.On && a.Key.Fact == state.FactTag && b.Key.Fact == state.FactAllowedValue {
		return governs(a) && b.Want != nil // the request that makes the tag has its whole list
	}
	if a.Key.On != b.Key.On || a.Key.Fact != b.Key.Fact {
		return false
	}
	switch a.Key.Fact {
	case state.FactGrant:
		return true
	case state.FactTagged, state.FactAllowedValue, state.FactMember:
		return (a.Want == nil) == (b.Want == nil)
	}
	return false
}

// refusal is an error about one change of a group.
type refusal struct {
	change plan.Change
	err    error
}

func (r *refusal) Error() string { return r.err.Error() }

func refused(group []plan.Change, err error) error {
	about := group[0]
	var r *refusal
	if errors.As(err, &r) {
		about = r.change
	}
	return &plan.UnsupportedError{Change: about, Reason: err.Error()}
}

// compile returns the statement of a group, nil for changes that need none.
func (d Dialect) compile(group []plan.Change) (*plan.Statement, error) {
	c := group[0]
	switch c.Key.Fact {
	case state.FactTag:
		return tag(group)
	case state.FactAllowedValue:
		return allowedValues(group)
	case state.FactTagged:
		return d.tagged(group)
	case state.FactPolicy:
		return policy(c)
	case state.FactMask:
		return d.mask(c)
	case state.FactGrant:
		return d.grants(group)
	case state.FactOwner:
		return d.owner(c)
	case state.FactManaged:
		return nil, errors.New("schemas have no managed access here; owners and MANAGE decide who grants")
	case state.FactBinding:
		return nil, errors.New("masks are set on columns here, not on tags")
	case state.FactRowPolicy:
		return rowPolicy(c)
	case state.FactFilter:
		return filter(c)
	case state.FactABAC:
		return attributePolicy(c)
	case state.FactConstraintPolicy, state.FactConstraint:
		return nil, errors.New("aggregation, projection and join policies are Snowflake's alone")
	case state.FactRole:
		return d.role(c)
	case state.FactMember:
		return d.members(group)
	}
	return nil, fmt.Errorf("a change of a %s is not known", c.Key.Fact)
}

// sql returns a statement from a builder.
func sql(b *builder, idempotent bool, comment string) (*plan.Statement, error) {
	text, err := b.done()
	if err != nil {
		return nil, err
	}
	return &plan.Statement{SQL: text, Comment: comment, Idempotent: idempotent}, nil
}

// alterWord returns what ALTER calls a kind that carries tags, "" for others.
func alterWord(k state.Kind) string {
	if k == state.KindFunction {
		return ""
	}
	return securables[k].alter
}

// alterColumn begins ALTER ... ALTER COLUMN. A column does not know what it stands in: materialized views and
// streaming tables have their own verb, while columns of views are altered as those of tables.
func (d Dialect) alterColumn(b *builder, column state.Securable) *builder {
	word := "TABLE"
	if k := d.knows().Kinds[column.Table()]; k == state.KindMaterializedView || k == state.KindDynamicTable {
		word = alterWord(k)
	}
	return b.raw("ALTER ", word, " ").name(column.Catalog, column.Schema, column.Name).raw(" ALTER COLUMN ").name(column.Column)
}

func (d Dialect) mask(c plan.Change) (*plan.Statement, error) {
	b := d.alterColumn(new(builder), c.Key.On)
	want, ok := c.Want.(state.Mask)
	if !ok {
		return sql(b.raw(" DROP MASK"), false, "mask off "+c.Key.On.String())
	}
	b.raw(" SET MASK ").name(want.Policy.Catalog, want.Policy.Schema, want.Policy.Name)
	for i, column := range want.Using {
		b.raw([]string{" USING COLUMNS (", ", "}[min(i, 1)]).name(column)
	}
	if len(want.Using) > 0 {
		b.raw(")")
	}
	return sql(b, true, "mask "+c.Key.On.String())
}

// Marker is the comment of the functions polsync makes; it helps to find them when the record of them is lost.
const Marker = "managed by polsync"

// policy creates, replaces or drops a mask's function. A new one is not created over one that is there.
func policy(c plan.Change) (*plan.Statement, error) {
	b, on := new(builder), c.Key.On
	want, ok := c.Want.(*state.MaskingPolicy)
	if !ok {
		return sql(b.raw("DROP FUNCTION IF EXISTS ").name(on.Catalog, on.Schema, on.Name), true, "drop "+on.String())
	}
	if err := expressible(want); err != nil {
		return nil, err
	}
	verb := "CREATE FUNCTION "
	if c.Was != nil {
		verb = "CREATE OR REPLACE FUNCTION "
	}
	result := typeOf(want.Family)
	b.raw(verb).name(on.Catalog, on.Schema, on.Name).raw("(", Value, " ", result)
	for i, a := range want.Args {
		family := state.FamilyString
		if i < len(want.ArgType) {
			family = want.ArgType[i]
		}
		b.raw(", ").name(a).raw(" ", typeOf(family))
	}
	body := want.Body
	if body == "" {
		made, err := Dialect{}.Body(want)
		if err != nil {
			return nil, err
		}
		body = made
	}
	b.raw(") RETURNS ", result, " COMMENT ").literal(cmp.Or(want.Comment, Marker)).raw(" RETURN ", body)
	return sql(b, c.Was != nil, "policy "+on.String())
}

// owner moves ownership by a statement where the kind has one, else by a request.
func (d Dialect) owner(c plan.Change) (*plan.Statement, error) {
	want, ok := c.Want.(state.Owner)
	on, to := c.Key.On, principal(state.Securable(want))
	how, known := securables[on.Kind]
	switch {
	case !ok:
		return nil, errors.New("ownership moves, it is never taken away")
	case !known:
		return nil, fmt.Errorf("the owner of a %s cannot be set", on.Kind)
	case how.alter == "":
		return d.ownerByRequest(on, to)
	}
	b := new(builder).raw("ALTER ", how.alter, " ").name(on.Parts()...).raw(" OWNER TO ").name(to)
	return sql(b, true, "owner of "+on.String())
}

func (d Dialect) ownerByRequest(on state.Securable, to string) (*plan.Statement, error) {
	path, err := d.onePath(on)
	if err != nil {
		return nil, err
	}
	body := struct {
		Owner string `json:"owner"`
	}{to}
	same := "ALTER " + securables[on.Kind].word + " " + QualifiedName(on.Parts()...) + " OWNER TO " + QuoteName(to)
	switch on.Kind {
	case state.KindMetastore, state.KindModel, state.KindCleanRoom:
		same = "no SQL moves the ownership of a " + on.Kind.String()
	case state.KindServiceCredential:
		same = "ALTER CREDENTIAL " + QualifiedName(on.Parts()...) + " OWNER TO " + QuoteName(to)
	}
	return request("PATCH", path, body, same, true)
}

// principal returns the name by which statements and requests call a principal.
func principal(p state.Securable) string {
	return Dialect{}.Fold(p).Name
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
