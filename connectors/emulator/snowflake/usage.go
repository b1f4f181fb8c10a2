package snowflake

import (
	"fmt"
	"slices"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// usageLog keeps the rows of SNOWFLAKE.ACCOUNT_USAGE with their past, so that the views can show what was true some time ago.
type usageLog struct {
	views map[string]*usageView
	known map[int64]map[usageKey]bool // keys recorded per object
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
	return &usageLog{views: map[string]*usageView{}, known: map[int64]map[usageKey]bool{}}
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

// recordGrants brings single grants up to date, without a look at all others on the same object.
func (u *usageLog) recordGrants(now time.Time, grants []*grant) {
	for _, g := range grants {
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

// asOf gives the rows of a view at a time, in the order in which they first appeared.
func (u *usageLog) asOf(view string, at time.Time) []sqlengine.Row {
	v := u.views[view]
	if v == nil {
		return nil
	}
	var out []sqlengine.Row
	for _, key := range v.order {
		var row sqlengine.Row
		for _, version := range v.entries[key] {
			if version.at.After(at) {
				break
			}
			row = version.row
		}
		if row != nil {
			out = append(out, row)
		}
	}
	return out
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
	at := c.s.now
	if lag := c.s.a.opt.AccountUsageLag; lag > 0 {
		at = at.Add(-lag)
	}
	if name == "QUERY_HISTORY" {
		return tableOf(spec, c.s.a.historyRows(at)), nil
	}
	return tableOf(spec, c.s.a.usage.asOf(name, at)), nil
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
