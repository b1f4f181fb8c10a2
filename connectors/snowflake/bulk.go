package snowflake

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// viewers is the database role of SNOWFLAKE that shows a view.
var viewers = map[string]string{"COLUMNS": "OBJECT_VIEWER", "TABLES": "OBJECT_VIEWER", "TAG_REFERENCES": "GOVERNANCE_VIEWER", "MASKING_POLICIES": "GOVERNANCE_VIEWER",
	"GRANTS_TO_ROLES": "SECURITY_VIEWER", "GRANTS_TO_USERS": "SECURITY_VIEWER", "ROLES": "SECURITY_VIEWER"}

func usageView(name string) string { return "SNOWFLAKE.ACCOUNT_USAGE." + name }

// usage asks a view of ACCOUNT_USAGE for the rows of what is still there.
func (s *snapshot) usage(ctx context.Context, view, columns, where string, each func(r *answer, row int)) error {
	err := s.stream(ctx, "read "+usageView(view), "SELECT "+columns+" FROM "+usageView(view)+" WHERE "+where, each)
	if err != nil && !fatal(ctx, err) {
		return fmt.Errorf("%w; GRANT DATABASE ROLE SNOWFLAKE.%s TO ROLE %s shows it", err, viewers[view], s.who.role)
	}
	return err
}

// usageFailed says what becomes of a part that a view could not tell: where the account chose bulk by itself, it is read
// live; where a person did, it stays unread.
func (s *snapshot) usageFailed(ctx context.Context, err error, live []task, facts ...state.FactKind) error {
	if fatal(ctx, err) {
		return err
	}
	if s.a.opt.Read == Bulk {
		return s.failed(ctx, account, err, facts...)
	}
	s.a.log.Warn().Err(err).Msg("read live instead, which takes more statements")
	return s.run(ctx, live)
}

// inCatalogs is the condition that keeps rows to the databases in scope, "" where that is most of them.
func (s *snapshot) inCatalogs(column string) string {
	if len(s.scope.Within) == 0 {
		return ""
	}
	all := make([]string, len(s.catalogs))
	for i, c := range s.catalogs {
		all[i], _ = dialect.Literal(c) // came from the account
	}
	if len(all) == 0 {
		return " AND FALSE"
	}
	return " AND " + column + " IN (" + strings.Join(all, ", ") + ")"
}

// loadColumns takes the columns of all tables from one view, and those of tables that changed lately live.
func (s *snapshot) loadColumns(ctx context.Context) error {
	columns := "TABLE_CATALOG, " + columnColumns
	err := s.usage(ctx, "COLUMNS", columns, "DELETED IS NULL"+s.inCatalogs("TABLE_CATALOG"), func(r *answer, i int) {
		on := state.Securable{Kind: state.KindTable, Catalog: r.text(i, "TABLE_CATALOG"), Schema: r.text(i, "TABLE_SCHEMA"), Name: r.text(i, "TABLE_NAME")}
		if s.late(on) {
			s.column(on.Catalog, r, i)
		}
	})
	if err != nil {
		if fatal(ctx, err) {
			return err
		}
		// A statement for each database is cheap as well, and shows the last write.
		return s.run(ctx, s.columnTasks(nil))
	}
	return s.run(ctx, s.columnTasks(s.recent))
}

// late reports whether a relation is there and did not change since the views may show it.
func (s *snapshot) late(on state.Securable) bool {
	_, there := s.tables[on]
	return there && !s.recent[on]
}

// columnTasks reads columns live: of some relations, as KindTable, or of everything where none are given.
func (s *snapshot) columnTasks(of map[state.Securable]bool) []task {
	var tasks []task
	in := map[string][]state.Securable{}
	for _, on := range sortedKeys(of) {
		in[on.Catalog] = append(in[on.Catalog], on)
	}
	for _, c := range s.catalogs {
		all := in[c]
		switch {
		case of == nil || len(all) > wholeDatabase:
			tasks = append(tasks, func(ctx context.Context) error {
				return s.schemaQuery(ctx, c, s.scope.Within, "COLUMNS", columnColumns, func(r *answer, i int) {
					on := state.Securable{Kind: state.KindTable, Catalog: c, Schema: r.text(i, "TABLE_SCHEMA"), Name: r.text(i, "TABLE_NAME")}
					if of == nil || of[on] {
						s.column(c, r, i)
					}
				})
			})
		case len(all) > 0:
			tasks = append(tasks, func(ctx context.Context) error { return s.columnsOf(ctx, c, all) })
		}
	}
	return tasks
}

