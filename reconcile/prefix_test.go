package reconcile_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

var (
	pairs = flag.Int("pairs", 15000, "random pairs of start and end state")
	seed  = flag.Uint64("seed", 1, "of the first pair")
)

// world is a small random platform: names collide often, so that few of them bring out what many would hide.
type world struct {
	rng       *rand.Rand
	perColumn bool
	tags      []state.Securable
	roles     []state.Securable
	users     []state.Securable
	tables    []state.Securable
	columns   []state.Securable
	values    []string
}

func newWorld(rng *rand.Rand) *world {
	w := &world{rng: rng, perColumn: rng.IntN(4) == 0, values: []string{"a", "b"}}
	for _, n := range [...]string{"R1", "R2", "R3"} {
		w.roles = append(w.roles, state.Securable{Kind: state.KindRole, Name: n})
	}
	for _, n := range [...]string{"U1", "U2"} {
		w.users = append(w.users, state.Securable{Kind: state.KindUser, Name: n})
	}
	for _, n := range [...]string{"T1", "T2"} {
		w.tags = append(w.tags, state.Securable{Kind: state.KindTag, Name: n})
		t := state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: n}
		w.tables = append(w.tables, t)
		c := t
		c.Kind, c.Column = state.KindColumn, "X"
		w.columns = append(w.columns, c)
	}
	return w
}

func pick[T any](w *world, from []T) T { return from[w.rng.IntN(len(from))] }

func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

// state draws a whole consistent state.
func (w *world) state() *state.State {
	s := state.New()
	w.objects(s)
	for _, r := range w.roles {
		s.Put(state.Fact{Key: state.Key{Fact: state.FactRole, On: r}, Value: state.Role{}})
		for _, m := range append(slices.Clone(w.users), w.roles...) {
			if m.Name > r.Name && w.chance(35) { // no rings: R1 < R2 < R3 < U
				s.Put(state.Fact{Key: state.Key{Fact: state.FactMember, On: r, With: m}, Value: state.Nil{}})
			}
		}
	}
	for _, t := range w.tags {
		s.Put(state.Fact{Key: state.Key{Fact: state.FactTag, On: t}, Value: state.Tag{AnyValue: true}})
		w.carry(s, t)
		if !w.perColumn && w.chance(60) {
			p := w.policy(s, pick(w, []string{"P1", "P2"})+"_"+t.Name, t)
			s.Put(state.Fact{Key: state.Key{Fact: state.FactBinding, On: t, Name: "string"}, Value: state.Mask{Policy: p}})
		}
	}
	for _, c := range w.columns {
		if w.chance(40) {
			p := w.policy(s, pick(w, []string{"D1", "D2", "D3"}), state.Securable{})
			s.Put(state.Fact{Key: state.Key{Fact: state.FactMask, On: c}, Value: state.Mask{Policy: p}})
		}
	}
	for _, t := range w.tables {
		if w.chance(40) {
			f := state.Filter{Policy: w.rowPolicy(s, pick(w, []string{"F1", "F2", "F3"})), Using: []string{pick(w, []string{"X", "X", "Y"})}}
			s.Put(state.Fact{Key: state.Key{Fact: state.FactFilter, On: t}, Value: f})
		}
	}
	for _, r := range append(slices.Clone(w.roles), state.Everyone) {
		for _, t := range append(slices.Clone(w.tables), state.Securable{Kind: state.KindSchema, Catalog: "C", Schema: "S"}) {
			if w.chance(25) {
				s.Put(state.Fact{Key: state.Key{Fact: state.FactGrant, On: t, With: r, Name: "SELECT"}, Value: state.Option(false)})
			}
		}
	}
	return s
}

