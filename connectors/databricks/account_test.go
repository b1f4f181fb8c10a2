package databricks_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// carryOut compiles changes of one phase and executes them.
func carryOut(t *testing.T, p connectors.Platform, phase plan.Phase, changes ...plan.Change) []plan.Statement {
	t.Helper()
	steps, err := p.Dialect().Compile(phase, changes)
	must(t, err)
	var sent []plan.Statement
	for _, step := range steps {
		for _, s := range step.Statements {
			_, err := p.Exec(t.Context(), s)
			must(t, err)
			sent = append(sent, s)
		}
	}
	return sent
}

func makes(name string) plan.Change {
	return plan.Change{Key: state.Key{Fact: state.FactRole, On: group(name)}, Want: state.Role{}}
}

func joins(name string, member state.Securable) plan.Change {
	return plan.Change{Key: state.Key{Fact: state.FactMember, On: group(name), With: member}, Want: state.Nil{}}
}

func leaves(name string, member state.Securable) plan.Change {
	c := joins(name, member)
	c.Was, c.Want = c.Want, nil
	return c
}

func user(name string) state.Securable { return state.Securable{Kind: state.KindUser, Name: name} }

func snapshotOf(t *testing.T, p connectors.Platform) *state.State {
	t.Helper()
	s, err := p.Snapshot(t.Context(), scope)
	must(t, err)
	return s
}

// membersOf returns the members of a group in a snapshot, by name.
func membersOf(s *state.State, name string) []string {
	var all []string
	for k := range s.Facts {
		if k.Fact == state.FactMember && k.On == group(name) {
			all = append(all, k.With.Name)
		}
	}
	slices.Sort(all)
	return all
}

// A service principal that owns nothing in the metastore and administers the account writes groups, with a client id and
// secret of the account's own token endpoint.
func TestAccountIsSignedInToAndWritten(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	must(t, w.AddAccountAdmin(daemon))
	must(t, w.SetSecret(daemon, "hush"))
	p := w.open(t, daemon, func(o *databricks.Options) {
		o.Account = &databricks.AccountOptions{ID: emulator.DefaultAccountID, Host: w.url, Assign: true,
			SignIn: databricks.Credentials{Kind: "oauth_m2m", ClientID: daemon, ClientSecret: "hush"}}
	})
	snapshotOf(t, p)
	w.ResetLog()
	carryOut(t, p, plan.PhaseDefine, makes("new"), makes("inner"))
	carryOut(t, p, plan.PhasePermit, joins("new", user(alice)), joins("new", group("inner")), joins("inner", user(bob)))
	if got, _ := w.Members("new"); !slices.Equal(got, []string{alice, "inner"}) {
		t.Errorf("new has %v", got)
	}
	for _, name := range []string{"new", "inner"} {
		if !slices.Equal(w.Assigned(name), []string{"USER"}) {
			t.Errorf("%s may %v in the workspace", name, w.Assigned(name))
		}
	}
	s := snapshotOf(t, p)
	if got := membersOf(s, "new"); !slices.Equal(got, []string{alice, "inner"}) {
		t.Errorf("read back: %v", got)
	}
	sent := carryOut(t, p, plan.PhaseRevoke, leaves("new", user(alice)), leaves("new", group("inner")))
	if len(sent) != 1 {
		t.Errorf("members of one group leave with %d requests", len(sent))
	}
	gone := makes("inner")
	gone.Was, gone.Want = gone.Want, nil
	sent = carryOut(t, p, plan.PhaseDrop, gone)
	if _, err := p.Exec(t.Context(), sent[0]); err != nil {
		t.Errorf("deleted again: %v", err)
	}
	if got, _ := w.Members("new"); len(got) > 0 {
		t.Errorf("new still has %v", got)
	}
	if _, there := w.Members("inner"); there {
		t.Error("inner is still there")
	}
	tokens := 0
	for _, r := range w.Requests() {
		if strings.Contains(r.Path, "/oidc/accounts/") && r.Method == http.MethodPost {
			tokens++
		}
	}
	if tokens > 1 {
		t.Errorf("signed in %d times", tokens)
	}
}

