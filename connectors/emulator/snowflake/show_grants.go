package snowflake

import (
	"context"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

const (
	grantsOnColumns = "@created_on,privilege,granted_on,name,granted_to,grantee_name,grant_option,granted_by,granted_by_role_type"
	grantsToColumns = "@created_on,privilege,granted_on,name,granted_to,grantee_name,grant_option,granted_by"
	grantsToUser    = "@created_on,privilege,granted_on,name,role,granted_to,grantee_name,grant_option,granted_by"
	grantsOfColumns = "@created_on,role,granted_to,grantee_name,granted_by"
	futureColumns   = "@created_on,privilege,grant_on,name,grant_to,grantee_name,grant_option"
)

func (c *cursor) showGrants() (action, error) {
	like := ""
	if c.AcceptKeyword("LIKE") {
		var err error
		if like, err = c.StringLiteral(); err != nil {
			return nil, err
		}
	}
	carry, err := c.grantListing()
	if err != nil {
		return nil, err
	}
	limit, err := c.showLimit()
	return func(context.Context) (*Result, error) {
		r, err := carry(c.s)
		if err != nil {
			return nil, err
		}
		r.keepLike(like)
		if limit > 0 {
			r = r.first(limit)
		}
		return r, nil
	}, err
}

// keepLike keeps the rows whose name matches a pattern.
func (r *Result) keepLike(pattern string) {
	at := r.index("name")
	if pattern == "" || at < 0 {
		return
	}
	match := likePattern(pattern)
	r.Rows = slices.DeleteFunc(r.Rows, func(row sqlengine.Row) bool {
		name, _ := row[at].(string)
		return !match(name)
	})
}

// grantListing reads which grants to show.
func (c *cursor) grantListing() (func(*session) (*Result, error), error) {
	var carry func(*session) (*Result, error)
	switch c.AcceptAny("ON", "TO", "OF") {
	case "ON":
		t := nameOfKind{kind: kindAccount}
		if !c.AcceptKeyword("ACCOUNT") {
			var err error
			if t, err = c.objectName(); err != nil {
				return nil, err
			}
		}
		carry = func(s *session) (*Result, error) { return s.showGrantsOn(t) }
	case "TO":
		g, err := c.grantee()
		if err != nil {
			return nil, err
		}
		carry = func(s *session) (*Result, error) { return s.grantsTo(g) }
	case "OF":
		g, err := c.grantee()
		if err != nil {
			return nil, err
		}
		carry = func(s *session) (*Result, error) { return s.grantsOf(g) }
	default:
		carry = (*session).ownGrants
	}
	return carry, nil
}

func (c *cursor) showLimit() (int, error) {
	if !c.AcceptKeyword("LIMIT") {
		return 0, nil
	}
	return c.IntLiteral()
}

// granteeName writes who has a privilege: database roles with their database, shares with their account.
func granteeName(o *object) string {
	if o.kind == kindShare {
		return o.parent.name + "." + o.name
	}
	return o.plain()
}

// byName gives the grantor, "" for the system.
func (g *grant) byName() string {
	if g.by == nil {
		return ""
	}
	return g.by.name
}

func (g *grant) byType() string {
	if g.by == nil {
		return ""
	}
	return string(g.by.kind)
}

// ownership gives the grant that ownership is shown as, or nil.
func ownership(o *object) *grant {
	if o.owner == nil {
		return nil
	}
	return &grant{privilege: privOwnership, on: o, to: o.owner, by: o.owner, option: true, created: o.created}
}

// grantRow is a grant as listings have it, ownership included.
type grantRow struct{ *grant }

// grantsOn gives all grants on an object, ownership included, in order.
func grantsOn(o *object) []grantRow {
	list := append([]*grant{}, o.grants...)
	if g := ownership(o); g != nil {
		list = append(list, g)
	}
	sortGrants(list)
	out := make([]grantRow, len(list))
	for i, g := range list {
		out[i] = grantRow{g}
	}
	return out
}

// shown gives the cells that all listings of grants share.
func (g *grant) shown() sqlengine.Row {
	return sqlengine.Row{g.created.Truncate(1e6), g.privilege, g.on.grantedOn(), g.on.grantName()}
}

// grantedOn is what listings of grants call the sort of an object. Some tables have a name of their own there, though GRANT calls them TABLE.
func (o *object) grantedOn() string {
	if o.rel != nil && o.rel.sort != "" {
		return o.rel.sort
	}
	return string(o.kind)
}

// grantName is the name of an object in a list of grants. Functions end in the type of their result.
func (o *object) grantName() string {
	if o.kind.isRoutine() {
		return o.parent.dotted() + `."` + o.name + ":" + bareType(o.policy.returns) + `"`
	}
	return o.dotted()
}

// grantedTo gives the grantee and its option, which nobody has on what lies in a schema with managed access.
func (g *grant) grantedTo() sqlengine.Row {
	sch := g.on.schema()
	managed := sch != nil && sch != g.on && sch.managed()
	return sqlengine.Row{string(g.to.kind), granteeName(g.to), strconv.FormatBool(g.option && !managed), g.byName()}
}

func (s *session) showGrantsOn(t nameOfKind) (*Result, error) {
	o := s.a.root
	if t.kind != kindAccount {
		var err error
		if o, err = s.scope().find(t.kind, t.name); err != nil {
			return nil, err
		}
	}
	r := &Result{Columns: columnsOf(grantsOnColumns), typeID: typeShow}
	for _, g := range grantsOn(o) {
		r.Rows = append(r.Rows, append(append(g.shown(), g.grantedTo()...), g.byType()))
	}
	return r, nil
}

// sortGrants puts grants in order of what they are on, privilege and grantee.
func sortGrants(list []*grant) {
	keys := make(map[*grant]string, len(list))
	for _, g := range list {
		keys[g] = strings.Join([]string{string(g.on.kind), g.on.plain(), g.privilege, string(g.to.kind), granteeName(g.to), g.byName()}, "\x00")
	}
	sort.SliceStable(list, func(i, k int) bool { return keys[list[i]] < keys[list[k]] })
}

func (s *session) grantsTo(name nameOfKind) (*Result, error) {
	to, err := s.principal(name)
	if err != nil {
		return nil, err
	}
	list := append(append([]*grant{}, to.held...), to.roles...)
	if to.kind == kindUser {
		return s.grantsToUser(to, list)
	}
	s.a.root.eachOwned(to, func(o *object) { list = append(list, ownership(o)) })
	sortGrants(list)
	r := &Result{Columns: columnsOf(grantsToColumns), typeID: typeShow}
	for _, g := range list {
		r.Rows = append(r.Rows, append(g.shown(), g.grantedTo()...))
	}
	r.Rows = append(append(r.Rows, s.a.inheritedRows(to)...), searchRows(list)...)
	return r, nil
}

// searched marks a table with search optimization, which keeps a materialized view that only listings of grants show.
const searched = "search_optimization"

// searchRows lists ownership of such views and SELECT on them: who has it on the table has it there.
func searchRows(list []*grant) []sqlengine.Row {
	var rows []sqlengine.Row
	for _, g := range list {
		if g.on.prop(searched, "") == "" || g.privilege != privOwnership && g.privilege != privSelect {
			continue
		}
		row := append(g.shown(), g.grantedTo()...)
		row[2], row[3] = "MATERIALIZED_VIEW", g.on.parent.dotted()+".IDX_MV_"+strconv.FormatInt(g.on.id, 10)
		rows = append(rows, row)
	}
	return rows
}

// eachOwned visits what a role owns in an object, in no order.
func (o *object) eachOwned(role *object, visit func(*object)) {
	if o.owner == role {
		visit(o)
	}
	for _, c := range o.children {
		c.eachOwned(role, visit)
	}
}

// grantsToUser lists roles and privileges of a user, to those who may see them: the user, its owner, and who manages grants.
func (s *session) grantsToUser(to *object, list []*grant) (*Result, error) {
	if to != s.user && !s.may().overview() && !s.may().owns(to) {
		return nil, errDenied(to)
	}
	sortGrants(list)
	r := &Result{Columns: columnsOf(grantsToUser), typeID: typeShow}
	for _, g := range list {
		role := sqlengine.Value(nil)
		if g.isMembership() {
			role = g.on.name
		}
		r.Rows = append(r.Rows, append(append(g.shown(), role), g.grantedTo()...))
	}
	return r, nil
}

func (s *session) grantsOf(name nameOfKind) (*Result, error) {
	role, err := s.principal(name)
	if err != nil {
		return nil, err
	}
	if name.kind == kindUser {
		return nil, compilation(codeCompilation, "42601", "syntax error: SHOW GRANTS OF takes a role.")
	}
	list := append([]*grant{}, role.grants...)
	sortGrants(list)
	r := &Result{Columns: columnsOf(grantsOfColumns), typeID: typeShow}
	for _, g := range list {
		if g.isMembership() {
			row := memberRow(g)
			if g.to.kind == kindDatabaseRole && s.a.opt.BareDatabaseRoles {
				row[3] = g.to.name
			}
			r.Rows = append(r.Rows, row)
		}
	}
	return r, nil
}

func memberRow(g *grant) sqlengine.Row {
	return sqlengine.Row{g.created.Truncate(1e6), g.on.name, string(g.to.kind), granteeName(g.to), g.byName()}
}

// ownGrants lists the roles of the user.
func (s *session) ownGrants() (*Result, error) {
	list := append([]*grant{}, s.user.roles...)
	sortGrants(list)
	r := &Result{Columns: columnsOf(grantsOfColumns), typeID: typeShow}
	for _, g := range list {
		r.Rows = append(r.Rows, memberRow(g))
	}
	return r, nil
}

func (c *cursor) showFutureGrants() (action, error) {
	word := c.AcceptAny("IN", "TO")
	if word == "" {
		return nil, c.Errorf("expected IN or TO")
	}
	var target nameOfKind
	var err error
	if word == "TO" {
		target, err = c.grantee()
	} else {
		sh := &showing{}
		err = c.showScope(sh)
		target = sh.in
	}
	if err != nil {
		return nil, err
	}
	limit, err := c.showLimit()
	return func(context.Context) (*Result, error) {
		r, err := c.s.futureGrants(word, target)
		if err != nil || limit == 0 {
			return r, err
		}
		return r.first(limit), nil
	}, err
}

// futureGrants lists future grants in a container, or to a role.
func (s *session) futureGrants(word string, target nameOfKind) (*Result, error) {
	r := &Result{Columns: columnsOf(futureColumns), typeID: typeShow}
	if word == "IN" {
		in, err := s.within(&showing{in: target})
		if err != nil {
			return nil, err
		}
		if in.kind != kindDatabase && in.kind != kindSchema {
			return nil, c42601("SHOW FUTURE GRANTS IN takes a database or schema.")
		}
		for _, f := range in.future {
			r.Rows = append(r.Rows, f.row())
		}
	} else {
		to, err := s.principal(target)
		if err != nil {
			return nil, err
		}
		s.a.eachContainer(func(c *object) {
			for _, f := range c.future {
				if f.to == to {
					r.Rows = append(r.Rows, f.row())
				}
			}
		})
	}
	return r, nil
}

// row describes a future grant; its name has the kind in angle brackets.
func (f *futureGrant) row() sqlengine.Row {
	return sqlengine.Row{f.created.Truncate(1e6), f.privilege, string(f.kind), f.in.dotted() + ".<" + string(f.kind) + ">", string(f.to.kind),
		granteeName(f.to), strconv.FormatBool(f.option)}
}

// first cuts a result to a number of rows.
func (r *Result) first(n int) *Result {
	r.Rows = r.Rows[:min(n, len(r.Rows))]
	return r
}

// index gives the place of a column, -1 where there is none.
func (r *Result) index(column string) int {
	return slices.IndexFunc(r.Columns, func(c sqlengine.Column) bool { return c.Name == column })
}
