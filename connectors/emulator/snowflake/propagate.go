package snowflake

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Tags that are passed on (automatic tag propagation page). What depends on a source (views, materialized views, dynamic tables) follows it:
// values are set, changed and taken away again. What was made of its data (CREATE TABLE AS, INSERT, UPDATE, MERGE, a dynamic table when it is
// made) gets them once. A tag that somebody set on the target itself stays; one that is only inherited is not passed on. Tags of a relation go
// to relations, those of a column to the columns derived from it. Other values that come together are settled by ON_CONFLICT.
const (
	methodManual     = "MANUAL"
	methodPropagated = "PROPAGATED"
	conflictValue    = "CONFLICT"
	byDependency     = "DEPENDENCY"
	byMovement       = "MOVEMENT"
)

// passing is a tag's way to a target: a table that data moved into, or, where there is none, all that depends on something.
type passing struct {
	at     time.Time
	target *object
	onIt   incoming
	onCols map[*column]incoming
}

// incoming are the values of tags that come to one place.
type incoming map[*object][]string

func (in incoming) add(list []*tagging, how string) {
	for _, t := range list {
		if t.tag.tag != nil && strings.Contains(t.tag.tag.propagate, how) && !t.tag.isDropped() && !contains(in[t.tag], t.value) {
			in[t.tag] = append(in[t.tag], t.value)
		}
	}
}

// mayPropagate: APPLY TAG on the account, and an edition that has it.
func (s *session) mayPropagate(how string) error {
	switch {
	case how == "":
		return nil
	case s.a.opt.Edition == Standard:
		return errorf(codeUnsupportedFeature, "0A000", "Unsupported feature 'TAG PROPAGATION'.")
	case !s.may().global(privApplyTag):
		return errDenied(s.a.root)
	}
	s.a.propagates = true
	return nil
}

// follower resolves the names of a query whose columns are followed to the tagged ones that they are derived from. The rights were asked for
// when the query ran.
type follower struct {
	*catalog
	how    string
	skip   int // tagged columns to pass by, of those met
	met    int
	marked []*column
	read   []*object
}

// Table implements sqlengine.Catalog. A view is a source of its own: it has got its tags before.
func (f *follower) Table(_ context.Context, name sqlengine.Name) (*sqlengine.Table, error) {
	if t, err := f.systemTable(name); t != nil || err != nil {
		return t, err
	}
	o, err := f.scope.look(kindTable, name)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, errMissing(kindTable, full(name))
	}
	f.read = append(f.read, o)
	t := &sqlengine.Table{Rows: sqlengine.RowsOf(nil), Marks: make([]uint64, len(o.rel.columns))}
	for i, c := range o.rel.columns {
		t.Columns = append(t.Columns, sqlengine.Column{Name: c.name, Type: c.typ, Nullable: !c.notNull})
		passes := incoming{}
		if passes.add(c.tags, f.how); len(passes) == 0 {
			continue
		}
		if f.met++; f.met > f.skip && len(f.marked) < sqlengine.MarkBits {
			t.Marks[i] = 1 << len(f.marked)
			f.marked = append(f.marked, c)
		}
	}
	return t, nil
}

// follow gives what comes to a query's result as a whole, and to each of its columns. Columns without any are left out.
func (s *session) follow(in *catalog, q *sqlengine.Query, how string) (incoming, map[int]incoming, error) {
	whole, each := incoming{}, map[int]incoming{}
	for skip := 0; ; skip += sqlengine.MarkBits {
		f := &follower{catalog: in, how: how, skip: skip}
		es := s.engine()
		es.Catalog = f
		marks, err := es.Lineage(context.Background(), q)
		if err != nil {
			return nil, nil, err
		}
		for _, o := range f.read {
			whole.add(o.tags, how)
		}
		for i, m := range marks {
			for bit, c := range f.marked {
				if m&(1<<bit) == 0 {
					continue
				}
				if each[i] == nil {
					each[i] = incoming{}
				}
				each[i].add(c.tags, how)
			}
		}
		if f.met <= skip+sqlengine.MarkBits {
			return whole, each, nil
		}
	}
}

// passMoved passes the tags of a query's sources on to the table that its rows go into, at once or when they are due.
func (s *session) passMoved(o *object, cols []*column, q *sqlengine.Query) error {
	if !s.a.propagates {
		return nil
	}
	cat := s.catalog()
	whole, each, err := s.follow(cat, q, byMovement)
	if err != nil {
		return err
	}
	p := passing{at: s.a.now().Add(s.a.opt.TagPropagationDelay), target: o, onIt: whole, onCols: map[*column]incoming{}}
	for i, in := range each {
		if i < len(cols) {
			p.onCols[cols[i]] = in
		}
	}
	if s.a.opt.TagPropagationDelay > 0 {
		s.a.due = append(s.a.due, p)
		return nil
	}
	s.a.arrive(p)
	return nil
}

// arrive sets what moved with data.
func (a *Account) arrive(p passing) {
	changed := passOn(&p.target.tags, p.onIt, true, a.now())
	for _, c := range p.target.rel.columns {
		changed = passOn(&c.tags, p.onCols[c], true, a.now()) || changed
	}
	if changed {
		a.dirty = append(a.dirty, p.target)
	}
}

