package databricks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

func tagged(on state.Securable, tag string) state.Key {
	return state.Key{Fact: state.FactTagged, On: on, With: state.Securable{Kind: state.KindTag, Name: tag}}
}

// TestAnotherProcessSeesWhatWasWritten holds that what polsync wrote is read back by another process while the views lag, and that where
// somebody has changed it since, that is what is read.
func TestAnotherProcessSeesWhatWasWritten(t *testing.T) {
	w := newWorkspace(t, emulator.Options{TagLag: time.Hour})
	email, phone := object(state.KindColumn, "main", "crm", "customers", "email"), object(state.KindColumn, "main", "crm", "customers", "phone")
	w.exec(t, "ALTER TABLE main.crm.customers ALTER COLUMN email SET TAGS ('pii' = 'email')", "ALTER TABLE main.crm.customers ALTER COLUMN phone SET TAGS ('pii' = 'changed since')",
		"GRANT SELECT ON TABLE main.crm.orders TO `readers-b`")
	grant := state.Key{Fact: state.FactGrant, On: object(state.KindTable, "main", "crm", "orders"), With: group("readers-b"), Name: "SELECT"}
	read := func(age time.Duration) *state.State {
		s := scope
		at := time.Now().Add(-age)
		s.Recent = []connectors.Recent{{Key: tagged(email, "pii"), Value: state.Text("email"), At: at}, {Key: tagged(phone, "pii"), Value: state.Text("phone"), At: at},
			{Key: grant, At: at}}
		return snapshot(t, w.open(t, emulator.DefaultAdmin), s)
	}
	s := read(time.Second)
	if s.Value(tagged(email, "pii")) != state.Text("email") || s.Value(tagged(phone, "pii")) != state.Text("changed since") || !s.Has(grant) { // which somebody has given again
		t.Errorf("email %v, phone %v, grant %v", s.Value(tagged(email, "pii")), s.Value(tagged(phone, "pii")), s.Value(grant))
	}
	asked := func(r emulator.Request) bool { return strings.HasSuffix(r.Path, "/permissions/table/main.crm.orders") }
	if !slices.ContainsFunc(w.Requests(), asked) {
		t.Error("a grant that does not show as it was left was not asked for")
	}
	if s = read(time.Hour); s.Has(tagged(email, "pii")) {
		t.Error("the record of an hour ago still counts: the test looks at too little")
	}
}

// TestViewsThatShowWhatWasWrittenAreNotAskedAgain holds that a record of many tags costs no request where the views have them.
func TestViewsThatShowWhatWasWrittenAreNotAskedAgain(t *testing.T) {
	w := governed(t, emulator.Options{})
	s := scope
	s.Recent = []connectors.Recent{{Key: tagged(object(state.KindColumn, "main", "crm", "customers", "email"), "pii"), Value: state.Text("email"), At: time.Now()}}
	p := w.open(t, emulator.DefaultAdmin)
	if with, without := snapshot(t, p, s).Reads, snapshot(t, p, scope).Reads; with != without {
		t.Errorf("%d requests, %d without a record", with, without)
	}
}

// TestManyTagsAreTakenFromOurOwnRecord bounds the requests after a run that tagged much while the views lag.
func TestManyTagsAreTakenFromOurOwnRecord(t *testing.T) {
	w := newWorkspace(t, emulator.Options{TagLag: time.Hour})
	s, columns := scope, ""
	for n := range 250 {
		columns += fmt.Sprintf(", c%d STRING", n)
		s.Recent = append(s.Recent, connectors.Recent{Key: tagged(object(state.KindColumn, "main", "crm", "wide", fmt.Sprintf("c%d", n)), "pii"), Value: state.Text("name"), At: time.Now()})
	}
	w.exec(t, "CREATE TABLE main.crm.wide (id BIGINT"+columns+")")
	got := snapshot(t, w.open(t, emulator.DefaultAdmin), s)
	for _, c := range s.Recent {
		if got.Value(c.Key) != c.Value {
			t.Fatalf("%s is %v", c.Key, got.Value(c.Key))
		}
	}
	if got.Reads > 40 {
		t.Errorf("%d requests", got.Reads)
	}
}

// TestConfirmReadsTagsLive holds that a change of a tag rests on what the live service says.
func TestConfirmReadsTagsLive(t *testing.T) {
	w := newWorkspace(t, emulator.Options{TagLag: time.Hour})
	p := w.open(t, daemon)
	email, phone := object(state.KindColumn, "main", "crm", "customers", "email"), object(state.KindColumn, "main", "crm", "customers", "phone")
	s := snapshot(t, p, scope)
	w.exec(t, "ALTER TABLE main.crm.customers ALTER COLUMN email SET TAGS ('pii' = 'email')", "ALTER TABLE main.crm.customers ALTER COLUMN phone SET TAGS ('pii' = 'phone')")
	for _, on := range []state.Securable{email, phone} { // the second of a relation that was asked for already
		changes := []plan.Change{{Key: tagged(on, "pii"), Want: state.Text(on.Column)}}
		q := plan.Unconfirmed(s, changes)
		if len(q.Columns) != 1 || q.All || len(q.Principals) > 0 || !s.Late(tagged(on, "pii")) {
			t.Fatalf("%s: asked %+v", on, q)
		}
		must(t, p.Confirm(t.Context(), scope, s, q))
		if s.Value(tagged(on, "pii")) != state.Text(on.Column) || s.Late(tagged(on, "pii")) {
			t.Errorf("%s: %v", on, s.Value(tagged(on, "pii")))
		}
		if q := plan.Unconfirmed(s, changes); !q.Empty() {
			t.Errorf("%s: asked again: %+v", on, q)
		}
	}
	strict := scope
	strict.Strict = true
	w.exec(t, "ALTER TABLE main.crm.orders ALTER COLUMN email SET TAGS ('pii' = 'email')")
	if s := snapshot(t, p, strict); s.Lag != nil {
		t.Error("a strict snapshot lags")
	}
}
