package generate

import (
	"fmt"

	"github.com/polsync/polsync/connectors/emulator/databricks"
)

// generator fills a workspace. It counts instead of drawing: things are spread evenly, and which is where follows from its number.
type generator struct {
	*databricks.Builder
	w     *databricks.Workspace
	size  Size
	drift int
	masks Masks

	readers  []string // groups that read one schema each
	schemas  int      // made so far
	tables   int
	tagged   int
	masked   int
	filtered int
}

// governed is how many schemas the catalog of governance has, its default one included.
const governed = 3

// layers are the kinds of schema. Those of the first have a group each that reads them, as far as the number of groups goes.
var layers = []string{"mart", "stage", "raw"}

func (g *generator) fill() error {
	if err := g.people(); err != nil {
		return err
	}
	for _, sql := range g.statements() {
		if err := g.w.Exec(databricks.DefaultAdmin, sql); err != nil {
			return err
		}
	}
	for _, sql := range []string{"ALTER CATALOG " + Catalog + " OWNER TO `" + Owners + "`", "GRANT USE SCHEMA, CREATE FUNCTION, EXECUTE ON SCHEMA " + Catalog + "." + Policies + " TO `" + Owners + "`"} {
		if err := g.w.Exec(databricks.DefaultAdmin, sql); err != nil {
			return err
		}
	}
	g.w.AllowTagPolicies(Owners)
	if err := g.w.AllowTagAssignment(Tag, Owners); err != nil {
		return err
	}
	return g.w.Build(func(b *databricks.Builder) error {
		g.Builder = b
		return g.catalogs()
	})
}

// Auditors is a group that reads the tables of some schemas one by one.
const Auditors = "auditors"

// people makes the groups that read, teams that are in five of these each, and users who are in one or two teams.
func (g *generator) people() error {
	g.w.AddWarehouse(Warehouse, "Governance")
	g.w.AddServicePrincipal(ServicePrincipal, "governance-svc")
	if err := g.w.AddToken(ServicePrincipal, Token); err != nil {
		return err
	}
	for i := range g.size.Users {
		g.w.AddUser(fmt.Sprintf("user-%04d@example.com", i+1), fmt.Sprintf("User %d", i+1))
	}
	teams := g.size.Groups - 2 - g.size.marts()
	members := make([][]string, teams)
	for i := range g.size.Users {
		u := fmt.Sprintf("user-%04d@example.com", i+1)
		members[i%teams] = append(members[i%teams], u)
		if second := (i + 7) % teams; i%4 == 0 && second != i%teams {
			members[second] = append(members[second], u)
		}
	}
	for i, m := range members {
		if err := g.w.AddGroup(team(i), m...); err != nil {
			return err
		}
	}
	if err := g.w.AddGroup(Auditors, team(0)); err != nil {
		return err
	}
	return g.w.AddGroup(Owners, ServicePrincipal)
}

func team(i int) string { return fmt.Sprintf("team-%03d", i+1) }

// share is the part of n that the i-th of several gets.
func share(n, of, i int) int { return n*(i+1)/of - n*i/of }