// passDependencies lets what depends on tagged things follow them, now or when it is due.
func (a *Account) passDependencies() {
	switch {
	case !a.propagates:
	case a.opt.TagPropagationDelay > 0:
		a.due = append(a.due, passing{at: a.now().Add(a.opt.TagPropagationDelay)})
	default:
		a.followAll()
	}
}

// catchUp does what has become due.
func (a *Account) catchUp() {
	a.mu.RLock()
	waiting := len(a.due)
	a.mu.RUnlock()
	if waiting == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now, follows := a.now(), false
	var later []passing
	for _, p := range a.due {
		switch {
		case p.at.After(now):
			later = append(later, p)
		case p.target != nil:
			a.arrive(p)
			follows = true
		default:
			follows = true
		}
	}
	a.due = later
	if follows {
		a.followAll()
	}
	if len(a.dirty) > 0 {
		a.version++
		a.usage.record(a, a.dirty)
		a.dirty = a.dirty[:0]
	}
}

// followAll brings everything that depends on something up to date, sources before what is made of them: what it changes is gone through again.
func (a *Account) followAll() {
	var all []*object
	a.eachRelation(func(o *object) {
		if o.rel.query != nil {
			all = append(all, o)
		}
	})
	for range all {
		changed := false
		for _, o := range all {
			changed = a.followOne(o) || changed
		}
		if !changed {
			return
		}
	}
}

// followOne passes tags on to one view or dynamic table. One whose source is gone keeps what it has.
func (a *Account) followOne(o *object) bool {
	s := &session{a: a, user: a.root.child("user", AdminUser), role: o.owner, secondary: secondaryNone, params: map[string]string{}, inner: true, now: a.now()}
	in := s.view(o).Catalog.(*catalog)
	in.scope.may = a.rightsOf(a.root.child("role", roleAccountAdmin))
	whole, each, err := s.follow(in, o.rel.query, byDependency)
	if err != nil {
		return false
	}
	changed := passOn(&o.tags, whole, false, a.now())
	for i, c := range o.rel.columns {
		changed = passOn(&c.tags, each[i], false, a.now()) || changed
	}
	if changed {
		a.dirty = append(a.dirty, o)
	}
	return changed
}

// passOn settles what comes to one place with what is there, and reports whether that changed anything. What follows a source goes with it;
// what moved there stays, and so does what came by a way that the tag no longer takes.
func passOn(list *[]*tagging, in incoming, moved bool, at time.Time) bool {
	before := *list
	if !moved {
		for _, t := range before {
			if t.method == methodPropagated && !t.moved && len(in[t.tag]) == 0 && strings.Contains(t.tag.tag.propagate, byDependency) {
				*list = without(*list, t)
			}
		}
	}
	tags := make([]*object, 0, len(in))
	for tag := range in {
		tags = append(tags, tag)
	}
	slices.SortFunc(tags, func(a, b *object) int { return int(a.id - b.id) })
	for _, tag := range tags {
		values := slices.Clone(in[tag])
		manual, same := false, false
		for _, have := range *list {
			if have.tag != tag {
				continue
			}
			manual = manual || have.method != methodPropagated
			if moved && have.method == methodPropagated {
				values = append(values, strings.Split(have.from, "\x00")...)
			}
		}
		slices.Sort(values)
		values = slices.Compact(values)
		from := strings.Join(values, "\x00")
		for _, have := range *list {
			same = same || have.tag == tag && have.from == from && have.method == methodPropagated && have.moved == moved
		}
		if manual || same {
			continue
		}
		out := slices.DeleteFunc(slices.Clone(*list), func(t *tagging) bool { return t.tag == tag })
		for _, v := range tag.tag.settle(values) {
			out = append(out, &tagging{tag: tag, value: v, method: methodPropagated, from: from, moved: moved, at: at})
		}
		*list = out
	}
	return !slices.Equal(before, *list)
}

// settle gives what a place gets that several values are passed on to.
func (t *tagDef) settle(values []string) []string {
	switch {
	case len(values) < 2:
		return values
	case t.onConflict == "MERGE":
		return values
	case t.onConflict == "ALLOWED_VALUES_SEQUENCE":
		for _, v := range t.allowed {
			if contains(values, v) {
				return []string{v}
			}
		}
		return []string{conflictValue}
	case t.onConflict != "":
		return []string{t.onConflict}
	}
	return []string{conflictValue}
}

// at gives columns by their places.
func (r *relation) at(places []int) []*column {
	out := make([]*column, len(places))
	for i, p := range places {
		out[i] = r.columns[p]
	}
	return out
}

// selectOf is the query that gives values from something.
func selectOf(values []sqlengine.Expr, from ...sqlengine.TableExpr) *sqlengine.Query {
	sel := &sqlengine.Select{From: from}
	for _, v := range values {
		sel.Items = append(sel.Items, sqlengine.SelectItem{Expr: v})
	}
	return &sqlengine.Query{Body: sel}
}
