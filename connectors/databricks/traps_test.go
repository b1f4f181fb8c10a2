package databricks_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// everyGrant is a scope that reads grants of every kind.
func everyGrant() connectors.Scope {
	s := scope
	s.Kinds = append(dialect.Singles(), state.KindMetastore)
	s.GrantsOf = func(state.Securable) bool { return true }
	return s
}

func grantOn(on, to state.Securable, name string) state.Key {
	return state.Key{Fact: state.FactGrant, On: on, With: to, Name: name}
}

// TestHostileNamesInPaths: what REST is asked about a column reaches the column, whatever its name. The connector's paths
// are its own; the SDK would put names into them as they are.
func TestHostileNamesInPaths(t *testing.T) {
	w := newWorkspace(t, emulator.Options{TagLag: time.Hour}) // so that only requests tell
	p := w.open(t, emulator.DefaultAdmin)
	for i, name := range []string{"a#b", "a/b", "a?b=c&d", "a%41", "a%2fb", "a`b", "a b", "it's", `a"b`, `a\b`, "..", "\u00e9\u6f22", "+", ";", "{x}", strings.Repeat("n", 255)} {
		table := object(state.KindTable, "main", "crm", "h"+string(rune('a'+i)))
		column := object(state.KindColumn, table.Catalog, table.Schema, table.Name, name)
		w.exec(t, "CREATE TABLE "+named(table)+" ("+dialect.QuoteName(name)+" STRING)")
		key := state.Key{Fact: state.FactTagged, On: column, With: state.Securable{Kind: state.KindTag, Name: "k"}}
		execute(t, p, plan.Change{Key: key, Want: state.Text("v")})
		if got := snapshot(t, p, scope).Value(key); got != state.Text("v") {
			t.Errorf("%q reads back as %v", name, got)
		}
	}
}

// TestNullIsNotEmpty: a cell that is NULL and one that is empty are two things.
func TestNullIsNotEmpty(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	w.exec(t, "GRANT SELECT ON CATALOG main TO `readers-a`", "CREATE TABLE main.crm.n (c STRING)", "INSERT INTO main.crm.n VALUES (NULL), ('')")
	got, err := w.open(t, emulator.DefaultAdmin).ReadAs(t.Context(), group("readers-a"), object(state.KindColumn, "main", "crm", "n", "c"), 2)
	must(t, err)
	if len(got) != 2 || (got[0] == nil) == (got[1] == nil) {
		t.Errorf("got %v", got)
	}
}

// TestListsAreReadInPages: each list says how many it wants, follows tokens, and goes on past an empty page.
func TestListsAreReadInPages(t *testing.T) {
	w := newWorkspace(t, emulator.Options{PageSize: 1, EmptyPages: true})
	all := w.addKinds(t)
	for kind, word := range singleTypes {
		must(t, w.AddSecurable(word, "second"))
		all = append(all, state.Securable{Kind: kind, Name: "second"})
	}
	p := w.open(t, emulator.DefaultAdmin)
	w.ResetLog()
	s := snapshot(t, p, everyGrant())
	for _, on := range all {
		if _, there := s.Objects[on]; !there {
			t.Errorf("%s is not listed", on)
		}
	}
	sizes := 0
	for _, r := range w.Requests() {
		list := slices.ContainsFunc(dialect.Singles(), func(k state.Kind) bool { return r.Path == dialect.CollectionPath(k) })
		if list && !strings.Contains(r.Query, "max_results=") && !strings.Contains(r.Query, "page_size=") {
			t.Errorf("%s?%s does not say how many", r.Path, r.Query)
		}
		if list {
			sizes++
		}
	}
	if sizes < len(singleTypes)*3 {
		t.Errorf("%d requests for lists are fewer than there are pages", sizes)
	}
}

// through changes each request before it is sent.
type through func(*http.Request)

func (f through) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	f(r)
	return http.DefaultTransport.RoundTrip(r)
}

