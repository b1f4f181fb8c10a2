package snowflake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// kindImported is what SHOW DATABASES calls a database that was made from another account's share.
const kindImported = "IMPORTED DATABASE"

// Offer takes a database out of the account and offers it as what another account shares: CREATE DATABASE ... FROM SHARE provider.share makes
// a database of it. What database roles in it were granted is for those roles alone, all else for whoever has IMPORTED PRIVILEGES.
func (a *Account) Offer(provider, share, database string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.settle()
	db := a.root.child("database", database)
	if db == nil {
		return fmt.Errorf("offering database %s: it is not there", database)
	}
	if a.offers == nil {
		a.offers = map[string]*object{}
	}
	a.offers[provider+"."+share] = db
	delete(a.root.children, childKey{db.space(), db.name})
	a.touchTree(db)
	return nil
}

// importShare fills a new database with what a share offers. All in it is its provider's.
func (s *session) importShare(o *object, name sqlengine.Name) error {
	if !s.may().global("IMPORT SHARE") {
		return errDenied(s.a.root)
	}
	from := strings.Join(name.Texts(), ".")
	src := s.a.offers[from]
	if src == nil {
		return compilation(codeMissing, "02000", "Share '%s' does not exist or not authorized.", from)
	}
	o.setProp("kind", kindImported)
	o.setProp("origin", from)
	c := &cloning{s.a, map[*object]*object{}}
	c.children(src, o)
	for _, dup := range c.copies {
		dup.owner = nil
	}
	c.point()
	for _, dup := range c.copies {
		for _, g := range append([]*grant{}, dup.grants...) {
			if g.by = nil; g.to.kind != kindDatabaseRole {
				s.a.removeGrant(g)
			}
		}
	}
	return nil
}

// imported tells whether an object is, or lies in, a database made from a share.
func (o *object) imported() bool {
	db := o.database()
	return db != nil && db.props["kind"] == kindImported
}

// isForeign tells whether an object is the system's or another account's, so that nobody here changes it.
func isForeign(o *object) bool { return isSystem(o) || o.imported() }

// reads tells whether IMPORTED PRIVILEGES on the database give a privilege on something in it; "" asks for any.
func (r *rights) reads(privilege string, o *object) bool {
	db := o.database()
	if o == db || o.kind == kindDatabaseRole || privilege != "" && privilege != privUsage && privilege != privSelect {
		return false
	}
	for _, g := range o.grants {
		if g.to.kind == kindDatabaseRole && o.kind != kindSchema {
			return false // it is for those roles
		}
	}
	return r.someOwn(db)
}

// offered gives what the provider of a share lets see of it in a list of shares.
func (a *Account) offered() []sqlengine.Row {
	var rows []sqlengine.Row
	for _, key := range slices.Sorted(maps.Keys(a.offers)) {
		database := ""
		for _, db := range a.root.list("database") {
			if db.props["origin"] == key {
				database = db.name
			}
		}
		provider, share, _ := strings.Cut(key, ".")
		rows = append(rows, sqlengine.Row{a.offers[key].created, "INBOUND", provider, share, database, "", "", "", "", "true"})
	}
	return rows
}
