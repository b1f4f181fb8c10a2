package databricks_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// TestPlainTagBecomesGoverned: what carries a key keeps its value when the key is governed, strangers' values outside the
// list included. The way back
// changes nothing while something carries the key.
func TestPlainTagBecomesGoverned(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	r := newReconciler(t, w.open(t, emulator.DefaultAdmin))
	const on = `
tag_assignments: [{tag: pii, value: email, on: "lake:main.crm.customers.email"}]
`
	const governed = "\ntags: [{name: pii, values: [email], databricks: {governed: true}}]" + on
	r.settle("\ntags: [{name: pii}]" + on)
	w.exec(t, "ALTER TABLE main.crm.orders ALTER COLUMN email SET TAGS ('pii' = 'whatever')")
	r.settle(governed)
	held := func() (string, string, bool) {
		h := w.heldTag(t, "pii")
		return h.On[object(state.KindColumn, "main", "crm", "customers", "email")], h.On[object(state.KindColumn, "main", "crm", "orders", "email")], h.There
	}
	if ours, theirs, there := held(); ours != "email" || theirs != "whatever" || !there {
		t.Errorf("governed: %q, %q, %t", ours, theirs, there)
	}
	res, err := r.run("\ntags: [{name: pii}]" + on)
	if ours, theirs, there := held(); ours != "email" || theirs != "whatever" || !there || err != nil || len(res.Steps) > 0 {
		t.Errorf("plain again: %q, %q, %t after %d steps, %v", ours, theirs, there, len(res.Steps), err)
	}
	if !slices.ContainsFunc(res.Plan.Notices, func(n plan.Notice) bool { return n.Level == plan.Warning && strings.Contains(n.Text, "stays so") }) {
		t.Errorf("it is not said: %v", res.Plan.Notices)
	}
	r.settle(governed)
	r.settle("") // the stranger's assignment keeps the tag
	if ours, theirs, there := held(); ours != "" || theirs != "whatever" || !there {
		t.Errorf("undeclared: %q, %q, %t", ours, theirs, there)
	}
}

// TestValuesShrinkAfterTheirColumns: a value leaves the list only when no column carries it any more, also in one run, and
// not at all while a stranger's column does.
func TestValuesShrinkAfterTheirColumns(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	r := newReconciler(t, w.open(t, emulator.DefaultAdmin))
	with := func(values, value string) string {
		return "\ntags: [{name: pii, values: " + values + ", databricks: {governed: true}}]\ntag_assignments: [{tag: pii, value: " + value + `, on: "lake:main.crm.customers.email"}]` + "\n"
	}
	r.settle(with("[email, mail]", "mail"))
	w.ResetLog()
	r.settle(with("[email]", "email"))
	tagged, shrunk := -1, -1
	for i, q := range w.Requests() {
		if strings.Contains(q.SQL, "SET TAGS ('pii' = 'email')") {
			tagged = i
		}
		if q.Method == "PATCH" && strings.Contains(q.Path, "/tag-policies/pii") {
			shrunk = i
		}
	}
	if tagged < 0 || shrunk < tagged {
		t.Errorf("the column was tagged by request %d, the list cut by request %d", tagged, shrunk)
	}
	r.settle(with("[email, ssn]", "email"))
	w.exec(t, "ALTER TABLE main.crm.orders ALTER COLUMN email SET TAGS ('pii' = 'ssn')")
	r.settle(with("[email]", "email"))
	if got := w.heldTag(t, "pii").Values; !slices.Equal(got, []string{"email", "ssn"}) {
		t.Errorf("the list is %v, though a stranger's column carries ssn", got)
	}
}

// TestTagsOfVolumes: they are set and taken off as those of tables.
func TestTagsOfVolumes(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	w.addKinds(t)
	w.exec(t, "CREATE VOLUME main.crm.files", "ALTER VOLUME main.crm.files SET TAGS ('other' = 'x')")
	for _, as := range []string{emulator.DefaultAdmin, daemon} {
		r := newReconciler(t, w.open(t, as))
		tagged := func(value string) string {
			return "\ntags: [{name: domain}]\ntag_assignments: [{tag: domain, value: " + value + `, on: [{kind: volume, names: ["lake:main.crm.*"]}]}]` + "\n"
		}
		r.settle(tagged("crm"))
		r.settle(tagged("sales"))
		if got := w.rows(t, "SELECT tag_name, tag_value FROM main.information_schema.volume_tags WHERE tag_name = 'domain'"); len(got) != 2 || got[0][1] != "sales" {
			t.Errorf("as %s: %v", as, got)
		}
		r.settle("")
		if got := w.rows(t, "SELECT tag_name FROM main.information_schema.volume_tags"); len(got) != 1 || got[0][0] != "other" {
			t.Errorf("as %s left: %v", as, got)
		}
	}
}

// remove deletes a securable of the metastore as its owner does.
func (w *workspace) remove(t *testing.T, path, name string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, w.url+path+"/"+url.PathEscape(name), nil)
	must(t, err)
	req.Header.Set("Authorization", "Bearer token-"+emulator.DefaultAdmin)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	must(t, resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, resp.Status)
	}
	http.DefaultClient.CloseIdleConnections()
}

// TestKindsThatComeAndGo: what is granted on something that was dropped is held, and granted anew once it is there again.
// What somebody else grants on the new one is not taken for ours.
func TestKindsThatComeAndGo(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	must(t, w.AddSecurable("EXTERNAL_LOCATION", "landing"))
	r := newReconciler(t, w.open(t, emulator.DefaultAdmin))
	const granted = `
grants: [{to: "group:readers-a", privileges: READ FILES, on: [{kind: external_location, names: ["lake:landing"]}]}]
`
	r.settle(granted)
	w.remove(t, "/api/2.1/unity-catalog/external-locations", "landing")
	if res, err := r.run(granted); err == nil || len(res.Steps) > 0 {
		t.Errorf("dropped: %v after %d steps", err, len(res.Steps))
	}
	must(t, w.AddSecurable("EXTERNAL_LOCATION", "landing"))
	r.settle(granted)
	w.remove(t, "/api/2.1/unity-catalog/external-locations", "landing")
	must(t, w.AddSecurable("EXTERNAL_LOCATION", "landing"))
	w.exec(t, "GRANT READ FILES ON EXTERNAL LOCATION landing TO `readers-a`") // as we did on the one before
	r.settle("")
	on := state.Securable{Kind: state.KindExternalLocation, Name: "landing"}
	if !snapshot(t, w.open(t, emulator.DefaultAdmin), everyGrant()).Has(grantOn(on, group("readers-a"), "READ FILES")) {
		t.Error("a stranger's grant was taken for ours")
	}
}
