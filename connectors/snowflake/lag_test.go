package snowflake

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/ledger"
)

// lagBed is an account whose views lag as documented, by a clock that tests set, and that does not count setting a tag
// as a change of a table: the hardest that a bulk reading can meet.
type lagBed struct {
	*bed
	now *atomic.Int64
	r   *reconcile.Reconciler
}

func newLagBed(t *testing.T) *lagBed {
	t.Helper()
	now := &atomic.Int64{}
	now.Store(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	clock := func() time.Time { return time.Unix(0, now.Load()).UTC() }
	b := newBed(t, emulator.Options{Clock: clock, TagsKeepLastDDL: true, SessionValidity: 1e6 * time.Hour, MasterValidity: 1e6 * time.Hour}, func(o *Options) { o.Read = Bulk })
	b.admin("CREATE USER BOB PASSWORD = 'bob-secret'", "GRANT SELECT ON FUTURE TABLES IN SCHEMA CRM.SALES TO ROLE POLSYNC")
	store, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "polsync.db"), ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	l := &lagBed{b, now, &reconcile.Reconciler{Name: "snow", Platform: b.Account, Store: store, Home: home, Scope: connectors.Scope{Within: []state.Securable{sales}, Home: home}, Holder: "test", Now: clock,
		Sleep: func(ctx context.Context, d time.Duration) error {
			if d > 10*time.Second {
				<-ctx.Done()
			}
			return ctx.Err()
		}}}
	l.wait(24 * time.Hour)
	return l
}

func (l *lagBed) wait(d time.Duration) { l.now.Add(int64(d)) }

func (l *lagBed) declared(policy string) *state.Declarations {
	l.t.Helper()
	d, err := declare.Load(fstest.MapFS{"p.yaml": {Data: []byte("apiVersion: polsync/v1\n" + policy)}}, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"snow": "snowflake"}})
	if err != nil {
		l.t.Fatal(err)
	}
	return d
}

// run reconciles, as late as the views are, and returns what was sent.
func (l *lagBed) run(policy string) []string {
	l.t.Helper()
	res, err := l.r.Run(l.t.Context(), l.declared(policy), reconcile.Options{Command: "test", Pass: plan.Passes{Removals: true, Unmaskings: true}})
	if err != nil {
		l.t.Fatal(err)
	}
	var sent []string
	for _, s := range res.Steps {
		for _, st := range s.Step.Statements {
			sent = append(sent, st.SQL)
		}
	}
	return sent
}

const lagTags = `
tags: [{name: pii, values: [email, phone]}]
tag_assignments: [{tag: pii, value: email, on: "snow:CRM.SALES.CUSTOMERS.EMAIL"}]
masks: [{name: pii, tag: pii, types: string, rules: [{to: "role:READER_B", values: phone, show: clear}]}]
`

