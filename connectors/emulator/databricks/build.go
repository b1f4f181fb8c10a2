package databricks

import (
	"fmt"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Builder puts securables into a workspace without SQL: a metastore with a million columns takes seconds. What is built
// must fit together, since nothing is checked but names.
type Builder struct {
	w     *Workspace
	types map[string]sqlengine.Type
}

// Ref is a securable that a Builder made or found. The zero Ref is none.
type Ref struct{ s *securable }

// ColumnSpec is a column to be built: its name and its type as SQL writes it.
type ColumnSpec struct{ Name, Type string }

// Build runs f. Nobody may use the workspace meanwhile.
func (w *Workspace) Build(f func(*Builder) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return f(&Builder{w: w, types: map[string]sqlengine.Type{}})
}

// Catalog finds a catalog.
func (b *Builder) Catalog(name string) Ref { return Ref{b.w.root.child(kindCatalog, name)} }

// Schema finds a schema.
func (b *Builder) Schema(catalog, name string) Ref {
	if c := b.Catalog(catalog).s; c != nil {
		return Ref{c.child(kindSchema, name)}
	}
	return Ref{}
}

// NewCatalog makes a catalog with its information schema and no other.
func (b *Builder) NewCatalog(name, owner string) (Ref, error) {
	c, err := b.w.add(b.w.root, kindCatalog, name, owner)
	if err != nil {
		return Ref{}, fmt.Errorf("building catalog %s: %w", name, err)
	}
	c.catalogType = catalogManaged
	b.w.addInformationSchema(c)
	return Ref{c}, nil
}

// NewSchema makes a schema.
func (b *Builder) NewSchema(catalog Ref, name, owner string) (Ref, error) {
	s, err := b.w.add(catalog.s, kindSchema, name, owner)
	if err != nil {
		return Ref{}, fmt.Errorf("building schema %s: %w", name, err)
	}
	return Ref{s}, nil
}

// NewTable makes an empty managed table.
func (b *Builder) NewTable(schema Ref, name, owner string, columns []ColumnSpec) (Ref, error) {
	x, err := b.w.add(schema.s, kindTable, name, owner)
	if err != nil {
		return Ref{}, fmt.Errorf("building table %s: %w", name, err)
	}
	block := make([]column, len(columns))
	x.table = &table{tableType: typeManaged, columns: make([]*column, len(columns))}
	for i, c := range columns {
		typ, err := b.typeOf(c.Type)
		if err != nil {
			return Ref{}, fmt.Errorf("building table %s: column %s: %w", name, c.Name, err)
		}
		block[i] = column{name: c.Name, typ: typ, nullable: true}
		x.table.columns[i] = &block[i]
	}
	return Ref{x}, nil
}

func (b *Builder) typeOf(text string) (sqlengine.Type, error) {
	if t, known := b.types[text]; known {
		return t, nil
	}
	t, err := sqlengine.NewParser(sqlengine.Databricks, text).Type()
	if err == nil {
		b.types[text] = t
	}
	return t, err
}

// Grant gives a principal privileges, as SQL or REST spells them.
func (b *Builder) Grant(on Ref, to string, privileges ...string) {
	if on.s.grants.now == nil {
		on.s.grants.now = map[string]map[string]bool{}
	}
	to = strings.ToLower(to)
	if on.s.grants.now[to] == nil {
		on.s.grants.now[to] = map[string]bool{}
	}
	for _, p := range privileges {
		on.s.grants.now[to][underscored(p)] = true
	}
}

// Tag sets a tag on a securable.
func (b *Builder) Tag(on Ref, key, value string) { b.tag(&on.s.tags, key, value) }

// TagColumn sets a tag on a column, by its place in the table from 0.
func (b *Builder) TagColumn(table Ref, at int, key, value string) {
	b.tag(&table.s.table.columns[at].tags, key, value)
}

func (b *Builder) tag(s *tagSet, key, value string) {
	if s.now == nil {
		s.now = map[string]tag{}
	}
	s.now[key] = tag{key: key, value: value, updated: stamp{b.w.now(), b.w.opt.Admin}}
}

// Mask sets a mask on a column by its place from 0: a function of one argument by its full name, which need not be there yet.
func (b *Builder) Mask(table Ref, at int, function string) {
	table.s.table.columns[at].mask = &binding{function: function}
}

// Filter sets a row filter on a table: a function of one argument by its full name, called with a column.
func (b *Builder) Filter(table Ref, function, column string) {
	table.s.table.filter = &binding{function: function, args: []bindArg{{column: column}}}
}

// AddGroup adds an account group with members that are there; others are passed over.
func (b *Builder) AddGroup(name string, members ...string) {
	g := b.w.addPrincipal(kindGroup, name, name)
	for _, m := range members {
		if p := b.w.principal(m); p != nil {
			g.members = append(g.members, p.id)
		}
	}
}
