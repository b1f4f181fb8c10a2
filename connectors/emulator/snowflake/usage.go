package snowflake

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// usageLog keeps the rows of SNOWFLAKE.ACCOUNT_USAGE with their past, so that the views can show what was true some time ago.
type usageLog struct {
	views map[string]*usageView
	known map[int64]map[usageKey]bool // keys recorded per object

	// What Build made is kept as it was then, and its rows are made when a view is read: an account may have a million columns. The
	// rows of an object go into the log when it changes for the first time.
	base   map[int64]*object
	order  []int64 // of base
	baseAt time.Time
}

type usageView struct {
	order   []usageKey
	entries map[usageKey][]usageVersion
}

// usageKey names a row: the view, the object it is about, and what of it.
type usageKey struct {
	view   string
	object int64
	sub    string
}

// usageVersion is a row from some time on; a nil row is none.
type usageVersion struct {
	at  time.Time
	row sqlengine.Row
}

// usageRow is a row as it is now.
type usageRow struct {
	key usageKey
	row sqlengine.Row
}

func newUsageLog() *usageLog {
	return &usageLog{views: map[string]*usageView{}, known: map[int64]map[usageKey]bool{}, base: map[int64]*object{}}
}

// record brings the log up to date with objects that changed.
func (u *usageLog) record(a *Account, dirty []*object) {
	seen := map[*object]bool{}
	for _, o := range dirty {
		if seen[o] {
			continue
		}
		seen[o] = true
		u.recordObject(a, o)
	}
}

func (u *usageLog) recordObject(a *Account, o *object) {
	now := a.now()
	u.unfold(a, o.id)
	fresh := map[usageKey]bool{}
	for _, r := range a.usageRows(o) {
		fresh[r.key] = true
		u.put(r.key, now, r.row)
	}
	known := u.known[o.id]
	for _, key := range sortedKeys(known) {
		if !fresh[key] {
			u.put(key, now, closedRow(key, u.last(key), now, o.isDropped()))
		}
	}
	if len(fresh) > 0 || known != nil {
		u.known[o.id] = fresh
	}
}

// keepBase keeps objects as they are now, those apart that the log has already.
func (u *usageLog) keepBase(objects []*object, at time.Time) {
	u.baseAt = at
	for _, o := range objects {
		if u.known[o.id] == nil && u.base[o.id] == nil {
			u.base[o.id] = o.copied()
			u.order = append(u.order, o.id)
		}
	}
}

// unfold moves the rows of an object that Build made into the log.
func (u *usageLog) unfold(a *Account, id int64) {
	was := u.base[id]
	if was == nil {
		return
	}
	delete(u.base, id)
	keys := map[usageKey]bool{}
	a.rowsAbout(was, "", func(view string, sub []any, row sqlengine.Row) {
		key := usageKey{view, id, subKey(sub...)}
		keys[key] = true
		u.put(key, u.baseAt, row)
	})
	u.known[id] = keys
}

// copied gives an object as it is now, safe from later changes of it. What it lies in is shared.
func (o *object) copied() *object {
	c := *o
	c.children, c.grants, c.tags, c.props = nil, slices.Clip(o.grants), slices.Clip(o.tags), maps.Clone(o.props)
	if o.rel != nil {
		rel, columns := *o.rel, make([]column, len(o.rel.columns))
		rel.columns = make([]*column, len(columns))
		for i, col := range o.rel.columns {
			columns[i] = *col
			rel.columns[i] = &columns[i]
		}
		c.rel = &rel
	}
	if o.tag != nil {
		tag := *o.tag
		c.tag = &tag
	}
	if o.policy != nil {
		policy := *o.policy
		c.policy = &policy
	}
	if o.user != nil {
		u := *o.user
		c.user = &u
	}
	return &c
}

// recordGrants brings single grants up to date, without a look at all others on the same object.
func (u *usageLog) recordGrants(a *Account, now time.Time, grants []*grant) {
	for _, g := range grants {
		u.unfold(a, g.on.id)
		known := u.known[g.on.id]
		if known == nil {
			continue // the object was never in the catalogue
		}
		r := grantUsage(grantRow{g})
		switch {
		case contains(g.on.grants, g):
			u.put(r.key, now, r.row)
			known[r.key] = true
		case known[r.key]:
			u.put(r.key, now, closedRow(r.key, u.last(r.key), now, g.on.isDropped()))
			delete(known, r.key)
		}
	}
}

