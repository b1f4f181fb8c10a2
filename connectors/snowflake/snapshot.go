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
	"time"

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

	bulk                         bool                          // what is late but cheap is read from the views of ACCOUNT_USAGE
	asked                        time.Time                     // the account's time when the snapshot began
	recent                       map[state.Securable]bool      // relations, as KindTable, whose definition changed since the views may show it
	tables                       map[state.Securable]time.Time // relations, as KindTable, with the time of their last DDL; zero where it is not said
	texts                        map[string]string             // see intern
	flights                      map[string]*flight            // see shared
	databasesKnown, columnsKnown *latch

	governable []string          // databases that are neither the system's nor somebody else's, sorted
	catalogs   []string          // those of them whose inside is read, sorted
	schemas    []state.Securable // of those, in scope
	shown      []shownObject     // tables and views by SHOW
	tags       []state.Securable
	policies   map[state.Securable]listed // masking policies
	principals []principal                // roles and database roles
}

type areaKey struct {
	within state.Securable
	reason string
	facts  string // an area with the same reason may be of other facts
}

// Snapshot implements connectors.Platform. First come the listings of what there is, which tell how the rest is read;
// then all of the rest at once, where a part waits for another only if it needs it.
func (a *Account) Snapshot(ctx context.Context, scope connectors.Scope) (*state.State, error) {
	s := a.newSnapshot(scope, state.New())
	err := s.within(ctx, func() error {
		if err := s.run(ctx, s.definitions()); err != nil {
			return err
		}
		s.choose()
		s.uncoverHidden()
		return s.run(ctx, s.insides())
	})
	if err != nil {
		return nil, err
	}
	return s.done(), nil
}

func (a *Account) newSnapshot(scope connectors.Scope, st *state.State) *snapshot {
	return &snapshot{a: a, scope: scope, st: st, refused: map[areaKey]bool{}, policies: map[state.Securable]listed{}, recent: map[state.Securable]bool{},
		tables: map[state.Securable]time.Time{}, flights: map[string]*flight{}, databasesKnown: newLatch(), columnsKnown: newLatch()}
}

