package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors/emulator/snowflake"
)

// masked are ways to hide one column from ANALYST, who reads the table. Between any two of them polsync has to swap what
// hides it: another body, another policy, from the column to a tag and back, another condition.
var masked = []string{
	`masks: [{name: one, on: ["snow:CRM_PROD.PUBLIC.CUSTOMERS.EMAIL"], rules: [{to: pii_readers, show: clear}, {to: support, show: email_domain}]}]`,
	`masks: [{name: one, on: ["snow:CRM_PROD.PUBLIC.CUSTOMERS.EMAIL"], rules: [{to: support, show: clear}, {to: pii_readers, show: hash}]}]`,
	`masks: [{name: two, on: ["snow:CRM_PROD.PUBLIC.CUSTOMERS.EMAIL"], default: {string: {const: "***"}}, rules: [{to: pii_readers, show: clear}]}]`,
	`masks: [{name: two, on: ["snow:CRM_PROD.PUBLIC.CUSTOMERS.EMAIL"], rules: [{to: pii_readers, show: clear, when: [{column: COUNTRY, in: [US]}]}]}]`,
	`tags: [{name: secret, values: [email, other], snowflake: {schema: GOV.TAGS}}]
tag_assignments: [{tag: secret, value: email, on: ["snow:CRM_PROD.PUBLIC.CUSTOMERS.EMAIL"]}]
masks: [{name: three, tag: secret, rules: [{to: pii_readers, values: email, show: clear}]}]`,
	`tags: [{name: hidden, values: [x], snowflake: {schema: GOV.TAGS}}]
tag_assignments: [{tag: hidden, value: x, on: ["snow:CRM_PROD.PUBLIC"]}]
masks: [{name: four, tag: hidden, rules: [{to: pii_readers, show: clear}]}]`,
}

const maskedPrincipals = `principals: {pii_readers: {snow: PII_READER}, support: {snow: SUPPORT}}
`

// TestBusyReaderSeesNothingClear swaps masks while somebody from whom a column is hidden reads it in a loop, and once
// at every statement that changes something: before it is carried out and after. One of the statements of each swap fails
// in one of several ways, and the run after that finishes it.
func TestBusyReaderSeesNothingClear(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	b := newBusy(t)
	b.use(0)
	b.reconcile(exitDone)
	defer b.read()()
	faults := []snowflake.Fault{{CutBefore: true}, {CutAfter: true}, {Status: 503}, {Code: 3001, SQLState: "42501", Message: "Insufficient privileges"}, {Code: 625, SQLState: "57014", Message: "Statement aborted by a lock conflict"}}
	for n, to := range []int{1, 2, 3, 4, 5, 0, 4} {
		b.use(to)
		f := faults[n%len(faults)]
		b.swap(&f, n%3, exitDone, exitPartly, exitCannot)
		for again := 0; b.swap(nil, 0, exitDone, exitPartly) == exitPartly; again++ { // what was refused for good is tried again at the end
			if again == 3 {
				t.Fatalf("after fault %+v the way to %d does not end", f, to)
			}
		}
	}
	if b.reads < 100 {
		t.Errorf("only %d reads", b.reads)
	}
}

type busy struct {
	t     *testing.T
	dir   string
	snow  *snowflake.Account
	clear map[string]bool

	mu    sync.Mutex
	reads int
}

func newBusy(t *testing.T) *busy {
	b := &busy{t: t, dir: t.TempDir(), clear: map[string]bool{}}
	box, err := openSandbox(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	b.snow = box.warehouse("snow").handler.(*snowflake.Account)
	for _, v := range b.column("ACCOUNTADMIN") {
		b.clear[v] = true
	}
	if len(b.clear) < 50 {
		t.Fatalf("only %d addresses", len(b.clear))
	}
	return b
}

// column reads the column as a role; an error hides it as well.
func (b *busy) column(role string) []string {
	r, err := b.snow.Query(context.Background(), snowflake.AdminUser, role, "SELECT EMAIL FROM CRM_PROD.PUBLIC.CUSTOMERS")
	if err != nil {
		return nil
	}
	var all []string
	for _, row := range r.Rows {
		if v, ok := row[0].(string); ok {
			all = append(all, v)
		}
	}
	return all
}

// look reads as ANALYST and fails the test if anything clear came.
func (b *busy) look(when string) {
	for _, v := range b.column("ANALYST") {
		if b.clear[v] {
			b.t.Errorf("an address was read in clear %s", when)
			return
		}
	}
	b.mu.Lock()
	b.reads++
	b.mu.Unlock()
}

// read looks in a loop until stop is called.
func (b *busy) read() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			default:
				b.look("between statements")
				time.Sleep(5 * time.Millisecond)
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

func (b *busy) use(i int) {
	b.t.Helper()
	for _, name := range []string{"tags.yaml", "masks.yaml", "grants.yaml", "people.yaml", "classification.yaml"} {
		_ = os.Remove(filepath.Join(b.dir, "policies", name))
	}
	if err := os.WriteFile(filepath.Join(b.dir, "policies", "all.yaml"), []byte("apiVersion: polsync/v1\n"+maskedPrincipals+masked[i]+"\n"), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *busy) reconcile(want ...int) int {
	b.t.Helper()
	var out output
	args := []string{"-c", filepath.Join(b.dir, "polsync.yaml"), "--platform", "snow", "reconcile", "--allow-removals", "--allow-unmasking", "--allow-shrink", "--lease", "2s", "--grace", "50ms"}
	got := run(context.Background(), newApp(&out, &out, os.LookupEnv, time.Now), args)
	for _, w := range want {
		if got == w {
			return got
		}
	}
	b.t.Fatalf("reconcile ended with %d, want one of %v:\n%s", got, want, out.String())
	return got
}

// swap reconciles and looks before and after each statement that changes something; the given fault meets one of them. It
// returns how the run ended.
func (b *busy) swap(f *snowflake.Fault, at int, want ...int) int {
	b.t.Helper()
	var trail bytes.Buffer
	var remove []func()
	match := func(r snowflake.Request) bool { return !strings.HasPrefix(r.SQL, "ALTER SESSION") }
	if f != nil { // before the other: the first that a request meets is used
		f.SQL, f.Match, f.Skip, f.Times = changing, match, at, 1
		f.Before = func(r snowflake.Request) {
			fmt.Fprintf(&trail, "%+v meets %s\n", *f, r.SQL)
			b.look("before\n" + trail.String())
		}
		f.After = func(snowflake.Request) { b.look("after\n" + trail.String()) }
		remove = append(remove, b.snow.Faults().Add(*f))
	}
	remove = append(remove, b.snow.Faults().Add(snowflake.Fault{SQL: changing, Match: match,
		Before: func(r snowflake.Request) {
			fmt.Fprintln(&trail, r.SQL)
			b.look("before\n" + trail.String())
		},
		After: func(snowflake.Request) { b.look("after\n" + trail.String()) }}))
	code := b.reconcile(want...)
	for _, r := range remove {
		r()
	}
	b.look("at the end\n" + trail.String())
	return code
}
