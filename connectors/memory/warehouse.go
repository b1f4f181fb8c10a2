package memory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Warehouse is a platform in memory.
type Warehouse struct {
	dialect Dialect
	path    string // "" for none

	mu    sync.Mutex
	facts facts
	rows  map[state.Securable]map[string][]*string // table -> column -> cells
	sent  int
	fault func(n int, line string) error
}

// New returns a warehouse that holds a state.
func New(d Dialect, s *state.State) *Warehouse {
	return &Warehouse{dialect: d, facts: facts{s}, rows: map[state.Securable]map[string][]*string{}}
}

// Open returns the warehouse kept in a file. Every executed statement is in the file when Exec returns.
func Open(path string) (*Warehouse, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open the memory warehouse: %w", err)
	}
	w, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("open the memory warehouse %s: %w", path, err)
	}
	w.path = path
	return w, nil
}

// Fail makes a function decide which statements fail, by number from 1 and text; it runs before the statement takes
// effect. Nil lets all succeed.
func (w *Warehouse) Fail(f func(n int, line string) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault, w.sent = f, 0
}

// Dialect implements connectors.Platform.
func (w *Warehouse) Dialect() plan.Dialect { return w.dialect }

// Snapshot implements connectors.Platform.
func (w *Warehouse) Snapshot(ctx context.Context, scope connectors.Scope) (*state.State, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s := state.New()
	s.Reads, s.Identity = 1, "memory"
	for o, is := range w.facts.Objects {
		if scope.Covers(o) || o.Kind.Principal() {
			s.Objects[o] = is
		}
	}
	for k, f := range w.facts.Facts {
		if scope.Wants(k.Fact) && (scope.Covers(k.On) || placeless(k.On)) {
			s.Facts[k] = f
		}
	}
	s.Unknown, s.Fixed, s.Lacks = slices.Clone(w.facts.Unknown), w.facts.Fixed, w.facts.Lacks
	for k, b := range w.facts.Brought {
		if _, set := w.facts.Facts[k]; !set && scope.Wants(state.FactTagged) && scope.Covers(k.On) {
			if s.Brought == nil {
				s.Brought = map[state.Key]state.Brought{}
			}
			s.Brought[k] = b
		}
	}
	for k := state.FactRole; k <= state.FactConstraint; k++ {
		s.Freshness = append(s.Freshness, state.Freshness{Facts: k, Source: "live"})
	}
	return s, nil
}

func placeless(s state.Securable) bool { return s.Catalog == "" }

