package snowflake

import (
	"context"
	"encoding/json"
	"maps"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// native is a function of the system: what it takes and gives, and how it is computed.
type native struct {
	params []sqlengine.Type
	opt    int // how many parameters at the end may be left out
	result sqlengine.Type
	eval   func(c *catalog, ctx context.Context, args []sqlengine.Value) (sqlengine.Value, error)
}

// contextFunctions give facts of the session or of what a policy is attached to.
func contextFunctions() map[string]native {
	text := func(f func(c *catalog) string) native {
		return native{result: sqlengine.TypeText, eval: func(c *catalog, _ context.Context, _ []sqlengine.Value) (sqlengine.Value, error) {
			if s := f(c); s != "" {
				return s, nil
			}
			return nil, nil
		}}
	}
	return map[string]native{
		"CURRENT_ROLE":              text(func(c *catalog) string { return c.sessionRole().name }),
		"CURRENT_ROLE_TYPE":         text(func(*catalog) string { return "ROLE" }),
		"CURRENT_USER":              text(func(c *catalog) string { return c.s.user.name }),
		"CURRENT_ACCOUNT":           text(func(c *catalog) string { return c.s.a.opt.Account }),
		"CURRENT_ACCOUNT_NAME":      text(func(c *catalog) string { return c.s.a.opt.Account }),
		"CURRENT_ORGANIZATION_NAME": text(func(*catalog) string { return "EMULATED" }),
		"CURRENT_REGION":            text(func(*catalog) string { return "LOCAL" }),
		"CURRENT_VERSION":           text(func(*catalog) string { return serverVersion }),
		"CURRENT_CLIENT":            text(func(*catalog) string { return "" }),
		"CURRENT_IP_ADDRESS":        text(func(*catalog) string { return "127.0.0.1" }),
		"CURRENT_SESSION":           text(func(c *catalog) string { return strconv.FormatInt(c.s.id, 10) }),
		"CURRENT_STATEMENT":         text(func(*catalog) string { return "" }),
		"CURRENT_TRANSACTION":       text(func(*catalog) string { return "" }),
		"CURRENT_DATABASE":          text(func(c *catalog) string { return nameOf(c.scope.database) }),
		"CURRENT_SCHEMA":            text(func(c *catalog) string { return nameOf(c.scope.schema) }),
		"CURRENT_WAREHOUSE":         text(func(c *catalog) string { return nameOf(live(c.s.warehouse)) }),
		"CURRENT_SECONDARY_ROLES":   text((*catalog).secondaryRoles),
		"CURRENT_AVAILABLE_ROLES":   text((*catalog).availableRoles),
		"INVOKER_ROLE":              text(func(c *catalog) string { return nameOf(c.invoker) }),
		"LAST_QUERY_ID":             {params: []sqlengine.Type{sqlengine.TypeNumber}, opt: 1, result: sqlengine.TypeText, eval: lastQueryID},
	}
}

func nameOf(o *object) string {
	if o == nil {
		return ""
	}
	return o.name
}

func texts(n int) []sqlengine.Type {
	out := make([]sqlengine.Type, n)
	for i := range out {
		out[i] = sqlengine.TypeText
	}
	return out
}

// systemFunctions are those that take arguments.
func systemFunctions() map[string]native {
	return map[string]native{
		"IS_ROLE_IN_SESSION":               {texts(1), 0, sqlengine.TypeBoolean, isRoleInSession},
		"IS_DATABASE_ROLE_IN_SESSION":      {texts(1), 0, sqlengine.TypeBoolean, isDatabaseRoleInSession},
		"IS_GRANTED_TO_INVOKER_ROLE":       {texts(1), 0, sqlengine.TypeBoolean, isGrantedToInvoker},
		"SYSTEM$GET_TAG":                   {texts(3), 0, sqlengine.TypeText, getTag},
		"SYSTEM$GET_TAG_ON_CURRENT_COLUMN": {texts(1), 0, sqlengine.TypeText, tagOnCurrentColumn},
		"SYSTEM$GET_TAG_ON_CURRENT_TABLE":  {texts(1), 0, sqlengine.TypeText, tagOnCurrentTable},
		"SYSTEM$GET_TAG_ALLOWED_VALUES":    {texts(1), 0, sqlengine.TypeText, tagAllowedValues},
		"SYSTEM$WAIT":                      {[]sqlengine.Type{sqlengine.TypeNumber, sqlengine.TypeText}, 1, sqlengine.TypeText, wait},
		"SYSTEM$GET_CLASSIFICATION_RESULT": {texts(1), 0, sqlengine.TypeVariant, classificationResult},
		"GET_DDL":                          {[]sqlengine.Type{sqlengine.TypeText, sqlengine.TypeText, sqlengine.TypeBoolean}, 1, sqlengine.TypeText, getDDL},
		"EXPLAIN_GRANTABLE_PRIVILEGES":     {nil, 0, sqlengine.TypeText, grantablePrivileges},
	}
}

var natives = sync.OnceValue(func() map[string]native {
	m := contextFunctions()
	maps.Copy(m, systemFunctions())
	return m
})

// Function gives a function of the system, or a SQL function of the account.
func (c *catalog) Function(_ context.Context, name sqlengine.Name, args []sqlengine.Type) (*sqlengine.Function, error) {
	if f, ok := natives()[strings.ToUpper(name.Last())]; ok && len(name) == 1 {
		return c.native(name.Last(), f, args)
	}
	if f := c.constraintFunction(strings.ToUpper(name.Last())); f != nil && len(name) == 1 {
		return f, nil
	}
	if c.body.readsNothing() {
		return nil, errBodyReads(c.body)
	}
	return c.userFunction(name, args)
}

func (c *catalog) native(name string, f native, args []sqlengine.Type) (*sqlengine.Function, error) {
	if len(args) > len(f.params) || len(args) < len(f.params)-f.opt {
		return nil, compilation(938, "22023", "not the right number of arguments for function [%s], expected %d, got %d", name, len(f.params), len(args))
	}
	out := &sqlengine.Function{Params: []sqlengine.Param{}, Result: f.result, Stable: true}
	for i := range args {
		out.Params = append(out.Params, sqlengine.Param{Name: "A" + strconv.Itoa(i), Type: f.params[i]})
	}
	out.Eval = func(ctx context.Context, values []sqlengine.Value) (sqlengine.Value, error) {
		return f.eval(c, ctx, values)
	}
	return out, nil
}

// userFunction finds a SQL function by name and argument types.
func (c *catalog) userFunction(name sqlengine.Name, args []sqlengine.Type) (*sqlengine.Function, error) {
	in, last, err := c.scope.place(kindFunction, name)
	if err != nil {
		return nil, nil //nolint:nilerr // the engine reports the function as unknown
	}
	for _, o := range in.list("function") {
		base, _, _ := strings.Cut(o.name, "(")
		if base != last || len(o.policy.params) != len(args) || !fitAll(o.policy.params, args) {
			continue
		}
		if err := c.scope.may.require(o, privUsage); err != nil {
			return nil, err
		}
		in := c.s.policyCatalog(o, nil, nil, c.invoker)
		in.as, in.depth, in.reads = c.as, c.depth, c.reads
		return &sqlengine.Function{Params: o.policy.params, Result: o.policy.returns, Body: o.policy.expr, Catalog: in}, nil
	}
	return nil, nil
}

func fitAll(params []sqlengine.Param, args []sqlengine.Type) bool {
	for i, p := range params {
		if !fits(args[i], p.Type) {
			return false
		}
	}
	return true
}

// sessionRole is the role that context functions report.
func (c *catalog) sessionRole() *object {
	if c.as != nil {
		return c.as
	}
	return c.s.role
}

// activeRoles are the roles in the session with all they were granted.
func (c *catalog) activeRoles() map[*object]bool {
	if c.as != nil {
		return c.s.a.closure(c.as)
	}
	return c.s.may().roles
}

func (c *catalog) secondaryRoles() string {
	if c.s.secondary != secondaryAll {
		return `{"roles":"","value":""}`
	}
	var names []string
	for _, g := range c.s.user.roles {
		names = append(names, g.on.name)
	}
	sort.Strings(names)
	return `{"roles":` + jsonText(strings.Join(names, ",")) + `,"value":"ALL"}`
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(b)
}

// availableRoles lists the account roles the user has, whatever is active.
func (c *catalog) availableRoles() string {
	var names []string
	for r := range c.s.a.closure(c.s.user) {
		if r.kind == kindRole {
			names = append(names, r.name)
		}
	}
	sort.Strings(names)
	return jsonText(names)
}

func isRoleInSession(c *catalog, _ context.Context, a []sqlengine.Value) (sqlengine.Value, error) {
	name, ok := a[0].(string)
	if !ok {
		return nil, nil
	}
	r := c.s.a.root.child("role", name)
	return r != nil && c.activeRoles()[r], nil
}

func isDatabaseRoleInSession(c *catalog, _ context.Context, a []sqlengine.Value) (sqlengine.Value, error) {
	text, ok := a[0].(string)
	if !ok {
		return nil, nil
	}
	name, err := sqlengine.ParseName(sqlengine.Snowflake, text)
	if err != nil {
		return nil, err
	}
	r, err := c.scope.look(kindDatabaseRole, name)
	if err != nil || r == nil {
		return false, nil //nolint:nilerr // a role that is not there is not in the session
	}
	return c.activeRoles()[r], nil
}

func isGrantedToInvoker(c *catalog, _ context.Context, a []sqlengine.Value) (sqlengine.Value, error) {
	name, ok := a[0].(string)
	if !ok || c.invoker == nil {
		return nil, nil
	}
	r := c.s.a.root.child("role", name)
	return r != nil && c.s.a.closure(c.invoker)[r], nil
}

// tagByText resolves the name of a tag given as text.
func (c *catalog) tagByText(v sqlengine.Value) (*object, error) {
	text, ok := v.(string)
	if !ok {
		return nil, errMissing(kindTag, "")
	}
	name, err := sqlengine.ParseName(sqlengine.Snowflake, text)
	if err != nil {
		return nil, err
	}
	t, err := c.scope.look(kindTag, name)
	if err != nil || t == nil {
		return nil, errMissing(kindTag, full(name))
	}
	return t, nil
}

// valueOf gives the value of a tag, NULL where it is not set. Of a tag with several there is no one value.
func valueOf(tags []effective, tag *object) (sqlengine.Value, error) {
	var out sqlengine.Value
	for _, t := range tags {
		if t.tag != tag {
			continue
		}
		if out != nil {
			return nil, compilation(codeInvalidValue, "22023", "Tag '%s' has more than one value.", tag.plain())
		}
		out = t.value
	}
	return out, nil
}

func tagOnCurrentColumn(c *catalog, _ context.Context, a []sqlengine.Value) (sqlengine.Value, error) {
	t, err := c.tagByText(a[0])
	if err != nil || c.on == nil || c.col == nil {
		return nil, err
	}
	return valueOf(c.s.a.tagsOn(c.on, c.col), t)
}

func tagOnCurrentTable(c *catalog, _ context.Context, a []sqlengine.Value) (sqlengine.Value, error) {
	t, err := c.tagByText(a[0])
	if err != nil || c.on == nil {
		return nil, err
	}
	return valueOf(c.s.a.tagsOn(c.on, nil), t)
}

func getTag(c *catalog, _ context.Context, a []sqlengine.Value) (sqlengine.Value, error) {
	t, err := c.tagByText(a[0])
	if err != nil {
		return nil, err
	}
	o, col, err := c.tagged(a[1], a[2])
	if err != nil {
		return nil, err
	}
	return valueOf(c.s.a.tagsOn(o, col), t)
}

// tagged resolves an object and a domain as tag functions take them.
func (c *catalog) tagged(object, domain sqlengine.Value) (*object, *column, error) {
	text, _ := object.(string)
	d, _ := domain.(string)
	d = strings.ToUpper(d)
	if k := kind(d); k.isRoutine() { // named with the types of its arguments
		at := &cursor{Parser: sqlengine.NewParser(sqlengine.Snowflake, text), s: c.s}
		name, err := at.targetName(k)
		if err != nil {
			return nil, nil, err
		}
		o, err := c.scope.find(k, name)
		return o, nil, err
	}
	name, err := sqlengine.ParseName(sqlengine.Snowflake, text)
	if err != nil {
		return nil, nil, err
	}
	switch d {
	case "COLUMN":
		if len(name) < 2 {
			return nil, nil, errMissing(kindTable, full(name))
		}
		o, err := c.scope.relation(name[:len(name)-1])
		if err != nil {
			return nil, nil, err
		}
		col, _ := o.rel.column(name.Last())
		if col == nil {
			return nil, nil, errInvalidIdentifier(name.Last())
		}
		return o, col, nil
	case "TABLE", "VIEW":
		o, err := c.scope.relation(name)
		return o, nil, err
	case "ACCOUNT":
		return c.s.a.root, nil, nil
	}
	k := kind(strings.ReplaceAll(d, " ", "_"))
	if k.info() == nil {
		return nil, nil, errorf(codeTagging, "0A000", "Object tagging not supported for object type %s.", d)
	}
	o, err := c.scope.find(k, name)
	return o, nil, err
}

func tagAllowedValues(c *catalog, _ context.Context, a []sqlengine.Value) (sqlengine.Value, error) {
	t, err := c.tagByText(a[0])
	if err != nil || !t.tag.listed {
		return nil, err
	}
	return t.tag.allowedText(), nil
}

// allowedText is the list of allowed values as SHOW TAGS writes it.
func (t *tagDef) allowedText() string {
	if len(t.allowed) == 0 {
		return "[]"
	}
	return jsonText(t.allowed)
}

// wait blocks for a number of seconds of real time, or until the statement is cancelled.
func wait(_ *catalog, ctx context.Context, a []sqlengine.Value) (sqlengine.Value, error) {
	n, ok := a[0].(int64)
	if !ok {
		return nil, nil
	}
	unit := "SECONDS"
	if len(a) > 1 {
		u, _ := a[1].(string)
		unit = strings.ToUpper(u)
	}
	length, ok := map[string]time.Duration{"MILLISECONDS": time.Millisecond, "SECONDS": time.Second, "MINUTES": time.Minute}[unit]
	if !ok {
		return nil, compilation(codeInvalidValue, "22023", "invalid unit [%s] for SYSTEM$WAIT", unit)
	}
	t := time.NewTimer(time.Duration(n) * length)
	defer t.Stop()
	select {
	case <-t.C:
		return "waited " + strconv.FormatInt(n, 10) + " " + strings.ToLower(unit), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func lastQueryID(c *catalog, _ context.Context, a []sqlengine.Value) (sqlengine.Value, error) {
	if len(a) == 1 && a[0] != int64(-1) {
		return nil, errUnsupported("LAST_QUERY_ID with another argument than -1")
	}
	if c.s.lastQuery == "" {
		return nil, nil
	}
	return c.s.lastQuery, nil
}

func grantablePrivileges(_ *catalog, _ context.Context, _ []sqlengine.Value) (sqlengine.Value, error) {
	type entry struct {
		Parent     string              `json:"parent"`
		Singular   string              `json:"singular"`
		Plural     string              `json:"plural"`
		Privileges map[string][]string `json:"privileges"`
	}
	var out []entry
	for _, k := range kinds {
		e := entry{strings.ReplaceAll(string(k.in), "_", " "), k.kind.keywords(), k.plural, map[string][]string{}}
		for _, p := range k.kind.grantable() {
			types := []string{"INDIVIDUAL"}
			if k.kind != kindTag && !k.kind.isPolicy() {
				types = append(types, "ALL")
				if k.in != "" && !noFuture(k.kind) {
					types = append(types, "FUTURE")
				}
			}
			e.Privileges[p] = types
		}
		out = append(out, e)
	}
	return jsonText(out), nil
}
