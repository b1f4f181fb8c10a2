package declare

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
)

// Bounds limit what a source may declare. A list that is empty bounds nothing, but for the privileges that give away
// control, which are only for sources whose Privileges name them.
type Bounds struct {
	On         []state.Pattern // the places
	To         []string        // the principals, as policy files write them
	Privileges []string        // upper case, words separated by spaces
}

// ReadBounds reads the bounds of one source from the configuration. Mistakes go to the node's errors.
func ReadBounds(n document.Node, platforms map[string]string) Bounds {
	l := &loader{o: Options{Platforms: platforms}}
	return Bounds{On: l.patterns(n.Get("on"), false), To: n.Get("to").Texts(), Privileges: privilegesOf(n.Get("privileges"))}
}

// control lists the privileges that give control over others' access rather than access.
var control = []string{"OWNERSHIP", "MANAGE", "MANAGE GRANTS", "ALL", "ALL PRIVILEGES", "CREATE ROLE", "CREATE USER", "APPLY MASKING POLICY", "APPLY ROW ACCESS POLICY",
	"APPLY AGGREGATION POLICY", "APPLY PROJECTION POLICY", "APPLY JOIN POLICY", "APPLY TAG"}

// wholesale are those of control that matter only on an account or metastore.
var wholesale = []string{"ALL", "ALL PRIVILEGES"}

// adminRoles are Snowflake's system roles and the like on Databricks: whoever joins them governs the platform.
var adminRoles = []string{"ACCOUNTADMIN", "SECURITYADMIN", "USERADMIN", "SYSADMIN", "ORGADMIN", "GLOBALORGADMIN", "ADMINS"}

// Check returns an error for each of a source's declarations that lies outside its bounds.
func (b Bounds) Check(source string, d *state.Declarations) document.Errors {
	c := &boundsCheck{b: b, source: source, d: d}
	for _, a := range d.Assignments {
		c.places(a.On)
	}
	for _, m := range d.Masks {
		c.places(m.On)
		if m.Tag != "" {
			c.tagPlaces("mask "+m.Name, m.Within, m.Origin)
		}
	}
	for _, f := range d.RowFilters {
		c.rowFilter(f)
	}
	for _, x := range d.Constraints {
		c.places(x.On)
	}
	for _, g := range d.Grants {
		c.grant(g)
	}
	for _, x := range d.Exclusives {
		c.exclusive(x)
	}
	for _, o := range d.Owners {
		c.owner(o)
	}
	for _, r := range d.Roles {
		c.role(r)
	}
	for _, e := range d.Exceptions {
		c.principals(e.To)
	}
	for _, x := range d.Decisions {
		c.places(x.On)
	}
	return c.errs.Sorted()
}

type boundsCheck struct {
	b      Bounds
	source string
	d      *state.Declarations
	errs   document.Errors
}

func (c *boundsCheck) fail(o state.Origin, message string) {
	c.errs = append(c.errs, document.Error{File: cmp.Or(o.File, c.source), Line: o.Line, Column: o.Column, Message: "outside of what " + c.source + " may declare: " + message})
}

func (c *boundsCheck) places(on []state.Selector) {
	for _, s := range on {
		switch {
		case len(c.b.On) == 0:
		case s.Tag != "" && len(s.Under) == 0:
			c.fail(s.Origin, "a tag selector reaches everywhere; narrow it with under")
		case s.Tag != "":
			c.patterns(s.Under, s.Origin)
		default:
			c.patterns([]state.Pattern{s.Pattern}, s.Origin)
		}
	}
}

func (c *boundsCheck) patterns(all []state.Pattern, o state.Origin) {
	for _, p := range all {
		inside := slices.ContainsFunc(c.b.On, func(b state.Pattern) bool { return contains(b, p) })
		if len(c.b.On) > 0 && !inside {
			c.fail(o, p.Text)
		}
	}
}

func (c *boundsCheck) tagPlaces(what string, within []state.Pattern, o state.Origin) {
	if len(c.b.On) == 0 {
		return
	}
	if len(within) == 0 {
		c.fail(o, what+" holds wherever its tag is; narrow it with within")
	}
	c.patterns(within, o)
}

// rowFilter checks what a filter is on, and the table that it reads.
func (c *boundsCheck) rowFilter(f state.RowFilterDeclaration) {
	c.places(f.On)
	if f.Tag != "" {
		c.tagPlaces("row filter "+f.Name, f.Within, f.Origin)
	}
	if f.Lookup != nil {
		c.patterns([]state.Pattern{f.Lookup.Table}, f.Lookup.Origin)
	}
}

