package snowflake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

// snapshot is one reading of the account.
type snapshot struct {
	a     *Account
	scope connectors.Scope
	who   identity

	mu      sync.Mutex // guards all below while stages run
	st      *state.State
	refused map[areaKey]bool

	governable []string          // databases that are neither the system's nor somebody else's, sorted
	catalogs   []string          // those of them whose inside is read, sorted
	schemas    []state.Securable // of those, in scope
	shown      []shownObject     // tables and views by SHOW
	tags       []state.Securable
	policies   map[state.Securable]string // masking policy -> comment
	principals []principal                // roles and database roles
}

type areaKey struct {
	within state.Securable
	reason string
	facts  string // an area with the same reason may be of other facts
}

// Snapshot implements connectors.Platform. The order is that of what depends on what: databases, then definitions and
// columns, then what is attached to them.
func (a *Account) Snapshot(ctx context.Context, scope connectors.Scope) (*state.State, error) {
	s := &snapshot{a: a, scope: scope, st: state.New(), refused: map[areaKey]bool{}, policies: map[state.Securable]string{}}
	if err := s.identify(ctx); err != nil {
		return nil, err
	}
	before, err := s.rights(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.databases(ctx); err != nil {
		return nil, err
	}
	stages := []func(context.Context) []task{s.definitions, s.attached}
	for _, stage := range stages {
		if err := s.run(ctx, stage(ctx)); err != nil {
			return nil, err
		}
	}
	after, err := s.rights(ctx)
	if err != nil {
		return nil, err
	}
	s.doubt(before, after)
	return s.done(), nil
}

// task is a part of a stage; tasks of a stage run side by side. What it could not read it reports as an area; an error
// is only what ends the whole snapshot.
type task func(context.Context) error

func (s *snapshot) run(ctx context.Context, tasks []task) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.a.opt.Concurrency)
	for _, t := range tasks {
		g.Go(func() error { return t(ctx) })
	}
	return g.Wait()
}

// definitions lists what else refers to.
func (s *snapshot) definitions(context.Context) []task {
	tasks := []task{s.readSchemas, s.readRoles, s.readUsers, s.readWarehouses, s.readObjects}
	if s.scope.Wants(state.FactTag) || s.scope.Wants(state.FactAllowedValue) || s.scope.Wants(state.FactTagged) || s.scope.Wants(state.FactBinding) {
		tasks = append(tasks, s.readTags)
	}
	if s.scope.Wants(state.FactPolicy) || s.scope.Wants(state.FactMask) || s.scope.Wants(state.FactBinding) {
		tasks = append(tasks, s.readPolicies)
	}
	tasks = append(tasks, s.kindTasks()...)
	for _, c := range s.catalogs {
		tasks = append(tasks, s.inside(c, s.readTables), s.inside(c, s.readColumns), s.inside(c, s.readDatabaseRoles))
	}
	return tasks
}

func (s *snapshot) inside(catalog string, read func(context.Context, string) error) task {
	return func(ctx context.Context) error { return read(ctx, catalog) }
}

// attached lists what stands on what the definitions brought.
func (s *snapshot) attached(context.Context) []task {
	s.uncoverHidden()
	var tasks []task
	if s.scope.Wants(state.FactTagged) && len(s.tags) > 0 {
		tasks = append(tasks, s.tagTasks()...)
	}
	if s.scope.Wants(state.FactPolicy) || s.scope.Wants(state.FactMask) || s.scope.Wants(state.FactBinding) {
		tasks = append(tasks, s.readReferences)
	}
	for _, p := range s.principals {
		tasks = append(tasks, s.principalTasks(p)...)
	}
	tasks = append(tasks, s.everybodyTasks()...)
	for _, u := range s.scope.Roles {
		if u.Kind == state.KindUser && s.scope.Wants(state.FactGrant) {
			tasks = append(tasks, func(ctx context.Context) error { return s.readPrivileges(ctx, principal{on: u}) })
		}
	}
	return tasks
}

// query reads for the snapshot and counts the statement.
func (s *snapshot) query(ctx context.Context, what, statement string) (*answer, error) {
	s.mu.Lock()
	s.st.Reads++
	s.mu.Unlock()
	return s.a.query(ctx, what, statement)
}

// fatal reports an error that ends the snapshot: the caller gave up, or nothing at all can be read any more.
func fatal(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, connectors.ErrAuth)
}

// failed notes that a part could not be read, and returns the error only where it ends the snapshot.
func (s *snapshot) failed(ctx context.Context, within state.Securable, err error, facts ...state.FactKind) error {
	if fatal(ctx, err) {
		return err
	}
	s.unknown(within, err.Error(), facts...)
	return nil
}

func (s *snapshot) unknown(within state.Securable, reason string, facts ...state.FactKind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := areaKey{within, reason, fmt.Sprint(facts)}
	if s.refused[key] {
		return
	}
	s.refused[key] = true
	s.st.Unknown = append(s.st.Unknown, state.Area{Facts: facts, Within: within, Reason: reason})
}

func (s *snapshot) object(on state.Securable, o state.Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.Objects[on] = o
}

func (s *snapshot) put(k state.Key, v state.Value) {
	if !s.scope.Wants(k.Fact) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.Put(state.Fact{Key: k, Value: v})
}

// account is the place of areas that concern everything.
var account = state.Securable{Kind: state.KindAccount}

// done closes the state: the order of areas does not depend on which statement was answered first.
func (s *snapshot) done() *state.State {
	slices.SortFunc(s.st.Unknown, func(x, y state.Area) int {
		return cmp.Or(x.Within.Compare(y.Within), slices.Compare(x.Facts, y.Facts), strings.Compare(x.Reason, y.Reason))
	})
	for _, name := range state.FactKindNames() {
		kind, _ := state.ParseFactKind(name)
		if s.scope.Wants(kind) && kind != state.FactOwner {
			s.st.Freshness = append(s.st.Freshness, state.Freshness{Facts: kind, Source: "live"})
		}
	}
	return s.st
}

// identity is who the account takes us for.
type identity struct{ account, region, role, user string }

// identify asks who we are; the answer pins the account.
func (s *snapshot) identify(ctx context.Context) error {
	who, err := s.a.identify(ctx)
	if err != nil {
		return err
	}
	s.who = who
	s.st.Reads++
	s.st.Identity = strings.Trim(who.region+"."+who.account, ".")
	s.object(account, state.Object{})
	return nil
}

func (a *Account) identify(ctx context.Context) (identity, error) {
	r, err := a.query(ctx, "ask who we are", "SELECT CURRENT_ACCOUNT() AS ACCOUNT_ID, CURRENT_REGION() AS REGION_ID, CURRENT_ROLE() AS ROLE_ID, CURRENT_USER() AS USER_ID")
	if err != nil {
		return identity{}, err
	}
	if len(r.rows) != 1 {
		return identity{}, fmt.Errorf("%s: ask who we are: %d rows came back", a.opt.Name, len(r.rows))
	}
	return identity{r.text(0, "ACCOUNT_ID"), r.text(0, "REGION_ID"), r.text(0, "ROLE_ID"), r.text(0, "USER_ID")}, nil
}

// sortedKeys returns a map's keys in canonical order.
func sortedKeys[V any](m map[state.Securable]V) []state.Securable {
	return slices.SortedFunc(maps.Keys(m), state.Securable.Compare)
}
