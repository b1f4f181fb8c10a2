package snowflake

import (
	"strings"
	"unicode/utf8"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// scope is where unqualified names are looked up: a session's current database and schema, or those of a view or policy.
type scope struct {
	a        *Account
	may      *rights
	database *object
	schema   *object
}

func (s *session) scope() *scope { return &scope{s.a, s.may(), live(s.database), live(s.schema)} }

// live gives an object unless it was dropped in the meantime.
func live(o *object) *object {
	if o == nil || o.isDropped() || o.parent != nil && o.parent.isDropped() {
		return nil
	}
	return o
}

// full writes a name as written, for messages.
func full(name sqlengine.Name) string {
	parts := make([]string, len(name))
	for i, p := range name {
		parts[i] = quoteIfNeeded(p.Text)
		if p.Text == "" {
			parts[i] = ""
		}
	}
	return strings.Join(parts, ".")
}

// find resolves the name of an existing object of a kind that the rights may name.
func (sc *scope) find(k kind, name sqlengine.Name) (*object, error) {
	o, err := sc.look(k, name)
	if err != nil {
		return nil, err
	}
	if o == nil || !sc.may.resolves(o) {
		return nil, errMissing(k, full(name))
	}
	if o.kind != k {
		return nil, wrongKind(o, k)
	}
	return o, nil
}

func wrongKind(o *object, want kind) error {
	if o.kind.isPolicy() {
		return compilation(codeWrongObject, "42809", "Object found is of type '%s', not specified type '%s'.", o.kind, want)
	}
	return compilation(codeWrongObject, "42809", "Object '%s' is of type '%s', not specified type '%s'.", o.dotted(), o.kind.keywords(), want.keywords())
}

// relation resolves a table or view, whichever it is.
func (sc *scope) relation(name sqlengine.Name) (*object, error) {
	o, err := sc.look(kindTable, name)
	if err != nil {
		return nil, err
	}
	if o == nil || !sc.may.resolves(o) {
		return nil, errMissing(kindTable, full(name))
	}
	return o, nil
}

// look resolves a name without asking for rights on what it names. nil: there is none.
func (sc *scope) look(k kind, name sqlengine.Name) (*object, error) {
	in, last, err := sc.place(k, name)
	if err != nil {
		return nil, err
	}
	return in.child(k.info().space, last), nil
}

// place gives the container a name lies in and the name's last part.
func (sc *scope) place(k kind, name sqlengine.Name) (*object, string, error) {
	last := name.Last()
	if utf8.RuneCountInString(last) > 255 {
		return nil, "", compilation(codeCompilation, "42601", "Object identifier is longer than the limit of 255 characters.")
	}
	switch k.info().in {
	case kindAccount:
		if len(name) != 1 {
			return nil, "", compilation(codeCompilation, "42601", "syntax error line 1 at position 0 unexpected '.'.")
		}
		return sc.a.root, last, nil
	case kindDatabase:
		if len(name) > 2 {
			return nil, "", errMissing(k, full(name))
		}
		db, err := sc.databaseOf(k, name, len(name)-2)
		return db, last, err
	}
	in, err := sc.schemaOf(k, name)
	return in, last, err
}

// databaseOf gives the database that the part at an index names, or the current one.
func (sc *scope) databaseOf(k kind, name sqlengine.Name, part int) (*object, error) {
	if part < 0 || name[part].Text == "" {
		if sc.database == nil {
			return nil, errorf(codeNoDatabase, "22000", "Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.")
		}
		return sc.database, nil
	}
	db := sc.a.root.child("database", name[part].Text)
	if db == nil || !sc.may.resolves(db) {
		return nil, sc.parentMissing(k, kindDatabase, name[:part+1])
	}
	return db, nil
}

func (sc *scope) schemaOf(k kind, name sqlengine.Name) (*object, error) {
	switch {
	case len(name) > 3:
		return nil, errMissing(k, full(name))
	case len(name) == 1:
		if sc.schema == nil {
			if sc.database == nil {
				_, err := sc.databaseOf(k, name, -1)
				return nil, err
			}
			return nil, errorf(codeNoSchema, "22000", "Cannot perform operation. This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name.")
		}
		return sc.schema, nil
	}
	db, err := sc.databaseOf(k, name, len(name)-3)
	if err != nil {
		return nil, err
	}
	part := name[len(name)-2].Text
	if part == "" {
		part = "PUBLIC" // db..t
	}
	in := db.child("schema", part)
	if in == nil || !sc.may.resolves(in) {
		return nil, sc.parentMissing(k, kindSchema, name[:len(name)-1])
	}
	return in, nil
}

// parentMissing: tables and views are reported themselves, for other kinds the container is.
func (sc *scope) parentMissing(k, parent kind, name sqlengine.Name) error {
	return compilation(codeMissing, "02000", "%s '%s' does not exist or not authorized.", parent.title(), full(name))
}

// container resolves the target of IN { ACCOUNT | DATABASE d | SCHEMA s }.
func (sc *scope) container(k kind, name sqlengine.Name) (*object, error) {
	switch {
	case k == kindAccount:
		return sc.a.root, nil
	case len(name) > 0:
		return sc.find(k, name)
	case k == kindDatabase:
		return sc.databaseOf(k, nil, -1)
	}
	if sc.schema == nil {
		return nil, errorf(codeNoSchema, "22000", "Cannot perform SHOW. This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name.")
	}
	return sc.schema, nil
}
