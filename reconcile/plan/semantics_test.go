package plan_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/polsync/polsync/connectors"
	databricks "github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/connectors/memory"
	snowflake "github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
)

// everywhere is what is there in every case of TestSemantics; a case adds to it or has its own.
const everywhere = `
objects:
  - {on: catalog CRM}
  - {on: schema CRM.PUBLIC}
  - {on: table CRM.PUBLIC.CUSTOMERS}
  - {on: column CRM.PUBLIC.CUSTOMERS.ID, type: number}
  - {on: column CRM.PUBLIC.CUSTOMERS.EMAIL, type: string}
  - {on: column CRM.PUBLIC.CUSTOMERS.BORN, type: date}
  - {on: column CRM.PUBLIC.CUSTOMERS.COUNTRY, type: string}
  - {on: table CRM.PUBLIC.ORDERS}
  - {on: column CRM.PUBLIC.ORDERS.EMAIL, type: string}
  - {on: column CRM.PUBLIC.ORDERS.AMOUNT, type: number}
  - {on: view CRM.PUBLIC.V_ORDERS}
  - {on: column CRM.PUBLIC.V_ORDERS.AMOUNT, type: number}
  - {on: schema CRM.STAGING}
  - {on: table CRM.STAGING.RAW}
  - {on: column CRM.STAGING.RAW.EMAIL, type: string}
  - {on: catalog SHARED, foreign: shared by another account}
  - {on: schema SHARED.PUBLIC}
  - {on: table SHARED.PUBLIC.T}
  - {on: column SHARED.PUBLIC.T.EMAIL, type: string}
  - {on: role ANALYST}
  - {on: role SUPPORT}
  - {on: role SUPPORT_LEAD}
  - {on: user ALICE}
`

// TestSemantics reads testdata/semantics/*.txtar, a case for each line of the language's semantics that needs a
// platform to show. A case has `policies`; `warehouse` (left out: everywhere) and `more`, both as a memory warehouse's
// file; `ours`, the facts that polsync set; `delay`, how long attribute-based policies take, and `lately`, the facts that
// polsync set two minutes ago; `expire`, to plan only the end of what has expired; `dialect` (left out: memory); and `plan`, the changes and notices.
func TestSemantics(t *testing.T) {
	cases, err := filepath.Glob("testdata/semantics/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{"warehouse": everywhere}
			for _, f := range archive.Files {
				parts[f.Name] = string(f.Data)
			}
			got := briefly(semanticsOf(t, parts))
			if *update {
				rewrite(t, path, archive, "plan", got)
			} else if got != parts["plan"] {
				t.Errorf("got\n%s\nwant\n%s", got, parts["plan"])
			}
		})
	}
}

var dialects = map[string]plan.Dialect{"": memory.Dialect{}, "by column": memory.Dialect{PerColumn: true}, "snowflake": snowflake.Dialect{}, "databricks": databricks.Dialect{}}