// lagCases are what somebody else does after polsync was in sync for a day and before any view shows it.
var lagCases = []struct {
	name          string
	before, after string   // what is declared
	stranger      []string // in between
	want          []string // beginnings of what is sent, in order
}{
	{"a tag that covers is gone when its table is opened", lagTags, lagTags + `grants: [{to: "role:READER_B", privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}]`,
		[]string{"ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL UNSET TAG GOV.POLSYNC.PII"},
		[]string{"ALTER TABLE", "GRANT SELECT"}},
	{"a tag that covers shows more when its table is opened", lagTags, lagTags + `grants: [{to: "role:READER_B", privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}]`,
		[]string{"ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL SET TAG GOV.POLSYNC.PII = 'phone'"},
		[]string{"ALTER TABLE", "GRANT SELECT"}},
	{"a tag that covers is gone when somebody joins who reads it", lagTags + `
grants: [{to: "role:READER_B", privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}]`, lagTags + `
grants: [{to: "role:READER_B", privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}]
roles: [{name: READER_B, in: snow, users: ALICE}]`,
		[]string{"ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL UNSET TAG GOV.POLSYNC.PII"},
		[]string{"ALTER TABLE", "GRANT ROLE"}},
	{"a grant that goes is gone", `grants: [{to: "role:READER_A", privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}]`, "", []string{"REVOKE SELECT ON TABLE CRM.SALES.CUSTOMERS FROM ROLE READER_A"}, nil},
	{"a grant that is to come is there", "", `grants: [{to: "role:READER_A", privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}]`, []string{"GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_A"}, nil},
	{"a member that goes was changed for another", `roles: [{name: READER_A, in: snow, users: ALICE}]`, "roles: [{name: READER_A, in: snow}]", []string{"REVOKE ROLE READER_A FROM USER ALICE", "GRANT ROLE READER_A TO USER BOB"}, nil},
	{"a tag that goes is gone", lagTags, strings.Replace(lagTags, `value: email, on: "snow:CRM.SALES.CUSTOMERS.EMAIL"`, `value: email, on: "snow:CRM.SALES.CUSTOMERS.PHONE"`, 1),
		[]string{"ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL UNSET TAG GOV.POLSYNC.PII"}, []string{`ALTER TABLE "CRM"."SALES"."CUSTOMERS" MODIFY COLUMN "PHONE" SET TAG`}},
	{"what nobody else may hold is held", "", `grants: [{exclusive: true, privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}, {to: "role:POLSYNC", privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}]`,
		[]string{"GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_A", "REVOKE SELECT ON TABLE CRM.SALES.CUSTOMERS FROM ROLE READER_A"}, nil},
	{"a mask that covers is gone when its table is opened", `masks: [{name: m, on: "snow:CRM.SALES.CUSTOMERS.PHONE", rules: [{to: "role:READER_A", show: clear}]}]`, `
masks: [{name: m, on: "snow:CRM.SALES.CUSTOMERS.PHONE", rules: [{to: "role:READER_A", show: clear}]}]
grants: [{to: "role:READER_B", privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}]`,
		[]string{"ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN PHONE UNSET MASKING POLICY"}, []string{"ALTER TABLE", "GRANT SELECT"}},
	{"a tag is on another table when it is dropped", lagTags, "", []string{`ALTER TABLE CRM.SALES."Orders ""x"".y" MODIFY COLUMN EMAIL SET TAG GOV.POLSYNC.PII = 'email'`},
		[]string{"ALTER MASKING POLICY", `ALTER TABLE "CRM"."SALES"."CUSTOMERS" MODIFY COLUMN "EMAIL" UNSET TAG`, "ALTER TAG", "DROP MASKING POLICY", `ALTER TAG "GOV"."POLSYNC"."PII" DROP ALLOWED_VALUES 'phone'`}}, // the tag and its value in use stay
}

// TestOwnershipIsNotGivenAwayOnLateRights holds that polsync gives nothing away because of a right that it had.
func TestOwnershipIsNotGivenAwayOnLateRights(t *testing.T) {
	l := newLagBed(t)
	l.admin("CREATE ROLE GOVERNOR", "GRANT ROLE GOVERNOR TO ROLE POLSYNC", "GRANT MANAGE GRANTS ON ACCOUNT TO ROLE GOVERNOR", "REVOKE MANAGE GRANTS ON ACCOUNT FROM ROLE POLSYNC",
		"GRANT OWNERSHIP ON TABLE CRM.SALES.CUSTOMERS TO ROLE POLSYNC COPY CURRENT GRANTS")
	l.wait(24 * time.Hour)
	l.admin("REVOKE MANAGE GRANTS ON ACCOUNT FROM ROLE GOVERNOR")
	l.wait(10 * time.Minute)
	const policy = `grants: [{owner: "role:READER_A", on: "snow:CRM.SALES.CUSTOMERS"}]`
	if all := l.changes(policy, false); len(all) > 0 {
		t.Errorf("with rights that a view still shows, this is to be done: %q", all)
	}
	l.admin("GRANT MANAGE GRANTS ON ACCOUNT TO ROLE GOVERNOR")
	if all := l.changes(policy, false); len(all) != 1 {
		t.Errorf("with the right to manage grants, this is to be done: %q", all)
	}
}

func TestNothingRestsOnWhatLags(t *testing.T) {
	for _, c := range lagCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLagBed(t)
			l.run(c.before)
			l.wait(24 * time.Hour)
			l.admin(c.stranger...)
			l.wait(10 * time.Minute)
			sent := l.run(c.after)
			if !slices.EqualFunc(sent, c.want, strings.HasPrefix) {
				t.Errorf("sent %q, want %q", sent, c.want)
			}
			l.wait(4 * time.Hour)
			l.run(c.after)
			if left := l.changes(c.after, true); len(left) > 0 {
				t.Errorf("once the views have caught up, this is left to do: %q", left)
			}
		})
	}
}

