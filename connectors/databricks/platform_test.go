package databricks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/connectortest"
	"github.com/polsync/polsync/connectors/databricks"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	warehouse = "wh1"
	alice     = "alice@example.com"
	bob       = "bob@example.com"
	daemon    = "7f1c0f6e-1111-4d57-9f0c-8a1d2c7b4e10" // a service principal that has MANAGE and no ownership
)

// workspace is an embedded workspace behind a listener.
type workspace struct {
	*emulator.Workspace
	url string
}

func newWorkspace(t *testing.T, opt emulator.Options) *workspace {
	t.Helper()
	w := emulator.New(opt)
	srv := httptest.NewServer(w)
	t.Cleanup(func() { srv.Close(); w.Close() })
	w.AddUser(alice, "Alice")
	w.AddUser(bob, "Bob")
	w.AddServicePrincipal(daemon, "policy daemon")
	for _, who := range []string{emulator.DefaultAdmin, alice, bob, daemon} {
		must(t, w.AddToken(who, "token-"+who))
	}
	must(t, w.AddGroup("readers-a", alice))
	must(t, w.AddGroup("readers-b", bob))
	w.AddWarehouse(warehouse, "Starter")
	w.AllowTagPolicies(daemon)
	x := &workspace{w, srv.URL}
	x.exec(t, "CREATE CATALOG main", "CREATE SCHEMA main.crm", "CREATE SCHEMA main.gov",
		"CREATE TABLE main.crm.customers (id BIGINT, email STRING, phone STRING, salary DECIMAL(10,2), country STRING, born DATE)",
		"CREATE TABLE main.crm.orders (id BIGINT, email STRING, phone STRING, salary DECIMAL(10,2), country STRING)",
		"CREATE VIEW main.crm.contacts AS SELECT email FROM main.crm.customers",
		"INSERT INTO main.crm.customers VALUES (1, 'ann@example.com', '+1-202-555-0101', 1234.56, 'US', DATE'1990-05-06'), (2, NULL, '', NULL, NULL, NULL)",
		"INSERT INTO main.crm.orders VALUES (1, 'bob@example.com', '555', 10, 'DE')",
		"GRANT USE CATALOG, USE SCHEMA, MANAGE, APPLY TAG ON CATALOG main TO `"+daemon+"`",
		"GRANT CREATE FUNCTION, EXECUTE ON SCHEMA main.gov TO `"+daemon+"`",
		"GRANT USE CATALOG, USE SCHEMA ON CATALOG main TO `readers-a`", "GRANT USE CATALOG, USE SCHEMA ON CATALOG main TO `readers-b`")
	return x
}

