package declare_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/declare/document"
)

var update = flag.Bool("update", false, "rewrite the expected errors")

var platforms = map[string]string{"snow": "snowflake", "lake": "databricks", "mem": "memory"}

func load(t *testing.T, files map[string]string) (*state.Declarations, error) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys["policies/"+name] = &fstest.MapFile{Data: []byte(data)}
	}
	return declare.Load(fsys, []string{"policies/*.yaml"}, declare.Options{Platforms: platforms})
}

// TestErrors reads testdata/*.txtar: YAML files, and in `errors` what must be said of them, all at once.
func TestErrors(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files, want := map[string]string{}, ""
			for _, f := range archive.Files {
				if f.Name == "errors" {
					want = string(f.Data)
					continue
				}
				files[f.Name] = string(f.Data)
			}
			d, err := load(t, files)
			got := ""
			if err != nil {
				got = err.Error() + "\n"
				if d != nil {
					t.Error("declarations were returned besides errors")
				}
			}
			if *update {
				rewrite(t, path, archive, got)
			} else if got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func rewrite(t *testing.T, path string, a *txtar.Archive, errors string) {
	t.Helper()
	files := a.Files[:0]
	for _, f := range a.Files {
		if f.Name != "errors" {
			files = append(files, f)
		}
	}
	a.Files = append(files, txtar.File{Name: "errors", Data: []byte(errors)})
	if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

const whole = `
apiVersion: polsync/v1
vars: {crm: CRM_PROD}
principals:
  pii_readers: {snow: PII_READER, lake: pii-readers}
  support: {snow: [SUPPORT, SUPPORT_LEAD], lake: support}
  loader: {snow: '"my loader"'}
  contractor: {snow: database_role:D.R}
tags:
  - {name: pii, values: [email, ssn], snowflake: {schema: GOV.TAGS, propagate: on_dependency}, databricks: {governed: true}}
  - {name: domain, comment: business domain}
  - {name: none, values: []}
tag_assignments:
  - {tag: pii, value: email, on: ["snow:${crm}.PUBLIC.CUSTOMERS.EMAIL", "lake:main.crm.*.email"]}
  - {on: "snow:${crm}.PUBLIC.ORDERS", tags: {domain: crm}, columns: {EMAIL: {pii: email}}}
  - {tag: pii, ensure: absent, on: "snow:A.B.C.D"}
masks:
  - name: pii
    tag: pii
    within: ["snow:*", "lake:main"]
    default: {string: {const: "***"}, other: nothing}
    rules:
      - {to: pii_readers, values: email, show: clear}
      - {to: [support, everyone], values: [ssn], when: [{column: COUNTRY, in: [US]}], show: {last: 4}, priority: 5}
  - {name: salary, on: ["snow:HR.*.*.SALARY"], rules: [{to: support, show: {sql: {snowflake: "ROUND(val, -4)"}}}], in: snow}
exceptions:
  - {mask: pii, to: "role:AUDITOR", until: 2027-01-01T00:00:00Z, reason: AUDIT-2026}
roles:
  - {name: PII_READER, in: snow, members: ["role:SUPPORT_LEAD"], users: ["user:alice"], member_of: ["database_role:SNOWFLAKE.OBJECT_VIEWER"]}
  - {name: "READ_${schema.name}", in: snow, for_each: {schema: "snow:BALBOA.*"}}
access_levels: {load: {schema: [usage, create_table], table: [SELECT, INSERT]}}
grants:
  - {to: pii_readers, privileges: [select], on: ["snow:${crm}.PUBLIC.*"], future: true, parents: true, reason: JIRA-12}
  - {to: loader, access: load, on: ["snow:RAW.**"], kinds: [table, view]}
  - {to: contractor, access: read, on: [{tag: {domain: crm}}], until: 2027-01-31T00:00:00+01:00}
  - {to: support, privileges: USAGE, on: [{kind: warehouse, names: "snow:WH_BI"}]}
  - {to: "role:READ_${schema.name}", access: read, on: ["${schema}.*"], for_each: {schema: "snow:BALBOA.*"}}
  - {to: PUBLIC, privileges: [SELECT], on: ["snow:${crm}.**"], ensure: absent}
  - {owner: "role:T", on: ["snow:RAW.*"]}
  - {exclusive: true, privileges: SELECT, on: ["snow:HR.**"]}
row_filters:
  - {name: r, on: "snow:SALES.*.ORDERS", column: REGION, rules: [{to: support, values: [EMEA]}]}
constraints:
  - {on: "snow:SALES.*.ORDERS", aggregate: {min_group: 100}}
classifiers:
  - {name: employee_id, any: [{value: '^E\d{6}$', min_ratio: 0.8}, {column: '(?i)emp'}], not: {column: '(?i)hash'}}
collections: {pii-eu: [email, employee_id]}
scans: [{name: crm, on: "snow:${crm}.**", collection: pii-eu}]
autotag: [{scans: crm, map: [{classifier: email, tag: pii, value: email}]}]
tests: [{as: support, read: "snow:CRM_PROD.PUBLIC.CUSTOMERS.EMAIL", sees: email_domain}]
`

func TestWholeLanguage(t *testing.T) {
	d, err := load(t, map[string]string{"a.yaml": whole})
	if err != nil {
		t.Fatal(err)
	}
	first := d.Assignments[0]
	if got := first.On[0].Pattern.Text; got != "snow:CRM_PROD.PUBLIC.CUSTOMERS.EMAIL" && len(first.On[0].Pattern.Parts) != 4 {
		t.Errorf("the variable is not filled in: %q", got)
	}
	if o := first.Origin; o.File != "policies/a.yaml" || o.Line != 14 {
		t.Errorf("the origin is %+v", o)
	}
	if column := d.Assignments[2]; column.Tag != "pii" || column.On[0].Pattern.Parts[3].Text != "EMAIL" {
		t.Errorf("the column's tag is %+v", column)
	}
	if !d.Tags[1].AnyValue || d.Tags[2].AnyValue {
		t.Error("values left out and values: [] are not told apart")
	}
	if p := d.Principals["loader"].On["snow"][0]; p.Name != "my loader" || !p.Quoted {
		t.Errorf("a quoted principal is %+v", p)
	}
	if g := d.Grants[1]; g.Access != "load" || !g.Parents || len(g.Kinds) != 2 {
		t.Errorf("the grant of a level is %+v", g)
	}
	if g := d.Grants[4]; g.ForEach == nil || g.On[0].Pattern.Parts[0].Text != "${schema}" {
		t.Errorf("the template is %+v", g)
	}
	if p := d.Access["load"].Privileges[state.KindSchema]; p[1] != "CREATE TABLE" {
		t.Errorf("privileges are %q", p)
	}
	if f := d.RowFilters[0]; f.Column != "REGION" || f.Rules[0].Values[0] != "EMEA" || f.Rules[0].All {
		t.Errorf("the row filter is %+v", f)
	}
	if c := d.Constraints[0]; c.MinGroup != 100 || c.Project != nil || c.Join != nil {
		t.Errorf("the constraint is %+v", c)
	}
	if len(d.Exclusives) != 1 || len(d.Owners) != 1 || d.Owners[0].Owner == nil {
		t.Errorf("exclusive and owner are %+v, %+v", d.Exclusives, d.Owners)
	}
	rule := d.Masks[0].Rules[1]
	if rule.Priority != 5 || rule.Show.N != 4 || rule.When[0].Values[0] != "US" || rule.To[1].Kind != state.KindEveryone {
		t.Errorf("the rule is %+v", rule)
	}
}

func TestSourcesThatAreNone(t *testing.T) {
	for name, c := range map[string]struct{ data, want string }{
		"empty":    {"", "policies/a.yaml: the file is empty"},
		"comments": {"# nothing\n", "policies/a.yaml: the file is empty"},
		"nul":      {"apiVersion: \"a\x00b\"", "NUL"},
		"utf8":     {"apiVersion: \xff", "not valid UTF-8"},
		"markers":  {"apiVersion: polsync/v1\n<<<<<<< HEAD\ntags: []\n", "policies/a.yaml:2:1: a merge conflict"},
		"yaml":     {"apiVersion: polsync/v1\ntags: [\n", "policies/a.yaml:"},
		"tags":     {"apiVersion: polsync/v1\ntags:\n", "expected a list, found nothing; write [] for none"},
	} {
		if d, err := load(t, map[string]string{"a.yaml": c.data}); err == nil || !strings.Contains(err.Error(), c.want) || d != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := declare.Load(fstest.MapFS{}, []string{"policies/*.yaml"}, declare.Options{})
	var list document.Errors
	if !errors.As(err, &list) || !strings.Contains(err.Error(), "no policy file is there") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestErrorsKeepSecretsAndOrder(t *testing.T) {
	_, err := load(t, map[string]string{"b.yaml": "apiVersion: polsync/v1\ntagz: []\n", "a.yaml": "apiVersion: polsync/v2\nmaskz: []\n"})
	want := "policies/a.yaml:1:13: \"polsync/v2\" is not one of the words that stand here; did you mean \"polsync/v1\"?\n" +
		"policies/a.yaml:2:1: unknown key \"maskz\"; did you mean \"masks\"?\npolicies/b.yaml:2:1: unknown key \"tagz\"; did you mean \"tags\"?"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(whole)
	f.Add("apiVersion: polsync/v1\na: &a [*a]\n")
	f.Add("apiVersion: polsync/v1\ngrants: [{to: x, on: [{tag: {a: }}]}]\n")
	f.Fuzz(func(t *testing.T, data string) {
		d, err := load(t, map[string]string{"a.yaml": data})
		if (d == nil) == (err == nil) {
			t.Errorf("declarations %v and error %v", d, err)
		}
	})
}
