package snowflake

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// databases lists the databases and picks those whose inside is read: in scope, and neither the system's nor somebody
// else's.
func (s *snapshot) databases(ctx context.Context) error {
	l := show{what: "databases", paged: true}
	err := s.pages(ctx, l, account, "SHOW DATABASES", func(r *answer, i int) {
		on := state.Securable{Kind: state.KindCatalog, Catalog: r.text(i, "NAME")}
		why := foreignDatabase(on.Catalog, r.text(i, "KIND"), r.text(i, "ORIGIN"))
		o := state.Object{Owner: owner(r, i), Comment: r.text(i, "COMMENT"), Identity: r.text(i, "CREATED_ON"), Foreign: why}
		if why == "imported" || on.Catalog == systemDatabase {
			o.Sort = "imported"
		}
		s.object(on, o)
		if why != "" {
			return
		}
		s.governable = append(s.governable, on.Catalog)
		if s.scope.Covers(on) {
			s.catalogs = append(s.catalogs, on.Catalog)
		}
	})
	slices.Sort(s.governable)
	slices.Sort(s.catalogs)
	return err
}

// foreignDatabase says why a database is not ours to govern, "" where it is.
func foreignDatabase(name, kind, origin string) string {
	switch kind = strings.ToUpper(kind); {
	case name == "SNOWFLAKE":
		return "system"
	case strings.Contains(kind, "IMPORTED"):
		return "imported"
	case strings.Contains(kind, "APPLICATION"):
		return "application"
	case kind == "" && origin != "":
		return "imported" // accounts without the column kind
	}
	return ""
}

// owner returns who owns a row's securable. Roles are named raw.
func owner(r *answer, i int) state.Securable {
	name := r.text(i, "OWNER")
	switch strings.ToUpper(r.text(i, "OWNER_ROLE_TYPE")) {
	case "DATABASE_ROLE":
		if s, ok := securable(state.KindDatabaseRole, name); ok {
			return s
		}
		return state.Securable{Kind: state.KindDatabaseRole, Catalog: r.text(i, "DATABASE_NAME"), Name: name}
	case "USER":
		return state.Securable{Kind: state.KindUser, Name: name}
	}
	if name == "" {
		return state.Securable{}
	}
	return state.Securable{Kind: state.KindRole, Name: name}
}

// readSchemas lists the schemas of all databases: the home schema may lie outside the scope.
func (s *snapshot) readSchemas(ctx context.Context) error {
	l := show{what: "schemas", kind: "SCHEMAS", paged: true}
	return s.each(ctx, l, func(r *answer, i int) {
		on := state.Securable{Kind: state.KindSchema, Catalog: r.text(i, "DATABASE_NAME"), Schema: r.text(i, "NAME")}
		o := state.Object{Owner: owner(r, i), Comment: r.text(i, "COMMENT"), Identity: r.text(i, "CREATED_ON"), Managed: strings.Contains(strings.ToUpper(r.text(i, "OPTIONS")), "MANAGED ACCESS")}
		if on.Schema == "INFORMATION_SCHEMA" {
			o.Foreign = "system"
		}
		s.object(on, o)
		if o.Foreign == "" && slices.Contains(s.catalogs, on.Catalog) && s.scope.Covers(on) {
			s.mu.Lock()
			s.schemas = append(s.schemas, on)
			s.mu.Unlock()
		}
	})
}

// inScope returns the condition that keeps an information schema's rows to the scope, "" where the whole database is in
// it.
func inScope(catalog string, within []state.Securable) (string, error) {
	var any []string
	for _, w := range within {
		switch {
		case w.Kind == state.KindAccount || w.Catalog == catalog && w.Schema == "":
			return "", nil
		case w.Catalog != catalog:
			continue
		}
		one, err := equals("TABLE_SCHEMA", w.Schema)
		if err != nil {
			return "", err
		}
		if w.Name != "" {
			name, err := equals("TABLE_NAME", w.Name)
			if err != nil {
				return "", err
			}
			one = "(" + one + " AND " + name + ")"
		}
		any = append(any, one)
	}
	if len(any) == 0 {
		return "", nil
	}
	slices.Sort(any)
	return "(" + strings.Join(slices.Compact(any), " OR ") + ")", nil
}

func equals(column, value string) (string, error) {
	literal, err := dialect.Literal(value)
	return column + " = " + literal, err
}