func (w *workspace) exec(t *testing.T, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := w.Exec(emulator.DefaultAdmin, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open connects as a principal.
func (w *workspace) open(t *testing.T, as string, change ...func(*databricks.Options)) *databricks.Platform {
	t.Helper()
	o := databricks.Options{Name: "lake", Host: w.url, Token: "token-" + as, WarehouseID: warehouse, RateLimit: 10000, RetryTimeout: time.Second,
		Readers: map[string]string{"readers-a": "token-" + alice, "readers-b": "token-" + bob}}
	for _, c := range change {
		c(&o)
	}
	p, err := databricks.Open(t.Context(), o)
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	return p
}

var (
	home  = state.Securable{Kind: state.KindSchema, Catalog: "main", Schema: "gov"}
	scope = connectors.Scope{Home: home, Within: []state.Securable{{Kind: state.KindCatalog, Catalog: "main"}}}
)

func object(kind state.Kind, path ...string) state.Securable {
	path = append(path, "", "", "")
	return state.Securable{Kind: kind, Catalog: path[0], Schema: path[1], Name: path[2], Column: strings.Join(path[3:], "")}
}

func group(name string) state.Securable { return state.Securable{Kind: state.KindGroup, Name: name} }

func fixture(w *workspace, p connectors.Platform) *connectortest.Fixture {
	const groups = "groups belong to the account, whose credentials are not given"
	return &connectortest.Fixture{Platform: p, Home: home, Scope: scope, Tag: w.heldTag, Recreate: w.recreate, Rename: w.rename, Odd: oddColumns, OddReader: group(oddReader),
		Nested:  oddOnes("nested", "a", "m", "s", "d"),
		Tables:  []state.Securable{object(state.KindTable, "main", "crm", "customers"), object(state.KindTable, "main", "crm", "orders")},
		Readers: []state.Securable{group("readers-a"), group("readers-b")}, Member: state.Securable{Kind: state.KindUser, Name: alice},
		Skip: map[string]string{"constraints": "there are no aggregation, projection or join policies",
			"managed access": "schemas have none, and nothing is owned in advance", "roles": groups, "members": groups, "odd roles": groups}}
}

// oddReader is a group, and oddColumns are columns, whose names need quoting done right.
const oddReader = "odd \"r\"'s \\ $$ \u00e9`x`, y.z"

var oddColumns = oddOnes("it's\"$$`x`\\\u00e9\u6f22", `quo"te'd`, "plain", "tick`s", `back\slash$$`, "dot.ted", "\u6f22\u5b57", "lower", strings.Repeat("l", 255))

func oddOnes(table string, columns ...string) []state.Securable {
	all := make([]state.Securable, len(columns))
	for i, c := range columns {
		all[i] = object(state.KindColumn, "main", "crm", table, c)
	}
	return all
}

// odd is a name with everything that a path or a statement could stumble over and that Unity Catalog takes.
const odd = "it's\"#?%41&;`x`\\\u00e9\u6f22"

// singleTypes are the types, as REST spells them, of kinds that stand in the metastore beside the catalogs.
var singleTypes = map[state.Kind]string{state.KindConnection: "CONNECTION", state.KindExternalLocation: "EXTERNAL_LOCATION", state.KindStorageCredential: "STORAGE_CREDENTIAL",
	state.KindServiceCredential: "CREDENTIAL", state.KindCleanRoom: "CLEAN_ROOM"}

// addKinds makes one of each kind that grants can stand on, each of an odd name, and lets the daemon manage them.
func (w *workspace) addKinds(t *testing.T) []state.Securable {
	t.Helper()
	long := "l" + strings.Repeat("\u00e9", 127) // 255 bytes
	q := dialect.QualifiedName("main", "crm", odd)
	w.exec(t, "CREATE FUNCTION "+q+"(a STRING) RETURNS STRING RETURN a", "CREATE VOLUME "+q, "CREATE MATERIALIZED VIEW "+q+" AS SELECT country FROM main.crm.orders",
		"CREATE VIEW "+dialect.QualifiedName("main", "crm", long)+" AS SELECT country FROM main.crm.orders",
		"CREATE SCHEMA "+dialect.QualifiedName("main", odd))
	must(t, w.AddSecurable("REGISTERED_MODEL", "main", "crm", "model-"+odd))
	all := []state.Securable{object(state.KindFunction, "main", "crm", odd), object(state.KindVolume, "main", "crm", odd), object(state.KindMaterializedView, "main", "crm", odd),
		object(state.KindView, "main", "crm", long), object(state.KindModel, "main", "crm", "model-"+odd), object(state.KindSchema, "main", odd)}
	for _, kind := range slices.Sorted(maps.Keys(singleTypes)) {
		must(t, w.AddSecurable(singleTypes[kind], odd))
		all = append(all, state.Securable{Kind: kind, Name: odd})
		word := strings.ReplaceAll(singleTypes[kind], "_", " ")
		if kind == state.KindServiceCredential {
			word = "SERVICE CREDENTIAL"
		}
		w.exec(t, "GRANT MANAGE ON "+word+" "+dialect.QuoteName(odd)+" TO `"+daemon+"`")
	}
	return all
}

// addShares makes one of each kind on which groups and users can hold nothing.
func (w *workspace) addShares(t *testing.T) []state.Securable {
	t.Helper()
	var all []state.Securable
	for kind, word := range map[state.Kind]string{state.KindShare: "SHARE", state.KindRecipient: "RECIPIENT", state.KindProvider: "PROVIDER"} {
		must(t, w.AddSecurable(word, odd))
		all = append(all, state.Securable{Kind: kind, Name: odd})
	}
	return all
}

func (w *workspace) addOdd(t *testing.T) {
	t.Helper()
	must(t, w.AddGroup(oddReader))
	var defs []string
	for _, c := range oddColumns {
		defs = append(defs, dialect.QuoteName(c.Column)+" STRING")
	}
	w.exec(t, "CREATE TABLE "+named(oddColumns[0].Table())+" ("+strings.Join(defs, ", ")+")",
		"CREATE TABLE main.crm.nested (a ARRAY<STRING>, m MAP<STRING, INT>, s STRUCT<Nr: INT, name: STRING>, d ARRAY<STRUCT<at: DATE, n: DECIMAL(10,2)>>)",
		"INSERT INTO main.crm.nested VALUES (array('a'), map('k', 1), named_struct('Nr', 1, 'name', 'x'), array(named_struct('at', DATE'2020-01-01', 'n', 1.25)))")
}

func named(table state.Securable) string {
	return dialect.QualifiedName(table.Catalog, table.Schema, table.Name)
}

func (w *workspace) recreate(t *testing.T, table state.Securable) {
	t.Helper()
	w.exec(t, "DROP TABLE "+named(table), "CREATE TABLE "+named(table)+" (id BIGINT, email STRING, phone STRING, salary DECIMAL(10,2), country STRING)")
}

func (w *workspace) rename(t *testing.T, table state.Securable, to string) {
	t.Helper()
	as := table
	as.Name = to
	w.exec(t, "ALTER TABLE "+named(table)+" RENAME TO "+named(as))
}

// heldTag asks the workspace, without the connector, what it holds of a tag.
func (w *workspace) heldTag(t *testing.T, name string) connectortest.HeldTag {
	held := connectortest.HeldTag{On: map[state.Securable]string{}}
	for _, r := range w.rows(t, "SHOW GOVERNED TAGS") {
		if r[0] != name {
			continue
		}
		held.There, held.Comment = true, r[1]
		must(t, json.Unmarshal([]byte(r[2]), &held.Values))
		slices.Sort(held.Values)
	}
	for _, r := range w.rows(t, "SELECT catalog_name, schema_name, table_name, column_name, tag_value, tag_name FROM system.information_schema.column_tags") {
		if r[5] == name {
			held.On[object(state.KindColumn, r[:4]...)] = r[4]
		}
	}
	return held
}

// rows runs a statement as the admin, without the connector, and returns the cells as text.
func (w *workspace) rows(t *testing.T, sql string) [][]string {
	t.Helper()
	r, err := w.Query(emulator.DefaultAdmin, sql)
	must(t, err)
	var rows [][]string
	for _, row := range r.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = fmt.Sprint(v)
		}
		rows = append(rows, cells)
	}
	return rows
}