// Exec implements connectors.Platform.
func (w *Warehouse) Exec(ctx context.Context, s plan.Statement) (connectors.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return connectors.Outcome{}, err
	}
	f, err := parse(s.SQL)
	if err != nil {
		return connectors.Outcome{}, fmt.Errorf("memory: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent++
	out := connectors.Outcome{QueryID: fmt.Sprintf("mem-%d", w.sent)}
	if w.fault != nil {
		if err := w.fault(w.sent, s.SQL); err != nil {
			return out, fmt.Errorf("memory: %s: %w", f.Key, err)
		}
	}
	if err := w.facts.refuses(f); err != nil {
		return out, fmt.Errorf("memory: %s: %w", f.Key, err)
	}
	w.facts.apply(f)
	return out, w.save()
}

// apply carries out one statement.
func (f facts) apply(s state.Fact) {
	switch owner, moves := s.Value.(state.Owner); {
	case moves && s.Key.Fact == state.FactOwner:
		o := f.Objects[s.Key.On]
		o.Owner = state.Securable(owner)
		f.Objects[s.Key.On] = o
		return
	case s.Key.Fact == state.FactManaged:
		o := f.Objects[s.Key.On]
		o.Managed = s.Value != nil
		f.Objects[s.Key.On] = o
		return
	}
	if s.Value == nil {
		delete(f.Facts, s.Key)
		if s.Key.Fact == state.FactRole {
			delete(f.Objects, s.Key.On)
		}
		return
	}
	f.Put(s)
	if tag, ok := s.Value.(state.Tag); ok && tag.AnyValue {
		maps.DeleteFunc(f.Facts, func(k state.Key, _ state.Fact) bool { return k.Fact == state.FactAllowedValue && k.On == s.Key.On })
	}
	if s.Key.Fact == state.FactRole {
		f.Objects[s.Key.On] = state.Object{}
	}
}

// refuses returns why a statement cannot be carried out: what it stands on is not there, or it is still in use.
func (f facts) refuses(s state.Fact) error {
	k := s.Key
	if s.Value == nil {
		return f.inUse(k)
	}
	missing := func(what state.Securable) error { return fmt.Errorf("%s: %w", what, connectors.ErrNotFound) }
	switch k.Fact {
	case state.FactTagged:
		tag, ok := f.Value(state.Key{Fact: state.FactTag, On: k.With}).(state.Tag)
		if !ok {
			return missing(k.With)
		}
		if !f.there(k.On) {
			return missing(k.On)
		}
		v, _ := s.Value.(state.Text)
		if !tag.AnyValue && !f.Has(state.Key{Fact: state.FactAllowedValue, On: k.With, Name: string(v)}) {
			return fmt.Errorf("%s does not allow that value", k.With)
		}
	case state.FactMask, state.FactBinding:
		m, _ := s.Value.(state.Mask)
		if f.Policy(m.Policy) == nil {
			return missing(m.Policy)
		}
	case state.FactFilter, state.FactConstraint:
		policy, _ := state.Attached(s.Value)
		if !f.Has(state.PolicyKey(policy)) {
			return missing(policy)
		}
		if !f.there(k.On) {
			return missing(k.On)
		}
	case state.FactMember:
		if !f.there(k.On) || !f.there(k.With) {
			return missing(k.With)
		}
	case state.FactOwner, state.FactManaged:
		if !f.there(k.On) {
			return missing(k.On)
		}
		if by, ok := s.Value.(state.Owner); ok && !f.there(state.Securable(by)) {
			return missing(state.Securable(by))
		}
	case state.FactGrant:
		if !f.there(k.On) && k.On.Kind != state.KindAccount {
			return missing(k.On)
		}
		if !f.there(k.With) {
			return missing(k.With)
		}
	}
	return nil
}

func (f facts) there(s state.Securable) bool {
	_, ok := f.Objects[s]
	return ok || s == state.Everyone
}

// inUse refuses to drop what is referred to: a policy that is attached, a tag that masks, a value that something
// carries, a role with grants.
func (f facts) inUse(k state.Key) error {
	if k.Fact == state.FactOwner {
		return errors.New("ownership moves, it is never taken away")
	}
	if reason := f.Fixed[k]; reason != "" {
		return errors.New(reason)
	}
	for other, fact := range f.Facts {
		used := false
		switch k.Fact {
		case state.FactPolicy, state.FactRowPolicy, state.FactConstraintPolicy:
			policy, ok := state.Attached(fact.Value)
			used = ok && policy == k.On
		case state.FactTag:
			used = other.Fact == state.FactBinding && other.On == k.On || other.Fact == state.FactTagged && other.With == k.On
		case state.FactAllowedValue:
			text, ok := fact.Value.(state.Text)
			used = ok && other.Fact == state.FactTagged && other.With == k.On && string(text) == k.Name
		case state.FactRole:
			used = other.Fact != state.FactRole && (other.With == k.On || other.Fact == state.FactMember && other.On == k.On)
		}
		if used {
			return fmt.Errorf("still used by %s", other)
		}
	}
	return nil
}

// Count implements connectors.Platform by counting in this process, as the rows are in it anyway.
func (w *Warehouse) Count(ctx context.Context, probes []classify.Probe) ([]classify.Counts, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]classify.Counts, 0, len(probes))
	for _, p := range probes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out = append(out, classify.CountValues(p, cellsOf(p, w.rows[p.Table])))
	}
	return out, nil
}

// cellsOf returns a table's rows with a probe's columns in its order.
func cellsOf(p classify.Probe, columns map[string][]*string) [][]classify.Value {
	var rows [][]classify.Value
	for at, c := range p.Columns {
		for i, cell := range columns[c.Column.Column] {
			if i == len(rows) {
				rows = append(rows, make([]classify.Value, len(p.Columns)))
			}
			rows[i][at] = classify.Value{Null: cell == nil}
			if cell != nil {
				rows[i][at].Text = *cell
			}
		}
	}
	return rows
}

// ReadAs implements connectors.Reader: whole values in clear or nothing, since masks do not run here.
func (w *Warehouse) ReadAs(_ context.Context, as, column state.Securable, limit int) ([]*string, error) {
	sees := w.Sees(as, column, false)
	if !sees.Reads {
		return nil, fmt.Errorf("memory: read %s as %s: %w", column, as, connectors.ErrDenied)
	}
	shown := w.Rows(as, column.Table())
	w.mu.Lock()
	defer w.mu.Unlock()
	cells := seenCells(w.rows[column.Table()], column.Column, shown)
	cells = cells[:min(limit, len(cells))]
	if !sees.Clear() {
		clear(cells)
	}
	return cells, nil
}

// seenCells returns a copy of a column's cells in the rows that are shown.
func seenCells(columns map[string][]*string, column string, shown func(map[string]*string) bool) []*string {
	var seen []*string
	for i, cell := range columns[column] {
		row := make(map[string]*string, len(columns))
		for name, cells := range columns {
			row[name] = cells[i]
		}
		if shown(row) {
			seen = append(seen, cell)
		}
	}
	return seen
}

// Check implements connectors.Platform; nothing is ever missing.
func (w *Warehouse) Check(context.Context, connectors.Scope) ([]connectors.Missing, error) {
	return nil, nil
}

// Close implements connectors.Platform.
func (w *Warehouse) Close() error { return nil }

// State returns a copy of all facts, for tests.
func (w *Warehouse) State() *state.State {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := *w.facts.State
	s.Facts, s.Objects = maps.Clone(s.Facts), maps.Clone(s.Objects)
	return &s
}

// Peek returns the state itself, for a function given to Fail to look at while a statement waits; it must not change
// it or keep it.
func (w *Warehouse) Peek() *state.State { return w.facts.State }