// Lists of newer accounts leave members out, and what was just made shows late: neither makes a member look gone, or a new
// group unknown.
func TestAccountListsWithoutMembersAndLate(t *testing.T) {
	w := newWorkspace(t, emulator.Options{ListsWithoutMembers: true, AccountLag: 400 * time.Millisecond})
	p := w.open(t, emulator.DefaultAdmin, w.withAccount)
	s := snapshotOf(t, p)
	if got := membersOf(s, "readers-a"); !slices.Equal(got, []string{alice}) {
		t.Fatalf("readers-a has %v", got)
	}
	carryOut(t, p, plan.PhaseDefine, makes("late"))
	carryOut(t, p, plan.PhasePermit, joins("late", user(bob)))
	carryOut(t, p, plan.PhasePermit, plan.Change{Key: state.Key{Fact: state.FactGrant, On: object(state.KindTable, "main", "crm", "customers"), With: group("late"), Name: "SELECT"}, Want: state.Option(false)})
	s = snapshotOf(t, p)
	if got := membersOf(s, "late"); !slices.Equal(got, []string{bob}) {
		t.Errorf("late has %v", got)
	}
	if !s.Has(state.Key{Fact: state.FactGrant, On: object(state.KindTable, "main", "crm", "customers"), With: group("late"), Name: "SELECT"}) {
		t.Error("the grant to the new group is missing")
	}
}

// Many members travel in requests of at most a hundred.
func TestManyMembers(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	var changes, back []plan.Change
	for i := range 250 {
		name := fmt.Sprintf("user%03d@example.com", i)
		w.AddUser(name, name)
		changes, back = append(changes, joins("readers-a", user(name))), append(back, leaves("readers-a", user(name)))
	}
	p := w.open(t, emulator.DefaultAdmin, w.withAccount)
	snapshotOf(t, p)
	if sent := carryOut(t, p, plan.PhasePermit, changes...); len(sent) != 3 {
		t.Errorf("250 members took %d requests", len(sent))
	}
	if got, _ := w.Members("readers-a"); len(got) != 251 {
		t.Errorf("readers-a has %d members", len(got))
	}
	carryOut(t, p, plan.PhaseRevoke, back...)
	if got, _ := w.Members("readers-a"); !slices.Equal(got, []string{alice}) {
		t.Errorf("readers-a has %v", got)
	}
}

// What an identity provider fills is said to be so.
func TestProvisionedGroups(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	must(t, w.AddProvisionedGroup("okta", "00g1", alice))
	s := snapshotOf(t, w.open(t, emulator.DefaultAdmin, w.withAccount))
	if s.Objects[group("okta")].Provisioned == "" || s.Objects[group("readers-a")].Provisioned != "" {
		t.Errorf("got %+v and %+v", s.Objects[group("okta")], s.Objects[group("readers-a")])
	}
	s = snapshotOf(t, w.open(t, emulator.DefaultAdmin, w.withAccount, func(o *databricks.Options) { o.Account.External = true }))
	if s.Objects[group("okta")].Provisioned != "" {
		t.Error("external groups were to be taken for our own")
	}
}

// An account that cannot be read makes groups and members unknown, and leaves the rest of the workspace as readable as it was.
func TestAccountThatCannotBeRead(t *testing.T) {
	for name, break_ := range map[string]func(*databricks.Options){
		"no administrator": func(o *databricks.Options) { o.Account.SignIn.Token = "token-" + alice },
		"bad token":        func(o *databricks.Options) { o.Account.SignIn.Token = "stranger" },
		"other account":    func(o *databricks.Options) { o.Account.ID = "00000000-0000-0000-0000-000000000000" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t, emulator.Options{})
			p := w.open(t, emulator.DefaultAdmin, w.withAccount, break_)
			s := snapshotOf(t, p)
			if got := membersOf(s, "readers-a"); !slices.Equal(got, []string{alice}) {
				t.Errorf("readers-a has %v", got)
			}
			if reason := s.UnknownReason(state.Key{Fact: state.FactMember, On: group("readers-a"), With: user(bob)}); !strings.HasPrefix(reason, "the account: ") || strings.Contains(reason, "stranger") {
				t.Errorf("members are not said to be unknown: %q", reason)
			}
			if _, err := p.Dialect().Compile(plan.PhaseDefine, []plan.Change{makes("new")}); !errors.Is(err, plan.ErrUnsupported) {
				t.Errorf("a group would be made: %v", err)
			}
		})
	}
}

