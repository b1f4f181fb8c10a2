package databricks_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

func snapshot(t *testing.T, p *databricks.Platform, s connectors.Scope) *state.State {
	t.Helper()
	got, err := p.Snapshot(t.Context(), s)
	must(t, err)
	return got
}

// governed fills a workspace with one of everything.
func governed(t *testing.T, opt emulator.Options) *workspace {
	w := newWorkspace(t, opt)
	w.exec(t, "CREATE GOVERNED TAG pii DESCRIPTION 'personal' VALUES ('email', 'ssn')",
		"CREATE FUNCTION main.gov.m(val STRING, country STRING) RETURNS STRING COMMENT 'by hand' RETURN CASE WHEN country = 'US' THEN val END",
		"ALTER TABLE main.crm.customers ALTER COLUMN email SET MASK main.gov.m USING COLUMNS (country)",
		"ALTER TABLE main.crm.customers ALTER COLUMN email SET TAGS ('pii' = 'email')", "ALTER SCHEMA main.crm SET TAGS ('domain' = 'crm')",
		"CREATE MATERIALIZED VIEW main.crm.totals AS SELECT country FROM main.crm.orders", "ALTER MATERIALIZED VIEW main.crm.totals SET TAGS ('domain' = 'x')",
		"CREATE VOLUME main.crm.files", "GRANT EXECUTE ON FUNCTION main.gov.m TO `readers-b`", "GRANT READ VOLUME ON VOLUME main.crm.files TO `readers-a`",
		"GRANT SELECT ON SCHEMA main.crm TO `readers-a`", "GRANT ALL PRIVILEGES ON TABLE main.crm.orders TO `bob@example.com`")
	return w
}

func TestSnapshotFacts(t *testing.T) {
	for _, documented := range []bool{false, true} {
		for _, as := range []string{emulator.DefaultAdmin, daemon} {
			t.Run(fmt.Sprintf("%s documented=%t", as, documented), func(t *testing.T) {
				w := governed(t, emulator.Options{DocumentedMasks: documented, ChunkRows: 3, PageSize: 2})
				s := snapshot(t, w.open(t, as), scope)
				checkFacts(t, s)
				if !slices.ContainsFunc(s.Self, func(self state.Securable) bool { return self.Name == as }) {
					t.Errorf("polsync is taken for %v, want %s", s.Self, as)
				}
				if len(s.Unknown) > 0 || s.Identity != emulator.DefaultMetastoreID {
					t.Errorf("unknown %v, identity %s", s.Unknown, s.Identity)
				}
			})
		}
	}
}

