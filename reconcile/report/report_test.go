package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/reconcile/report"
	"github.com/polsync/polsync/state"
)

var update = flag.Bool("update", false, "rewrite the expected reports")

func at(line int, reasons ...string) state.Origin {
	return state.Origin{Layer: state.LayerYAML, File: "policies/crm.yaml", Line: line, Column: 5, Reasons: reasons}
}

func named(t *testing.T, text string) state.Securable {
	t.Helper()
	var s state.Securable
	if err := s.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return s
}

// drift has a change of each kind and verb.
func drift(t *testing.T) *plan.Plan {
	s := func(text string) state.Securable { return named(t, text) }
	email, orders, pii, policy := s("column CRM.PUBLIC.CUSTOMERS.EMAIL"), s("table CRM.PUBLIC.ORDERS"), s("tag PII"), s("masking_policy PII_STRING")
	analyst, support := s("role ANALYST"), s("role SUPPORT")
	grant := func(on state.Securable, future state.Kind) state.Key {
		return state.Key{Fact: state.FactGrant, On: on, With: analyst, Name: "SELECT", Future: future}
	}
	old := &state.MaskingPolicy{Name: policy, Family: state.FamilyString, Default: state.Show{Kind: state.ShowFull}}
	rules := &state.MaskingPolicy{Name: policy, Family: state.FamilyString, Rules: []state.Rule{
		{To: []state.Securable{analyst, support}, Values: []string{"email"}, Show: state.Show{Kind: state.ShowLast, N: 4}},
		{To: []state.Securable{state.Everyone}, When: []state.Condition{{Column: "COUNTRY", Op: state.OpIn, Values: []string{"US"}}}, Show: state.Show{Kind: state.ShowClear}}}}
	finding := state.Origin{Layer: state.LayerClassification, Finding: "email", Score: 0.93}
	step := func(phase plan.Phase, sql string, changes ...plan.Change) plan.Step {
		for i := range changes {
			changes[i].Phase = phase
		}
		return plan.Step{Phase: phase, Changes: changes, Statements: []plan.Statement{{SQL: sql, Comment: sql}}}
	}
	p := &plan.Plan{Platform: "snow", Base: "0123abcd", Unchanged: 412, Reads: 7, Freshness: []state.Freshness{{Facts: state.FactGrant, Source: "account_usage", Lag: "2h"}}}
	p.Steps = []plan.Step{
		step(plan.PhaseRevoke, "REVOKE 1", plan.Change{Key: grant(orders, state.KindNone), Was: state.Option(false), Why: at(9), Note: "no longer declared; set by run 41"}),
		step(plan.PhaseDefine, "CREATE 2", plan.Change{Key: state.Key{Fact: state.FactTag, On: pii}, Want: state.Tag{}, Why: at(3)},
			plan.Change{Key: state.Key{Fact: state.FactAllowedValue, On: pii, Name: "email"}, Want: state.Nil{}, Why: at(3)}),
		step(plan.PhaseDefine, "CREATE 3", plan.Change{Key: state.Key{Fact: state.FactRole, On: analyst}, Want: state.Role{Comment: "reads"}, Why: at(20)}),
		step(plan.PhaseDefine, "ALTER 4", plan.Change{Key: state.Key{Fact: state.FactPolicy, On: policy}, Was: old, Want: rules, Why: at(14)}),
		step(plan.PhaseMask, "ALTER 5", plan.Change{Key: state.Key{Fact: state.FactMask, On: email}, Was: state.Mask{Policy: s("masking_policy OLD")}, Want: state.Mask{Policy: policy, Using: []string{"COUNTRY"}}, Why: at(15)}),
		step(plan.PhaseMask, "ALTER 6", plan.Change{Key: state.Key{Fact: state.FactBinding, On: pii, Name: "string"}, Want: state.Mask{Policy: policy}, Why: at(15)}),
		step(plan.PhaseTag, "ALTER 7", plan.Change{Key: state.Key{Fact: state.FactTagged, On: email, With: pii}, Was: state.Text("phone"), Want: state.Text("email"), Why: finding}),
		step(plan.PhaseUntag, "ALTER 8", plan.Change{Key: state.Key{Fact: state.FactTagged, On: s("column CRM.PUBLIC.CUSTOMERS.PHONE"), With: pii}, Was: state.Text("phone"), Why: at(10), Note: "declared absent"}),
		step(plan.PhasePermit, "GRANT 9", plan.Change{Key: state.Key{Fact: state.FactMember, On: analyst, With: support}, Want: state.Nil{}, Why: at(21)}),
		step(plan.PhasePermit, "GRANT 10", plan.Change{Key: grant(s("schema CRM.PUBLIC"), state.KindTable), Want: state.Option(true), Why: at(22, "JIRA-12", "INC-7")}),
		step(plan.PhaseDrop, "DROP 11", plan.Change{Key: state.Key{Fact: state.FactPolicy, On: s("masking_policy OLD")}, Was: &state.MaskingPolicy{Name: s("masking_policy OLD"), Opaque: true, Body: "x"}, Why: at(14)}),
	}
	p.Steps[9].Statements = []plan.Statement{{Method: "PATCH", Path: "/api/2.1/permissions/schema/crm", Body: `{"changes":[]}`, Comment: "give 1 privilege"}}
	return p
}