func semanticsOf(t *testing.T, parts map[string]string) *plan.Plan {
	t.Helper()
	d := dialects[strings.TrimSpace(parts["dialect"])]
	if d == nil {
		t.Fatalf("no dialect is called %q", parts["dialect"])
	}
	fsys := fstest.MapFS{"p.yaml": {Data: []byte(parts["policies"])}}
	declared, err := declare.Load(fsys, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"mem": d.Name(), "other": "memory"}})
	if err != nil {
		t.Fatal(err)
	}
	in := plan.Input{Platform: "mem", Dialect: d, Home: state.Securable{Kind: state.KindSchema, Catalog: "GOV", Schema: "HOME"}, Declarations: declared, Owned: plan.Owned{}, Now: now,
		Actual: read(t, parts["warehouse"]+parts["more"]), ExpireOnly: parts["expire"] != "", Self: []state.Securable{{Kind: state.KindRole, Name: "POLSYNC"}}}
	for k, f := range read(t, parts["ours"]).Facts {
		in.Owned[k] = plan.Ownership{Value: f.Value, Run: "7"}
	}
	for s, o := range read(t, parts["ours"]).Objects {
		if o.Owner != (state.Securable{}) {
			in.Owned[state.Key{Fact: state.FactOwner, On: s}] = plan.Ownership{Value: state.Owner(o.Owner), Run: "7"}
		}
		if o.Managed {
			in.Owned[state.Key{Fact: state.FactManaged, On: s}] = plan.Ownership{Value: state.Nil{}, Run: "7"}
		}
	}
	if text := strings.TrimSpace(parts["delay"]); text != "" {
		delay, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		in.EffectDelay = delay
		lately := read(t, parts["lately"])
		for _, k := range lately.Keys() {
			in.Lately = append(in.Lately, plan.Recent{Key: k, Value: lately.Facts[k].Value, At: now.Add(-2 * time.Minute)})
		}
	}
	p, err := plan.Make(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// read returns the state of a memory warehouse that is written as its file is.
func read(t *testing.T, text string) *state.State {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := memory.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Snapshot(t.Context(), connectors.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// briefly writes a plan without phases and statements, which other tests hold.
func briefly(p *plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes() {
		fmt.Fprintf(&b, "%s %s%s%s\n", c.Verb(), c.Key, valueText(c), noteText(c))
	}
	for _, n := range p.Notices {
		fmt.Fprintf(&b, "%s: %s (%s)\n", n.Level, n.Text, n.Origin)
	}
	for _, k := range p.Kept {
		fmt.Fprintf(&b, ". %s: %s\n", k.Fact.Key, k.Reason)
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

func valueText(c plan.Change) string {
	switch v := c.Want.(type) {
	case state.Text:
		return fmt.Sprintf(" = %s", string(v))
	case state.Mask:
		return fmt.Sprintf(" = %s %s", v.Policy.Path(), strings.Join(v.Using, ","))
	case state.Option:
		if v {
			return " with grant option"
		}
	case state.Owner:
		return fmt.Sprintf(" = %s", state.Securable(v))
	case *state.MaskingPolicy:
		return policyRules(v)
	case state.ABAC:
		return abacValue(v)
	case state.Filter:
		return fmt.Sprintf(" = %s %s", v.Policy.Path(), strings.Join(v.Using, ","))
	case *state.RowPolicy:
		return rowRules(v)
	case *state.ConstraintPolicy:
		return fmt.Sprintf(" min:%d allow:%v free:%v except:%v", v.MinGroup, v.Allow, v.Free, v.Except)
	}
	return ""
}

func abacValue(v state.ABAC) string {
	s := " = " + v.Policy.Path()
	if v.When != "" {
		s += " when " + v.When
	}
	for _, c := range v.Columns {
		s += fmt.Sprintf(" %s: %s", c.Alias, c.Tags)
	}
	for _, a := range v.Using {
		s += " using " + a.Alias
	}
	return s
}

func rowRules(p *state.RowPolicy) string {
	if p.Opaque {
		return " opaque"
	}
	var b strings.Builder
	for _, r := range p.Rules {
		fmt.Fprintf(&b, " %v:%v", r.To, map[bool]any{true: "all", false: r.Values}[r.All])
	}
	if l := p.Lookup; l != nil {
		fmt.Fprintf(&b, " lookup %s %s %s %s", l.Table, l.Principal, l.By, l.Value)
	}
	return b.String() + map[bool]string{true: " else:all", false: " else:none"}[p.Default]
}

func policyRules(p *state.MaskingPolicy) string {
	if p.Opaque {
		return " opaque"
	}
	var b strings.Builder
	for _, r := range p.Rules {
		fmt.Fprintf(&b, " %v%v%s:%s", r.To, r.Values, strings.Repeat("?", len(r.When)), r.Show)
	}
	return b.String() + " else:" + p.Default.String()
}

func noteText(c plan.Change) string {
	text := ""
	if len(c.Why.Reasons) > 0 {
		text = fmt.Sprintf(" %v", c.Why.Reasons)
	}
	if c.Note != "" {
		text += "  (" + c.Note + ")"
	}
	return text
}