func checkFacts(t *testing.T, s *state.State) {
	t.Helper()
	email := object(state.KindColumn, "main", "crm", "customers", "email")
	pii := state.Securable{Kind: state.KindTag, Name: "pii"}
	domain := state.Securable{Kind: state.KindTag, Name: "domain"}
	policy := state.Securable{Kind: state.KindMaskingPolicy, Catalog: "main", Schema: "gov", Name: "m"}
	user := state.Securable{Kind: state.KindUser, Name: bob}
	for _, f := range []state.Fact{
		{Key: state.Key{Fact: state.FactTag, On: pii}, Value: state.Tag{Governed: true, Comment: "personal"}},
		{Key: state.Key{Fact: state.FactAllowedValue, On: pii, Name: "ssn"}, Value: state.Nil{}},
		{Key: state.Key{Fact: state.FactTagged, On: email, With: pii}, Value: state.Text("email")},
		{Key: state.Key{Fact: state.FactTagged, On: object(state.KindSchema, "main", "crm"), With: domain}, Value: state.Text("crm")},
		{Key: state.Key{Fact: state.FactTagged, On: object(state.KindMaterializedView, "main", "crm", "totals"), With: domain}, Value: state.Text("x")},
		{Key: state.Key{Fact: state.FactMask, On: email}, Value: state.Mask{Policy: policy, Using: []string{"country"}}},
		{Key: state.Key{Fact: state.FactMember, On: group("readers-a"), With: state.Securable{Kind: state.KindUser, Name: alice}}, Value: state.Nil{}},
		{Key: state.Key{Fact: state.FactGrant, On: object(state.KindSchema, "main", "crm"), With: group("readers-a"), Name: "SELECT"}, Value: state.Option(false)},
		{Key: state.Key{Fact: state.FactGrant, On: object(state.KindVolume, "main", "crm", "files"), With: group("readers-a"), Name: "READ VOLUME"}, Value: state.Option(false)},
		{Key: state.Key{Fact: state.FactGrant, On: object(state.KindTable, "main", "crm", "orders"), With: user, Name: "ALL PRIVILEGES"}, Value: state.Option(false)},
		{Key: state.Key{Fact: state.FactGrant, On: object(state.KindFunction, "main", "gov", "m"), With: group("readers-b"), Name: "EXECUTE"}, Value: state.Option(false)},
		{Key: state.Key{Fact: state.FactGrant, On: object(state.KindTable, "main", "crm", "orders"), With: user, Name: "MODIFY"}, Value: state.Option(false)},
	} {
		if got := s.Value(f.Key); !state.Equal(got, f.Value) {
			t.Errorf("%s is %v, want %v", f.Key, got, f.Value)
		}
	}
	inherited := state.Key{Fact: state.FactGrant, On: object(state.KindTable, "main", "crm", "customers"), With: group("readers-a"), Name: "SELECT"}
	if s.Has(inherited) {
		t.Errorf("%s is handed down and no fact", inherited)
	}
	p := s.Policy(policy)
	if p == nil || !p.Opaque || p.Family != state.FamilyString || !slices.Equal(p.Args, []string{"country"}) || p.Comment != "by hand" ||
		!(dialect.Dialect{}).SameBody(p.Body, "CASE WHEN country = 'US' THEN val END") {
		t.Errorf("policy %+v", p)
	}
	if o := s.Objects[object(state.KindColumn, "main", "crm", "customers", "salary")]; o.Type != (state.DataType{Family: state.FamilyNumber, Text: "decimal(10,2)"}) && o.Type.Family != state.FamilyNumber || o.Position != 4 {
		t.Errorf("salary is %+v", o)
	}
	if s.Objects[object(state.KindSchema, "main", "information_schema")].Foreign == "" {
		t.Error("the information schema is not foreign")
	}
}