// TestGroupListThatNeverEnds: a service that gives the first page for any index does not hang the snapshot.
func TestGroupListThatNeverEnds(t *testing.T) {
	w := newWorkspace(t, emulator.Options{PageSize: 1})
	p := w.open(t, emulator.DefaultAdmin, func(o *databricks.Options) {
		o.HTTPTransport = through(func(r *http.Request) {
			if q := r.URL.Query(); q.Has("startIndex") {
				q.Set("startIndex", "1")
				q.Set("count", "1")
				r.URL.RawQuery = q.Encode()
			}
		})
	})
	_, err := p.Snapshot(t.Context(), scope)
	if err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("got %v", err)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// TestForeignEnvironment: variables meant for other programs change nothing.
func TestForeignEnvironment(t *testing.T) {
	for _, name := range []string{"DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET", "DATABRICKS_AUTH_TYPE", "DATABRICKS_CONFIG_FILE",
		"DATABRICKS_CONFIG_PROFILE", "DATABRICKS_ACCOUNT_ID", "DATABRICKS_RATE_LIMIT", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_TENANT_ID", "GOOGLE_CREDENTIALS"} {
		t.Setenv(name, "7")
	}
	w := newWorkspace(t, emulator.Options{})
	if s := snapshot(t, w.open(t, emulator.DefaultAdmin), scope); len(s.Unknown) > 0 {
		t.Errorf("unknown: %v", s.Unknown)
	}
}

// TestWorkspaceIsNamed: hosts of several workspaces tell them apart by a header, since they are not asked who they are.
func TestWorkspaceIsNamed(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	var missing atomic.Int32
	p := w.open(t, emulator.DefaultAdmin, func(o *databricks.Options) {
		o.WorkspaceID = "4242"
		o.HTTPTransport = through(func(r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/api/") && r.Header.Get("X-Databricks-Org-Id") != "4242" {
				missing.Add(1)
			}
		})
	})
	snapshot(t, p, scope)
	if n := missing.Load(); n > 0 {
		t.Errorf("%d requests do not name the workspace", n)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// TestSlowStatementsOutliveAShortTimeout: a request that waits for its statement is not given up before the service answers.
func TestSlowStatementsOutliveAShortTimeout(t *testing.T) {
	f := &emulator.Faults{}
	w := newWorkspace(t, emulator.Options{Faults: f})
	p := w.open(t, emulator.DefaultAdmin, func(o *databricks.Options) { o.RequestTimeout = time.Second })
	snapshot(t, p, scope) // makes contact
	defer f.Add(emulator.Fault{SQL: "SET TAGS", Latency: 1500 * time.Millisecond})()
	if _, err := p.Exec(t.Context(), plan.Statement{SQL: "ALTER TABLE main.crm.orders SET TAGS ('a' = 'b')"}); err != nil {
		t.Error(err)
	}
}

// TestBareKeysSettle: a tag without a value reads back as an empty one, and is the same.
func TestBareKeysSettle(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	r := newReconciler(t, w.open(t, emulator.DefaultAdmin))
	const tags = `
tags: [{name: plain}, {name: bare, values: [], databricks: {governed: true}}]
tag_assignments:
  - {tag: plain, value: "", on: "lake:main.crm.customers.email"}
  - {tag: bare, value: "", on: ["lake:main.crm.customers.email", "lake:main.crm.orders"]}
`
	r.settle(tags)
	w.exec(t, "ALTER TABLE main.crm.orders UNSET TAGS ('bare')") // somebody takes one off, and it is set again
	r.settle(tags)
	if got := w.heldTag(t, "bare"); !got.There || len(got.Values) > 0 || len(got.On) != 1 {
		t.Errorf("held %+v", got)
	}
	r.settle("")
}

// TestAllPrivilegesOfAStranger: ALL PRIVILEGES, which is listed beside what it stands for, satisfies a declared privilege;
// where it has to go, what is declared is there after one run.
func TestAllPrivilegesOfAStranger(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	r := newReconciler(t, w.open(t, emulator.DefaultAdmin))
	w.exec(t, "GRANT ALL PRIVILEGES, SELECT ON TABLE main.crm.orders TO `readers-a`")
	const one = `
grants:
  - {to: "group:readers-a", privileges: SELECT, on: "lake:main.crm.orders"}
`
	if res := r.settle(one); len(res.Steps) > 0 {
		t.Errorf("%d steps where nothing was to do", len(res.Steps))
	}
	r.settle(one + `  - {exclusive: true, privileges: ALL, on: "lake:main.crm.orders"}` + "\n")
	if got := w.rows(t, "SELECT grantee, privilege_type FROM main.information_schema.table_privileges WHERE table_name = 'orders' AND inherited_from = 'NONE'"); len(got) != 1 || got[0][1] != "SELECT" {
		t.Errorf("granted: %v", got)
	}
}

// TestNamesAndPrincipalsInAnyCase: names fold, and principals compare without case.
func TestNamesAndPrincipalsInAnyCase(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	r := newReconciler(t, w.open(t, emulator.DefaultAdmin))
	r.settle(`
tags: [{name: Pii}]
tag_assignments: [{tag: Pii, value: Email, on: "lake:MAIN.Crm.CUSTOMERS.EMAIL"}]
grants: [{to: ["group:READERS-A", "user:Bob@Example.com"], privileges: [use_schema, select, "Apply Tag"], on: ["lake:Main", "lake:MAIN.CRM"]}]
`)
	if got := w.heldTag(t, "Pii").On[object(state.KindColumn, "main", "crm", "customers", "email")]; got != "Email" {
		t.Errorf("the tag is %q: keys and values stay as they are written", got)
	}
}

// TestDeletedPrincipals: what they hold is said where requests tell of it, and stands in the way of nothing.
func TestDeletedPrincipals(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	w.AddUser("gone@example.com", "Gone")
	w.exec(t, "GRANT SELECT, MODIFY ON TABLE main.crm.orders TO `gone@example.com`")
	w.RemovePrincipal("gone@example.com")
	for _, as := range []string{emulator.DefaultAdmin, daemon} {
		r := newReconciler(t, w.open(t, as))
		res := r.settle(`
grants:
  - {to: "group:readers-a", privileges: SELECT, on: "lake:main.crm.orders"}
  - {exclusive: true, privileges: [SELECT, MODIFY], on: "lake:main.crm.orders"}
`)
		// The views that an owner reads do not list them.
		if as == daemon && !slices.ContainsFunc(res.Plan.Notices, func(n plan.Notice) bool {
			return n.Level == plan.Warning && strings.Contains(n.Text, "2 privileges are left of principals")
		}) {
			t.Errorf("as %s it is not said: %v", as, res.Plan.Notices)
		}
		r.settle("")
	}
}

// TestGrantsThatAreNotShownAreUnknown: who neither owns a securable nor has MANAGE on it is shown its own grants alone, and
// may not take the others for gone. It is so for tables, which requests tell of, and for what stands beside catalogs.
func TestGrantsThatAreNotShownAreUnknown(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	w.addKinds(t)
	w.exec(t, "GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG main TO `"+alice+"`", "GRANT SELECT ON TABLE main.crm.orders TO `readers-b`", "GRANT MANAGE ON TABLE main.crm.customers TO `readers-a`",
		"GRANT USE CONNECTION ON CONNECTION "+dialect.QuoteName(odd)+" TO `"+alice+"`", "GRANT CREATE CATALOG ON METASTORE TO `readers-b`")
	orders, customers := object(state.KindTable, "main", "crm", "orders"), object(state.KindTable, "main", "crm", "customers")
	connection, metastore := state.Securable{Kind: state.KindConnection, Name: odd}, state.Securable{Kind: state.KindMetastore}
	s := snapshot(t, w.open(t, alice), everyGrant())
	for on, known := range map[state.Securable]bool{orders: false, customers: true, connection: false, metastore: false} {
		if reason := s.UnknownReason(grantOn(on, group("readers-b"), "SELECT")); (reason == "") != known {
			t.Errorf("grants on %s: unknown for %q", on, reason)
		}
	}
	s = snapshot(t, w.open(t, daemon), everyGrant())
	if reason := s.UnknownReason(grantOn(connection, group("readers-b"), "SELECT")); reason != "" || !s.Has(grantOn(orders, group("readers-b"), "SELECT")) {
		t.Errorf("who has MANAGE does not see all: %s", reason)
	}
	s = snapshot(t, w.open(t, emulator.DefaultAdmin), everyGrant())
	if !s.Has(grantOn(metastore, group("readers-b"), "CREATE CATALOG")) || len(s.Unknown) > 0 {
		t.Errorf("the admin does not see all: %v", s.Unknown)
	}
}

// TestContainersTagsMaskColumns: a tag on a container reaches no column by itself, so the columns are masked one by one.
func TestContainersTagsMaskColumns(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	r := newReconciler(t, w.open(t, emulator.DefaultAdmin))
	r.settle(`
tags: [{name: pii}]
tag_assignments: [{tag: pii, value: all, on: "lake:main.crm.orders"}]
masks: [{name: pii, tag: pii}]
`)
	masked := w.rows(t, "SELECT column_name FROM main.information_schema.column_masks WHERE table_name = 'orders'")
	if len(masked) != 5 {
		t.Errorf("masked: %v", masked)
	}
}

// TestColumnsOfViewsAreTagged: they are altered as those of tables, those of materialized views by a verb of their own.
func TestColumnsOfViewsAreTagged(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	w.exec(t, "CREATE MATERIALIZED VIEW main.crm.totals AS SELECT country FROM main.crm.orders")
	r := newReconciler(t, w.open(t, emulator.DefaultAdmin))
	r.settle(`
tags: [{name: pii}]
tag_assignments: [{tag: pii, value: x, on: ["lake:main.crm.contacts.email", "lake:main.crm.totals.country", "lake:main.crm.contacts", "lake:main.crm.totals"]}]
`)
	if on := w.heldTag(t, "pii").On; len(on) != 2 {
		t.Errorf("tagged: %v", on)
	}
	r.settle("")
}

// TestGroupsOfTheWorkspace: those that only the workspace knows are no principals, and what a workspace granted to groups
// of its own in its catalog stays.
func TestGroupsOfTheWorkspace(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	must(t, w.AddWorkspaceGroup("local", alice))
	must(t, w.AddGroup("_workspace_users_lake_42"))
	w.exec(t, "GRANT SELECT ON TABLE main.crm.orders TO `_workspace_users_lake_42`")
	r := newReconciler(t, w.open(t, emulator.DefaultAdmin))
	res, err := r.run(`
grants:
  - {to: "group:local", privileges: SELECT, on: "lake:main.crm.orders"}
  - {exclusive: true, privileges: SELECT, on: "lake:main.crm.orders"}
`)
	if err == nil || res.Plan.Refused() || len(res.Steps) > 0 {
		t.Errorf("%v after %d steps", err, len(res.Steps))
	}
	if !slices.ContainsFunc(res.Plan.Kept, func(k plan.Kept) bool { return strings.Contains(k.Reason, "workspace made") }) {
		t.Errorf("kept: %v", res.Plan.Kept)
	}
}

// TestRightToAssignComesLate: a governed tag that was just made may refuse to be assigned for a while.
func TestRightToAssignComesLate(t *testing.T) {
	f := &emulator.Faults{}
	w := newWorkspace(t, emulator.Options{Faults: f})
	r := newReconciler(t, w.open(t, emulator.DefaultAdmin))
	remove := f.Add(emulator.Fault{SQL: "SET TAGS", FailSQL: "INSUFFICIENT_PERMISSIONS", SQLState: "42501", Times: 3})
	r.settle(governedEmail)
	remove()
	defer f.Add(emulator.Fault{SQL: "SET TAGS", FailSQL: "INSUFFICIENT_PERMISSIONS", SQLState: "42501"})()
	p := w.open(t, emulator.DefaultAdmin) // which made no tag, and takes the refusal as it is
	if _, err := p.Exec(t.Context(), plan.Statement{SQL: "ALTER TABLE main.crm.orders SET TAGS ('a' = 'b')"}); classOf(err) != class(connectors.ErrDenied) {
		t.Errorf("got %v", err)
	}
}

// TestSystemTagsStay: keys with a dot are the platform's: read, never set, never taken off, whatever is declared.
func TestSystemTagsStay(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	must(t, w.ClassifyColumn("main.crm.customers.email", "class.email_address", ""))
	p := w.open(t, emulator.DefaultAdmin)
	key := state.Key{Fact: state.FactTagged, On: object(state.KindColumn, "main", "crm", "customers", "email"), With: state.Securable{Kind: state.KindTag, Name: "class.email_address"}}
	s := snapshot(t, p, scope)
	if !s.Has(key) || s.Fixed[key] == "" {
		t.Errorf("there %t, fixed for %q", s.Has(key), s.Fixed[key])
	}
	for _, c := range []plan.Change{{Key: key, Want: state.Text("")}, {Key: key, Was: state.Text("")}} {
		if _, err := p.Dialect().Compile(plan.PhaseTag, []plan.Change{c}); err == nil {
			t.Errorf("%s compiles", c.Verb())
		}
	}
	r := newReconciler(t, p)
	_, err := r.run(`
tags: [{name: class.email_address}]
tag_assignments: [{tag: class.email_address, on: "lake:main.crm.customers.email", ensure: absent}]
`)
	if on := w.heldTag(t, "class.email_address").On; len(on) != 1 {
		t.Errorf("taken off: %v, %v", on, err)
	}
}

// TestReplacedFunctionIsPutBack: whoever replaces a mask's function shows everything at once; the next run hides it again.
func TestReplacedFunctionIsPutBack(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	r := newReconciler(t, w.open(t, emulator.DefaultAdmin))
	const masked = `
masks: [{name: mail, on: "lake:main.crm.customers.email"}]
grants: [{to: "group:readers-a", privileges: SELECT, on: "lake:main.crm.customers"}]
`
	r.settle(masked)
	f := w.rows(t, "SELECT mask_name FROM main.information_schema.column_masks")[0][0]
	w.exec(t, "CREATE OR REPLACE FUNCTION "+f+"(val STRING) RETURNS STRING RETURN val")
	r.settle(masked)
	got, err := w.open(t, emulator.DefaultAdmin).ReadAs(t.Context(), group("readers-a"), object(state.KindColumn, "main", "crm", "customers", "email"), 2)
	must(t, err)
	for _, v := range got {
		if v != nil {
			t.Errorf("shown: %v", got)
		}
	}
}
