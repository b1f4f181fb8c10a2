package memory_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/connectortest"
	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

func fixture(d memory.Dialect) *connectortest.Fixture {
	s := state.New()
	table := func(name string) state.Securable {
		return state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "PUBLIC", Name: name}
	}
	for _, o := range []state.Securable{{Kind: state.KindCatalog, Catalog: "CRM"}, {Kind: state.KindSchema, Catalog: "CRM", Schema: "PUBLIC"},
		{Kind: state.KindUser, Name: "ALICE"}, {Kind: state.KindRole, Name: "READER"}, {Kind: state.KindRole, Name: "other reader"}, table("CUSTOMERS"), table("ORDERS")} {
		s.Objects[o] = state.Object{}
	}
	owned := state.Object{Owner: state.Securable{Kind: state.KindRole, Name: "LOADER"}}
	s.Objects[table("CUSTOMERS")], s.Objects[table("ORDERS")] = owned, owned
	warehouse := state.Securable{Kind: state.KindWarehouse, Name: "WH"}
	s.Objects[warehouse] = state.Object{}
	odd := table("a\"b.c\\d$$e'f`g\nh \u00e9")
	s.Objects[odd] = owned
	var oddColumns []state.Securable
	for _, name := range []string{`"quo"te.d'`, "plain", `back\slash$$`, "new\nline `tick`", "\u6f22\u5b57", "lower", strings.Repeat("\u00fc", 255)} {
		c := odd
		c.Kind, c.Column = state.KindColumn, name
		s.Objects[c] = state.Object{Type: state.DataType{Family: state.FamilyString, Text: "string"}}
		oddColumns = append(oddColumns, c)
	}
	nested := table("NESTED")
	s.Objects[nested] = owned
	var nestedColumns []state.Securable
	for _, f := range []state.Family{state.FamilyArray, state.FamilyObject} {
		c := nested
		c.Kind, c.Column = state.KindColumn, string(f)
		s.Objects[c] = state.Object{Type: state.DataType{Family: f, Text: string(f)}}
		nestedColumns = append(nestedColumns, c)
	}
	oddReader := state.Securable{Kind: state.KindRole, Name: "odd \"r\".x\\$$'\u00e9\n`"}
	s.Objects[oddReader] = state.Object{}
	for _, t := range []string{"CUSTOMERS", "ORDERS"} {
		for name, family := range map[string]state.Family{"EMAIL": state.FamilyString, "PHONE": state.FamilyString, "SALARY": state.FamilyNumber, "COUNTRY": state.FamilyString} {
			c := table(t)
			c.Kind, c.Column = state.KindColumn, name
			s.Objects[c] = state.Object{Type: state.DataType{Family: family, Text: string(family)}}
		}
	}
	w := memory.New(d, s)
	return &connectortest.Fixture{Platform: w, Others: []state.Securable{warehouse}, Nested: nestedColumns, Odd: oddColumns, OddReader: oddReader,
		Recreate: func(_ *testing.T, table state.Securable) { forget(s, table) },
		Rename:   func(_ *testing.T, table state.Securable, to string) { rename(s, table, to) },
		Tag:      func(_ *testing.T, name string) connectortest.HeldTag { return heldTag(w.State(), name) },
		Tables:   []state.Securable{table("CUSTOMERS"), table("ORDERS")},
		Readers:  []state.Securable{{Kind: state.KindRole, Name: "READER"}, {Kind: state.KindRole, Name: "other reader"}},
		Member:   state.Securable{Kind: state.KindUser, Name: "ALICE"}}
}

// forget takes off what stands on a table and its columns, as when it is dropped and made anew.
func forget(s *state.State, table state.Securable) {
	maps.DeleteFunc(s.Facts, func(k state.Key, _ state.Fact) bool { return table.Covers(k.On) })
}

// rename moves a table, its columns and what stands on them.
func rename(s *state.State, table state.Securable, to string) {
	for on, is := range maps.Clone(s.Objects) {
		if table.Covers(on) {
			delete(s.Objects, on)
			on.Name = to
			s.Objects[on] = is
		}
	}
	for k, f := range maps.Clone(s.Facts) {
		if table.Covers(k.On) {
			delete(s.Facts, k)
			f.Key.On.Name = to
			s.Put(f)
		}
	}
}