// TestSnapshotRequests keeps the requests of a snapshot: each one costs, and a new one should be meant.
func TestSnapshotRequests(t *testing.T) {
	w := governed(t, emulator.Options{})
	p := w.open(t, emulator.DefaultAdmin, func(o *databricks.Options) { o.Concurrency = 1 })
	snapshot(t, p, scope) // makes contact
	w.ResetLog()
	s := snapshot(t, p, scope)
	var lines []string
	for _, r := range w.Requests() {
		if r.Method != "GET" && r.SQL == "" {
			t.Errorf("a snapshot sent %s %s", r.Method, r.Path)
		}
		lines = append(lines, strings.TrimSpace(r.Method+" "+r.Path+" "+r.Query)+"\n  "+strings.ReplaceAll(r.SQL, " UNION ALL ", "\n  UNION ALL "))
	}
	if s.Reads != len(lines) {
		t.Errorf("%d reads are reported and %d were sent", s.Reads, len(lines))
	}
	slices.Sort(lines)
	got := strings.Join(lines, "\n") + "\n"
	const golden = "testdata/snapshot.requests"
	if os.Getenv("UPDATE") != "" {
		must(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if got != string(want) {
		t.Errorf("requests differ from %s (UPDATE=1 rewrites it):\n%s", golden, got)
	}
}

// TestDeniedIsUnknown: what the caller may not read is named, and nothing else fails.
func TestDeniedIsUnknown(t *testing.T) {
	f := &emulator.Faults{}
	w := governed(t, emulator.Options{Faults: f})
	p := w.open(t, emulator.DefaultAdmin)
	for path, fact := range map[string]state.FactKind{"tag-policies": state.FactTag, "scim/v2/Groups": state.FactMember} {
		remove := f.Add(emulator.Fault{Path: path, Status: 403})
		s := snapshot(t, p, scope)
		remove()
		if reason := s.UnknownReason(state.Key{Fact: fact, On: group("readers-a")}); reason == "" {
			t.Errorf("%s was denied and is not unknown", path)
		}
	}
	for sql, fact := range map[string]state.FactKind{"column_masks": state.FactMask, "column_tags": state.FactTagged, "table_privileges": state.FactGrant} {
		remove := f.Add(emulator.Fault{SQL: sql, Truncate: true})
		s := snapshot(t, p, scope)
		remove()
		if reason := s.UnknownReason(state.Key{Fact: fact, On: object(state.KindTable, "main", "crm", "orders")}); reason == "" {
			t.Errorf("the answer of %s was cut and is not unknown", sql)
		}
	}
	if s := snapshot(t, p, connectors.Scope{Within: []state.Securable{{Kind: state.KindCatalog, Catalog: "gone"}}}); len(s.Unknown) == 0 {
		t.Error("a catalog that does not show is not unknown")
	}
}

// TestReadsSurviveFaults: refusals for now, lost connections and server errors do not end a snapshot.
func TestReadsSurviveFaults(t *testing.T) {
	f := &emulator.Faults{}
	w := governed(t, emulator.Options{Faults: f})
	p := w.open(t, emulator.DefaultAdmin, func(o *databricks.Options) { o.RetryTimeout = 5 * time.Second })
	snapshot(t, p, scope) // makes contact
	for name, fault := range map[string]emulator.Fault{"503": {Status: 503, Times: 1}, "500": {Status: 500, Times: 2}, "cut": {CutBefore: true, Times: 2}} {
		t.Run(name, func(t *testing.T) {
			defer f.Add(fault)()
			if s := snapshot(t, p, scope); len(s.Unknown) > 0 {
				t.Errorf("unknown %v", s.Unknown)
			}
		})
	}
}

// TestWritesAreSentOnce: a write whose answer is lost is not repeated, and says so.
func TestWritesAreSentOnce(t *testing.T) {
	f := &emulator.Faults{}
	w := newWorkspace(t, emulator.Options{Faults: f})
	p := w.open(t, emulator.DefaultAdmin, func(o *databricks.Options) { o.RetryTimeout = 3 * time.Second })
	snapshot(t, p, scope) // makes contact
	tag := plan.Statement{SQL: "ALTER TABLE `main`.`crm`.`orders` SET TAGS ('a' = 'b')"}
	grant := plan.Statement{Method: "PATCH", Path: "/api/2.1/unity-catalog/permissions/table/main.crm.orders", Body: `{"changes":[{"principal":"readers-a","add":["SELECT"]}]}`}
	for _, s := range []plan.Statement{tag, grant} {
		for name, fault := range map[string]emulator.Fault{"cut after": {CutAfter: true}, "cut before": {CutBefore: true}, "500": {Status: 500},
			"500 that reads like a time-out": {Status: 500, Message: "Timed out after 1 s"}, "504": {Status: 504, Late: true, Message: "deadline exceeded"}} {
			w.ResetLog()
			remove := f.Add(fault)
			_, err := p.Exec(t.Context(), s)
			remove()
			if !errors.Is(err, connectors.ErrOutcome) || len(w.Requests()) != 1 {
				t.Errorf("%s: %v after %d requests", name, err, len(w.Requests()))
			}
		}
	}
	out, err := p.Exec(t.Context(), tag)
	if err != nil || out.QueryID == "" {
		t.Errorf("got %+v, %v", out, err)
	}
}

func TestErrorsAreClassified(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	admin, reader := w.open(t, emulator.DefaultAdmin), w.open(t, alice)
	for _, c := range []struct {
		p    *databricks.Platform
		s    plan.Statement
		want error
	}{
		{admin, plan.Statement{SQL: "ALTER TABLE main.crm.gone SET TAGS ('a' = 'b')"}, connectors.ErrUnknown},
		{reader, plan.Statement{SQL: "ALTER TABLE main.crm.orders SET TAGS ('a' = 'b')"}, connectors.ErrDenied},
		{admin, plan.Statement{Method: "DELETE", Path: "/api/2.1/tag-policies/gone"}, connectors.ErrNotFound},
		{reader, plan.Statement{Method: "PATCH", Path: "/api/2.1/unity-catalog/permissions/catalog/main", Body: `{"changes":[{"principal":"readers-a","add":["SELECT"]}]}`}, connectors.ErrDenied},
		{w.open(t, alice, func(o *databricks.Options) { o.Token = "wrong" }), plan.Statement{SQL: "SELECT 1"}, connectors.ErrAuth},
	} {
		_, err := c.p.Exec(t.Context(), c.s)
		if !errors.Is(err, c.want) || strings.Contains(fmt.Sprint(err), "token-") || strings.Contains(fmt.Sprint(err), "wrong") {
			t.Errorf("%+v: %v, want %v", c.s, err, c.want)
		}
	}
}

// TestCancelReachesTheServer ends the context while a warehouse starts.
func TestCancelReachesTheServer(t *testing.T) {
	w := newWorkspace(t, emulator.Options{ColdStart: time.Hour})
	p := w.open(t, emulator.DefaultAdmin)
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	w.StopWarehouse(warehouse)
	_, err := p.Exec(ctx, plan.Statement{SQL: "CREATE SCHEMA main.late"})
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, connectors.ErrOutcome) {
		t.Errorf("got %v", err)
	}
	if n := len(w.Requests()); !strings.HasSuffix(w.Requests()[n-2].Path, "/cancel") && !strings.HasSuffix(w.Requests()[n-1].Path, "/cancel") {
		t.Errorf("nothing was cancelled: %+v", w.Requests())
	}
}

// TestOwnWritesShow: the snapshot after a write has it, though the views lag.
func TestOwnWritesShow(t *testing.T) {
	w := newWorkspace(t, emulator.Options{TagLag: time.Hour, GrantLag: 200 * time.Millisecond})
	p := w.open(t, emulator.DefaultAdmin)
	email := object(state.KindColumn, "main", "crm", "customers", "email")
	key := state.Key{Fact: state.FactTagged, On: email, With: state.Securable{Kind: state.KindTag, Name: "pii"}}
	execute(t, p, plan.Change{Key: key, Want: state.Text("email")})
	grant := state.Key{Fact: state.FactGrant, On: object(state.KindTable, "main", "crm", "orders"), With: group("readers-b"), Name: "SELECT"}
	execute(t, p, plan.Change{Key: grant, Want: state.Option(false)})
	s := snapshot(t, p, scope)
	if s.Value(key) != state.Text("email") || !s.Has(grant) {
		t.Errorf("tag %v, grant %v", s.Value(key), s.Value(grant))
	}
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	for _, as := range []string{emulator.DefaultAdmin, daemon} {
		if missing, err := w.open(t, as).Check(t.Context(), scope); err != nil || len(missing) > 0 {
			t.Errorf("%s: %v, %v", as, missing, err)
		}
	}
	w.exec(t, "REVOKE APPLY TAG ON CATALOG main FROM `"+daemon+"`", "REVOKE CREATE FUNCTION ON SCHEMA main.gov FROM `"+daemon+"`")
	p := w.open(t, daemon)
	missing, err := p.Check(t.Context(), scope)
	must(t, err)
	if len(missing) != 2 {
		t.Fatalf("got %v", missing)
	}
	for _, m := range missing {
		w.exec(t, m.SQL)
	}
	if again, err := p.Check(t.Context(), scope); err != nil || len(again) > 0 {
		t.Errorf("after the statements: %v, %v", again, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, o := range map[string]databricks.Options{
		"http": {Host: "http://example.com", Token: "x"}, "no host": {Token: "x"}, "no secret": {Host: "https://example.com", ClientID: "x"}, "both": {Host: "https://example.com", Token: "x", ClientID: "x", ClientSecret: "y"}} {
		if _, err := databricks.Open(t.Context(), o); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func TestAnyVersionIsTaken(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	for _, v := range []string{"", "devel (unknown)", "v1.2.3-rc.1+abc"} {
		snapshot(t, w.open(t, emulator.DefaultAdmin, func(o *databricks.Options) { o.Version = v }), scope)
	}
}

func TestOAuth(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	must(t, w.SetSecret(daemon, "s3cret"))
	p := w.open(t, daemon, func(o *databricks.Options) { o.Token, o.ClientID, o.ClientSecret = "", daemon, "s3cret" })
	snapshot(t, p, scope)
	o := databricks.Options{Name: "lake", Host: w.url, ClientID: daemon, ClientSecret: "wrong-one", WarehouseID: warehouse, RetryTimeout: time.Second}
	bad, err := databricks.Open(t.Context(), o)
	if err == nil {
		_, err = bad.Snapshot(t.Context(), scope)
		must(t, bad.Close())
	}
	if err == nil || strings.Contains(err.Error(), "wrong-one") {
		t.Errorf("got %v", err)
	}
}