// mix returns a state near to one: most facts are from it, the rest as in another. Between states that have nothing in
// common hardly a policy stays what it is, and some mistakes need one that does.
func (w *world) mix(near, far *state.State) *state.State {
	s := state.New()
	w.objects(s)
	keys := map[state.Key]bool{}
	for _, from := range []*state.State{near, far} {
		for k := range from.Facts {
			keys[k] = true
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(keys), state.Key.Compare) {
		from := near
		if w.chance(25) {
			from = far
		}
		if from.Has(k) {
			s.Put(from.Facts[k])
		}
	}
	for _, k := range s.Keys() {
		attached, ok := state.Attached(s.Value(k))
		policy := state.PolicyKey(attached)
		for _, from := range []*state.State{far, near} {
			if ok && !s.Has(policy) && from.Has(policy) {
				s.Put(from.Facts[policy])
			}
		}
	}
	return s
}

func (w *world) objects(s *state.State) {
	s.Objects[state.Securable{Kind: state.KindCatalog, Catalog: "C"}] = state.Object{}
	s.Objects[state.Securable{Kind: state.KindSchema, Catalog: "C", Schema: "S"}] = state.Object{}
	for _, o := range slices.Concat(w.tables, w.users, w.roles) {
		s.Objects[o] = state.Object{}
	}
	for _, c := range w.columns {
		s.Objects[c] = state.Object{Type: state.DataType{Family: state.FamilyString, Text: "string"}}
	}
}

func (w *world) carry(s *state.State, tag state.Securable) {
	places := append(slices.Concat(w.tables, w.columns), state.Securable{Kind: state.KindSchema, Catalog: "C", Schema: "S"})
	for _, on := range places {
		if w.chance(25) {
			s.Put(state.Fact{Key: state.Key{Fact: state.FactTagged, On: on, With: tag}, Value: state.Text(pick(w, w.values))})
		}
	}
}

func (w *world) policy(s *state.State, name string, tag state.Securable) state.Securable {
	on := state.Securable{Kind: state.KindMaskingPolicy, Name: name}
	if s.Policy(on) != nil {
		return on
	}
	shows := []state.Show{{Kind: state.ShowClear}, {Kind: state.ShowHash}, {Kind: state.ShowNothing}, {Kind: state.ShowClear}}
	p := &state.MaskingPolicy{Name: on, Family: state.FamilyString, Tag: tag, Primary: w.chance(10)}
	for range w.rng.IntN(4) {
		r := state.Rule{To: []state.Securable{pick(w, w.roles)}, Show: pick(w, shows)}
		if w.chance(20) {
			r.To = []state.Securable{state.Everyone}
		}
		if w.chance(30) {
			r.To = append(r.To, pick(w, w.roles))
			slices.SortFunc(r.To, state.Securable.Compare)
			r.To = slices.Compact(r.To)
		}
		if tag != (state.Securable{}) && w.chance(50) {
			r.Values = []string{pick(w, w.values)}
		}
		p.Rules = append(p.Rules, r)
	}
	if w.chance(20) {
		p.Default = pick(w, shows)
	}
	s.Put(state.Fact{Key: state.Key{Fact: state.FactPolicy, On: on}, Value: p})
	return on
}

// rowPolicy draws a row policy.
func (w *world) rowPolicy(s *state.State, name string) state.Securable {
	on := state.Securable{Kind: state.KindRowPolicy, Name: name}
	if s.RowPolicy(on) != nil {
		return on
	}
	opens := map[state.Securable]state.Opened{}
	for range w.rng.IntN(4) {
		to := pick(w, append(slices.Clone(w.roles), w.users[0], state.Everyone))
		opens[to] = pick(w, []state.Opened{{Values: []string{"a"}}, {Values: []string{"b"}}, {Values: []string{"a", "b"}}, {All: true}, {}})
	}
	p := &state.RowPolicy{Name: on, Family: state.FamilyString, Rules: state.RowRules(opens), Default: w.chance(25)}
	s.Put(state.Fact{Key: state.Key{Fact: state.FactRowPolicy, On: on}, Value: p})
	return on
}

// cells says, for each principal and column, which of rows are read in clear, a bit for each.
type cells [5][2]uint16

// who lists the principals in the order of cells.
func (w *world) who() []state.Securable { return slices.Concat(w.users, w.roles) }

// rows are all that a filter by either of two columns could tell apart.
var rows = func() []map[string]*string {
	var all []map[string]*string
	a, b := "a", "b"
	for _, x := range []*string{&a, &b, nil} {
		for _, y := range []*string{&a, &b, nil} {
			all = append(all, map[string]*string{"X": x, "Y": y})
		}
	}
	return all
}()

// cells returns who reads which column in clear, in which rows.
func (w *world) cells(m *memory.Warehouse) (all cells) {
	for i, who := range w.who() {
		for j, c := range w.columns {
			if !m.Sees(who, c, true).Clear() {
				continue
			}
			shown := m.Rows(who, c.Table())
			for n, row := range rows {
				if shown(row) {
					all[i][j] |= 1 << n
				}
			}
		}
	}
	return all
}

// clears returns who reads which column in clear, in some rows at least.
func (w *world) clears(m *memory.Warehouse) map[[2]state.Securable]bool {
	sees, all := map[[2]state.Securable]bool{}, w.cells(m)
	for i, who := range w.who() {
		for j, c := range w.columns {
			if all[i][j] != 0 {
				sees[[2]state.Securable{who, c}] = true
			}
		}
	}
	return sees
}

// TestNobodySeesMoreOnTheWay is promise 1: random start and end states, a fact of the start ours or somebody else's,
// and after every statement, with no step failing and with each step failing in turn, nobody reads in clear what it
// reads in clear neither before nor after.
func TestNobodySeesMoreOnTheWay(t *testing.T) {
	t.Parallel()
	prefixes, failures := 0, 0
	for i, n := uint64(0), 0; n < *pairs && !t.Failed(); i++ {
		p, f := checkPair(t, *seed+i)
		prefixes, failures = prefixes+p, failures+f
		if p > 0 {
			n++
		}
	}
	t.Logf("%d pairs, %d prefixes, %d of them with a failing step", *pairs, prefixes, failures)
}

func checkPair(t *testing.T, seed uint64) (prefixes, failures int) {
	t.Helper()
	w := newWorld(rand.New(rand.NewPCG(seed, 0)))
	start, end := w.state(), w.state()
	if w.chance(60) {
		end = w.mix(start, end)
	}
	return w.check(t, start, end, seed)
}

// check carries out the plan from start to end with no step failing and with each step failing in turn, and asks who
// reads what in clear after every statement. It returns none for a pair that the planner refuses.
func (w *world) check(t *testing.T, start, end *state.State, seed uint64) (prefixes, failures int) {
	t.Helper()
	in, target := w.input(start, end)
	changes, _, notices, _ := plan.Diff(in, target)
	for _, n := range notices {
		if n.Level == plan.Error {
			return 0, 0
		}
	}
	steps, _, err := plan.Compile(in.Dialect, changes)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	before := w.cells(w.warehouse(start))
	reached := w.warehouse(start)
	exec(t, reached, steps, nil)
	if w.contradicts(reached.State()) {
		return 0, 0
	}
	after := w.cells(reached)
	if again, _, _, _ := plan.Diff(w.again(in, reached), target); len(again) > 0 {
		t.Errorf("seed %d: not settled: %v", seed, again[0].Key)
	}
	if len(steps) > 1 && seed%2 == 0 {
		prefixes += w.sideBySide(t, start, steps, before, after, seed)
	}
	statements := 0
	for _, s := range steps {
		statements += len(s.Statements)
	}
	for failing := 0; failing <= statements; failing++ {
		m := w.warehouse(start)
		watch := func(n int, line string) error {
			prefixes++
			w.compare(t, m, before, after, fmt.Sprintf("seed %d, failing %d, before statement %d %s", seed, failing, n, line))
			if n == failing {
				failures++
				return errors.New("made to fail")
			}
			return nil
		}
		exec(t, m, steps, watch)
		w.compare(t, m, before, after, fmt.Sprintf("seed %d, failing %d, at the end", seed, failing))
		if t.Failed() {
			for _, s := range steps {
				t.Logf("%s: %s", s.Phase, s.Statements[0].SQL)
			}
			return
		}
	}
	return prefixes, failures
}

// contradicts reports whether two tags that mask cover one column. The planner refuses declarations that lead there,
// so no plan has such an end.
func (w *world) contradicts(s *state.State) bool {
	return slices.ContainsFunc(w.columns, func(c state.Securable) bool {
		masking := map[state.Securable]bool{}
		for k := range s.Facts {
			if k.Fact == state.FactTagged && k.On.Covers(c) && s.Has(state.Key{Fact: state.FactBinding, On: k.With, Name: "string"}) {
				masking[k.With] = true
			}
		}
		return len(masking) > 1 && !s.Has(state.Key{Fact: state.FactMask, On: c})
	})
}

// covered reports whether a mask of its own or of a tag covers a column.
func (w *world) covered(s *state.State, c state.Securable) bool {
	if s.Has(state.Key{Fact: state.FactMask, On: c}) {
		return true
	}
	for k := range s.Facts {
		if k.Fact == state.FactTagged && k.On.Covers(c) && s.Has(state.Key{Fact: state.FactBinding, On: k.With, Name: "string"}) {
			return true
		}
	}
	return false
}

func (w *world) compare(t *testing.T, m *memory.Warehouse, before, after cells, at string) {
	t.Helper()
	now := w.cells(memory.New(memory.Dialect{PerColumn: w.perColumn}, m.Peek()))
	for i, who := range w.who() {
		for j, c := range w.columns {
			if more := now[i][j] &^ (before[i][j] | after[i][j]); more != 0 {
				t.Errorf("%s: %s reads %s in clear in rows %09b, which it does neither before nor after", at, who, c, more)
			}
		}
	}
}

func (w *world) warehouse(s *state.State) *memory.Warehouse {
	c := state.New()
	c.Facts, c.Objects = maps.Clone(s.Facts), maps.Clone(s.Objects)
	return memory.New(memory.Dialect{PerColumn: w.perColumn}, c)
}

// input makes the end state the target; most of the start is ours, the rest is somebody else's and stays.
func (w *world) input(start, end *state.State) (plan.Input, *plan.Target) {
	owned := plan.Owned{}
	for _, k := range start.Keys() {
		if w.chance(85) || k.Fact.Policy() || k.Fact == state.FactTagged && w.chance(80) {
			owned[k] = plan.Ownership{Value: start.Value(k), Run: "1"}
		}
	}
	in := plan.Input{Platform: "mem", Dialect: memory.Dialect{PerColumn: w.perColumn}, Actual: start, Owned: owned, Declarations: &state.Declarations{}}
	return in, &plan.Target{State: end, Absent: map[state.Key]state.Origin{}, Held: map[state.Key]string{}}
}

func (w *world) again(in plan.Input, m *memory.Warehouse) plan.Input {
	in.Actual = m.State()
	return in
}

type noJournal struct{}

func (noJournal) Intend(context.Context, plan.Step, plan.Statement, bool) (int64, error) {
	return 0, nil
}
func (noJournal) Outcome(context.Context, int64, reconcile.Status, string, error, time.Duration, int) error {
	return nil
}

func exec(t *testing.T, m *memory.Warehouse, steps []plan.Step, watch func(int, string) error) {
	t.Helper()
	m.Fail(watch)
	e := reconcile.Executor{Sender: m, Journal: noJournal{}, Now: func() time.Time { return time.Time{} }}
	results, err := e.Execute(t.Context(), &plan.Plan{Steps: steps})
	m.Fail(nil)
	if err != nil {
		t.Fatal(err)
	}
	if watch == nil {
		for _, r := range results {
			if r.Status != reconcile.Done {
				t.Fatalf("%s: %v", r.Step.Statements[0].SQL, r.Err)
			}
		}
	}
}

// The pairs below are ones that chance seldom draws.
func TestTagValuesMoveFromTheInsideOut(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		w := newWorld(rand.New(rand.NewPCG(1, 0)))
		w.perColumn = false
		schema := state.Securable{Kind: state.KindSchema, Catalog: "C", Schema: "S"}
		base := func(tagged map[state.Securable]string) *state.State {
			s := state.New()
			w.objects(s)
			tag, r := w.tags[0], w.roles[0]
			for _, role := range w.roles {
				s.Put(state.Fact{Key: state.Key{Fact: state.FactRole, On: role}, Value: state.Role{}})
			}
			s.Put(state.Fact{Key: state.Key{Fact: state.FactTag, On: tag}, Value: state.Tag{AnyValue: true}})
			p := &state.MaskingPolicy{Name: state.Securable{Kind: state.KindMaskingPolicy, Name: "P"}, Family: state.FamilyString, Tag: tag,
				Rules: []state.Rule{{To: []state.Securable{r}, Values: []string{"b"}, Show: state.Show{Kind: state.ShowClear}}}}
			s.Put(state.Fact{Key: state.Key{Fact: state.FactPolicy, On: p.Name}, Value: p})
			s.Put(state.Fact{Key: state.Key{Fact: state.FactBinding, On: tag, Name: "string"}, Value: state.Mask{Policy: p.Name}})
			s.Put(state.Fact{Key: state.Key{Fact: state.FactGrant, On: schema, With: r, Name: "SELECT"}, Value: state.Option(false)})
			for on, v := range tagged {
				s.Put(state.Fact{Key: state.Key{Fact: state.FactTagged, On: on, With: tag}, Value: state.Text(v)})
			}
			return s
		}
		table, column := w.tables[0], w.columns[0]
		pairs := [][2]map[state.Securable]string{
			{{schema: "a"}, {schema: "b", column: "a"}},             // set: the column before its schema
			{{schema: "a"}, {schema: "b", table: "a"}},              // set: the table before its schema
			{{schema: "a", table: "b", column: "a"}, {schema: "a"}}, // unset: the table before its column
		}
		for i, p := range pairs {
			from, to := base(p[0]), base(p[1])
			if reverse {
				from, to = to, from
			}
			if n, _ := w.check(t, from, to, uint64(i)); n == 0 {
				t.Errorf("pair %d was not checked", i)
			}
		}
	}
}

