package dialect

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Compile implements plan.Dialect.
func (d Dialect) Compile(phase plan.Phase, changes []plan.Change) ([]plan.Step, error) {
	var steps []plan.Step
	for i := 0; i < len(changes); {
		n := 1
		for i+n < len(changes) && together(changes[i], changes[i+n]) {
			n++
		}
		s, err := compile(changes[i : i+n])
		if err != nil {
			var u *plan.UnsupportedError
			if errors.As(err, &u) {
				return nil, err
			}
			return nil, &plan.UnsupportedError{Change: changes[i], Reason: err.Error()}
		}
		steps = append(steps, plan.Step{Phase: phase, Changes: changes[i : i+n], Statements: []plan.Statement{s}})
		i += n
	}
	return steps, nil
}

// together reports whether two changes fit into one statement or request.
func together(a, b plan.Change) bool {
	switch {
	case a.Key.On != b.Key.On:
		return false
	case a.Key.Fact == state.FactTag && a.Want != nil:
		return b.Key.Fact == state.FactAllowedValue && b.Want != nil
	case a.Key.Fact != b.Key.Fact:
		return false
	}
	switch a.Key.Fact {
	case state.FactTagged, state.FactAllowedValue:
		return (a.Want == nil) == (b.Want == nil)
	case state.FactGrant:
		return true
	}
	return false
}

func compile(changes []plan.Change) (plan.Statement, error) {
	switch first := changes[0]; first.Key.Fact {
	case state.FactTagged:
		return tagged(changes)
	case state.FactMask:
		return masked(first)
	case state.FactPolicy:
		return function(first)
	case state.FactTag, state.FactAllowedValue:
		return governed(changes)
	case state.FactGrant:
		return grant(changes)
	case state.FactRole:
		return plan.Statement{}, fmt.Errorf("groups belong to the account; a workspace cannot make or drop them")
	case state.FactMember:
		return plan.Statement{}, fmt.Errorf("membership of account groups is changed in the account or its identity provider, not through a workspace")
	default:
		return plan.Statement{}, fmt.Errorf("%s cannot be changed on Databricks by this version", first.Key.Fact)
	}
}

func statement(b *builder, comment string, idempotent bool) (plan.Statement, error) {
	sql, err := b.done()
	return plan.Statement{SQL: sql, Comment: comment, Idempotent: idempotent}, err
}

var alterWords = map[state.Kind]string{
	state.KindCatalog: "CATALOG", state.KindSchema: "SCHEMA", state.KindTable: "TABLE", state.KindExternalTable: "TABLE", state.KindView: "VIEW",
	state.KindMaterializedView: "MATERIALIZED VIEW", state.KindVolume: "VOLUME", state.KindColumn: "TABLE",
}

// tagged sets or takes off all tags of one securable in one statement. Columns of views are altered as a table's.
func tagged(changes []plan.Change) (plan.Statement, error) {
	on := changes[0].Key.On
	word := alterWords[on.Kind]
	if word == "" {
		return plan.Statement{}, fmt.Errorf("a %s cannot carry tags on Databricks", on.Kind)
	}
	b := new(builder)
	b.raw("ALTER ", word, " ").on(on.Table())
	if on.Kind == state.KindColumn {
		b.raw(" ALTER COLUMN ").name(on.Column)
	}
	verb := "set"
	if changes[0].Want == nil {
		verb = "unset"
	}
	b.raw(" ", strings.ToUpper(verb), " TAGS (")
	list(b, changes, func(c plan.Change) {
		b.literal(c.Key.With.Name)
		if c.Want != nil {
			b.raw(" = ").literal(string(c.Want.(state.Text)))
		}
	})
	b.raw(")")
	return statement(b, fmt.Sprintf("%s %d of the tags of %s", verb, len(changes), on), true)
}

func masked(c plan.Change) (plan.Statement, error) {
	b := new(builder)
	b.raw("ALTER TABLE ").on(c.Key.On.Table()).raw(" ALTER COLUMN ").name(c.Key.On.Column)
	if c.Want == nil {
		b.raw(" DROP MASK")
		return statement(b, "take the mask off "+c.Key.On.String(), false)
	}
	m := c.Want.(state.Mask)
	b.raw(" SET MASK ").on(m.Policy)
	if len(m.Using) > 0 {
		b.raw(" USING COLUMNS (")
		list(b, m.Using, func(u string) { b.name(u) })
		b.raw(")")
	}
	return statement(b, "mask "+c.Key.On.String()+"; replaces in one step", true)
}

