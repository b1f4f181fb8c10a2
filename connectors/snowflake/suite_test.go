package snowflake

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/connectortest"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/connectors/emulator/sqlengine"
	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// odd is a table whose name, like those of its columns, needs quoting done right.
var (
	odd        = state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: "a\"b.c\\d$$e'f`g\nh \u00e9"}
	oddColumns = []string{`"quo"te.d'`, "plain", `back\slash$$`, "new\nline `tick`", "\u6f22\u5b57", "lower", strings.Repeat("\u00fc", 255)}
	oddReader  = state.Securable{Kind: state.KindRole, Name: "odd \"r\".x\\$$'\u00e9\n`"}
)

func TestSuite(t *testing.T) { suite(t, emulator.Options{}) }

// TestSuiteInBulk walks the same states with views that lag as they do, and with such that do not.
func TestSuiteInBulk(t *testing.T) {
	if testing.Short() {
		t.Skip("the suite once more")
	}
	for name, lag := range map[string]time.Duration{"as documented": 0, "none": -1} {
		t.Run(name, func(t *testing.T) {
			suite(t, emulator.Options{AccountUsageLag: lag}, func(o *Options) { o.Read = Bulk })
		})
	}
}

// lateless are the cases that change nothing of what the views tell.
var lateless = []string{"tag definition", "direct mask", "conditional mask", "every show", "nested types", "future grants", "managed access", "odd names", "odd roles"}

func suite(t *testing.T, opt emulator.Options, edit ...func(*Options)) {
	connectortest.Run(t, func(t *testing.T) *connectortest.Fixture {
		b := newBed(t, opt, edit...)
		f := &connectortest.Fixture{Platform: b.Account, Home: home, Self: []state.Securable{{Kind: state.KindRole, Name: "POLSYNC"}, {Kind: state.KindUser, Name: "POLSYNC_SVC"}}, Scope: connectors.Scope{Within: []state.Securable{sales}, Home: home},
			Tables: []state.Securable{customers, orders}, Readers: []state.Securable{readerA, readerB}, Member: alice, OddReader: oddReader,
			Tag: b.heldTag, Recreate: b.recreate, Rename: b.rename,
			Skip: map[string]string{"governed tags": "every tag has a list of its own, which the tag definitions walk"}}
		if opt.AccountUsageLag < 0 {
			for _, name := range lateless {
				f.Skip[name] = "walked with the views as late as they are"
			}
		}
		b.admin("GRANT SELECT ON FUTURE TABLES IN SCHEMA CRM.SALES TO ROLE POLSYNC") // or it could not see the columns
		b.create(odd, oddColumns...)
		b.admin("CREATE ROLE " + quoted(t, oddReader))
		b.admin("CREATE TABLE CRM.SALES.NESTED (A ARRAY, O OBJECT, V VARIANT)",
			`INSERT INTO CRM.SALES.NESTED SELECT ARRAY_CONSTRUCT('a', 1), OBJECT_CONSTRUCT('k', 1), PARSE_JSON('{"k": [1]}')`)
		if strings.HasSuffix(t.Name(), "managed_access") {
			b.admin("GRANT OWNERSHIP ON SCHEMA CRM.SALES TO ROLE POLSYNC COPY CURRENT GRANTS") // only the owner switches it
		}
		if strings.HasSuffix(t.Name(), "/kinds") {
			b.admin(otherKinds...)
			f.Others = others
		}
		if strings.HasSuffix(t.Name(), "/owners_of_kinds") {
			b.admin(otherKinds...)
			f.Owned = owned
		}
		for _, c := range []string{"A", "O", "V"} {
			f.Nested = append(f.Nested, column(state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: "NESTED"}, c))
		}
		for _, c := range oddColumns {
			f.Odd = append(f.Odd, column(odd, c))
		}
		return f
	})
}

// otherKinds makes others, one of each kind that is granted on besides tables.
var otherKinds = []string{
	"CREATE STAGE CRM.SALES.STG", "CREATE SEQUENCE CRM.SALES.SEQ", "CREATE FILE FORMAT CRM.SALES.FMT TYPE = CSV",
	"CREATE FUNCTION CRM.SALES.F(A NUMBER, B VARCHAR) RETURNS NUMBER AS '1'", "CREATE PROCEDURE CRM.SALES.P(A VARCHAR(5)) RETURNS VARCHAR LANGUAGE SQL AS 'x'",
	"CREATE STREAM CRM.SALES.STR ON TABLE CRM.SALES.CUSTOMERS", "CREATE TASK CRM.SALES.TSK WAREHOUSE = POLSYNC_WH SCHEDULE = '1 MINUTE' AS SELECT 1",
	"CREATE PIPE CRM.SALES.PIP AS COPY INTO CRM.SALES.CUSTOMERS FROM @CRM.SALES.STG", "CREATE SECRET CRM.SALES.SEC TYPE = GENERIC_STRING SECRET_STRING = 'x'",
	"CREATE STORAGE INTEGRATION INT_A TYPE = EXTERNAL_STAGE ENABLED = TRUE", "CREATE RESOURCE MONITOR RM WITH CREDIT_QUOTA = 10", "CREATE WAREHOUSE OTHER_WH",
}

