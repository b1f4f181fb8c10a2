package main

import (
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

// lakes are the embedded workspaces that a script started: by name, each with the metastore behind it.
type lakes map[string]*emulator.Workspace

// lakeToken is that of an administrator of the account in every embedded workspace of a script.
const lakeToken = "lake-token"

// serveLake starts an embedded workspace: lake NAME [OF]. With OF it is another workspace on the metastore of that one.
// NAME_URL is its address; the token of an administrator is in LAKE_TOKEN.
func serveLake(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: lake name [of]")
	}
	all := ts.Value("lakes").(lakes)
	w := all[args[len(args)-1]]
	if len(args) == 1 {
		w = emulator.New(emulator.Options{MetastoreID: "00000000-0000-4000-8000-00000000000" + string(rune('1'+len(all)))})
		ts.Defer(w.Close)
		for _, name := range []string{"alice", "bob"} {
			w.AddUser(name+"@example.com", name)
		}
		w.AddWarehouse("wh1", "Starter")
		ts.Check(w.AddToken(emulator.DefaultAdmin, lakeToken))
		for _, sql := range []string{"CREATE CATALOG main", "CREATE SCHEMA main.crm", "CREATE SCHEMA main.gov", "CREATE TABLE main.crm.customers (id BIGINT, email STRING)",
			"CREATE CATALOG second", "CREATE SCHEMA second.gov", "CREATE TABLE second.gov.notes (id BIGINT, email STRING)"} {
			ts.Check(w.Exec(emulator.DefaultAdmin, sql))
		}
	}
	if w == nil {
		ts.Fatalf("there is no lake %s", args[1])
	}
	all[args[0]] = w
	srv := httptest.NewServer(w)
	ts.Defer(srv.Close)
	ts.Setenv(strings.ToUpper(args[0])+"_URL", srv.URL)
	ts.Setenv("LAKE_TOKEN", lakeToken)
}

// inLake looks at, or changes, an embedded workspace past polsync: inlake NAME members GROUP [MEMBER...], inlake NAME
// nogroup GROUP, inlake NAME provisioned GROUP, inlake NAME unbind CATALOG, inlake NAME sql STATEMENT.
func inLake(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: inlake name what of [more...]")
	}
	w := ts.Value("lakes").(lakes)[args[0]]
	if w == nil {
		ts.Fatalf("there is no lake %s", args[0])
	}
	members, there := w.Members(args[2])
	switch args[1] {
	case "members":
		if !there || !slices.Equal(members, args[3:]) {
			ts.Fatalf("group %s, there: %v, has %v", args[2], there, members)
		}
	case "nogroup":
		if there {
			ts.Fatalf("group %s is there", args[2])
		}
	case "provisioned":
		ts.Check(w.AddProvisionedGroup(args[2], "00g1", "bob@example.com"))
	case "unbind":
		ts.Check(w.Unbind(args[2]))
	case "sql":
		ts.Check(w.Exec(emulator.DefaultAdmin, args[2]))
	default:
		ts.Fatalf("inlake does not know %s", args[1])
	}
}