func (c *boundsCheck) grant(g state.GrantDeclaration) {
	c.places(g.On)
	c.principals(g.To)
	privileges := g.Privileges
	if level, ok := c.d.Access[g.Access]; ok {
		for _, kind := range slices.Sorted(maps.Keys(level.Privileges)) {
			privileges = append(slices.Clone(privileges), level.Privileges[kind]...)
		}
	}
	for _, p := range privileges {
		c.privilege(p, g)
	}
	if len(c.b.Privileges) > 0 {
		for _, p := range builtIn[g.Access] {
			c.privilege(p, g)
		}
	}
}

// exclusive checks what is taken from everybody else.
func (c *boundsCheck) exclusive(d state.ExclusiveDeclaration) {
	c.places(d.On)
	if len(c.b.To) > 0 {
		c.fail(d.Origin, "exclusive takes privileges from everybody, also from those that it may not speak of")
	}
	for _, p := range d.Privileges {
		if len(c.b.Privileges) > 0 && !slices.Contains(c.b.Privileges, p) {
			c.fail(d.Origin, p)
		}
	}
}

func (c *boundsCheck) owner(d state.OwnerDeclaration) {
	c.places(d.On)
	if d.Owner == nil {
		return
	}
	c.principals([]state.PrincipalRef{*d.Owner})
	if !slices.Contains(c.b.Privileges, "OWNERSHIP") {
		c.fail(d.Origin, "OWNERSHIP gives control over access; polsync.yaml must open it under may")
	}
}

// builtIn is what the built-in access levels give, on either platform.
var builtIn = map[string][]string{"read": {"SELECT"}, "write": {"INSERT", "UPDATE", "DELETE", "TRUNCATE"}}

func (c *boundsCheck) privilege(p string, g state.GrantDeclaration) {
	named := slices.Contains(c.b.Privileges, p)
	onAll := slices.ContainsFunc(g.On, func(s state.Selector) bool { return s.Kind == state.KindAccount || s.Kind == state.KindMetastore })
	switch {
	case named || g.Absent:
	case slices.Contains(wholesale, p) && !onAll:
		if len(c.b.Privileges) > 0 {
			c.fail(g.Origin, p)
		}
	case slices.Contains(control, p):
		c.fail(g.Origin, p+" gives control over access; polsync.yaml must open it under may")
	case len(c.b.Privileges) > 0:
		c.fail(g.Origin, p)
	}
}

func (c *boundsCheck) principals(refs []state.PrincipalRef) {
	for _, r := range refs {
		if len(c.b.To) > 0 && !slices.Contains(c.b.To, r.String()) {
			c.fail(r.Origin, r.String())
		}
	}
}

// role checks what a declared role joins: an admin role opens everything.
func (c *boundsCheck) role(r state.RoleDeclaration) {
	name := strings.ToUpper(r.Name.Text)
	if r.Kind == state.KindRole && c.admin(name) && len(r.Members)+len(r.Users) > 0 {
		c.fail(r.Origin, r.Name.Text+" is an admin role; polsync.yaml must open it under may: to")
	}
	for _, of := range r.MemberOf {
		for _, p := range c.physical(of) {
			if c.admin(strings.ToUpper(p.Name)) {
				c.fail(of.Origin, of.String()+" is an admin role; polsync.yaml must open it under may: to")
			}
		}
	}
	if len(c.b.To) > 0 {
		c.principals(append(append(slices.Clone(r.Members), r.Users...), r.MemberOf...))
	}
}

// admin reports whether a name is an admin role's that the bounds do not open.
func (c *boundsCheck) admin(name string) bool {
	opened := slices.ContainsFunc(c.b.To, func(t string) bool { return strings.EqualFold(strings.TrimPrefix(t, "role:"), name) })
	return slices.Contains(adminRoles, name) && !opened
}

func (c *boundsCheck) physical(ref state.PrincipalRef) []state.PrincipalRef {
	if ref.Kind != state.KindNone {
		return []state.PrincipalRef{ref}
	}
	var all []state.PrincipalRef
	on := c.d.Principals[ref.Name].On
	for _, platform := range slices.Sorted(maps.Keys(on)) {
		all = append(all, on[platform]...)
	}
	return all
}

// contains reports whether everything that p can match lies within b.
func contains(b, p state.Pattern) bool {
	if b.Platform != "*" && b.Platform != p.Platform || len(b.Parts) > len(p.Parts) {
		return false
	}
	for i, part := range b.Parts {
		if !partContains(part, p.Parts[i]) {
			return false
		}
	}
	return b.Deep || len(b.Parts) == len(p.Parts) && !p.Deep
}

// partContains is exact for plain parts and a lone *; other globs contain only themselves, which errs on the side of
// refusing.
func partContains(b, p state.Part) bool {
	switch {
	case !b.Quoted && b.Text == "*":
		return true
	case b.Quoted != p.Quoted:
		return b.Text == p.Text && !b.Wild() && !p.Wild()
	case b.Quoted:
		return b.Text == p.Text
	}
	return strings.EqualFold(b.Text, p.Text)
}
