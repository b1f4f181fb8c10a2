package ledger_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/polsync/polsync/state/ledger"
	"github.com/polsync/polsync/state/ledger/ledgertest"
)

func TestMain(m *testing.M) {
	if mode, path, ok := strings.Cut(os.Getenv(childVar), ":"); ok {
		if err := child(path, mode); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	if checks := flag.Lookup("rapid.checks"); effort > 1 && checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("15"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}

func TestSQLite(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T, dir string, now func() time.Time) ledger.Store {
		return open(t, dir+"/state.db", ledger.Options{Now: now})
	})
}

func TestSQLiteWithKey(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T, dir string, now func() time.Time) ledger.Store {
		return open(t, dir+"/state.db", ledger.Options{Now: now, Key: []byte("a key kept elsewhere")})
	})
}

func open(t testing.TB, path string, o ledger.Options) *ledger.SQLite {
	t.Helper()
	s, err := ledger.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
