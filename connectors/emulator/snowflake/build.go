package snowflake

import (
	"fmt"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Builder puts objects into an account without SQL: an account with a million columns takes seconds. Names are taken as
// they are; what is built must fit together, since nothing is checked but that names are not taken.
type Builder struct {
	a     *Account
	made  []*object
	types map[string]sqlengine.Type
}

// Ref is an object that a Builder made or found. The zero Ref is none.
type Ref struct{ o *object }

// ColumnSpec is a column to be built: its name and its type as SQL writes it.
type ColumnSpec struct{ Name, Type string }

// Build runs f with the clock set back by age, and what f builds is in the account's usage views as of then. Nobody may use the account
// meanwhile.
func (a *Account) Build(age time.Duration, f func(*Builder) error) error {
	b := &Builder{a: a, types: map[string]sqlengine.Type{}}
	return a.Backdate(age, func() error {
		if err := f(b); err != nil {
			return err
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.version++
		a.usage.keepBase(b.made, a.now())
		return nil
	})
}

// Role finds an account role.
func (b *Builder) Role(name string) Ref { return Ref{b.a.root.child("role", name)} }

// Database finds a database.
func (b *Builder) Database(name string) Ref { return Ref{b.a.root.child("database", name)} }

// Schema finds a schema.
func (b *Builder) Schema(database, name string) Ref {
	if db := b.Database(database).o; db != nil {
		return Ref{db.child("schema", name)}
	}
	return Ref{}
}

// Policy finds a policy in a schema.
func (b *Builder) Policy(schema Ref, name string) Ref { return Ref{schema.o.child("policy", name)} }

// Tag finds a tag in a schema.
func (b *Builder) Tag(schema Ref, name string) Ref { return Ref{schema.o.child("tag", name)} }

func (b *Builder) add(k kind, parent *object, name string, owner Ref) (*object, error) {
	key := childKey{k.info().space, name}
	if parent.children[key] != nil {
		return nil, fmt.Errorf("building %s %s: the name is taken", k.words(), name)
	}
	now := b.a.now()
	o := &object{id: b.a.nextID(), kind: k, name: name, parent: parent, owner: owner.o, created: now, altered: now}
	if k == kindDatabase || k == kindSchema {
		o.children = map[childKey]*object{}
	}
	parent.children[key] = o
	b.made = append(b.made, o)
	return o, nil
}

// NewRole makes an account role.
func (b *Builder) NewRole(name string, owner Ref) (Ref, error) {
	o, err := b.add(kindRole, b.a.root, name, owner)
	return Ref{o}, err
}

// NewUser makes a user that signs in with a password.
func (b *Builder) NewUser(name, password string, owner Ref) (Ref, error) {
	o, err := b.add(kindUser, b.a.root, name, owner)
	if err != nil {
		return Ref{}, err
	}
	o.user = &user{password: password, loginName: name}
	return Ref{o}, nil
}

// NewDatabase makes a database without schemas.
func (b *Builder) NewDatabase(name string, owner Ref) (Ref, error) {
	o, err := b.add(kindDatabase, b.a.root, name, owner)
	return Ref{o}, err
}

// NewSchema makes a schema.
func (b *Builder) NewSchema(database Ref, name string, owner Ref) (Ref, error) {
	o, err := b.add(kindSchema, database.o, name, owner)
	return Ref{o}, err
}

// NewTable makes an empty table.
func (b *Builder) NewTable(schema Ref, name string, owner Ref, columns []ColumnSpec) (Ref, error) {
	o, err := b.add(kindTable, schema.o, name, owner)
	if err != nil {
		return Ref{}, err
	}
	block := make([]column, len(columns))
	o.rel = &relation{columns: make([]*column, len(columns))}
	for i, c := range columns {
		typ, err := b.typeOf(c.Type)
		if err != nil {
			return Ref{}, fmt.Errorf("building table %s: column %s: %w", name, c.Name, err)
		}
		block[i] = column{id: b.a.nextID(), name: c.Name, typ: typ}
		o.rel.columns[i] = &block[i]
	}
	return Ref{o}, nil
}

func (b *Builder) typeOf(text string) (sqlengine.Type, error) {
	if t, known := b.types[text]; known {
		return t, nil
	}
	t, err := sqlengine.NewParser(sqlengine.Snowflake, text).Type()
	if err == nil {
		b.types[text] = t
	}
	return t, err
}

// Grant gives a privilege, recorded for the object's owner.
func (b *Builder) Grant(privilege string, on, to Ref) {
	by := on.o.owner
	if by == nil {
		by = b.a.root.child("role", roleAccountAdmin)
	}
	g := &grant{privilege: privilege, on: on.o, to: to.o, by: by, created: b.a.now()}
	on.o.grants = append(on.o.grants, g)
	if g.isMembership() {
		to.o.roles = append(to.o.roles, g)
	} else {
		to.o.held = append(to.o.held, g)
	}
}

// Join makes a role's member of a role or a user.
func (b *Builder) Join(role, member Ref) { b.Grant(privUsage, role, member) }

// GrantFutureTables gives a privilege on the tables to come in a database or schema.
func (b *Builder) GrantFutureTables(privilege string, in, to Ref) {
	in.o.future = append(in.o.future, &futureGrant{privilege: privilege, kind: kindTable, in: in.o, to: to.o, created: b.a.now()})
}

// SetTag sets a tag on an object.
func (b *Builder) SetTag(tag, on Ref, value string) {
	on.o.tags = append(on.o.tags, &tagging{tag: tag.o, value: value, method: "MANUAL", at: b.a.now()})
}

// TagColumn sets a tag on a column, by its place in the table from 0.
func (b *Builder) TagColumn(tag, table Ref, at int, value string) {
	c := table.o.rel.columns[at]
	c.tags = append(c.tags, &tagging{tag: tag.o, value: value, method: "MANUAL", at: b.a.now()})
}

// Mask attaches a masking policy of one argument to a column.
func (b *Builder) Mask(policy, table Ref, at int) {
	c := table.o.rel.columns[at]
	c.mask = &attachment{policy: policy.o, args: []string{c.name}, at: b.a.now()}
}