var others = []state.Securable{of(state.KindStage, "STG"), of(state.KindSequence, "SEQ"), of(state.KindFileFormat, "FMT"), of(state.KindFunction, "F(NUMBER, VARCHAR)"),
	of(state.KindProcedure, "P(VARCHAR)"), of(state.KindStream, "STR"), of(state.KindTask, "TSK"), of(state.KindPipe, "PIP"), of(state.KindSecret, "SEC"),
	{Kind: state.KindIntegration, Name: "INT_A"}, {Kind: state.KindResourceMonitor, Name: "RM"}, {Kind: state.KindWarehouse, Name: "OTHER_WH"}, {Kind: state.KindUser, Name: "ALICE"}}

// owned are those whose ownership moves without anything else to be done first.
var owned = append(slices.Clone(others[:6]), of(state.KindSecret, "SEC"))

func of(kind state.Kind, name string) state.Securable {
	return state.Securable{Kind: kind, Catalog: sales.Catalog, Schema: sales.Schema, Name: name}
}

func quoted(t *testing.T, s state.Securable) string {
	t.Helper()
	q, err := dialect.Quoted(s)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// create makes a table of text columns.
func (b *bed) create(table state.Securable, columns ...string) {
	b.t.Helper()
	var defs []string
	for _, c := range columns {
		defs = append(defs, quoted(b.t, state.Securable{Kind: state.KindColumn, Column: c})+" VARCHAR")
	}
	b.admin("CREATE TABLE " + quoted(b.t, table) + " (" + strings.Join(defs, ", ") + ")")
}

func (b *bed) recreate(t *testing.T, table state.Securable) {
	t.Helper()
	name := quoted(t, table)
	b.admin("DROP TABLE "+name, "CREATE TABLE "+name+" (ID NUMBER, EMAIL VARCHAR, PHONE VARCHAR, SALARY NUMBER, COUNTRY VARCHAR)")
}

func (b *bed) rename(t *testing.T, table state.Securable, to string) {
	t.Helper()
	as := table
	as.Name = to
	b.admin("ALTER TABLE " + quoted(t, table) + " RENAME TO " + quoted(t, as))
}

// heldTag asks the account, without the connector, what it holds of a tag on columns.
func (b *bed) heldTag(t *testing.T, name string) connectortest.HeldTag {
	t.Helper()
	tag := b.Dialect().Tag(name, state.Securable{}, home)
	held := connectortest.HeldTag{On: map[state.Securable]string{}}
	tables := b.rows("SHOW TABLES IN SCHEMA CRM.SALES", "name")
	for _, table := range tables {
		s := state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: table[0]}
		literal, err := dialect.Literal(quoted(t, s))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range b.rows("SELECT COLUMN_NAME, TAG_NAME, TAG_VALUE, LEVEL FROM TABLE(CRM.INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS("+literal+", 'table'))",
			"COLUMN_NAME", "TAG_NAME", "TAG_VALUE", "LEVEL") {
			if r[1] == tag.Name && r[3] == "COLUMN" {
				held.On[column(s, r[0])] = r[2]
			}
		}
	}
	return held
}

// rows runs a statement as the administrator, without the connector, and returns the cells of the columns as text.
func (b *bed) rows(sql string, columns ...string) [][]string {
	b.t.Helper()
	r, err := b.emu.Query(b.t.Context(), emulator.AdminUser, "ACCOUNTADMIN", sql)
	if err != nil {
		b.t.Fatal(err)
	}
	var at []int
	for _, c := range columns {
		i := slices.IndexFunc(r.Columns, func(x sqlengine.Column) bool { return x.Name == c })
		if i < 0 {
			b.t.Fatalf("%s has no column %s", sql, c)
		}
		at = append(at, i)
	}
	rows := make([][]string, len(r.Rows))
	for n, row := range r.Rows {
		for _, i := range at {
			rows[n] = append(rows[n], fmt.Sprint(row[i]))
		}
	}
	return rows
}
