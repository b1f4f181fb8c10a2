package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors/emulator/snowflake"
)

// addresses are the columns that are hidden from ANALYST, who reads their tables. They are in three tables, so that polsync
// changes them side by side.
var addresses = []string{"CRM_PROD.PUBLIC.CUSTOMERS.EMAIL", "SALES.PUBLIC.LEADS.WORK_EMAIL", "SALES.PUBLIC.REGIONS.MANAGER_EMAIL"}

// masked are ways to hide them. Between any two of them polsync has to swap what hides them: another body, another policy,
// from the columns to a tag and back, another condition.
var masked = []string{
	`masks: [{name: one, on: [ALL], rules: [{to: pii_readers, show: clear}, {to: support, show: email_domain}]}]`,
	`masks: [{name: one, on: [ALL], rules: [{to: support, show: clear}, {to: pii_readers, show: hash}]}]`,
	`masks: [{name: two, on: [ALL], default: {string: {const: "***"}}, rules: [{to: pii_readers, show: clear}]}]`,
	`masks: [{name: two, on: [FIRST], rules: [{to: pii_readers, show: clear, when: [{column: COUNTRY, in: [US]}]}]}, {name: five, on: [OTHERS], rules: [{to: pii_readers, show: clear}]}]`,
	`tags: [{name: secret, values: [email, other], snowflake: {schema: GOV.TAGS}}]
tag_assignments: [{tag: secret, value: email, on: [ALL]}]
masks: [{name: three, tag: secret, rules: [{to: pii_readers, values: email, show: clear}]}]`,
	`tags: [{name: hidden, values: [x], snowflake: {schema: GOV.TAGS}}]
tag_assignments: [{tag: hidden, value: x, on: ["snow:CRM_PROD.PUBLIC", "snow:SALES.PUBLIC"]}]
masks: [{name: four, tag: hidden, rules: [{to: pii_readers, show: clear}]}]`,
}

// named puts the columns into a text of masked.
func named(text string) string {
	quoted := make([]string, len(addresses))
	for i, a := range addresses {
		quoted[i] = `"snow:` + a + `"`
	}
	return strings.NewReplacer("ALL", strings.Join(quoted, ", "), "FIRST", quoted[0], "OTHERS", strings.Join(quoted[1:], ", ")).Replace(text)
}

const maskedPrincipals = `principals: {pii_readers: {snow: PII_READER}, support: {snow: SUPPORT}}
`

// faulty are the ways in which a statement of a swap fails: each way that the embedded account has at least once.
var faulty = []snowflake.Fault{
	{CutBefore: true}, {CutAfter: true}, {Status: 503}, {Code: 3001, SQLState: "42501", Message: "Insufficient privileges"}, {Code: 625, SQLState: "57014", Message: "Statement aborted by a lock conflict"},
	{Garbage: true}, {CutBody: true}, {Truncate: true}, {Latency: 30 * time.Millisecond}, {Code: 390112, SQLState: "08001", Message: "Your session has expired"},
}

// TestEveryWayToFailIsMet holds that no way of the embedded account to fail is left out above.
func TestEveryWayToFailIsMet(t *testing.T) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[snowflake.Fault]()) {
		switch f.Name {
		case "Path", "SQL", "User", "Match", "Skip", "Times", "Before", "After": // what it matches, and what it calls
		case "SQLState", "Message": // of Code
		default:
			if !slices.ContainsFunc(faulty, func(one snowflake.Fault) bool { return !reflect.ValueOf(one).FieldByIndex(f.Index).IsZero() }) {
				t.Errorf("no swap meets a fault by %s", f.Name)
			}
		}
	}
}

// TestBusyReaderSeesNothingClear swaps masks while somebody from whom columns are hidden reads them in a loop, and once
// at every statement that changes something: before it is carried out and after. One of the statements of each swap fails
// in one of several ways, or the account goes away for a while, and the run after that finishes it.
func TestBusyReaderSeesNothingClear(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	b := newBusy(t)
	b.use(0)
	b.reconcile(exitDone)
	defer b.read()()
	ways := []int{1, 2, 3, 4, 5, 0, 4, 1, 5, 2, 0}
	for n := range len(faulty) + 1 {
		to := ways[n%len(ways)]
		b.use(to)
		var f snowflake.Fault
		if n < len(faulty) {
			f = faulty[n]
		} else {
			f.Before = func(snowflake.Request) { b.away() }
		}
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
	if b.most < 2 {
		t.Error("no two statements were under way at a time")
	}
}

// away lets the account close every connection for a moment; what was armed is gone after it.
func (b *busy) away() {
	b.snow.Faults().Kill()
	time.AfterFunc(100*time.Millisecond, b.snow.Faults().Clear)
}

type busy struct {
	t     *testing.T
	dir   string
	snow  *snowflake.Account
	clear map[string]bool

	mu    sync.Mutex
	reads int
	under int // statements that change something, under way
	most  int // of them at a time
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
	for _, a := range addresses {
		for _, v := range b.column("ACCOUNTADMIN", a) {
			b.clear[v] = true
		}
	}
	if len(b.clear) < 50 {
		t.Fatalf("only %d addresses", len(b.clear))
	}
	return b
}

// column reads a column as a role; an error hides it as well.
func (b *busy) column(role, name string) []string {
	at := strings.LastIndex(name, ".")
	r, err := b.snow.Query(context.Background(), snowflake.AdminUser, role, "SELECT "+name[at+1:]+" FROM "+name[:at])
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
	for _, a := range addresses {
		if slices.ContainsFunc(b.column("ANALYST", a), func(v string) bool { return b.clear[v] }) {
			b.t.Errorf("%s was read in clear %s", a, when)
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
	if err := os.WriteFile(filepath.Join(b.dir, "policies", "all.yaml"), []byte("apiVersion: polsync/v1\n"+maskedPrincipals+named(masked[i])+"\n"), 0o600); err != nil {
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
	var trail trail
	var remove []func()
	match := func(r snowflake.Request) bool { return !strings.HasPrefix(r.SQL, "ALTER SESSION") }
	faulted := f != nil
	look := func(f snowflake.Fault, said string) snowflake.Fault {
		own := f.Before
		f.SQL, f.Match = changing, match
		f.Before = func(r snowflake.Request) {
			b.count(faulted, 1)
			trail.add(said + r.SQL)
			b.look("before\n" + trail.text())
			if own != nil {
				own(r)
			}
		}
		f.After = func(snowflake.Request) { b.look("after\n" + trail.text()); b.count(faulted, -1) }
		return f
	}
	if f != nil { // before the other: the first that a request meets is used
		armed := look(*f, fmt.Sprintf("%+v meets ", *f))
		armed.Skip, armed.Times = at, 1
		remove = append(remove, b.snow.Faults().Add(armed))
	}
	remove = append(remove, b.snow.Faults().Add(look(snowflake.Fault{Latency: 15 * time.Millisecond}, ""))) // long enough to run beside each other
	code := b.reconcile(want...)
	for _, r := range remove {
		r()
	}
	b.look("at the end\n" + trail.text())
	return code
}

// count notes that statements begin or end, where none is kept from ending by a fault.
func (b *busy) count(faulted bool, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if faulted {
		return
	}
	b.under += n
	b.most = max(b.most, b.under)
}

// trail is what was sent, for messages.
type trail struct {
	mu    sync.Mutex
	lines []string
}

func (t *trail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, line)
}

func (t *trail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}