func TestSuiteAsAdmin(t *testing.T) {
	connectortest.Run(t, func(t *testing.T) *connectortest.Fixture {
		w := newWorkspace(t, emulator.Options{})
		w.addOdd(t)
		f := fixture(w, w.open(t, emulator.DefaultAdmin, w.withAccount))
		f.Others = append(w.addKinds(t), state.Securable{Kind: state.KindMetastore})
		f.Owned = append(slices.Clone(f.Others[:len(f.Others)-1]), w.addShares(t)...)
		for _, c := range []string{"roles", "members", "odd roles"} {
			delete(f.Skip, c)
		}
		return f
	})
}

// withAccount gives the platform the account's credentials of whoever it is opened as.
func (w *workspace) withAccount(o *databricks.Options) {
	o.Account = &databricks.AccountOptions{ID: emulator.DefaultAccountID, Host: w.url, SignIn: databricks.Credentials{Token: o.Token}}
}

// TestSuiteAsDaemon runs as a principal that may manage but owns nothing, as a daemon should.
func TestSuiteAsDaemon(t *testing.T) {
	if testing.Short() {
		t.Skip("the same walks as TestSuiteAsAdmin, with fewer rights")
	}
	connectortest.Run(t, func(t *testing.T) *connectortest.Fixture {
		w := newWorkspace(t, emulator.Options{})
		w.addOdd(t)
		if strings.HasSuffix(t.Name(), "row_filters") {
			w.exec(t, "GRANT SELECT ON TABLE main.crm.orders TO `"+daemon+"`") // a function reads with its owner's rights
		}
		f := fixture(w, w.open(t, daemon))
		f.Others = w.addKinds(t)
		f.Owned = f.Others
		return f
	})
}