// wholeDatabase is how many relations of a database are asked for by name; of more, all are listed.
const wholeDatabase = 500

// columnsOf reads the columns of some relations of a database.
func (s *snapshot) columnsOf(ctx context.Context, catalog string, relations []state.Securable) error {
	return s.schemaQuery(ctx, catalog, relations, "COLUMNS", columnColumns, func(r *answer, i int) { s.column(catalog, r, i) })
}

// loadDatabaseRoles takes the database roles of all databases from one view.
func (s *snapshot) loadDatabaseRoles(ctx context.Context) error {
	err := s.usage(ctx, "ROLES", "CREATED_ON, NAME, COMMENT, OWNER, OWNER_ROLE_TYPE, ROLE_DATABASE_NAME", "DELETED_ON IS NULL AND ROLE_TYPE = 'DATABASE_ROLE'"+s.inCatalogs("ROLE_DATABASE_NAME"), func(r *answer, i int) {
		on := state.Securable{Kind: state.KindDatabaseRole, Catalog: r.text(i, "ROLE_DATABASE_NAME"), Name: r.text(i, "NAME")}
		if s.reads(on.Catalog) {
			s.role(principal{on: on, users: unsaid, members: unsaid, roles: unsaid}, r, i, shownTime(r.text(i, "CREATED_ON")))
		}
	})
	if err == nil {
		return nil
	}
	if fatal(ctx, err) {
		return err
	}
	return s.run(ctx, s.inEach(s.readDatabaseRoles))
}

// shownTime writes a time of a view as SHOW does, in milliseconds, so that one securable has one identity.
func shownTime(text string) string {
	t, err := moment(text)
	if err != nil {
		return text
	}
	return t.Truncate(time.Millisecond).Format(time.RFC3339Nano)
}

// loadTagged takes the tags on relations and columns from one view, but for relations that changed lately.
func (s *snapshot) loadTagged(ctx context.Context) error {
	return s.usage(ctx, "TAG_REFERENCES", "TAG_DATABASE, TAG_SCHEMA, TAG_NAME, TAG_VALUE, APPLY_METHOD, OBJECT_DATABASE, OBJECT_SCHEMA, OBJECT_NAME, DOMAIN, COLUMN_NAME",
		"OBJECT_DELETED IS NULL AND DOMAIN IN ('TABLE', 'COLUMN', 'VIEW', 'MATERIALIZED VIEW', 'DYNAMIC TABLE', 'EXTERNAL TABLE', 'EVENT TABLE', 'ICEBERG TABLE')"+s.inCatalogs("OBJECT_DATABASE"), func(r *answer, i int) {
			on := state.Securable{Kind: state.KindTable, Catalog: r.text(i, "OBJECT_DATABASE"), Schema: r.text(i, "OBJECT_SCHEMA"), Name: r.text(i, "OBJECT_NAME")}
			by := broughtBy(r, i)
			if !s.late(on) || !byHand(r, i) && by == "" {
				return
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			on.Catalog, on.Schema, on.Name = s.intern(on.Catalog), s.intern(on.Schema), s.intern(on.Name)
			if strings.EqualFold(r.text(i, "DOMAIN"), "COLUMN") {
				on.Kind, on.Column = state.KindColumn, s.intern(r.text(i, "COLUMN_NAME"))
			}
			if by != "" {
				s.brought(on, by, r, i)
				return
			}
			s.tag(on, r, i)
		})
}

// reads reports whether the inside of a database is read.
func (s *snapshot) reads(catalog string) bool {
	for _, c := range s.catalogs {
		if c == catalog {
			return true
		}
	}
	return false
}

// there reports whether a securable, where one is named, is in the state. The caller holds mu.
func (s *snapshot) there(on state.Securable) bool {
	_, known := s.st.Objects[on]
	return known || on == state.Securable{}
}
