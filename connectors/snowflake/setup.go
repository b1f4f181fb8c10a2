package snowflake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// Identity is what a service user of polsync is for.
type Identity string

// The identities, from the one with the most rights to those that change nothing.
const (
	ForApply Identity = "apply" // reads, and carries plans out
	ForPlan  Identity = "plan"  // reads what is declared about, and changes nothing
	ForScan  Identity = "scan"  // reads data to classify it, and changes nothing
)

// Setup is what the configuration says of an account, for the statements that prepare it.
type Setup struct {
	User, Role, Warehouse string
	Home                  state.Securable // zero where none is configured
	Databases             []string        // those that policies speak of, as stored
	For                   Identity        //
	Key                   bool            // the user signs in with a key pair
}

// Statements returns what an administrator runs once, as ACCOUNTADMIN, so that the user can do what the identity is for
// and nothing else. They can be run again. Lines that begin with -- are for people.
func (s Setup) Statements() ([]string, error) {
	if s.User == "" || s.Role == "" || s.Warehouse == "" {
		return nil, fmt.Errorf("the statements need a user, a role and a warehouse in the configuration")
	}
	w := &setupWriter{role: s.Role}
	w.say("CREATE ROLE IF NOT EXISTS %s", w.name(state.KindRole, s.Role))
	w.say("CREATE WAREHOUSE IF NOT EXISTS %s WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60 INITIALLY_SUSPENDED = TRUE", w.name(state.KindWarehouse, s.Warehouse))
	w.grant("USAGE", "WAREHOUSE "+w.name(state.KindWarehouse, s.Warehouse))
	switch s.For {
	case ForApply:
		s.apply(w)
	case ForPlan:
		w.grant("RESOLVE ALL, MONITOR ROLE, MONITOR USER", "ACCOUNT")
	case ForScan:
	default:
		return nil, fmt.Errorf("no identity is called %q; there are apply, plan and scan", s.For)
	}
	for _, db := range s.Databases {
		s.database(w, db)
	}
	w.say("CREATE USER IF NOT EXISTS %s TYPE = SERVICE DEFAULT_ROLE = %s DEFAULT_WAREHOUSE = %s DEFAULT_SECONDARY_ROLES = ()", w.name(state.KindUser, s.User),
		w.name(state.KindRole, s.Role), w.name(state.KindWarehouse, s.Warehouse))
	w.say("GRANT ROLE %s TO USER %s", w.name(state.KindRole, s.Role), w.name(state.KindUser, s.User))
	if s.Key {
		w.lines = append(w.lines, "-- and the public half of its key, from: openssl rsa -in key.pem -pubout",
			fmt.Sprintf("-- ALTER USER %s SET RSA_PUBLIC_KEY = '...'", w.name(state.KindUser, s.User)))
	}
	return w.lines, w.err
}

// apply gives what doctor looks for.
func (s Setup) apply(w *setupWriter) {
	var rights, inHome []string
	for _, n := range needs {
		rights = append(rights, n.privilege)
	}
	for _, n := range homeNeeds {
		inHome = append(inHome, n.privilege)
	}
	w.grant(strings.Join(rights, ", "), "ACCOUNT")
	if s.Home == (state.Securable{}) {
		return
	}
	database := w.quoted(state.Securable{Kind: state.KindCatalog, Catalog: s.Home.Catalog})
	w.say("CREATE DATABASE IF NOT EXISTS %s", database)
	w.say("CREATE SCHEMA IF NOT EXISTS %s WITH MANAGED ACCESS", w.quoted(s.Home))
	w.grant("USAGE", "DATABASE "+database)
	w.grant("USAGE, "+strings.Join(inHome, ", "), "SCHEMA "+w.quoted(s.Home))
}

// database gives sight of what is in a database: its names and columns, for scans its rows.
func (s Setup) database(w *setupWriter, name string) {
	db := w.quoted(state.Securable{Kind: state.KindCatalog, Catalog: name})
	w.grant("USAGE", "DATABASE "+db)
	w.grant("USAGE", "ALL SCHEMAS IN DATABASE "+db)
	w.grant("USAGE", "FUTURE SCHEMAS IN DATABASE "+db)
	sees := "REFERENCES" // shows columns, and not a row
	if s.For == ForScan {
		sees = "SELECT"
	}
	for _, what := range []string{"ALL TABLES", "ALL VIEWS", "FUTURE TABLES", "FUTURE VIEWS"} {
		w.grant(sees, what+" IN DATABASE "+db)
	}
}

// setupWriter gathers statements; a name that cannot be written is its error.
type setupWriter struct {
	role  string
	lines []string
	err   error
}

func (w *setupWriter) quoted(s state.Securable) string {
	q, err := dialect.Quoted(s)
	w.err = cmp.Or(w.err, err)
	return q
}

func (w *setupWriter) name(kind state.Kind, name string) string {
	return w.quoted(state.Securable{Kind: kind, Name: name})
}

func (w *setupWriter) say(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

func (w *setupWriter) grant(privileges, on string) {
	w.say("GRANT %s ON %s TO ROLE %s", privileges, on, w.name(state.KindRole, w.role))
}

// Identities lists the identities in the order in which they are explained.
func Identities() []string {
	return slices.Clone([]string{string(ForApply), string(ForPlan), string(ForScan)})
}
