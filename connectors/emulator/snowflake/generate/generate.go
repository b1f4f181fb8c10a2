// Package generate makes embedded Snowflake accounts of the sizes that real ones have: databases with schemas in layers, access roles that read
// one schema each, functional roles that have some of these and belong to users, future grants, tags on columns of personal data, policies of
// the account's own. Two accounts of one size are equal. The names are made up.
package generate

import (
	"fmt"
	"time"

	"github.com/polsync/polsync/connectors/emulator/snowflake"
)

// Size says how much there is of each kind.
type Size struct {
	Name      string
	Databases int // that of governance included
	Schemas   int // in all databases
	Tables    int
	Columns   int // of all tables
	Roles     int // those of the system included
	Users     int // besides the administrator and the service user
	Tagged    int // columns that carry the tag
	Policies  int // masking policies of the account's own
}

// The sizes.
var (
	S = Size{"s", 5, 40, 800, 10_000, 60, 100, 600, 5}
	M = Size{"m", 10, 200, 5_000, 75_000, 300, 500, 3_000, 20}
	L = Size{"l", 40, 1_500, 60_000, 1_000_000, 1_500, 3_000, 40_000, 80}
)

// Sizes are all sizes by name.
var Sizes = map[string]Size{S.Name: S, M.Name: M, L.Name: L}

// What is in every account.
const (
	User      = "GOVERNANCE_SVC" // the service user; Token is its access token, Role its role
	Token     = "pat-generated-governance"
	Role      = "GOVERNANCE_ADMIN"
	Warehouse = "GOVERNANCE_WH"
	Database  = "GOV"
	Policies  = "POLICIES" // schema of Database that belongs to Role
	Tags      = "TAGS"     // likewise; has the tag Tag
	Tag       = "PII"
)

// age is how old everything is.
const age = 60 * 24 * time.Hour

const systemRoles = 5

// New makes an account. Of every hundred columns that should carry the tag, and of every hundred privileges of access roles, drift are left out.
func New(size Size, drift int, opt snowflake.Options) (*snowflake.Account, error) {
	opt.InformationSchemaManageGrants = true
	a := snowflake.New(opt)
	g := &generator{size: size, drift: drift}
	err := a.Build(age, func(b *snowflake.Builder) error {
		if err := a.Exec("ACCOUNTADMIN", governance()...); err != nil {
			return err
		}
		if err := a.AddAccessToken(User, "GENERATED", Token, Role); err != nil {
			return err
		}
		if err := a.Exec("ACCOUNTADMIN", policies(size.Policies)...); err != nil {
			return err
		}
		g.Builder = b
		return g.fill()
	})
	if err != nil {
		a.Close()
		return nil, fmt.Errorf("generating an account of size %s: %w", size.Name, err)
	}
	return a, nil
}

// governance makes what administers policies.
func governance() []string {
	home := Database + "." + Policies
	return []string{
		"CREATE WAREHOUSE " + Warehouse,
		"CREATE ROLE " + Role, "GRANT ROLE " + Role + " TO ROLE SYSADMIN",
		"CREATE USER " + User + " DEFAULT_ROLE = " + Role + " DEFAULT_WAREHOUSE = " + Warehouse + " TYPE = SERVICE",
		"GRANT ROLE " + Role + " TO USER " + User,
		"CREATE DATABASE " + Database, "DROP SCHEMA " + Database + ".PUBLIC", "CREATE SCHEMA " + home + " WITH MANAGED ACCESS", "CREATE SCHEMA " + Database + "." + Tags,
		"CREATE TAG " + Database + "." + Tags + "." + Tag + " ALLOWED_VALUES 'email', 'phone', 'name'",
		"GRANT USAGE ON WAREHOUSE " + Warehouse + " TO ROLE " + Role,
		"GRANT MANAGE GRANTS, APPLY TAG, APPLY MASKING POLICY, APPLY ROW ACCESS POLICY, CREATE ROLE ON ACCOUNT TO ROLE " + Role,
		"GRANT DATABASE ROLE SNOWFLAKE.OBJECT_VIEWER TO ROLE " + Role, "GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER TO ROLE " + Role,
		"GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE " + Role,
		"GRANT USAGE ON DATABASE " + Database + " TO ROLE " + Role,
		"GRANT OWNERSHIP ON TAG " + Database + "." + Tags + "." + Tag + " TO ROLE " + Role,
		"GRANT OWNERSHIP ON SCHEMA " + home + " TO ROLE " + Role, "GRANT OWNERSHIP ON SCHEMA " + Database + "." + Tags + " TO ROLE " + Role,
	}
}

// policies are those that somebody else made; they stand on columns of salaries.
func policies(n int) []string {
	out := []string{"CREATE SCHEMA " + Database + ".LEGACY"}
	for i := range n {
		out = append(out, fmt.Sprintf("CREATE MASKING POLICY %s AS (V NUMBER(38, 2)) RETURNS NUMBER(38, 2) -> CASE WHEN IS_ROLE_IN_SESSION('SYSADMIN') THEN V END COMMENT = 'payroll %d'", legacy(i), i))
	}
	return out
}

func legacy(i int) string { return fmt.Sprintf("%s.LEGACY.HIDE_%03d", Database, i) }