// schemaQuery asks an information schema's view, the whole scope at once. Where the database refuses because the
// answer is too large, it is asked schema by schema.
func (s *snapshot) schemaQuery(ctx context.Context, catalog string, within []state.Securable, view, columns string, f func(r *answer, i int)) error {
	on := state.Securable{Kind: state.KindCatalog, Catalog: catalog}
	name, err := dialect.Quoted(on)
	if err != nil {
		return s.failed(ctx, on, err)
	}
	where, err := inScope(catalog, within)
	if err != nil {
		return s.failed(ctx, on, err)
	}
	statement := "SELECT " + columns + " FROM " + name + ".INFORMATION_SCHEMA." + view + " WHERE TABLE_SCHEMA <> 'INFORMATION_SCHEMA'"
	full := statement
	if where != "" {
		full += " AND " + where
	}
	err = s.stream(ctx, "list the "+strings.ToLower(view)+" of "+on.String(), full, f)
	if number(err) == tooMuchData {
		return s.schemaBySchema(ctx, on, within, view, statement, where, f)
	}
	if err != nil {
		return s.failed(ctx, on, err)
	}
	return nil
}

func (s *snapshot) schemaBySchema(ctx context.Context, on state.Securable, within []state.Securable, view, statement, where string, f func(*answer, int)) error {
	name, err := dialect.Quoted(on)
	if err != nil {
		return s.failed(ctx, on, err)
	}
	var all []string
	l := show{what: "schemas"}
	if err := s.pages(ctx, l, on, "SHOW SCHEMAS IN DATABASE "+name, func(r *answer, i int) { all = append(all, r.text(i, "NAME")) }); err != nil {
		return err
	}
	for _, schema := range all {
		in := state.Securable{Kind: state.KindSchema, Catalog: on.Catalog, Schema: schema}
		if schema == "INFORMATION_SCHEMA" || !(connectors.Scope{Within: within}).Covers(in) {
			continue
		}
		one, err := equals("TABLE_SCHEMA", schema)
		if err != nil {
			return s.failed(ctx, in, err)
		}
		full := statement + " AND " + one
		if where != "" {
			full += " AND " + where
		}
		err = s.stream(ctx, "list the "+strings.ToLower(view)+" of "+in.String(), full, f)
		if number(err) == tooMuchData && !s.live() {
			err = s.stream(ctx, "list the "+strings.ToLower(view)+" of "+in.String(), late(statement, on.Catalog, view)+" AND "+one, f)
		}
		if err != nil {
			if err := s.failed(ctx, in, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// late turns a question to an information schema into one to the view of ACCOUNT_USAGE of the same name, for a schema
// that is too large to be listed otherwise.
func late(statement, catalog, view string) string {
	columns, _, _ := strings.Cut(statement, " FROM ")
	literal, _ := dialect.Literal(catalog) // has been quoted before
	return columns + " FROM " + usageView(view) + " WHERE DELETED IS NULL AND TABLE_CATALOG = " + literal
}

const tableColumns = "TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, TABLE_OWNER, COMMENT, CREATED, LAST_DDL, IS_DYNAMIC, IS_ICEBERG, IS_HYBRID"

func (s *snapshot) readTables(ctx context.Context, catalog string) error {
	return s.schemaQuery(ctx, catalog, s.scope.Within, "TABLES", tableColumns, func(r *answer, i int) {
		on := state.Securable{Kind: tableKind(r.text(i, "TABLE_TYPE"), yes(r.text(i, "IS_DYNAMIC"))), Catalog: catalog, Schema: r.text(i, "TABLE_SCHEMA"), Name: r.text(i, "TABLE_NAME")}
		o := state.Object{Comment: r.text(i, "COMMENT"), Identity: r.text(i, "CREATED"), Sort: tableSort(r, i)}
		if by := r.text(i, "TABLE_OWNER"); by != "" {
			o.Owner = state.Securable{Kind: state.KindRole, Name: by}
		}
		s.object(on, o)
		s.table(on.Relation(), r.text(i, "LAST_DDL"), o.Identity)
	})
}

// table notes that a relation is there and when its definition changed last. Where that is not said, it is when the
// relation was made: very old ones and those of replicas have no such time.
func (s *snapshot) table(on state.Securable, ddl, created string) {
	at, err := moment(ddl)
	if err != nil {
		at, err = moment(created)
	}
	if err != nil {
		at = s.asked // it may have changed just now
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tables[on] = at
}

func tableKind(typ string, dynamic bool) state.Kind {
	switch {
	case dynamic:
		return state.KindDynamicTable
	case typ == "VIEW":
		return state.KindView
	case typ == "MATERIALIZED VIEW":
		return state.KindMaterializedView
	case typ == "EXTERNAL TABLE":
		return state.KindExternalTable
	}
	return state.KindTable
}

// tableSort tells the sort of a table that takes other privileges or statements than a plain one, "" for others.
func tableSort(r *answer, i int) string {
	switch {
	case yes(r.text(i, "IS_ICEBERG")):
		return "iceberg"
	case yes(r.text(i, "IS_HYBRID")):
		return "hybrid"
	case r.text(i, "TABLE_TYPE") == "EVENT TABLE":
		return "event"
	}
	return ""
}

const columnColumns = "TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, COMMENT"

func (s *snapshot) readColumns(ctx context.Context, catalog string) error {
	return s.schemaQuery(ctx, catalog, s.scope.Within, "COLUMNS", columnColumns, func(r *answer, i int) { s.column(catalog, r, i) })
}

// column states that a column is there.
func (s *snapshot) column(catalog string, r *answer, i int) {
	position, err := strconv.Atoi(r.text(i, "ORDINAL_POSITION"))
	if err != nil {
		position = 0 // of a column that has none
	}
	t := columnType(r, i)
	s.mu.Lock()
	defer s.mu.Unlock()
	on := state.Securable{Kind: state.KindColumn, Catalog: s.intern(catalog), Schema: s.intern(r.text(i, "TABLE_SCHEMA")), Name: s.intern(r.text(i, "TABLE_NAME")), Column: s.intern(r.text(i, "COLUMN_NAME"))}
	t.Text = s.intern(t.Text)
	s.st.Objects[on] = state.Object{Type: t, Position: position, Comment: s.intern(r.text(i, "COMMENT"))}
}

func columnType(r *answer, i int) state.DataType {
	name := r.text(i, "DATA_TYPE")
	t := state.DataType{Family: family(name), Text: name}
	switch t.Family {
	case state.FamilyString:
		t.Text = "VARCHAR"
		if n := r.text(i, "CHARACTER_MAXIMUM_LENGTH"); n != "" {
			t.Text = "VARCHAR(" + n + ")"
		}
	case state.FamilyNumber:
		if p := r.text(i, "NUMERIC_PRECISION"); p != "" {
			t.Text = fmt.Sprintf("NUMBER(%s,%s)", p, r.text(i, "NUMERIC_SCALE"))
		}
	}
	return t
}

// readObjects lists tables and views by SHOW, which unlike the information schema shows to a role with MANAGE GRANTS
// or RESOLVE ALL what it holds nothing on. It is compared with the information schema later.
func (s *snapshot) readObjects(ctx context.Context) error {
	l := show{what: "tables and views", kind: "OBJECTS", paged: true, scope: true, facts: coverFacts}
	return s.each(ctx, l, func(r *answer, i int) {
		on := state.Securable{Kind: state.KindTable, Catalog: r.text(i, "DATABASE_NAME"), Schema: r.text(i, "SCHEMA_NAME"), Name: r.text(i, "NAME")}
		if strings.Contains(r.text(i, "KIND"), "VIEW") {
			on.Kind = state.KindView
		}
		if on.Schema == "INFORMATION_SCHEMA" || !slices.Contains(s.catalogs, on.Catalog) || !s.scope.Covers(on) {
			return
		}
		s.mu.Lock()
		s.shown = append(s.shown, shownObject{on, state.Object{Owner: owner(r, i), Comment: r.text(i, "COMMENT"), Identity: r.text(i, "CREATED_ON")}})
		s.mu.Unlock()
	})
}

type shownObject struct {
	on state.Securable
	is state.Object
}

// coverFacts are the facts about what keeps data covered.
var coverFacts = []state.FactKind{state.FactPolicy, state.FactMask, state.FactBinding, state.FactTagged}

// uncoverHidden adds the tables that SHOW lists and the information schema does not: they are there, their columns
// cannot be seen, and so nothing about what covers them can be said.
func (s *snapshot) uncoverHidden() {
	for _, o := range s.shown {
		if _, known := s.st.Relation(o.on); known {
			continue
		}
		s.object(o.on, o.is)
		s.unknown(o.on, fmt.Sprintf("role %s holds no privilege on it, so its columns cannot be seen", s.who.role), coverFacts...)
	}
}
