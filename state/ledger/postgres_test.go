package ledger_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
	"github.com/polsync/polsync/state/ledger/ledgertest"
)

// schemaOf is a schema for each folder that the suite opens ledgers under.
func schemaOf(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return "s" + hex.EncodeToString(sum[:8])
}

func openPostgres(t testing.TB, url string, o ledger.Options) *ledger.Postgres {
	t.Helper()
	s, err := ledger.OpenPostgres(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// direct is a connection of somebody who is not polsync.
func direct(t testing.TB, url, schema string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url+"&search_path="+schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func do(t testing.TB, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestPostgres(t *testing.T) {
	url := ledgertest.Postgres(t)
	t.Run("Suite", func(t *testing.T) {
		ledgertest.Run(t, func(t *testing.T, dir string, now func() time.Time) ledger.Store {
			s, err := ledger.OpenPostgres(t.Context(), url, ledger.Options{Now: now, LeasesByNow: true, Schema: schemaOf(dir)})
			if err != nil {
				t.Fatal(err)
			}
			return s
		})
	})
	for name, f := range map[string]func(*testing.T, string){"ReadOnly": pgReadOnly, "NewerLayout": pgNewerLayout, "Key": pgKey, "BeginTogether": pgBeginTogether,
		"AppendOnly": pgAppendOnly, "Tampering": pgTampering, "ClockOfTheServer": pgServerClock, "StoppedInATransaction": pgStopped, "OddTexts": pgOddTexts, "OneLog": pgOneLog} {
		t.Run(name, func(t *testing.T) { f(t, url) })
	}
}

// fill makes a log of a few records of several kinds.
func fill(t testing.TB, s ledger.Store) (epoch int64) {
	t.Helper()
	run, err := s.BeginRun(t.Context(), ledger.Run{Platform: "snow", Command: "reconcile"})
	if err != nil {
		t.Fatal(err)
	}
	lease, err := s.AcquireLease(t.Context(), "snow", "a/1", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	key := state.Key{Fact: state.FactTagged, On: state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: "T"}, With: state.Securable{Kind: state.KindTag, Name: "PII"}}
	id, err := s.Intend(t.Context(), lease.Epoch, ledger.Intent{Platform: "snow", Run: run, Step: 1, Statement: ledger.Statement{SQL: "x"},
		Changes: []ledger.Change{{Key: key, Want: state.Text("v")}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Outcome(t.Context(), id, lease.Epoch, ledger.Result{Status: ledger.StatusDone}); err != nil {
		t.Fatal(err)
	}
	return lease.Epoch
}

func pgReadOnly(t *testing.T, url string) {
	o := ledger.Options{Schema: "readonly", ReadOnly: true}
	if _, err := ledger.OpenPostgres(t.Context(), url, o); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("what is not there: %v", err)
	}
	fill(t, openPostgres(t, url, ledger.Options{Schema: "readonly"}))
	s := openPostgres(t, url, o)
	if head, err := s.Verify(t.Context(), ledger.Head{}); err != nil || head.Seq == 0 {
		t.Errorf("%v, %v", head, err)
	}
	if err := s.Pause(t.Context(), "snow", "ann", ""); !errors.Is(err, ledger.ErrReadOnly) {
		t.Errorf("a write: %v", err)
	}
}

func pgNewerLayout(t *testing.T, url string) {
	openPostgres(t, url, ledger.Options{Schema: "newer"})
	do(t, direct(t, url, "newer"), "UPDATE layout SET version = 1000")
	for _, readOnly := range []bool{false, true} {
		var version *ledger.VersionError
		if _, err := ledger.OpenPostgres(t.Context(), url, ledger.Options{Schema: "newer", ReadOnly: readOnly}); !errors.As(err, &version) {
			t.Errorf("read only %t: %v", readOnly, err)
		}
	}
}

func pgKey(t *testing.T, url string) {
	fill(t, openPostgres(t, url, ledger.Options{Schema: "key", Key: []byte("one")}))
	if _, err := ledger.OpenPostgres(t.Context(), url, ledger.Options{Schema: "key", Key: []byte("other")}); !errors.Is(err, ledger.ErrKey) {
		t.Errorf("another key: %v", err)
	}
	s := openPostgres(t, url, ledger.Options{Schema: "key", Key: []byte("one")})
	if _, err := s.Verify(t.Context(), ledger.Head{}); err != nil {
		t.Error(err)
	}
}

// pgBeginTogether opens a state that is not there from many places at once.
func pgBeginTogether(t *testing.T, url string) {
	var g sync.WaitGroup
	for range 8 {
		g.Go(func() {
			s, err := ledger.OpenPostgres(t.Context(), url, ledger.Options{Schema: "to\"gether"})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	g.Wait()
}

func pgAppendOnly(t *testing.T, url string) {
	fill(t, openPostgres(t, url, ledger.Options{Schema: "append"}))
	db := direct(t, url, "append")
	for _, statement := range []string{"UPDATE audit SET body = '{}' WHERE seq = 1", "DELETE FROM audit WHERE seq = 1"} {
		if _, err := db.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "the audit log is append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// pgTampering changes what an owner of the tables can change, and expects Verify to find it.
func pgTampering(t *testing.T, url string) {
	for i, statement := range []string{
		"UPDATE audit SET body = replace(body, 'SQL', 'sql'), status = status || 'x' WHERE seq = 3",
		"DELETE FROM intents; DELETE FROM owned; DELETE FROM audit WHERE seq = 4",
		"DELETE FROM owned",
		"UPDATE owned SET body = replace(body, '\"v\"', '\"w\"')",
		"UPDATE leases SET epoch = epoch - 1",
		"UPDATE intents SET status = 'open'",
		"INSERT INTO pauses VALUES ('snow', 'x', '', 0)",
		"UPDATE head SET seq = seq - 1",
	} {
		schema := fmt.Sprint("tamper", i)
		s := openPostgres(t, url, ledger.Options{Schema: schema})
		fill(t, s)
		if _, err := s.Verify(t.Context(), ledger.Head{}); err != nil {
			t.Fatal(err)
		}
		db := direct(t, url, schema)
		do(t, db, "ALTER TABLE audit DISABLE TRIGGER USER")
		do(t, db, statement)
		if _, err := s.Verify(t.Context(), ledger.Head{}); !errors.Is(err, ledger.ErrBroken) {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// pgServerClock: what machines think the time is does not matter for leases.
func pgServerClock(t *testing.T, url string) {
	at := func(off time.Duration) *ledger.Postgres {
		return openPostgres(t, url, ledger.Options{Schema: "clock", Now: func() time.Time { return time.Now().Add(off) }})
	}
	late, early := at(-time.Hour), at(time.Hour)
	lease, err := late.AcquireLease(t.Context(), "snow", "late/1", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if off := time.Until(lease.Expires); off < 0 || off > 2*time.Minute {
		t.Errorf("the lease ends in %s", off)
	}
	if _, err := early.AcquireLease(t.Context(), "snow", "early/1", time.Minute); !errors.Is(err, ledger.ErrHeld) {
		t.Errorf("a clock that is ahead takes a lease away: %v", err)
	}
	if _, err := early.AcquireLease(t.Context(), "lake", "early/1", 300*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	taken := false
	for end := time.Now().Add(20 * time.Second); !taken && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		_, err := late.AcquireLease(t.Context(), "lake", "late/1", time.Minute)
		taken = err == nil
	}
	if !taken {
		t.Error("a clock that is behind never takes over a lease that is over")
	}
}

// pgStopped: a process that is stopped in the middle of a transaction does not keep the others from writing.
func pgStopped(t *testing.T, url string) {
	s := openPostgres(t, url, ledger.Options{Schema: "stopped"})
	db := direct(t, url, "stopped")
	tx, err := db.BeginTx(context.WithoutCancel(t.Context()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("SET LOCAL idle_in_transaction_session_timeout = '700ms'"); err != nil { // polsync's own is 10 s
		t.Fatal(err)
	}
	if _, err := tx.Exec("SELECT seq FROM head FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	if err := s.Pause(t.Context(), "snow", "ann", "a test"); err != nil {
		t.Errorf("after the stopped one was given up: %v", err)
	}
	if err := tx.Commit(); err == nil {
		t.Error("the stopped one could commit")
	}
	var own string
	if err := s.SettingForTest(t.Context(), "idle_in_transaction_session_timeout", &own); err != nil || own != "10s" {
		t.Errorf("polsync's own transactions are given up after %q, %v", own, err)
	}
}

// pgOddTexts: what others wrote into messages is kept as far as text goes.
func pgOddTexts(t *testing.T, url string) {
	s := openPostgres(t, url, ledger.Options{Schema: "odd"})
	run, err := s.BeginRun(t.Context(), ledger.Run{Platform: "snow"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.EndRun(t.Context(), "snow", run, ledger.RunEnd{Result: "broken by \x00 and ?1 é"}); err != nil {
		t.Fatal(err)
	}
	all, err := s.History(t.Context(), ledger.RunFilter{})
	if err != nil || len(all) != 1 || all[0].Result != "broken by \uFFFD and ?1 é" {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := s.Verify(t.Context(), ledger.Head{}); err != nil {
		t.Error(err)
	}
}

// pgOneLog writes from several connections at once: one chain comes of it.
func pgOneLog(t *testing.T, url string) {
	const writers, each = 6, 20
	var g sync.WaitGroup
	for w := range writers {
		g.Go(func() {
			s, err := ledger.OpenPostgres(t.Context(), url, ledger.Options{Schema: "onelog"})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			for i := range each {
				if _, err := s.BeginRun(t.Context(), ledger.Run{Platform: fmt.Sprint("p", w), Command: fmt.Sprint(i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	g.Wait()
	head, err := openPostgres(t, url, ledger.Options{Schema: "onelog"}).Verify(t.Context(), ledger.Head{})
	if err != nil || head.Seq != writers*each {
		t.Errorf("%v, %v", head, err)
	}
}

func TestPostgresAddressIsInNoError(t *testing.T) {
	for _, url := range []string{"postgres://u:HUSH@127.0.0.1:1/d?connect_timeout=1", "postgres://u:HUSH@[/d", "HUSH", "host=127.0.0.1 port=1 password=HUSH connect_timeout=1"} {
		if _, err := ledger.OpenPostgres(t.Context(), url, ledger.Options{}); err == nil || strings.Contains(err.Error(), "HUSH") {
			t.Errorf("%v", err)
		}
	}
}