func (g *generator) catalogs() error {
	data := g.size.Catalogs - 1
	for d := range data {
		name := fmt.Sprintf("data_%02d", d+1)
		c, err := g.NewCatalog(name, Owners)
		if err != nil {
			return err
		}
		g.Grant(c, Auditors, "USE CATALOG")
		for s := range share(g.size.Schemas-governed, data, d) {
			if err := g.schema(c, name, s, s < share(g.size.marts(), data, d)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *generator) schema(c databricks.Ref, catalog string, n int, read bool) error {
	layer := layers[0]
	if !read {
		layer = layers[1+n%2]
	}
	name := fmt.Sprintf("%s_%03d", layer, n+1)
	s, err := g.NewSchema(c, name, Owners)
	if err != nil {
		return err
	}
	if read {
		reader := "read-" + catalog + "-" + name
		g.AddGroup(reader, team(len(g.readers)%(g.size.Groups-2-g.size.marts())))
		g.readers = append(g.readers, reader)
		g.Grant(c, reader, "USE CATALOG")
		g.Grant(s, reader, "USE SCHEMA", "SELECT")
	} else if layer == "stage" {
		g.Grant(s, Auditors, "USE SCHEMA")
	}
	for range share(g.size.Tables, g.size.Schemas-governed, g.schemas) {
		if err := g.table(s, layer == "stage"); err != nil {
			return err
		}
	}
	g.schemas++
	return nil
}

var (
	topics = []string{"customer", "order", "invoice", "payment", "shipment", "ticket", "employee", "campaign", "session", "product", "supplier", "contract"}
	forms  = []string{"fact", "dim", "hist", "snap", "log"}
	facts  = []databricks.ColumnSpec{{Name: "id", Type: "BIGINT"}, {Name: "created_at", Type: "TIMESTAMP"}, {Name: "status", Type: "STRING"}, {Name: "amount", Type: "DECIMAL(18,2)"},
		{Name: "currency", Type: "STRING"}, {Name: "is_active", Type: "BOOLEAN"}, {Name: "booked_on", Type: "DATE"}, {Name: "score", Type: "DOUBLE"}, {Name: "payload", Type: "VARIANT"}, {Name: "region", Type: "STRING"}}
	personal = []struct{ column, value string }{{"email", "email"}, {"phone", "phone"}, {"full_name", "name"}}
)

func (g *generator) table(s databricks.Ref, audited bool) error {
	n := g.tables
	g.tables++
	carries := min(g.size.Tagged-g.tagged, len(personal)*share((g.size.Tagged+2)/len(personal), g.size.Tables, n)) // of personal data: all or none
	columns, salary := g.columns(n, carries)
	t, err := g.NewTable(s, fmt.Sprintf("%s_%s_%05d", topics[n%len(topics)], forms[n%len(forms)], n+1), Owners, columns)
	if err != nil {
		return err
	}
	for i := range carries {
		p := personal[(n+i)%len(personal)]
		g.tagged++
		if !g.drifts(g.tagged) {
			g.TagColumn(t, i, Tag, p.value)
		}
		if f := g.masks.ByValue[p.value]; f != "" && !g.drifts(g.tagged+50) {
			g.Mask(t, i, f)
		}
	}
	if salary >= 0 {
		g.Mask(t, salary, hide(g.masked))
		g.masked++
	}
	if g.filtered < g.size.Filters && n%11 == 5 {
		g.Filter(t, only(g.filtered), "region")
		g.filtered++
	}
	if audited && !g.drifts(n) {
		g.Grant(t, Auditors, "SELECT")
	}
	return nil
}

// columns returns those of the n-th table, the personal ones first, and the place of a salary, -1 for none.
func (g *generator) columns(n, carries int) ([]databricks.ColumnSpec, int) {
	width := share(g.size.Columns, g.size.Tables, n)
	var columns []databricks.ColumnSpec
	for i := range carries {
		columns = append(columns, databricks.ColumnSpec{Name: personal[(n+i)%len(personal)].column, Type: "STRING"})
	}
	salary := -1
	if g.masked < g.size.Masks && n%7 == 3 {
		salary = len(columns)
		columns = append(columns, databricks.ColumnSpec{Name: "salary", Type: "DECIMAL(38,2)"})
	}
	if n%11 == 5 { // has a region, which a row filter asks for
		columns = append(columns, facts[len(facts)-1])
	}
	for i := 0; len(columns) < width; i++ {
		c := facts[i%(len(facts)-1)]
		if i >= len(facts)-1 {
			c.Name = fmt.Sprintf("%s_%d", c.Name, i/(len(facts)-1)+1)
		}
		columns = append(columns, c)
	}
	return columns, salary
}

// drifts tells whether the n-th of something is left out.
func (g *generator) drifts(n int) bool { return n*g.drift/100 != (n+1)*g.drift/100 }
