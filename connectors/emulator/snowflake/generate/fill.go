package generate

import (
	"fmt"

	"github.com/polsync/polsync/connectors/emulator/snowflake"
)

// generator fills an account. It counts instead of drawing: things are spread evenly, and which is where follows from its number.
type generator struct {
	*snowflake.Builder
	size  Size
	drift int

	admin  snowflake.Ref // SYSADMIN, who owns all
	tag    snowflake.Ref
	access []snowflake.Ref // roles that read one schema each
	tables int             // made so far
	tagged int
	masked int
}

// governed is how many schemas the database of governance has.
const governed = 3

// layers are the kinds of schema. Those of the first have an access role each, as far as the number of roles goes.
var layers = []string{"MART", "STAGE", "RAW"}

func (g *generator) fill() error {
	g.admin = g.Role("SYSADMIN")
	g.tag = g.Tag(g.Schema(Database, Tags), Tag)
	data := g.size.Databases - 1
	marts := (g.size.Roles - systemRoles - 1) * 7 / 10 // the rest are functional roles
	for d := range data {
		db, err := g.NewDatabase(fmt.Sprintf("DATA_%02d", d+1), g.admin)
		if err != nil {
			return err
		}
		for s := range share(g.size.Schemas-governed, data, d) {
			if err := g.schema(db, fmt.Sprintf("DATA_%02d", d+1), s, s < share(marts, data, d)); err != nil {
				return err
			}
		}
	}
	return g.people(g.size.Roles - systemRoles - 1 - len(g.access))
}

// share is the part of n that the i-th of several gets.
func share(n, of, i int) int { return n*(i+1)/of - n*i/of }

func (g *generator) schema(db snowflake.Ref, database string, n int, read bool) error {
	layer := layers[0]
	if !read {
		layer = layers[1+n%2]
	}
	name := fmt.Sprintf("%s_%03d", layer, n+1)
	schema, err := g.NewSchema(db, name, g.admin)
	if err != nil {
		return err
	}
	var reader snowflake.Ref
	if read {
		if reader, err = g.NewRole("READ_"+database+"_"+name, g.admin); err != nil {
			return err
		}
		g.access = append(g.access, reader)
		g.Join(reader, g.admin)
		g.Grant("USAGE", db, reader)
		g.Grant("USAGE", schema, reader)
		g.GrantFutureTables("SELECT", schema, reader)
	}
	at := g.schemas(database, n)
	for range share(g.size.Tables, g.size.Schemas-governed, at) {
		if err := g.table(schema, reader, read); err != nil {
			return err
		}
	}
	return nil
}

// schemas is the number of a schema among all.
func (g *generator) schemas(database string, n int) int {
	var d int
	if _, err := fmt.Sscanf(database, "DATA_%02d", &d); err != nil {
		panic(err) // the name is ours
	}
	data := g.size.Databases - 1
	return (g.size.Schemas-governed)*(d-1)/data + n
}

var (
	topics = []string{"CUSTOMER", "ORDER", "INVOICE", "PAYMENT", "SHIPMENT", "TICKET", "EMPLOYEE", "CAMPAIGN", "SESSION", "PRODUCT", "SUPPLIER", "CONTRACT"}
	forms  = []string{"FACT", "DIM", "HIST", "SNAP", "LOG"}
	facts  = []snowflake.ColumnSpec{{Name: "ID", Type: "NUMBER(38,0)"}, {Name: "CREATED_AT", Type: "TIMESTAMP_NTZ(9)"}, {Name: "STATUS", Type: "VARCHAR(32)"}, {Name: "AMOUNT", Type: "NUMBER(18,2)"},
		{Name: "CURRENCY", Type: "VARCHAR(3)"}, {Name: "IS_ACTIVE", Type: "BOOLEAN"}, {Name: "BOOKED_ON", Type: "DATE"}, {Name: "SCORE", Type: "FLOAT"}, {Name: "PAYLOAD", Type: "VARIANT"}, {Name: "REGION", Type: "VARCHAR(64)"}}
	personal = []struct{ column, value string }{{"EMAIL", "email"}, {"PHONE", "phone"}, {"FULL_NAME", "name"}}
)

func (g *generator) table(schema, reader snowflake.Ref, read bool) error {
	n := g.tables
	g.tables++
	width := share(g.size.Columns, g.size.Tables, n)
	var columns []snowflake.ColumnSpec
	carries := min(g.size.Tagged-g.tagged, len(personal)*share((g.size.Tagged+2)/len(personal), g.size.Tables, n)) // of personal data: all or none
	for i := range carries {
		columns = append(columns, snowflake.ColumnSpec{Name: personal[(n+i)%len(personal)].column, Type: "VARCHAR(320)"})
	}
	salary := -1
	if g.masked < g.size.Policies && n%7 == 3 {
		salary = len(columns)
		columns = append(columns, snowflake.ColumnSpec{Name: "SALARY", Type: "NUMBER(38,2)"})
	}
	for i := 0; len(columns) < width; i++ {
		c := facts[i%len(facts)]
		if i >= len(facts) {
			c.Name = fmt.Sprintf("%s_%d", c.Name, i/len(facts)+1)
		}
		columns = append(columns, c)
	}
	table, err := g.NewTable(schema, fmt.Sprintf("%s_%s_%05d", topics[n%len(topics)], forms[n%len(forms)], n+1), g.admin, columns)
	if err != nil {
		return err
	}
	for i := range carries {
		g.tagged++
		if !g.drifts(g.tagged) {
			g.TagColumn(g.tag, table, i, personal[(n+i)%len(personal)].value)
		}
	}
	if salary >= 0 {
		g.Mask(g.Policy(g.Schema(Database, "LEGACY"), fmt.Sprintf("HIDE_%03d", g.masked)), table, salary)
		g.masked++
	}
	if read && !g.drifts(n) {
		g.Grant("SELECT", table, reader)
	}
	return nil
}

// drifts tells whether the n-th of something is left out.
func (g *generator) drifts(n int) bool { return n*g.drift/100 != (n+1)*g.drift/100 }

// people makes the functional roles, each with five access roles, and users that have one or two of them.
func (g *generator) people(functional int) error {
	var roles []snowflake.Ref
	for i := range functional {
		r, err := g.NewRole(fmt.Sprintf("TEAM_%03d", i+1), g.admin)
		if err != nil {
			return err
		}
		g.Join(r, g.admin)
		for k := range min(5, len(g.access)) {
			g.Join(g.access[(i*5+k)%len(g.access)], r)
		}
		roles = append(roles, r)
	}
	for i := range g.size.Users {
		u, err := g.NewUser(fmt.Sprintf("USER_%04d", i+1), "", g.Role("USERADMIN"))
		if err != nil {
			return err
		}
		g.Join(roles[i%len(roles)], u)
		if second := (i + 7) % len(roles); i%4 == 0 && second != i%len(roles) {
			g.Join(roles[second], u)
		}
	}
	return nil
}