func keep(t *testing.T, n int, reason string) []plan.Kept {
	var all []plan.Kept
	for i := range n {
		on := named(t, fmt.Sprintf("table CRM.PUBLIC.T%02d", i))
		all = append(all, plan.Kept{Fact: state.Fact{Key: state.Key{Fact: state.FactTagged, On: on, With: named(t, "tag PII")}, Value: state.Text("email")}, Reason: reason})
	}
	return all
}

// results are what the reports are made of, by the name of the file that holds them.
func results(t *testing.T) map[string][]*reconcile.Result {
	plain := &reconcile.Result{Platform: "snow", Plan: drift(t)}

	run := &reconcile.Result{Platform: "snow", Run: "42", Plan: drift(t), Elapsed: 1234567 * time.Microsecond, Settled: make([]reconcile.Settled, 1), Left: drift(t)}
	run.Left.Steps = run.Left.Steps[3:5]
	for i, s := range run.Plan.Steps {
		one := reconcile.StepResult{Step: s, Status: reconcile.Done, QueryID: fmt.Sprintf("q-%d", i)}
		switch i {
		case 3:
			one.Status, one.Err = reconcile.Failed, errors.New("snow: alter policy PII_STRING: access denied\nto role POLSYNC")
		case 4:
			one.Status, one.Err = reconcile.Unknown, errors.New("snow: connection lost")
		default:
			if i > 4 {
				one.Status, one.QueryID = reconcile.Held, ""
			}
		}
		run.Steps = append(run.Steps, one)
	}

	settled := &reconcile.Result{Platform: "lake", Run: "43", Plan: &plan.Plan{Platform: "lake", Steps: drift(t).Steps[:1], Reads: 1}, Left: &plan.Plan{}}
	settled.Steps = []reconcile.StepResult{{Step: settled.Plan.Steps[0], Status: reconcile.Done}}

	notices := &plan.Plan{Platform: "snow", Reads: 1, Notices: []plan.Notice{
		{Level: plan.Error, On: named(t, "column CRM.PUBLIC.CUSTOMERS.EMAIL"), Text: "CRM.PUBLIC.CUSTOMERS.EMAIL carries two masked tags: of mask pii and of mask secret", Origin: at(14)},
		{Level: plan.Error, On: named(t, "tag PII"), Text: "declared differently at policies/hr.yaml:3", Origin: at(3)},
		{Level: plan.Held, On: named(t, "schema CRM.HR"), Text: "could not be read completely: access denied"},
		{Level: plan.Warning, Text: "snow:CRM.X* matches nothing on snow", Origin: at(30)},
		{Level: plan.Info, On: named(t, "table CRM.PUBLIC.ORDERS"), Text: "overridden by policies/crm.yaml:8", Origin: state.Origin{Layer: state.LayerClassification, Finding: "email", Score: 0.81}},
	}}

	kept := &plan.Plan{Platform: "snow", Unchanged: 3, Reads: 1, Kept: append(append(keep(t, 2, "re-created since polsync set it"), keep(t, 23, "not set by polsync")...), keep(t, 6, "held: role GHOST is not there")...)}
	many := &plan.Plan{Platform: "snow", Reads: 1}
	for i := range 11 {
		many.Kept = append(many.Kept, keep(t, 1+i%2, fmt.Sprintf("still needed by tag T%02d", i))...)
	}

	column := func(i int) state.Securable { return named(t, fmt.Sprintf("column CRM.PUBLIC.CUSTOMERS.C%d", i)) }
	sights := &plan.Plan{Platform: "snow", Reads: 1}
	for i := range 6 {
		s := plan.Sight{Column: column(i), Gains: []state.Securable{named(t, "role SUPPORT")}}
		if i == 2 {
			s.Loses = []state.Securable{named(t, "user ALICE"), named(t, "role ANALYST")}
		}
		sights.Sights = append(sights.Sights, s)
	}

	odd := state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "PU.B", Name: "T\n; DROP"}
	hostile := &plan.Plan{Platform: "snow", Reads: 1, Notices: []plan.Notice{{Level: plan.Warning, Text: "says \x1b[2J\nerror: all is well", Origin: at(1)}},
		Kept: []plan.Kept{{Fact: state.Fact{Key: state.Key{Fact: state.FactTagged, On: odd, With: named(t, "tag PII")}, Value: state.Text("x\u202e\x1b[31m\ny")}, Reason: "changed\nby \x07somebody"}}}
	hostile.Steps = []plan.Step{{Phase: plan.PhaseTag, Changes: []plan.Change{{Key: state.Key{Fact: state.FactTagged, On: odd, With: named(t, "tag PII")}, Want: state.Text("a\nDROP TABLE X;\x1b[0m"), Why: at(2), Note: "note\nDROP"}},
		Statements: []plan.Statement{{Method: "POST", Path: "/x\ny", Body: "{\"v\":\"a\u202eb\"}", Comment: "two\nlines"}}}}

	return map[string][]*reconcile.Result{
		"drift": {plain}, "run": {run, settled}, "notices": {{Platform: "snow", Plan: notices}}, "kept": {{Platform: "snow", Plan: kept}},
		"kept_reasons": {{Platform: "snow", Plan: many}}, "sights": {{Platform: "snow", Plan: sights}}, "hostile": {{Platform: "snow", Plan: hostile}},
		"nothing": {{Platform: "snow"}, {Platform: "lake", Plan: &plan.Plan{Platform: "lake", Unchanged: 5, Reads: 12}}},
	}
}

