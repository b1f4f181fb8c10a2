package snowflake

import (
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/state"
)

func TestMain(m *testing.M) {
	if err := os.Setenv("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// setup is what an administrator does before polsync comes: a place of its own, a role with what it needs, and data.
const setup = `
CREATE WAREHOUSE POLSYNC_WH;
CREATE DATABASE GOV; CREATE SCHEMA GOV.POLSYNC WITH MANAGED ACCESS;
CREATE DATABASE CRM; CREATE SCHEMA CRM.SALES;
CREATE TABLE CRM.SALES.CUSTOMERS (ID NUMBER, EMAIL VARCHAR(200), PHONE VARCHAR, SALARY NUMBER(10,2), COUNTRY VARCHAR(2), BORN DATE);
CREATE TABLE CRM.SALES."Orders ""x"".y" (ID NUMBER, EMAIL VARCHAR, PHONE VARCHAR, SALARY NUMBER, COUNTRY VARCHAR, "mixed Case" VARCHAR);
CREATE VIEW CRM.SALES.V_CUSTOMERS AS SELECT ID, EMAIL FROM CRM.SALES.CUSTOMERS;
INSERT INTO CRM.SALES.CUSTOMERS SELECT 1, 'ann@example.org', '+49 170 1234567', 1234.50, 'US', '1980-05-06'::DATE UNION ALL SELECT 2, 'bob@example.com', NULL, 99.99, 'DE', '1990-01-02'::DATE;
INSERT INTO CRM.SALES."Orders ""x"".y" SELECT 1, 'cy@example.org', '1', 5, 'US', 'm';
CREATE ROLE READER_A; CREATE ROLE READER_B; CREATE ROLE POLSYNC;
CREATE USER ALICE PASSWORD = 'alice-secret';
GRANT USAGE ON WAREHOUSE POLSYNC_WH TO ROLE POLSYNC; GRANT USAGE ON WAREHOUSE POLSYNC_WH TO ROLE READER_A; GRANT USAGE ON WAREHOUSE POLSYNC_WH TO ROLE READER_B;
GRANT APPLY TAG, APPLY MASKING POLICY, MANAGE GRANTS, CREATE ROLE ON ACCOUNT TO ROLE POLSYNC;
GRANT APPLY ROW ACCESS POLICY, APPLY AGGREGATION POLICY, APPLY PROJECTION POLICY, APPLY JOIN POLICY ON ACCOUNT TO ROLE POLSYNC;
GRANT USAGE ON DATABASE GOV TO ROLE POLSYNC; GRANT USAGE, CREATE TAG, CREATE MASKING POLICY ON SCHEMA GOV.POLSYNC TO ROLE POLSYNC;
GRANT CREATE ROW ACCESS POLICY, CREATE AGGREGATION POLICY, CREATE PROJECTION POLICY, CREATE JOIN POLICY ON SCHEMA GOV.POLSYNC TO ROLE POLSYNC;
GRANT USAGE ON DATABASE CRM TO ROLE POLSYNC; GRANT USAGE ON SCHEMA CRM.SALES TO ROLE POLSYNC;
GRANT SELECT ON ALL TABLES IN SCHEMA CRM.SALES TO ROLE POLSYNC; GRANT SELECT ON ALL VIEWS IN SCHEMA CRM.SALES TO ROLE POLSYNC;
CREATE USER POLSYNC_SVC PASSWORD = 'svc-secret' DEFAULT_ROLE = POLSYNC DEFAULT_WAREHOUSE = POLSYNC_WH;
GRANT ROLE POLSYNC TO USER POLSYNC_SVC; GRANT ROLE READER_A TO USER POLSYNC_SVC; GRANT ROLE READER_B TO USER POLSYNC_SVC;
`

// viewing is what reading in bulk takes besides.
var viewing = []string{"GRANT DATABASE ROLE SNOWFLAKE.OBJECT_VIEWER TO ROLE POLSYNC", "GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER TO ROLE POLSYNC",
	"GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE POLSYNC"}

var (
	home      = state.Securable{Kind: state.KindSchema, Catalog: "GOV", Schema: "POLSYNC"}
	sales     = state.Securable{Kind: state.KindSchema, Catalog: "CRM", Schema: "SALES"}
	customers = state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: "CUSTOMERS"}
	orders    = state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: `Orders "x".y`}
	readerA   = state.Securable{Kind: state.KindRole, Name: "READER_A"}
	readerB   = state.Securable{Kind: state.KindRole, Name: "READER_B"}
	alice     = state.Securable{Kind: state.KindUser, Name: "ALICE"}
)

// bed is an embedded account and the connector to it.
type bed struct {
	*Account
	emu *emulator.Account
	t   *testing.T
}

func newBed(t *testing.T, opt emulator.Options, edit ...func(*Options)) *bed {
	t.Helper()
	emu := emulator.New(opt)
	if err := emu.Script("ACCOUNTADMIN", setup); err != nil {
		t.Fatal(err)
	}
	host, port := serve(t, emu)
	o := Options{Name: "snow", Account: "EMULATOR", User: "POLSYNC_SVC", Role: "POLSYNC", Warehouse: "POLSYNC_WH", Host: host, Port: port, Protocol: "http",
		Tag: "run-1", Credentials: Fixed(Credentials{Password: "svc-secret"})}
	for _, e := range edit {
		e(&o)
	}
	if o.Read == Bulk {
		if err := emu.Exec("ACCOUNTADMIN", viewing...); err != nil {
			t.Fatal(err)
		}
	}
	return connected(t, emu, o)
}

// serve puts an embedded account on loopback until the test ends.
func serve(t *testing.T, emu *emulator.Account) (host string, port int) {
	t.Helper()
	srv := httptest.NewServer(emu)
	t.Cleanup(func() {
		emu.Close()
		srv.CloseClientConnections()
		srv.Close()
	})
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	if port, err = strconv.Atoi(u.Port()); err != nil {
		t.Fatal(err)
	}
	return u.Hostname(), port
}

// connected opens an account until the test ends.
func connected(t *testing.T, emu *emulator.Account, o Options) *bed {
	t.Helper()
	a, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return &bed{a, emu, t}
}

// admin changes the account behind the connector's back.
func (b *bed) admin(statements ...string) {
	b.t.Helper()
	if err := b.emu.Exec("ACCOUNTADMIN", statements...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) snapshot(scope connectors.Scope) *state.State {
	b.t.Helper()
	s, err := b.Snapshot(b.t.Context(), scope)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}
