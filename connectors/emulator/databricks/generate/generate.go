// Package generate makes embedded Databricks workspaces whose metastores have the sizes that real ones have: catalogs with schemas in layers,
// groups that read one schema each, teams that are in some of these and have members, governed tags, tags and masks on columns of personal
// data, and masks and row filters of somebody's own. Two metastores of one size are equal. The names are made up.
package generate

import (
	"fmt"

	"github.com/polsync/polsync/connectors/emulator/databricks"
)

// Size says how much there is of each kind.
type Size struct {
	Name     string
	Catalogs int // that of governance included, the platform's own not
	Schemas  int // in all catalogs, information schemas not included
	Tables   int
	Columns  int // of all tables
	Groups   int // account groups
	Users    int // besides the administrator
	Tagged   int // columns that carry the tag
	Masks    int // column masks of somebody's own
	Filters  int // row filters of somebody's own
	Governed int // governed tags, Tag included
}

// The sizes.
var (
	S = Size{"s", 5, 40, 800, 10_000, 60, 100, 600, 5, 3, 3}
	M = Size{"m", 10, 200, 5_000, 75_000, 300, 500, 3_000, 20, 10, 12}
	L = Size{"l", 40, 1_500, 60_000, 1_000_000, 1_500, 3_000, 40_000, 80, 40, 40}
)

// Granted is how many securables have grants: catalogs, schemas, and the tables that auditors read.
func (s Size) Granted() int {
	n, made, data := 0, 0, s.Catalogs-1
	for d := range data {
		n++
		for i := range share(s.Schemas-governed, data, d) {
			switch tables := share(s.Tables, s.Schemas-governed, made); {
			case i < share(s.marts(), data, d):
				n++
			case i%2 == 0:
				n += 1 + tables
			}
			made++
		}
	}
	return n
}

// marts is how many schemas have a group that reads them; the rest of the groups are teams, and Owners and Auditors.
func (s Size) marts() int { return min((s.Groups-2)*7/10, (s.Schemas-governed)*3/4) }

// Sizes are all sizes by name.
var Sizes = map[string]Size{S.Name: S, M.Name: M, L.Name: L}

// What is in every metastore.
const (
	ServicePrincipal = "9d6b2f4e-71c8-4a35-8f1d-2b7c5e0a9341" // application id; Token is its access token
	Token            = "dapi-generated-governance"
	Warehouse        = "fedcba9876543210"
	Owners           = "governance-admins" // the group that owns all catalogs; the service principal is in it
	Catalog          = "governance"
	Policies         = "policies" // schema of Catalog
	Tag              = "pii"      // governed tag of columns
	Values           = "'email', 'phone', 'name'"
)

// ChunkRows is how many rows a part of a result has. The vendor does not say how large parts are.
const ChunkRows = 20_000

// Masks says how the columns that carry Tag are masked.
type Masks struct {
	Functions []string          // statements that make the functions, in Catalog
	ByValue   map[string]string // value of Tag -> full name of a function of one STRING; "" and absent: no mask
}

// New makes a workspace. Of every hundred columns that should carry the tag, be masked, and of every hundred privileges on tables, drift are
// left out.
func New(size Size, drift int, masks Masks, opt databricks.Options) (*databricks.Workspace, error) {
	if opt.ChunkRows == 0 {
		opt.ChunkRows = ChunkRows
	}
	w := databricks.New(opt)
	g := &generator{size: size, drift: drift, masks: masks, w: w}
	if err := g.fill(); err != nil {
		w.Close()
		return nil, fmt.Errorf("generating a metastore of size %s: %w", size.Name, err)
	}
	w.ResetLog()
	return w, nil
}

// statements makes what administers policies.
func (g *generator) statements() []string {
	out := []string{"CREATE CATALOG " + Catalog, "CREATE SCHEMA " + Catalog + "." + Policies, "CREATE SCHEMA " + Catalog + ".legacy",
		"CREATE GOVERNED TAG " + Tag + " DESCRIPTION 'personal data' VALUES (" + Values + ")"}
	for i := range g.size.Governed - 1 {
		out = append(out, fmt.Sprintf("CREATE GOVERNED TAG class_%02d VALUES ('low', 'high')", i+1))
	}
	for i := range g.size.Masks {
		out = append(out, fmt.Sprintf("CREATE FUNCTION %s(v DECIMAL(38,2)) RETURNS DECIMAL(38,2) COMMENT 'payroll %d' RETURN CASE WHEN is_account_group_member('payroll') THEN v END", hide(i), i))
	}
	for i := range g.size.Filters {
		out = append(out, fmt.Sprintf("CREATE FUNCTION %s(r STRING) RETURNS BOOLEAN RETURN is_account_group_member('region-%d') OR r = 'EU'", only(i), i))
	}
	return append(out, g.masks.Functions...)
}

func hide(i int) string { return fmt.Sprintf("%s.legacy.hide_%03d", Catalog, i) }
func only(i int) string { return fmt.Sprintf("%s.legacy.only_%03d", Catalog, i) }
