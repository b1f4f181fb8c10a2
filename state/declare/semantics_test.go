package declare_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
)

// people is what the snippets below speak of.
const people = `apiVersion: polsync/v1
principals: {a: {snow: A, lake: a}, b: {snow: B}, twin: {snow: "role:a"}}
tags: [{name: pii, values: [email, phone]}, {name: free}, {name: bare, values: []}]
`

// TestSemantics has, for each line of the language's semantics that the files alone decide, what it accepts ("") and
// what it refuses.
func TestSemantics(t *testing.T) {
	for _, c := range []struct{ line, yaml, want string }{
		{"files: a scalar where a list stands", "---\napiVersion: polsync/v1\ntags: {name: t, values: one}", ""},
		{"files: unknown keys", "---\napiVersion: polsync/v1\ntags: {name: t, valuse: [one]}", `unknown key "valuse"; did you mean "values"?`},
		{"kinds: narrow what a glob takes", `tag_assignments: {tag: free, value: x, on: "snow:A.B.*", kinds: [table, dynamic_table]}`, ""},
		{"kinds: are known words", `grants: {to: a, access: read, on: "snow:A.B.*", kinds: tabel}`, `did you mean "table"?`},
		{"globs: masks take **", `masks: {name: m, on: "snow:A.**", rules: {to: a, show: clear}}`, ""},
		{"globs: scans and row filters take **", "scans: {name: s, on: \"snow:A.**\"}\nrow_filters: {name: f, on: \"snow:A.**\", column: R, rules: {to: a, values: all}}", ""},
		{"tag selectors: one value, any, several, under", `grants: {to: a, access: read, on: [{tag: {pii: email}}, {tag: pii}, {tag: {pii: [email, phone]}, under: "snow:CRM.**"}]}`, ""},
		{"tag selectors: of masks, filters and scans", "masks: {name: m, on: {tag: pii}, rules: {to: a, show: clear}}\nrow_filters: {name: f, on: {tag: pii}, column: R, rules: {to: a, values: all}}\nscans: {name: s, on: {tag: pii}}", ""},
		{"place: in of the platforms", `masks: {name: m, tag: pii, in: [snow, snwo], rules: {to: a, show: clear}}`, `no platform is called "snwo"`},
		{"place: details and nothing else", "---\napiVersion: polsync/v1\ntags: {name: t, snowflake: {values: [x]}}", `unknown key "values"`},
		{"place: in of exceptions and constraints", "masks: {name: m, tag: pii, rules: {to: a, show: clear}}\nexceptions: {mask: m, to: b, until: 2027-01-01T00:00:00Z, in: snow}\nconstraints: {on: \"snow:A.B.C\", aggregate: {min_group: 5}, in: snow}", ""},
		{"place: in of constraints leaves something", `constraints: {on: "snow:A.B.C", aggregate: {min_group: 5}, in: lake}`, "none of these places is on the platforms"},
		{"files: variables in names and principals", "vars: {x: A}\ngrants: {to: \"role:${x}_READER\", access: read, on: \"snow:${x}.B\"}", ""},
		{"values: an empty key is not []", "---\napiVersion: polsync/v1\ntags:\n  - {name: t, values: }", "write [] for none"},
		{"propagation: every way", tagged("propagate: on_dependency, on_conflict: mixed", "propagate: none", "propagate: on_data_movement, on_conflict: ALLOWED_VALUES_SEQUENCE}, values: [a, b], databricks: {",
			"propagate: on_dependency_and_data_movement, on_conflict: merge, multi_value: true"), ""},
		{"propagation: on_conflict needs it", tagged("on_conflict: mixed"), "say with propagate when tag t0 is"},
		{"propagation: on_conflict of none", tagged("propagate: none, on_conflict: mixed"), "on_conflict is about values that are passed on"},
		{"propagation: an order of values", tagged("propagate: on_dependency, on_conflict: allowed_values_sequence"), "give tag t0 its values, in that order"},
		{"propagation: merge needs several values", tagged("propagate: on_dependency, on_conflict: Merge"), "say multi_value: true for tag t0"},
		{"propagation: a conflict's value is a tag value", tagged("propagate: on_dependency, on_conflict: " + strings.Repeat("x", 257)), "256 characters at most"},
		{"propagation: masks by one of several values", tagged("multi_value: true") + "masks: {name: m, tag: t0, rules: {to: a, values: x, show: clear}}", "takes several values"},
		{"propagation: masks by a tag of several values", tagged("multi_value: true") + "masks: {name: m, tag: t0, rules: {to: a, show: clear}}", ""},
		{"masks: every word", `masks: {name: m, tag: pii, default: nothing, rules: [` + everyWord() + `]}`, ""},
		{"masks: words of other stores", `masks: {name: m, on: "snow:A.B.C.D", rules: [{to: a, show: none}, {to: b, show: "null"}, {to: "role:C", show: last4}, {to: "role:D", show: first4}, {to: "role:E", show: email}, {to: "role:F", show: last4_hash}]}`, ""},
		{"masks: nothing of other words", `masks: {name: m, tag: pii, rules: {to: a, show: {last: 4, first: 4}}}`, "show has one of last"},
		{"masks: a const for each type named", `masks: {name: m, on: "snow:A.B.C.D", types: [string, timestamp], rules: {to: a, show: {const: soon}}}`, "the constant is not a timestamp_ntz"},
		{"masks: rules or sql, default too", `masks: {name: m, tag: pii, sql: {snowflake: val}, default: nothing}`, "default belongs to rules"},
		{"rules: values are the tag's", `masks: {name: m, tag: pii, rules: {to: a, values: emial, show: clear}}`, `tag pii does not allow the value "emial"; did you mean "email"?`},
		{"rules: values need a tag", `masks: {name: m, on: "snow:A.B.C.D", rules: {to: a, values: email, show: clear}}`, "values are those of a tag"},
		{"rules: an exception names a mask", `exceptions: {mask: m, to: a, until: 2027-01-01T00:00:00Z}`, `no mask is called "m"`},
		{"one mask: a second one of a tag", `masks: [{name: m, tag: pii, rules: {to: a, show: clear}}, {name: n, tag: pii, rules: {to: b, show: clear}}]`, "the mask of tag pii on lake is declared twice; first at policies/a.yaml:4:24"},
		{"one mask: except is for columns", `masks: {name: m, tag: pii, except: "snow:A", rules: {to: a, show: clear}}`, "except belongs to masks on columns"},
		{"one mask: every comparison", `masks: {name: m, tag: pii, rules: {to: a, show: clear, when: [{column: C, in: [x, y]}, {column: C, not_in: z}, {column: C, like: "a%"}, {column: N, gt: 1}, {column: N, lt: 2.5}]}}`, ""},
		{"one mask: engine", `masks: {name: m, tag: pii, databricks: {engine: row}, rules: {to: a, show: clear}}`, "expected one of column, abac"},
		{"templates: only names", `grants: {to: a, access: read, on: "${s}.*", for_each: {s: "snow:A.**"}}`, "for_each goes through catalogs, schemas, or tables and views"},
		{"templates: what a match has", `roles: {name: "R_${t.catalog}_${t.schema}_${t.table}_${t.name}", in: snow, for_each: {t: "snow:A.B.*"}}`, ""},
		{"templates: what a match does not have", `roles: {name: "R_${s.table}", in: snow, for_each: {s: "snow:A.*"}}`, "${s.table} is not set"},
		{"templates: a name that is none", `roles: {name: "R_${s.nmae}", in: snow, for_each: {s: "snow:A.*"}}`, "${s.nmae} is not set"},
		{"templates: one variable", `roles: {name: "R_${s}", in: snow, for_each: {s: "snow:A.*", t: "snow:B.*"}}`, "for_each takes one variable"},
		{"row filters: a column or the tag of one", `row_filters: [{name: f, tag: free, within: "snow:A", column: {tag: pii}, rules: {to: a, values: [EMEA, 7]}}, {name: g, on: "snow:A.B.C", column: R, lookup: {table: "snow:G.M.R", principal: P, by: user, value: V, all: "*"}, default: all}]`, ""},
		{"row filters: need a column", `row_filters: {name: f, on: "snow:A.B.C", rules: {to: a, values: all}}`, `"column" is missing here`},
		{"row filters: values", `row_filters: {name: f, on: "snow:A.B.C", column: R, rules: [{to: a, values: all}, {to: b, values: [all, 7]}]}`, ""},
		{"row filters: no values", `row_filters: {name: f, on: "snow:A.B.C", column: R, rules: {to: a, values: []}}`, "name their values, or all"},
		{"row filters: sql alone", `row_filters: {name: f, on: "snow:A.B.C", column: R, default: all, sql: {snowflake: "val = 1"}}`, "the sql of row filter f decides alone"},
		{"row filters: lookup reads one table", `row_filters: {name: f, on: "snow:A.B.C", column: R, lookup: {table: "snow:G.M.*", principal: P, by: user, value: V}}`, "a lookup reads one table, by its plain name"},
		{"constraints: tables or columns", `constraints: {on: "snow:A.B.C.D", aggregate: {min_group: 5}}`, "aggregate and join are about tables and views; snow:A.B.C.D names a column"},
		{"constraints: columns are projected", `constraints: {on: "snow:A.B.C", project: {allow: false}}`, "project is about columns; snow:A.B.C names a table or view"},
		{"constraints: not on Databricks", `constraints: {on: "lake:A.B.C", join: {}}`, "constraints cannot be set on lake, a Databricks workspace"},
		{"constraints: two of a sort", `constraints: [{on: "snow:A.B.C", join: {}}, {on: "snow:A.B.C", aggregate: {min_group: 2}}, {on: "snow:A.B.C", join: {required: false}}]`, "the join constraint of snow:A.B.C is declared twice"},
		{"tests: rows of a table", `tests: {as: a, read: "snow:A.B.C.D", rows: all}`, "rows are asked of a table"},
		{"row filters: lookup by", `row_filters: {name: f, on: "snow:A.B.C", column: R, lookup: {table: "snow:G.M.R", principal: P, by: session, value: V}}`, "expected one of role, user, group"},
		{"row filters: two on a table", `row_filters: [{name: f, on: "snow:A.B.C", column: R, rules: {to: a, values: all}}, {name: g, on: "snow:A.B.C", column: R, rules: {to: a, values: all}}]`, "the row filter of snow:A.B.C is declared twice; first at policies/a.yaml:4:29"},
		{"grants: a named level", "access_levels: {load: {schema: [USAGE], table: [SELECT, INSERT]}}\ngrants: {to: a, access: load, on: \"snow:A.B\"}", ""},
		{"grants: levels of one's own", "access_levels: {read: {table: [SELECT]}}", "read is built in"},
		{"grants: future of a schema or all", `grants: {to: a, privileges: SELECT, on: ["snow:A.B.*", "snow:A.**", "snow:A.*"], future: true}`, ""},
		{"reasons: until in another zone", `grants: {to: a, access: read, on: "snow:A.B", until: "2027-01-31T00:00:00+05:30"}`, ""},
		{"reasons: of several files", `grants: [{to: a, access: read, on: "snow:A.B", reason: X}, {to: a, access: read, on: "snow:A.B", reason: Y}]`, ""},
		{"absent: not for masks", `masks: {name: m, tag: pii, ensure: absent, rules: {to: a, show: clear}}`, `unknown key "ensure"`},
		{"absent: not for row filters", `row_filters: {name: f, on: "snow:A.B.C", column: R, ensure: absent, rules: {to: a, values: all}}`, `unknown key "ensure"`},
		{"absent: not for a role as a whole", `roles: {name: R, in: snow, ensure: absent}`, "ensure: absent takes members or users from a role"},
		{"tests: rows", `tests: {as: a, read: "snow:A.B.C", rows: [EMEA]}`, ""},
		{"tests: a word is about a column", `tests: {as: a, read: "snow:A.B.C", sees: clear}`, "what is seen is asked of a column"},
		{"tests: something is expected", `tests: {as: a, read: "snow:A.B.C"}`, "a test says what is seen"},
		{"kinds: parts give the kind", `tag_assignments: {tag: free, value: x, on: ["snow:A", "snow:A.B", "snow:A.B.C", "snow:A.B.C.D"]}`, ""},
		{"kinds: others are spelled out", `grants: {to: a, privileges: USAGE, on: {kind: stage, names: "snow:CRM.PUBLIC.IN"}}`, ""},
		{"kinds: a function with its types", `grants: {to: a, privileges: USAGE, on: {kind: function, names: "snow:CRM.PUBLIC.F(NUMBER, VARCHAR)"}}`, ""},
		{"kinds: the account", `grants: {to: a, privileges: CREATE DATABASE, on: {kind: account, names: "snow:"}}`, ""},
		{"kinds: no globbed platform", `grants: {to: a, privileges: SELECT, on: "s*:A.B.C"}`, "the platform is a configured name, never a glob"},
		{"kinds: but in within", `masks: {name: m, tag: pii, within: "*:A", rules: {to: a, show: clear}}`, ""},
		{"globs: ** is last", `grants: {to: a, privileges: SELECT, on: "snow:A.**.C"}`, "** stands alone as the last part"},
		{"globs: assignments take no **", `tag_assignments: {tag: free, value: x, on: "snow:A.**"}`, "tag assignments take no **"},
		{"globs: quoted parts are literal", `tests: {as: a, read: 'snow:A.B."x*".C', sees: clear}`, ""},
		{"globs: quoted as a whole", `grants: {to: a, privileges: SELECT, on: 'snow:A.B.x"y"'}`, "a quoted part must be quoted as a whole"},
		{"tag selectors: assignments take none", `tag_assignments: {tag: free, value: x, on: {tag: pii}}`, "tag assignments take no tag selectors"},
		{"tag selectors: only declared tags", `grants: {to: a, access: read, on: {tag: pij}}`, `no tag is called "pij"; did you mean "pii"?`},
		{"principals: else an error", `grants: {to: c, access: read, on: "snow:A.B"}`, `no principal is called "c"`},
		{"principals: prefixed names", `grants: {to: ["role:X", "group:x", "user:u", "service_principal:s", "database_role:D.R", PUBLIC, everyone, account users], access: read, on: "snow:A.B"}`, ""},
		{"principals: unknown prefix", `grants: {to: "rol:X", access: read, on: "snow:A.B"}`, `no kind of principal is called "rol"; did you mean "role"?`},
		{"place: roles give in", `roles: {name: R}`, "a role says with `in:`"},
		{"place: in is a platform", `roles: {name: R, in: snwo}`, `no platform is called "snwo"; did you mean "snow"?`},
		{"place: in leaves something", `tag_assignments: {tag: free, value: x, in: lake, on: "snow:A"}`, "none of these places is on the platforms"},
		{"place: in limits grants", `grants: {to: a, access: read, in: lake, on: "snow:A"}`, "none of these places is on the platforms"},
		{"place: in limits scans", `scans: {name: s, in: lake, on: "snow:A.**"}`, "none of these places is on the platforms"},
		{"values: [] allows none", `tag_assignments: {tag: bare, value: x, on: "snow:A"}`, "tag bare allows no value"},
		{"values: [] is the bare key", `tag_assignments: {tag: bare, on: "snow:A"}`, ""},
		{"values: any", `tag_assignments: {tag: free, value: anything, on: "snow:A"}`, ""},
		{"values: a governed tag needs them", "---\napiVersion: polsync/v1\ntags: {name: g, databricks: {governed: true}}", "a governed tag cannot allow any value"},
		{"masks: a closed vocabulary", `masks: {name: m, tag: pii, rules: {to: a, show: fulll}}`, `did you mean "full"?`},
		{"masks: every form of show", `masks: {name: m, tag: pii, rules: [{to: a, values: email, show: {function: GOV.F, args: [COUNTRY]}}, {to: a, values: phone, show: {last_hash: 2}}, {to: everyone, show: {first: 3}}]}`, ""},
		{"masks: a const that does not fit", `masks: {name: m, tag: pii, default: {number: {const: x}}, rules: {to: a, show: clear}}`, "the constant is not a number"},
		{"masks: exceptions need until", `exceptions: {mask: m, to: a}`, `"until" is missing here`},
		{"rules: equal priority", `masks: {name: m, tag: pii, rules: [{to: [a, b], show: clear}, {to: a, values: email, show: hash}]}`, "name one principal and value with equal priority"},
		{"rules: the same role by another name", `masks: {name: m, tag: pii, rules: [{to: a, show: clear}, {to: twin, show: hash}]}`, "name one principal and value with equal priority"},
		{"rules: conditions do not tell apart", `masks: {name: m, tag: pii, rules: [{to: a, when: {column: C, in: [x]}, show: clear}, {to: a, show: hash}]}`, "name one principal and value with equal priority"},
		{"rules: priority does", `masks: {name: m, tag: pii, rules: [{to: a, show: clear, priority: 1}, {to: a, show: hash}]}`, ""},
		{"rules: other values", `masks: {name: m, tag: pii, rules: [{to: a, values: email, show: clear}, {to: a, values: phone, show: hash}]}`, ""},
		{"one mask: tag or on", `masks: {name: m, tag: pii, on: "snow:A.B.C.D", rules: {to: a, show: clear}}`, "mask m has either a tag or on"},
		{"one mask: neither", `masks: {name: m, rules: {to: a, show: clear}}`, "mask m has either a tag or on"},
		{"one mask: rules or sql", `masks: {name: m, tag: pii, sql: {snowflake: val}, rules: {to: a, show: clear}}`, "mask m has either rules or sql"},
		{"one mask: two on a column", `masks: [{name: m, on: "snow:A.B.C.D", rules: {to: a, show: clear}}, {name: n, on: "snow:A.B.C.D", rules: {to: a, show: hash}}]`, "the mask of snow:A.B.C.D is declared twice; first at policies/a.yaml:4:23"},
		{"one mask: session primary", `masks: {name: m, tag: pii, session: primary, rules: {to: a, show: clear}}`, "session: primary cannot be done on lake"},
		{"one mask: session primary on Snowflake", `masks: {name: m, tag: pii, in: snow, session: primary, rules: {to: a, show: clear}}`, ""},
		{"one mask: when has one comparison", `masks: {name: m, tag: pii, rules: {to: a, show: clear, when: {column: C, in: [x], gt: 1}}}`, "a condition has one of in, not_in, like, gt and lt"},
		{"within: not for columns", `masks: {name: m, on: "snow:A.B.C.D", within: "snow:A", rules: {to: a, show: clear}}`, "within belongs to masks of a tag"},
		{"templates: an unset variable", `grants: {to: a, access: read, on: "snow:${crm}.B"}`, "${crm} is not set"},
		{"templates: one per match", `grants: {to: "role:R_${s.name}", access: read, on: "${s}.*", for_each: {s: "snow:A.*"}}`, ""},
		{"row filters: rules or a lookup", `row_filters: {name: f, on: "snow:A.B.C", column: R}`, "row filter f has rules, a lookup, or both"},
		{"grants: access or privileges", `grants: {to: a, on: "snow:A.B.C"}`, "a grant has either privileges or access"},
		{"grants: future needs a whole container", `grants: {to: a, privileges: SELECT, on: "snow:A.B.C*", future: true}`, "a future grant needs a whole container"},
		{"grants: future takes no except", `grants: {to: a, privileges: SELECT, on: "snow:A.**", except: "snow:A.B", future: true}`, "a future grant takes no except"},
		{"grants: no future by tag", `grants: {to: a, privileges: SELECT, on: {tag: pii}, future: true}`, "a future grant needs a whole container"},
		{"reasons: until has a zone", `grants: {to: a, access: read, on: "snow:A.B", until: "2027-01-31T00:00:00"}`, "expected a time with its zone"},
		{"reasons: ownership moves", `grants: {to: a, privileges: OWNERSHIP, on: "snow:A.B"}`, "ownership moves with `owner:`"},
		{"reasons: exclusive has privileges", `grants: {exclusive: true, on: "snow:A.**"}`, "exclusive: true needs the privileges"},
		{"reasons: exclusive stands alone", `grants: {exclusive: true, privileges: SELECT, to: a, on: "snow:A.**"}`, "to does not stand beside exclusive"},
		{"reasons: exclusive is no ownership", `grants: {exclusive: true, privileges: OWNERSHIP, on: "snow:A.**"}`, "everything has one owner"},
		{"owner: alone", `grants: {owner: a, to: a, on: "snow:A.B"}`, "to does not stand beside owner"},
		{"owner: has no end", `grants: {owner: a, until: "2027-01-31T00:00:00Z", on: "snow:A.B"}`, "until does not stand beside owner"},
		{"owner: access own of one", `grants: {to: [a, "role:B"], access: own, on: "snow:A.B"}`, "everything has one owner"},
		{"owner: access own", `grants: {to: a, access: own, on: "snow:A.B", future: false}`, ""},
		{"owner: future takes a whole container", `grants: {owner: a, on: "snow:A.B.C", future: true}`, "a future grant needs a whole container"},
		{"owner: no future on Databricks", `grants: {owner: "group:a", on: "lake:a.b.*", future: true}`, "lake is a Databricks workspace"},
		{"owner: no managed access on Databricks", `grants: {managed_access: true, on: "lake:a.b"}`, "lake is a Databricks workspace"},
		{"owner: managed access is true", `grants: {managed_access: false, on: "snow:A.B"}`, "managed_access is true, or left out"},
		{"absent contradicts its own layer", `grants: [{to: a, privileges: SELECT, on: "snow:A.B.C"}, {to: a, privileges: SELECT, on: "snow:A.B.C", ensure: absent}]`, "SELECT of a on snow:A.B.C is declared present and absent; the other is at policies/a.yaml:4:10"},
		{"absent: a tag", `tag_assignments: [{tag: free, value: x, on: "snow:A"}, {tag: free, on: "snow:A", ensure: absent}]`, "is declared differently at policies/a.yaml:4:38"},
		{"absent: members", `roles: [{name: R, in: snow, members: "role:X"}, {name: R, in: snow, members: ["role:X"], ensure: absent}]`, "role:X is declared absent here and a member of R at policies/a.yaml:4:38"},
		{"decisions: names and globs", `decisions: [{approve: ["snow:A.B.C.D", "snow:A.**"], classifier: email, reason: X-1}, {reject: "snow:A.*.*.D", except: "snow:A.B.C"}]`, ""},
		{"decisions: one or the other", `decisions: {approve: "snow:A.B.C.D", reject: "snow:A.B.C.E"}`, "a decision has either approve or reject"},
		{"decisions: neither", `decisions: {classifier: email}`, "a decision has either approve or reject"},
		{"decisions: no whole schema", `decisions: {reject: "snow:A.B"}`, "decisions take names with three (a table or view), four (a column)"},
		{"decisions: once for a place", `decisions: [{approve: "snow:A.B.C.D"}, {reject: "snow:A.B.C.D"}]`, "the decision about any finding on snow:A.B.C.D is declared twice; first at policies/a.yaml:4:23"},
		{"decisions: once for each classifier", `decisions: [{approve: "snow:A.B.C.D", classifier: email}, {reject: "snow:A.B.C.D"}]`, ""},
		{"scans: a sample has a number of rows", `scans: {name: s, on: "snow:A.**", values: sample, rows: 0}`, "needs a number of them"},
		{"scans: budgets", `scans: {name: s, on: "snow:A.**", recheck_days: 7, parallel: 2, budget: {rows: 1000, minutes: 0.5, warehouse_seconds: 30}}`, ""},
		{"tests: plain names", `tests: {as: a, read: "snow:A.B.*", sees: clear}`, "a test reads one column or table, by its plain name"},
		{"tests: refused", `tests: {as: a, read: "snow:A.B.C", sees: refused}`, ""},
	} {
		t.Run(c.line, func(t *testing.T) {
			_, err := load(t, map[string]string{"a.yaml": people + c.yaml + "\n"})
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// tagged is a document with tags t0, t1, ... that have these details for Snowflake.
func tagged(details ...string) string {
	var tags []string
	for i, d := range details {
		tags = append(tags, fmt.Sprintf("{name: t%d, snowflake: {%s}}", i, d))
	}
	return "---\napiVersion: polsync/v1\ntags: [" + strings.Join(tags, ", ") + "]\n"
}

// everyWord returns a rule for each word that stands alone, for different principals.
func everyWord() string {
	var rules []string
	for i, w := range state.ShowWords() {
		rules = append(rules, fmt.Sprintf("{to: \"role:R%d\", show: %s}", i, w))
	}
	return strings.Join(rules, ", ")
}

func TestPrivilegesInAnySpelling(t *testing.T) {
	d, err := load(t, map[string]string{"a.yaml": people + "grants: {to: a, privileges: [create_table, Create  View], on: \"snow:A.B\"}\n"})
	if err != nil || strings.Join(d.Grants[0].Privileges, ",") != "CREATE TABLE,CREATE VIEW" {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestUsersMayBeBare(t *testing.T) {
	d, err := load(t, map[string]string{"a.yaml": people + "roles: {name: R, in: snow, users: [alice, a]}\n"})
	if err != nil {
		t.Fatal(err)
	}
	if u := d.Roles[0].Users; u[0].Kind != state.KindUser || u[0].Name != "alice" || u[1].Kind != state.KindNone {
		t.Errorf("users are %+v", u)
	}
}

func TestAbsentMembersJoinTheirRole(t *testing.T) {
	d, err := load(t, map[string]string{"a.yaml": people + "roles: [{name: R, in: snow, members: \"role:X\", ensure: absent}, {name: R, in: snow, comment: c, members: \"role:Y\"}]\n"})
	if err != nil || len(d.Roles) != 1 || d.Roles[0].Comment != "c" || len(d.Roles[0].Absent) != 1 || len(d.Roles[0].Members) != 1 {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestVariablesAreOverridden(t *testing.T) {
	fsys := fstest.MapFS{"a.yaml": {Data: []byte(people + "vars: {crm: DEV}\ntag_assignments: {tag: free, value: x, on: \"snow:${crm}.S\"}\n")}}
	d, err := declare.Load(fsys, []string{"*.yaml"}, declare.Options{Platforms: platforms, Vars: map[string]string{"crm": "PROD"}})
	if err != nil || d.Assignments[0].On[0].Pattern.Parts[0].Text != "PROD" {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestEveryDocumentOfAFileCounts(t *testing.T) {
	d, err := load(t, map[string]string{"a.yaml": people + "---\napiVersion: polsync/v1\ntags: {name: second}\n"})
	if err != nil || len(d.Tags) != 4 {
		t.Errorf("got %+v, %v", d, err)
	}
}

// TestAnUnreadableFileDoesNotSpreadErrors: what stands in a file that could not be read is not called undeclared.
func TestAnUnreadableFileDoesNotSpreadErrors(t *testing.T) {
	_, err := load(t, map[string]string{"a.yaml": people + "x: [\n", "b.yaml": "apiVersion: polsync/v1\ngrants: {to: a, access: read, on: \"snow:A.B\"}\n"})
	if err == nil || strings.Count(err.Error(), "\n") != 0 || !strings.HasPrefix(err.Error(), "policies/a.yaml:") {
		t.Errorf("got %v", err)
	}
}

func TestGlobs(t *testing.T) {
	fsys := fstest.MapFS{"p/a.yaml": {Data: []byte(people)}, "p/q/b.yaml": {Data: []byte("apiVersion: polsync/v1\ntags: []\n")}}
	for glob, want := range map[string]string{"p/*.yaml": "", "p/*": "", "q/*.yaml": "no policy file is there", "*": "no policy file is there", "p/**": "takes no **"} {
		_, err := declare.Load(fsys, []string{glob}, declare.Options{Platforms: platforms})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", glob, err)
		}
	}
}

func TestNamesBuiltIntoClassification(t *testing.T) {
	fsys := fstest.MapFS{"a.yaml": {Data: []byte(people + `collections: {c: [emial, own]}
classifiers: {name: own, any: {checksum: luhm}}
`)}}
	_, err := declare.Load(fsys, []string{"*.yaml"}, declare.Options{Platforms: platforms, Classifiers: []string{"email"}, Checksums: []string{"luhn"}})
	want := "a.yaml:4:19: no classifier is called \"emial\"; did you mean \"email\"?\na.yaml:5:42: no checksum is called \"luhm\"; did you mean \"luhn\"?"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// BenchmarkLoad reads a file of 200,000 lines.
func BenchmarkLoad(b *testing.B) {
	var text strings.Builder
	text.WriteString(people + "tag_assignments:\n")
	for i := range 200_000 {
		fmt.Fprintf(&text, "  - {tag: pii, value: email, on: \"snow:A.B.T%d.EMAIL\"}\n", i)
	}
	fsys := fstest.MapFS{"a.yaml": {Data: []byte(text.String())}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := declare.Load(fsys, []string{"a.yaml"}, declare.Options{Platforms: platforms}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestLimitedMasksKeepTheirTagSelectors(t *testing.T) {
	d, err := load(t, map[string]string{"a.yaml": people + "masks: {name: m, in: snow, on: [{tag: free}, \"lake:A.B.C.D\"], rules: {to: a, show: clear}}\n"})
	if err != nil || len(d.Masks[0].On) != 1 || d.Masks[0].On[0].Tag != "free" || d.Masks[0].On[0].Under[0].Platform != "snow" {
		t.Errorf("got %+v, %v", d, err)
	}
}
