package sqlengine

import (
	"context"
	"math/rand/v2"
	"time"
)

// compiler turns syntax into closures, in one scope of names. Views and policies get compilers of their own.
type compiler struct {
	ctx     context.Context
	s       *Session
	dialect Dialect
	catalog Catalog
	ctes    *cteScope
	depth   int  // nesting of views, functions and policies
	grouped *int // tables with a rule of Grouping compiled so far
	nodes   *int // expressions compiled so far, in all of the statement
	held    held // of the columns met since traced began
}

// maxNodes bounds the expressions of a statement, since aliases and functions can make a short text stand for a very long one.
const maxNodes = 1 << 20

// maxNesting bounds views, functions and policies inside each other, which also ends recursive ones.
const maxNesting = 32

// run is the state of one execution.
type run struct {
	ctx   context.Context
	ticks int
	rng   *rand.Rand
	cache map[any]any // results of uncorrelated subqueries, by their plan
}

func (s *Session) newRun(ctx context.Context) *run {
	return &run{ctx: ctx, rng: rand.New(rand.NewPCG(s.Seed, 0x9e3779b97f4a7c15)), cache: map[any]any{}}
}

// tick asks now and then whether the execution was cancelled.
func (r *run) tick() error {
	r.ticks++
	if r.ticks&1023 == 0 {
		return r.ctx.Err()
	}
	return nil
}

// frame holds the current row of one query level and leads to those around it.
type frame struct {
	row   Row
	outer *frame
	run   *run
}

type evalFunc func(f *frame) (Value, error)

// node is a compiled expression. Where isConst is set, value is what eval always gives.
type node struct {
	typ      Type
	eval     evalFunc
	nullable bool
	isConst  bool
	value    Value
}

func constant(v Value, t Type) *node {
	return &node{typ: t, isConst: true, value: v, nullable: v == nil, eval: func(*frame) (Value, error) { return v, nil }}
}

// column is a name a scope offers, at a slot of its rows.
type column struct {
	Column
	table  string // lookup key of the alias, "" where there is none
	path   Name   // full name of the table, for references with schema
	hidden bool   // not part of *: the second side of USING
	use    func() error
	held   held
	guard  *guard
	key    *joinKey
}

// scope resolves names to slots of the frame at its level.
type scope struct {
	cols    []column
	outer   *scope
	slots   map[string]slot // computed expressions (group keys, aggregates, windows) by their key
	grouped *scope          // the scope the slots were computed in; its columns are no longer there
	aliases *aliases
	crossed bool // a name inside was resolved further out
}

type slot struct {
	index    int
	typ      Type
	nullable bool
	held     held
}

// resolved is where a column was found: depth levels out.
type resolved struct {
	depth, index int
	col          *column
}

// lookup finds a column in a scope or those around it.
func (c *compiler) lookup(sc *scope, name Name, at Pos) (resolved, bool, error) {
	depth := 0
	for s := sc; s != nil; s, depth = s.outer, depth+1 {
		index, err := c.find(s.cols, name, at)
		if err != nil {
			return resolved{}, false, err
		}
		if index < 0 {
			continue
		}
		for o, i := sc, 0; i < depth; o, i = o.outer, i+1 {
			o.crossed = true
		}
		if depth > 0 && (&plan{cols: s.cols}).guarded(groups) {
			return resolved{}, false, errGroups(at, "correlated subquery of a table with an aggregation policy")
		}
		return resolved{depth, index, &s.cols[index]}, true, nil
	}
	return resolved{}, false, nil
}

// find gives the slot of a column among cols, -1 where there is none.
func (c *compiler) find(cols []column, name Name, at Pos) (int, error) {
	found := -1
	for i := range cols {
		if cols[i].guard != nil || !c.dialect.SameName(cols[i].Name, name.Last()) || !c.qualifies(&cols[i], name[:len(name)-1]) {
			continue
		}
		if cols[i].hidden && len(name) == 1 {
			continue
		}
		if found >= 0 {
			return -1, errorf(ErrAmbiguousColumn, name.String(), at, "ambiguous column name %s", name)
		}
		found = i
	}
	return found, nil
}

// qualifies tells whether a qualifier, t or s.t or d.s.t, names the table of a column.
func (c *compiler) qualifies(col *column, qualifier Name) bool {
	switch {
	case len(qualifier) == 0:
		return true
	case len(qualifier) == 1 && col.table != "":
		return c.dialect.key(qualifier[0].Text) == col.table
	case len(col.path) < len(qualifier):
		return false
	}
	tail := col.path[len(col.path)-len(qualifier):]
	for i := range qualifier {
		if !c.dialect.SameName(tail[i].Text, qualifier[i].Text) {
			return false
		}
	}
	return true
}

// columnNode reads a slot some levels out.
func columnNode(depth, index int, typ Type, nullable bool) *node {
	n := &node{typ: typ, nullable: nullable}
	switch depth {
	case 0:
		n.eval = func(f *frame) (Value, error) { return f.row[index], nil }
	case 1:
		n.eval = func(f *frame) (Value, error) { return f.outer.row[index], nil }
	default:
		n.eval = func(f *frame) (Value, error) {
			for range depth {
				f = f.outer
			}
			return f.row[index], nil
		}
	}
	return n
}

// child makes a compiler for a body with another catalog: a view, a function, a policy.
func (c *compiler) child(catalog Catalog, name string, at Pos) (*compiler, error) {
	if c.depth >= maxNesting {
		return nil, errorf(ErrTooDeep, name, at, "%s is nested too deep", name)
	}
	if catalog == nil {
		catalog = c.catalog
	}
	return &compiler{ctx: c.ctx, s: c.s, dialect: c.dialect, catalog: catalog, depth: c.depth + 1, nodes: c.nodes, grouped: c.grouped}, nil
}

func (c *compiler) location() *time.Location {
	if c.s.Location == nil {
		return time.UTC
	}
	return c.s.Location
}

// now gives the clock of the session in its zone.
func (c *compiler) now(at Pos) (time.Time, error) {
	if c.s.Now.IsZero() {
		return time.Time{}, errorf(ErrInvalidArgument, "CURRENT_TIMESTAMP", at, "the session has no clock")
	}
	return c.s.Now.In(c.location()), nil
}

// ctx gives the context of the execution, the compiler's while constants are folded.
func (f *frame) ctx(c *compiler) context.Context {
	if f.run != nil {
		return f.run.ctx
	}
	return c.ctx
}