func sortedKeys(m map[usageKey]bool) []usageKey {
	keys := make([]usageKey, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b usageKey) int {
		switch {
		case a.view+a.sub < b.view+b.sub:
			return -1
		case a.view+a.sub > b.view+b.sub:
			return 1
		}
		return 0
	})
	return keys
}

func (u *usageLog) last(key usageKey) sqlengine.Row {
	versions := u.views[key.view].entries[key]
	return versions[len(versions)-1].row
}

// put adds a version of a row, unless it says the same as the last.
func (u *usageLog) put(key usageKey, at time.Time, row sqlengine.Row) {
	v := u.views[key.view]
	if v == nil {
		v = &usageView{entries: map[usageKey][]usageVersion{}}
		u.views[key.view] = v
	}
	versions, ok := v.entries[key]
	if !ok {
		v.order = append(v.order, key)
	}
	if n := len(versions); n > 0 && slices.Equal(versions[n-1].row, row) && (versions[n-1].row == nil) == (row == nil) {
		return
	}
	v.entries[key] = append(versions, usageVersion{at, row})
}

// closedRow is the row of what went: with the time of its end where the view has such a column.
func closedRow(key usageKey, last sqlengine.Row, now time.Time, objectGone bool) sqlengine.Row {
	at, ok := deletedColumns[key.view]
	if !ok || last == nil || key.view == "TAG_REFERENCES" && !objectGone {
		return nil
	}
	row := slices.Clone(last)
	if row[at] == nil {
		row[at] = now
	}
	return row
}

// asOf visits the rows of a view at a time, in the order in which they first appeared.
func (u *usageLog) asOf(a *Account, view string, at time.Time, visit func(sqlengine.Row) bool) {
	going := true
	if !u.baseAt.After(at) {
		for _, id := range u.order {
			if o := u.base[id]; o != nil && going {
				a.rowsAbout(o, view, func(_ string, _ []any, row sqlengine.Row) { going = going && visit(row) })
			}
		}
	}
	v := u.views[view]
	if v == nil {
		return
	}
	for _, key := range v.order {
		var row sqlengine.Row
		for _, version := range v.entries[key] {
			if version.at.After(at) {
				break
			}
			row = version.row
		}
		if going && row != nil {
			going = visit(row)
		}
	}
}

// usageView resolves a view of ACCOUNT_USAGE: SELECT on it comes with a database role of SNOWFLAKE, or with USAGE on the database.
func (c *catalog) usageView(name string) (*sqlengine.Table, error) {
	spec, ok := usageColumns[name]
	if !ok {
		return nil, errUnsupported("view SNOWFLAKE.ACCOUNT_USAGE.%s", name)
	}
	if !c.maySeeUsage(name) {
		return nil, errMissing(kindTable, systemDatabase+".ACCOUNT_USAGE."+name)
	}
	if err := c.s.requireWarehouse(); err != nil {
		return nil, err
	}
	at := c.s.now.Add(-c.s.a.opt.usageLag(name))
	if name == "QUERY_HISTORY" {
		return tableOf(spec, c.s.a.historyRows(at)), nil
	}
	a := c.s.a
	return &sqlengine.Table{Columns: upperColumns(spec), Rows: func(yield func(sqlengine.Row, error) bool) {
		a.usage.asOf(a, name, at, func(row sqlengine.Row) bool { return yield(row, nil) })
	}}, nil
}

// documentedLag is how late the views are at most, where it is not two hours (Account Usage page).
var documentedLag = map[string]time.Duration{"QUERY_HISTORY": 45 * time.Minute, "TABLES": 90 * time.Minute, "COLUMNS": 90 * time.Minute,
	"VIEWS": 90 * time.Minute, "DATABASES": 3 * time.Hour, "DATA_CLASSIFICATION_LATEST": 3 * time.Hour}

// usageLag is how far a view is behind the clock.
func (o Options) usageLag(view string) time.Duration {
	if o.AccountUsageLag != 0 {
		return max(o.AccountUsageLag, 0)
	}
	if lag, ok := documentedLag[view]; ok {
		return lag
	}
	return 2 * time.Hour
}

func (c *catalog) maySeeUsage(view string) bool {
	db := c.s.a.root.child("database", systemDatabase)
	if c.scope.may.some(db) {
		return true
	}
	for _, r := range db.list("role") {
		if c.scope.may.roles[r] && contains(viewerRoles[r.name], view) {
			return true
		}
	}
	return false
}

func subKey(parts ...any) string { return fmt.Sprint(parts...) }