// function creates, replaces or drops a mask function. Replacing keeps the signature, and so every use of it.
func function(c plan.Change) (plan.Statement, error) {
	b := new(builder)
	if c.Want == nil {
		b.raw("DROP FUNCTION ").on(c.Key.On)
		return statement(b, "drop "+c.Key.On.String(), false)
	}
	p := c.Want.(*state.MaskingPolicy)
	t := types[p.Family]
	if t == "" {
		return plan.Statement{}, fmt.Errorf("no mask function can take a %s", p.Family)
	}
	b.raw("CREATE ")
	if c.Was != nil {
		b.raw("OR REPLACE ")
	}
	b.raw("FUNCTION ").on(c.Key.On).raw("(val ", t)
	for i, a := range p.Args {
		arg := types[p.ArgType[i]]
		if arg == "" {
			return plan.Statement{}, fmt.Errorf("no mask function can take a %s", p.ArgType[i])
		}
		b.raw(", ").name(a).raw(" ", arg)
	}
	b.raw(") RETURNS ", t, " RETURN ", p.Body)
	if c.Was != nil {
		return statement(b, "change who sees what through "+c.Key.On.String(), true)
	}
	return statement(b, "create "+c.Key.On.String(), false)
}

// governed creates, changes or drops a tag policy with the list of values that it has afterwards.
func governed(changes []plan.Change) (plan.Statement, error) {
	first := changes[0]
	key := first.Key.On.Name
	path := "/api/2.1/tag-policies"
	one := path + "/" + url.PathEscape(key)
	if first.Key.Fact == state.FactTag && first.Want == nil {
		return plan.Statement{Method: "DELETE", Path: one, Comment: "SQL: DROP GOVERNED TAG " + key}, nil
	}
	values := []map[string]string{}
	for _, v := range changes[len(changes)-1].List {
		values = append(values, map[string]string{"name": v})
	}
	body := map[string]any{"tag_key": key, "values": values}
	mask := "values"
	if tag, ok := first.Want.(state.Tag); ok {
		body["description"] = tag.Comment
		mask = "description,values"
		if first.Was == nil {
			return request("POST", path, body, "SQL: CREATE GOVERNED TAG "+key, false)
		}
	}
	return request("PATCH", one+"?update_mask="+url.QueryEscape(mask), body, "SQL: ALTER GOVERNED TAG "+key+" SET VALUES", true)
}

func request(method, path string, body any, comment string, idempotent bool) (plan.Statement, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return plan.Statement{}, fmt.Errorf("write a request: %w", err)
	}
	return plan.Statement{Method: method, Path: path, Body: string(data), Comment: comment, Idempotent: idempotent}, nil
}

var securableTypes = map[state.Kind]string{
	state.KindMetastore: "metastore", state.KindCatalog: "catalog", state.KindSchema: "schema", state.KindTable: "table", state.KindView: "table", state.KindMaterializedView: "table",
	state.KindExternalTable: "table", state.KindVolume: "volume", state.KindFunction: "function", state.KindMaskingPolicy: "function", state.KindModel: "function",
	state.KindExternalLocation: "external_location", state.KindStorageCredential: "storage_credential", state.KindConnection: "connection",
}

type grantChange struct {
	Principal string   `json:"principal"`
	Add       []string `json:"add,omitempty"`
	Remove    []string `json:"remove,omitempty"`
}

// grant gives and takes all privileges on one securable in one request.
func grant(changes []plan.Change) (plan.Statement, error) {
	on := changes[0].Key.On
	kind := securableTypes[on.Kind]
	if kind == "" {
		return plan.Statement{}, fmt.Errorf("no privileges can be granted on a %s", on.Kind)
	}
	var all []grantChange
	for _, c := range changes {
		if c.Want == state.Option(true) {
			return plan.Statement{}, &plan.UnsupportedError{Change: c, Reason: "Unity Catalog has no grant option"}
		}
		if k := c.Key.With.Kind; k != state.KindGroup && k != state.KindUser && k != state.KindServicePrincipal {
			return plan.Statement{}, &plan.UnsupportedError{Change: c, Reason: fmt.Sprintf("privileges cannot be granted to a %s on Databricks", k)}
		}
		i := slices.IndexFunc(all, func(g grantChange) bool { return g.Principal == c.Key.With.Name })
		if i < 0 {
			i, all = len(all), append(all, grantChange{Principal: c.Key.With.Name})
		}
		if c.Want == nil {
			all[i].Remove = append(all[i].Remove, c.Key.Name)
		} else {
			all[i].Add = append(all[i].Add, c.Key.Name)
		}
	}
	full := url.PathEscape(strings.Join(on.Parts(), "."))
	return request("PATCH", "/api/2.1/unity-catalog/permissions/"+kind+"/"+full, map[string]any{"changes": all}, "SQL: "+grantSQL(kind, on, all), true)
}

// grantSQL says in SQL what a request does.
func grantSQL(kind string, on state.Securable, all []grantChange) string {
	var parts []string
	name, err := Quoted(on)
	if err != nil {
		return "none"
	}
	say := func(verb, direction, who string, privileges []string) {
		if len(privileges) > 0 {
			parts = append(parts, verb+" "+strings.ReplaceAll(strings.Join(privileges, ", "), "_", " ")+" ON "+strings.ToUpper(kind)+" "+name+direction+new(builder).quote(who))
		}
	}
	for _, g := range all {
		say("REVOKE", " FROM ", g.Principal, g.Remove)
		say("GRANT", " TO ", g.Principal, g.Add)
	}
	return strings.Join(parts, "; ")
}