// TestReports compares each report, in every format, with testdata/*.txtar.
func TestReports(t *testing.T) {
	for name, r := range results(t) {
		t.Run(name, func(t *testing.T) {
			archive := &txtar.Archive{}
			add := func(file string, o report.Options) {
				var b bytes.Buffer
				if err := report.Write(&b, r, o); err != nil {
					t.Fatal(err)
				}
				archive.Files = append(archive.Files, txtar.File{Name: file, Data: b.Bytes()})
			}
			for _, f := range report.Formats() {
				add(f, report.Options{Format: f})
			}
			if strings.HasPrefix(name, "kept") {
				add("verbose", report.Options{Verbose: true})
			}
			path, got := filepath.Join("testdata", name+".txtar"), txtar.Format(archive)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v; got\n%s\nwant\n%s", err, got, want)
			}
		})
	}
}

// TestColour holds that colour changes nothing but the colour.
func TestColour(t *testing.T) {
	r := results(t)["run"]
	var plain, painted bytes.Buffer
	if err := errors.Join(report.Write(&plain, r, report.Options{}), report.Write(&painted, r, report.Options{Colour: true})); err != nil {
		t.Fatal(err)
	}
	text := painted.String()
	for _, code := range []string{"\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[1m", "\x1b[0m"} {
		if !strings.Contains(text, code) {
			t.Errorf("%q is not there", code)
		}
		text = strings.ReplaceAll(text, code, "")
	}
	if text != plain.String() {
		t.Errorf("without its colour\n%s\nwant\n%s", text, plain.String())
	}
}

// TestJSONHasNoNullLists holds what readers of the JSON form rely on: lists are lists, and the version is there.
func TestJSONHasNoNullLists(t *testing.T) {
	var b bytes.Buffer
	results := []*reconcile.Result{{Platform: "a"}, {Platform: "b", Plan: &plan.Plan{Steps: []plan.Step{{}}}}}
	if err := report.Write(&b, results, report.Options{Format: "json"}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "null") {
		t.Errorf("null in\n%s", b.String())
	}
	var doc struct{ Version int }
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil || doc.Version != report.Version {
		t.Errorf("version %d, %v", doc.Version, err)
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := report.Write(&bytes.Buffer{}, nil, report.Options{Format: "pdf"}); err == nil || !strings.Contains(err.Error(), "text, sql, json") {
		t.Errorf("got %v", err)
	}
}