// Without credentials of the account a change is refused with what is missing.
func TestNoAccount(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	p := w.open(t, emulator.DefaultAdmin)
	snapshotOf(t, p)
	for _, c := range []plan.Change{makes("new"), joins("readers-a", user(bob)), leaves("readers-a", user(alice))} {
		_, err := p.Dialect().Compile(plan.PhaseDefine, []plan.Change{c})
		if !errors.Is(err, plan.ErrUnsupported) || !strings.Contains(err.Error(), "`account`") {
			t.Errorf("%v: %v", c.Key, err)
		}
	}
}

// A reference to a group that is not there, or that two have the name of, sends nothing.
func TestGroupThatIsNotThere(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	p := w.open(t, emulator.DefaultAdmin, w.withAccount)
	snapshotOf(t, p)
	steps, err := p.Dialect().Compile(plan.PhasePermit, []plan.Change{joins("nobody", user(bob))})
	must(t, err)
	w.ResetLog()
	if _, err := p.Exec(t.Context(), steps[0].Statements[0]); !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	for _, r := range w.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("sent %s %s", r.Method, r.Path)
		}
	}
}

// Writers of one platform at once are as safe as one.
func TestGroupsAtOnce(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	p := w.open(t, emulator.DefaultAdmin, w.withAccount)
	snapshotOf(t, p)
	var g sync.WaitGroup
	for i := range 8 {
		g.Go(func() {
			name := fmt.Sprintf("many-%d", i)
			carryOut(t, p, plan.PhaseDefine, makes(name))
			carryOut(t, p, plan.PhasePermit, joins(name, user(alice)))
		})
	}
	g.Wait()
	s := snapshotOf(t, p)
	for i := range 8 {
		if got := membersOf(s, fmt.Sprintf("many-%d", i)); !slices.Equal(got, []string{alice}) {
			t.Errorf("group %d has %v", i, got)
		}
	}
}

// Check says of the account's credentials what is wrong with them, and nothing where they do.
func TestCheckOfTheAccount(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	for name, c := range map[string]struct {
		change func(*databricks.Options)
		want   string
	}{
		"administrator": {func(*databricks.Options) {}, ""},
		"somebody":      {func(o *databricks.Options) { o.Account.SignIn.Token = "token-" + alice }, "Only account admins"},
		"refused":       {func(o *databricks.Options) { o.Account.SignIn.Token = "hush" }, "could not sign in"},
		"assigning":     {func(o *databricks.Options) { o.Account.Assign, o.WorkspaceID = true, "7" }, "Workspace 7 does not exist"},
	} {
		missing, err := w.open(t, emulator.DefaultAdmin, w.withAccount, c.change).Check(t.Context(), scope)
		must(t, err)
		switch {
		case c.want == "" && len(missing) > 0:
			t.Errorf("%s: %v", name, missing)
		case c.want != "" && (len(missing) != 1 || !strings.Contains(missing[0].What, c.want) || strings.Contains(missing[0].What, "hush")):
			t.Errorf("%s: %v, want %q", name, missing, c.want)
		}
	}
}

// What a statement would start, and for how long, is said without starting it.
func TestCompute(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	w.StopWarehouse(warehouse)
	got, err := w.open(t, alice).Compute(t.Context())
	must(t, err)
	if want := "SQL warehouse Starter (2X-Small, serverless) is stopped, so the first statement starts it; it stops after 10 minutes without a statement"; got != want {
		t.Errorf("got %q", got)
	}
}