// heldTag finds in a state what is held of a tag.
func heldTag(s *state.State, name string) connectortest.HeldTag {
	tag := memory.Dialect{}.Tag(name, state.Securable{}, state.Securable{})
	held := connectortest.HeldTag{On: map[state.Securable]string{}}
	for _, k := range s.Keys() {
		switch v := s.Value(k).(type) {
		case state.Tag:
			if k.On == tag {
				held.There, held.Comment = true, v.Comment
			}
		case state.Text:
			if k.With == tag {
				held.On[k.On] = string(v)
			}
		default:
			if k.Fact == state.FactAllowedValue && k.On == tag {
				held.Values = append(held.Values, k.Name)
			}
		}
	}
	return held
}

func TestConformance(t *testing.T) {
	connectortest.Run(t, func(*testing.T) *connectortest.Fixture { return fixture(memory.Dialect{}) })
}

func TestConformanceColumnByColumn(t *testing.T) {
	connectortest.Run(t, func(*testing.T) *connectortest.Fixture { return fixture(memory.Dialect{PerColumn: true}) })
}

func TestWhatIsInUseIsNotDropped(t *testing.T) {
	w := fixture(memory.Dialect{}).Platform
	put := func(line string) error {
		_, err := w.Exec(t.Context(), plan.Statement{SQL: line})
		return err
	}
	for _, line := range []string{
		`put {"fact":"tag","on":"tag PII"} = {}`,
		`put {"fact":"allowed_value","on":"tag PII","name":"email"} = {}`,
		`put {"fact":"tagged","on":"column CRM.PUBLIC.ORDERS.EMAIL","with":"tag PII"} = "email"`,
		`put {"fact":"policy","on":"masking_policy P"} = {"name":"masking_policy P","family":"string"}`,
		`put {"fact":"binding","on":"tag PII","name":"string"} = {"policy":"masking_policy P"}`,
	} {
		if err := put(line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	for _, line := range []string{
		`drop {"fact":"policy","on":"masking_policy P"}`, `drop {"fact":"tag","on":"tag PII"}`, `drop {"fact":"allowed_value","on":"tag PII","name":"email"}`,
		`put {"fact":"tagged","on":"column CRM.PUBLIC.ORDERS.PHONE","with":"tag PII"} = "phone"`,
		`put {"fact":"mask","on":"column CRM.PUBLIC.ORDERS.PHONE"} = {"policy":"masking_policy Q"}`,
		`put {"fact":"grant","on":"table CRM.PUBLIC.NONE","with":"role READER","name":"SELECT"} = false`, `nonsense`,
	} {
		if err := put(line); err == nil {
			t.Errorf("%s was carried out", line)
		}
	}
}

func TestFileKeepsEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mem.yaml")
	if err := os.WriteFile(path, []byte(`objects:
  - {on: catalog CRM}
  - {on: schema CRM.PUBLIC}
  - {on: table CRM.PUBLIC.T}
  - {on: column CRM.PUBLIC.T.EMAIL, type: string}
  - {on: role R}
facts:
  - {fact: tag, on: tag PII, value: {any_value: true}}
  - {fact: tagged, on: column CRM.PUBLIC.T.EMAIL, with: tag PII, value: email}
  - {fact: grant, on: table CRM.PUBLIC.T, with: role R, name: SELECT}
rows:
  table CRM.PUBLIC.T:
    - {EMAIL: a@example.com}
    - {}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := memory.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	before := w.State()
	if _, err := w.Exec(t.Context(), plan.Statement{SQL: `put {"fact":"role","on":"role NEW"} = {"comment":"x"}`}); err != nil {
		t.Fatal(err)
	}
	back, err := memory.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	role := state.Key{Fact: state.FactRole, On: state.Securable{Kind: state.KindRole, Name: "NEW"}}
	after := back.State()
	if after.Value(role) != (state.Role{Comment: "x"}) {
		t.Errorf("the new role reads %v", after.Value(role))
	}
	delete(after.Facts, role)
	if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
		t.Error(diff)
	}
	column := state.Securable{Kind: state.KindColumn, Catalog: "CRM", Schema: "PUBLIC", Name: "T", Column: "EMAIL"}
	cells, err := back.ReadAs(t.Context(), state.Securable{Kind: state.KindRole, Name: "R"}, column, 5)
	if err != nil || len(cells) != 2 || cells[0] == nil || *cells[0] != "a@example.com" || cells[1] != nil {
		t.Errorf("read %v, %v", cells, err)
	}
	if _, err := back.ReadAs(t.Context(), role.On, column, 5); !errors.Is(err, connectors.ErrDenied) {
		t.Errorf("a role without the privilege reads: %v", err)
	}
}