// TestSightsAreWhatTheWarehouseShows holds what a plan says of who gains and loses sight against the warehouse itself.
func TestSightsAreWhatTheWarehouseShows(t *testing.T) {
	told := 0
	for i := range uint64(2000) {
		w := newWorld(rand.New(rand.NewPCG(i, 1)))
		start, end := w.state(), w.state()
		in, target := w.input(start, end)
		changes, _, _, _ := plan.Diff(in, target)
		steps, _, err := plan.Compile(in.Dialect, changes)
		if err != nil {
			t.Fatal(err)
		}
		before, reached := w.clears(w.warehouse(start)), w.warehouse(start)
		exec(t, reached, steps, nil)
		after := w.clears(reached)
		gains, loses := map[[2]state.Securable]bool{}, map[[2]state.Securable]bool{}
		for _, s := range plan.Sights(in, target, changes) {
			if s.Column.Kind != state.KindColumn {
				continue // of rows, see TestRowSightsAreWhatTheWarehouseShows
			}
			for _, p := range s.Gains {
				gains[[2]state.Securable{p, s.Column}] = true
			}
			for _, p := range s.Loses {
				loses[[2]state.Securable{p, s.Column}] = true
			}
		}
		told += len(gains) + len(loses)
		for _, who := range append(slices.Clone(w.users), w.roles...) {
			for _, c := range w.columns {
				pair := [2]state.Securable{who, c}
				if !w.covered(start, c) && !w.covered(reached.State(), c) {
					continue
				}
				// Who is named nowhere and has nothing but what everyone has stands under everyone.
				if before[pair] && !after[pair] && !loses[pair] && !loses[[2]state.Securable{state.Everyone, c}] {
					t.Errorf("seed %d: that %v loses sight of %v goes unsaid", i, who, c)
				}
				if !before[pair] && after[pair] && !gains[pair] && !gains[[2]state.Securable{state.Everyone, c}] {
					t.Errorf("seed %d: that %v gains sight of %v goes unsaid", i, who, c)
				}
			}
		}
		for pair := range gains {
			if before[pair] || !after[pair] && pair[0] != state.Everyone {
				t.Errorf("seed %d: %v does not gain sight of %v", i, pair[0], pair[1])
			}
		}
		for pair := range loses {
			if !before[pair] && pair[0] != state.Everyone || after[pair] {
				t.Errorf("seed %d: %v does not lose sight of %v", i, pair[0], pair[1])
			}
		}
		if t.Failed() {
			return
		}
	}
	if told < 1000 {
		t.Errorf("only %d sights were told of", told)
	}
}