// within reads, and says what can be relied on of it with the rights that there were before and after.
func (s *snapshot) within(ctx context.Context, read func() error) error {
	if err := s.identify(ctx); err != nil {
		return err
	}
	defer s.a.warm(ctx)()
	before, err := s.rights(ctx, s.shared)
	if err != nil {
		return err
	}
	if err := read(); err != nil {
		return err
	}
	after, err := s.rights(ctx, s.query)
	if err != nil {
		return err
	}
	s.doubt(before, after)
	return nil
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

// definitions lists what else refers to. The listings begin before the databases are known, and are looked at then.
func (s *snapshot) definitions() []task {
	tasks := []task{s.readDatabases, s.readObjects, s.readSchemas, s.readRoles, s.readUsers, s.readWarehouses}
	if s.scope.Wants(state.FactTag) || s.scope.Wants(state.FactAllowedValue) || s.scope.Wants(state.FactTagged) || s.scope.Wants(state.FactBinding) {
		tasks = append(tasks, s.readTags)
	}
	if s.wantsMasks() {
		tasks = append(tasks, s.readPolicies)
	}
	return append(tasks, s.kindTasks()...)
}

func (s *snapshot) wantsMasks() bool {
	return s.scope.Wants(state.FactPolicy) || s.scope.Wants(state.FactMask) || s.scope.Wants(state.FactBinding)
}

func (s *snapshot) wantsTags() bool { return s.scope.Wants(state.FactTagged) && len(s.tags) > 0 }

// readDatabases lists the databases, and then the tables of those that are read.
func (s *snapshot) readDatabases(ctx context.Context) error {
	err := s.databases(ctx)
	s.databasesKnown.open()
	if err != nil {
		return err
	}
	return s.run(ctx, s.inEach(s.readTables))
}

// insides reads all that is not a listing of the account, from the sources that what is there makes worth it. What
// takes longest comes first.
func (s *snapshot) insides() []task {
	inPlaces := s.futureInPlaces()
	tasks := []task{s.readAllColumns, func(ctx context.Context) error { return s.readPrincipals(ctx, !inPlaces) }}
	if s.wantsMasks() {
		tasks = append(tasks, s.readReferences)
	}
	if s.wantsTags() {
		tasks = append(tasks, s.readTagged)
	}
	tasks = append(tasks, s.filterTasks()...)
	if inPlaces {
		tasks = append(tasks, func(ctx context.Context) error { return s.run(ctx, s.futurePlaces()) })
	}
	return tasks
}

// inEach reads something of each database, a task for each.
func (s *snapshot) inEach(read func(context.Context, string) error) []task {
	var tasks []task
	for _, c := range s.catalogs {
		tasks = append(tasks, func(ctx context.Context) error { return read(ctx, c) })
	}
	return tasks
}

func (s *snapshot) readAllColumns(ctx context.Context) error {
	defer s.columnsKnown.open()
	if s.bulk {
		return s.loadColumns(ctx)
	}
	return s.run(ctx, s.inEach(s.readColumns))
}

// readPrincipals reads what principals hold and who is in them, once it is known which there are, and then the tags of
// what only that tells of. Future grants are read by it where that has not been left to others.
func (s *snapshot) readPrincipals(ctx context.Context, future bool) error {
	if err := s.readAllDatabaseRoles(ctx); err != nil {
		return err
	}
	var tasks []task
	if s.bulk {
		tasks = append(tasks, s.loadGrants)
	} else {
		for _, p := range s.principals {
			tasks = append(tasks, s.principalTasks(p)...)
		}
	}
	if future {
		tasks = append(tasks, s.futureTasks()...)
	}
	tasks = append(tasks, s.everybodyTasks()...)
	for _, u := range s.scope.Roles {
		if u.Kind == state.KindUser && s.scope.Wants(state.FactGrant) {
			tasks = append(tasks, func(ctx context.Context) error { return s.readPrivileges(ctx, principal{on: u}) })
		}
	}
	if err := s.run(ctx, tasks); err != nil || !s.wantsTags() {
		return err
	}
	return s.run(ctx, s.otherTags())
}

func (s *snapshot) readAllDatabaseRoles(ctx context.Context) error {
	tasks := []task{s.loadDatabaseRoles}
	if !s.bulk {
		tasks = s.inEach(s.readDatabaseRoles)
	}
	for _, role := range s.scope.Roles {
		if role.Kind == state.KindDatabaseRole && s.foreign(role) {
			tasks = append(tasks, func(ctx context.Context) error { return s.readForeignRole(ctx, role) })
		}
	}
	return s.run(ctx, tasks)
}

// readForeignRole reads who is in a database role of an imported database, or of the system's, that declarations name.
// No view tells it, and no listing of ours has such roles.
func (s *snapshot) readForeignRole(ctx context.Context, role state.Securable) error {
	if err := s.readMembers(ctx, principal{on: role}); err != nil {
		return err
	}
	s.mu.Lock()
	missing := s.st.UnknownReason(state.Key{Fact: state.FactMember, On: role}) != ""
	s.mu.Unlock()
	if missing {
		return nil // it is not there, or not for us to see
	}
	s.object(role, state.Object{Foreign: "of a database that is not ours"})
	if s.bulk {
		s.readNow(role)
	}
	return nil
}

// latch lets those that wait for it go once it is open. The zero value is not usable.
type latch struct {
	once sync.Once
	ch   chan struct{}
}

func newLatch() *latch { return &latch{ch: make(chan struct{})} }

func (l *latch) open() { l.once.Do(func() { close(l.ch) }) }

// wait returns once the latch is open, or with the error of the context. Whoever waits must not keep a statement open.
func (l *latch) wait(ctx context.Context) error {
	select {
	case <-l.ch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// query reads for the snapshot and counts the statement.
func (s *snapshot) query(ctx context.Context, what, statement string) (*answer, error) {
	s.mu.Lock()
	s.st.Reads++
	s.mu.Unlock()
	return s.a.query(ctx, what, statement)
}

// stream is query for what may have very many rows; see Account.stream.
func (s *snapshot) stream(ctx context.Context, what, statement string, each func(r *answer, row int)) error {
	s.mu.Lock()
	s.st.Reads++
	s.mu.Unlock()
	return s.a.stream(ctx, what, statement, each)
}

// flight is a statement under way or answered, whose answer is for all that ask the same.
type flight struct {
	once   sync.Once
	answer *answer
	err    error
}

// shared is query for what more than one part of the snapshot asks: one statement is sent.
func (s *snapshot) shared(ctx context.Context, what, statement string) (*answer, error) {
	s.mu.Lock()
	f := s.flights[statement]
	if f == nil {
		f = &flight{}
		s.flights[statement] = f
	}
	s.mu.Unlock()
	f.once.Do(func() { f.answer, f.err = s.query(ctx, what, statement) })
	return f.answer, f.err
}

// intern returns one text for all equal ones: a million columns have some thousand names. The caller holds mu.
func (s *snapshot) intern(text string) string {
	if known, ok := s.texts[text]; ok {
		return known
	}
	if s.texts == nil {
		s.texts = map[string]string{}
	}
	text = strings.Clone(text)
	s.texts[text] = text
	return text
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

func sortAreas(st *state.State) {
	slices.SortFunc(st.Unknown, func(x, y state.Area) int {
		return cmp.Or(x.Within.Compare(y.Within), slices.Compare(x.Facts, y.Facts), strings.Compare(x.Reason, y.Reason))
	})
}

// done closes the state: the order of areas does not depend on which statement was answered first.
func (s *snapshot) done() *state.State {
	sortAreas(s.st)
	for _, name := range state.FactKindNames() {
		kind, _ := state.ParseFactKind(name)
		if !s.scope.Wants(kind) || kind == state.FactOwner {
			continue
		}
		f := state.Freshness{Facts: kind, Source: "live"}
		if s.bulk && slices.Contains(lateFacts, kind) {
			f.Source, f.Lag = "account_usage", s.a.opt.late.String()
		}
		s.st.Freshness = append(s.st.Freshness, f)
	}
	return s.st
}

// identity is who the account takes us for.
type identity struct {
	account, region, role, user string
	at                          time.Time // by the account's clock
}

// identify asks who we are; the answer pins the account.
func (s *snapshot) identify(ctx context.Context) error {
	who, err := s.a.identify(ctx)
	if err != nil {
		return err
	}
	s.who = who
	s.st.Reads++
	s.asked = who.at
	s.st.Identity = strings.Trim(who.region+"."+who.account, ".")
	s.st.Self = nil
	for _, self := range []state.Securable{{Kind: state.KindRole, Name: who.role}, {Kind: state.KindUser, Name: who.user}} {
		if self.Name != "" {
			s.st.Self = append(s.st.Self, self)
		}
	}
	s.object(account, state.Object{})
	return nil
}

func (a *Account) identify(ctx context.Context) (identity, error) {
	r, err := a.query(ctx, "ask who we are", "SELECT CURRENT_ACCOUNT() AS ACCOUNT_ID, CURRENT_REGION() AS REGION_ID, CURRENT_ROLE() AS ROLE_ID, CURRENT_USER() AS USER_ID, CURRENT_TIMESTAMP() AS ASKED_AT")
	if err != nil {
		return identity{}, err
	}
	if len(r.rows) != 1 {
		return identity{}, fmt.Errorf("%s: ask who we are: %d rows came back", a.opt.Name, len(r.rows))
	}
	at, err := moment(r.text(0, "ASKED_AT"))
	if err != nil {
		return identity{}, fmt.Errorf("%s: ask who we are: %w", a.opt.Name, err)
	}
	return identity{r.text(0, "ACCOUNT_ID"), r.text(0, "REGION_ID"), r.text(0, "ROLE_ID"), r.text(0, "USER_ID"), at}, nil
}

// moment reads a timestamp as the driver gives it.
func moment(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, fmt.Errorf("%q is no timestamp: %w", text, err)
	}
	return t, nil
}

// sortedKeys returns a map's keys in canonical order.
func sortedKeys[V any](m map[state.Securable]V) []state.Securable {
	return slices.SortedFunc(maps.Keys(m), state.Securable.Compare)
}