// changes plans, strictly or not, and returns the changes.
func (l *lagBed) changes(policy string, strict bool) []string {
	l.t.Helper()
	res, err := l.r.Plan(l.t.Context(), l.declared(policy), reconcile.Options{Strict: strict})
	if err != nil {
		l.t.Fatal(err)
	}
	var all []string
	for _, c := range res.Plan.Changes() {
		all = append(all, fmt.Sprintf("%s %s -> %v", c.Phase, c.Key, c.Want))
	}
	slices.Sort(all)
	return all
}

// walkSteps is what strangers do in the random walk; each undoes, or does again, what polsync or another one may have done.
var walkSteps = []string{
	"ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL UNSET TAG GOV.POLSYNC.PII", "ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL SET TAG GOV.POLSYNC.PII = 'phone'",
	"ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN PHONE SET TAG GOV.POLSYNC.PII = 'phone'", "ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN PHONE UNSET TAG GOV.POLSYNC.PII",
	"GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_A", "REVOKE SELECT ON TABLE CRM.SALES.CUSTOMERS FROM ROLE READER_A",
	"GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_B", "REVOKE SELECT ON TABLE CRM.SALES.CUSTOMERS FROM ROLE READER_B",
	"GRANT ROLE READER_A TO USER ALICE", "REVOKE ROLE READER_A FROM USER ALICE", "GRANT ROLE READER_A TO USER BOB", "REVOKE ROLE READER_A FROM USER BOB",
	"GRANT ROLE READER_A TO ROLE READER_B", "REVOKE ROLE READER_A FROM ROLE READER_B", "ALTER TAG GOV.POLSYNC.PII UNSET MASKING POLICY GOV.POLSYNC.POLSYNC_PII_STRING",
	"ALTER TABLE CRM.SALES.CUSTOMERS ADD COLUMN EXTRA VARCHAR", "ALTER TABLE CRM.SALES.CUSTOMERS DROP COLUMN EXTRA",
}

var walkPolicies = []string{
	lagTags,
	lagTags + `grants: [{to: ["role:READER_A", "role:READER_B"], privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}]`,
	lagTags + `
roles: [{name: READER_A, in: snow, users: ALICE, members: "role:READER_B"}]
grants: [{to: "role:READER_A", privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}]`,
	lagTags + `grants: [{exclusive: true, privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}, {to: ["role:POLSYNC", "role:READER_B"], privileges: SELECT, on: "snow:CRM.SALES.CUSTOMERS"}]`,
}

// TestBulkDoesNoMoreThanStrict walks at random over what strangers do, what is declared, and time. A plan from views that
// lag never has a change that a plan from live sources does not have, and once the views have caught up and polsync
// came to rest, a live plan is empty.
func TestBulkDoesNoMoreThanStrict(t *testing.T) {
	if testing.Short() {
		t.Skip("a random walk")
	}
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(seed, 7))
			l := newLagBed(t)
			l.run(walkPolicies[1])
			for step := range 12 {
				for range rnd.IntN(3) {
					_ = l.emu.Exec("ACCOUNTADMIN", walkSteps[rnd.IntN(len(walkSteps))]) // what is not there cannot be undone
					l.wait(time.Duration(rnd.IntN(40)) * time.Minute)
				}
				policy := walkPolicies[rnd.IntN(len(walkPolicies))]
				live := l.changes(policy, true)
				for _, c := range l.changes(policy, false) {
					if !slices.Contains(live, c) {
						t.Fatalf("step %d: %s rests on what lags; a live plan has %q", step, c, live)
					}
				}
				if rnd.IntN(2) == 0 {
					_, _ = l.r.Run(t.Context(), l.declared(policy), reconcile.Options{Command: "test", Pass: plan.Passes{Removals: true, Unmaskings: true, Repeats: true}})
				}
				l.wait(time.Duration(rnd.IntN(100)) * time.Minute)
			}
			for range 2 {
				l.wait(4 * time.Hour)
				_, _ = l.r.Run(t.Context(), l.declared(walkPolicies[1]), reconcile.Options{Command: "test", Pass: plan.Passes{Removals: true, Unmaskings: true, Repeats: true}})
			}
			if left := l.changes(walkPolicies[1], true); len(left) > 0 {
				t.Errorf("at rest, this is left to do: %q", left)
			}
		})
	}
}