// reads returns which rows of each table somebody reads, whatever its columns show.
func (w *world) reads(m *memory.Warehouse) (all cells) {
	for i, who := range w.who() {
		for j, c := range w.columns {
			if m.Sees(who, c, true).Reads {
				for n, shown := 0, m.Rows(who, c.Table()); n < len(rows); n++ {
					if shown(rows[n]) {
						all[i][j] |= 1 << n
					}
				}
			}
		}
	}
	return all
}

// TestRowSightsAreWhatTheWarehouseShows holds what a plan says of who sees more rows and who fewer against the
// warehouse, where no query fails for other reasons.
func TestRowSightsAreWhatTheWarehouseShows(t *testing.T) {
	told := 0
	for i := range uint64(1500) {
		w := newWorld(rand.New(rand.NewPCG(i, 2)))
		start, end := w.state(), w.state()
		in, target := w.input(start, end)
		changes, _, _, _ := plan.Diff(in, target)
		steps, _, err := plan.Compile(in.Dialect, changes)
		if err != nil {
			t.Fatal(err)
		}
		before, reached := w.reads(w.warehouse(start)), w.warehouse(start)
		exec(t, reached, steps, nil)
		if w.contradicts(start) || w.contradicts(reached.State()) {
			continue
		}
		after := w.reads(reached)
		gains, loses := map[[2]state.Securable]bool{}, map[[2]state.Securable]bool{}
		for _, s := range plan.Sights(in, target, changes) {
			for _, p := range s.Gains {
				gains[[2]state.Securable{p, s.Column}] = true
			}
			for _, p := range s.Loses {
				loses[[2]state.Securable{p, s.Column}] = true
			}
		}
		told += len(gains) + len(loses)
		for j, who := range w.who() {
			for k, table := range w.tables {
				filter := state.Key{Fact: state.FactFilter, On: table}
				was, filtered := start.Value(filter).(state.Filter)
				will, filters := reached.State().Value(filter).(state.Filter)
				if !filtered && !filters {
					continue
				}
				more, fewer := after[j][k]&^before[j][k] != 0, before[j][k]&^after[j][k] != 0
				said := func(m map[[2]state.Securable]bool) bool {
					return m[[2]state.Securable{who, table}] || m[[2]state.Securable{state.Everyone, table}]
				}
				if more && !said(gains) || fewer && !said(loses) {
					t.Errorf("seed %d: that %v sees other rows of %v (more %v, fewer %v) goes unsaid", i, who, table, more, fewer)
				}
				sameColumn := !filtered || !filters || slices.Equal(was.Using, will.Using)
				if pair := [2]state.Securable{who, table}; sameColumn && (gains[pair] && !more || loses[pair] && !fewer) {
					t.Errorf("seed %d: %v does not see more (said %v) or fewer (said %v) rows of %v", i, who, gains[pair], loses[pair], table)
				}
			}
		}
		if t.Failed() {
			return
		}
	}
	if told < 1000 {
		t.Errorf("only %d sights were told of", told)
	}
}
