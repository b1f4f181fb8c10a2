package databricks_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/connectortest"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// TestMaskEffects says what each word shows, value by value. The same table holds for Snowflake.
func TestMaskEffects(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	p := w.open(t, emulator.DefaultAdmin)
	w.exec(t, "GRANT SELECT ON CATALOG main TO `readers-a`", "CREATE TABLE main.crm.v (s STRING, n DECIMAL(12,2), f DOUBLE, d DATE, ts TIMESTAMP, b BOOLEAN)")
	email, null := "Ann.B@example.com", "NULL"
	for i, c := range []struct {
		column, in string
		show       state.Show
		want       string
	}{
		{"s", email, state.Show{Kind: state.ShowClear}, email},
		{"s", email, state.Show{}, null},
		{"s", email, state.Show{Kind: state.ShowFull}, "*****************"},
		{"s", "Añ9-x y", state.Show{Kind: state.ShowRedact}, "Xx0-x x"},
		{"s", "123-45-6789", state.Show{Kind: state.ShowLast, N: 4}, "***-**-6789"},
		{"s", "6789", state.Show{Kind: state.ShowLast, N: 4}, "****"},
		{"s", "123456", state.Show{Kind: state.ShowFirst, N: 4}, "1234**"},
		{"s", "1234", state.Show{Kind: state.ShowFirst, N: 4}, "****"},
		{"s", "a\nb@c@x.org", state.Show{Kind: state.ShowEmailDomain}, "****@x.org"},
		{"s", "none", state.Show{Kind: state.ShowEmailDomain}, "****"},
		{"s", "a", state.Show{Kind: state.ShowHash}, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},
		{"s", "a@x.org", state.Show{Kind: state.ShowEmailHash}, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb@x.org"},
		{"s", "a", state.Show{Kind: state.ShowLastHash, N: 4}, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},
		{"s", email, state.Show{Kind: state.ShowConst, Text: `it's \`}, `it's \`},
		{"s", email, state.Show{Kind: state.ShowConstant}, "*"},
		{"s", email, state.Show{Kind: state.ShowYear}, null},
		{"n", "1234.56", state.Show{Kind: state.ShowClear}, "1234.56"},
		{"n", "1234.56", state.Show{Kind: state.ShowConstant}, "1.00"},
		{"n", "1234.56", state.Show{Kind: state.ShowConst, Text: "-7.5"}, "-7.50"},
		{"n", "1234.56", state.Show{Kind: state.ShowHash}, null},
		{"f", "1.5", state.Show{Kind: state.ShowClear}, "1.5"},
		{"d", "1990-05-06", state.Show{Kind: state.ShowYear}, "1990-01-01"},
		{"d", "1990-05-06", state.Show{Kind: state.ShowConstDate}, "9999-12-31"},
		{"d", "1990-05-06", state.Show{Kind: state.ShowConstant}, "2000-01-01"},
		{"ts", "1990-05-06 01:02:03", state.Show{Kind: state.ShowYear}, "1990-01-01T00:00:00.000Z"},
		{"b", "true", state.Show{Kind: state.ShowConst, Text: "false"}, "false"},
	} {
		t.Run(fmt.Sprintf("%s %s %d", c.column, c.show, i), func(t *testing.T) {
			family := map[string]state.Family{"s": state.FamilyString, "n": state.FamilyNumber, "f": state.FamilyFloat, "d": state.FamilyDate, "ts": state.FamilyTimestampLTZ, "b": state.FamilyBoolean}[c.column]
			w.exec(t, "DELETE FROM main.crm.v", "INSERT INTO main.crm.v ("+c.column+") VALUES ("+dialect.Literal(c.in)+")")
			on := object(state.KindColumn, "main", "crm", "v", c.column)
			policy := &state.MaskingPolicy{Family: family, Default: c.show,
				Name: state.Securable{Kind: state.KindMaskingPolicy, Catalog: "main", Schema: "gov", Name: fmt.Sprintf("f%d", i)}}
			execute(t, p, plan.Change{Key: state.Key{Fact: state.FactPolicy, On: policy.Name}, Want: policy})
			execute(t, p, plan.Change{Key: state.Key{Fact: state.FactMask, On: on}, Want: state.Mask{Policy: policy.Name}})
			got, err := p.ReadAs(t.Context(), group("readers-a"), on, 1)
			must(t, err)
			shown := null
			if got[0] != nil {
				shown = *got[0]
			}
			if shown != c.want {
				t.Errorf("got %q, want %q", shown, c.want)
			}
		})
	}
}

func execute(t *testing.T, p connectors.Platform, c plan.Change) {
	t.Helper()
	steps, err := p.Dialect().Compile(plan.PhaseDefine, []plan.Change{c})
	must(t, err)
	for _, s := range steps {
		for _, st := range s.Statements {
			if _, err := p.Exec(t.Context(), st); err != nil {
				t.Fatalf("%s: %v", st.SQL, err)
			}
		}
	}
}

// TestCountAgreesWithGo counts in the warehouse and in process.
func TestCountAgreesWithGo(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	p := w.open(t, emulator.DefaultAdmin)
	values := []string{"4111 1111 1111 1111", "4111111111111112", "0000000000000000", "DE89 3704 0044 0532 0130 00", "de89370400440532013000", "DE88370400440532013000", "  x ", "", "   ",
		"ann@example.com", "Ann Smith", "smith", "9434765919", "9434765918", "a\n", "12345678901234567890", "it's", `b\c`, "ÄÖ"}
	w.exec(t, "CREATE TABLE main.crm.c (v STRING, f DOUBLE)")
	rows := make([][]classify.Value, len(values))
	for i, v := range values {
		w.exec(t, "INSERT INTO main.crm.c VALUES ("+dialect.Literal(v)+", "+fmt.Sprint(i)+".0)")
		rows[i] = []classify.Value{{Text: v}, {Text: fmt.Sprint(i) + ".0"}}
	}
	w.exec(t, "INSERT INTO main.crm.c VALUES (NULL, NULL)")
	rows = append(rows, []classify.Value{{Null: true}, {Null: true}})
	probe := classify.Probe{Table: object(state.KindTable, "main", "crm", "c"), Columns: []classify.ColumnProbe{
		{Column: object(state.KindColumn, "main", "crm", "c", "v"), Type: state.DataType{Family: state.FamilyString}, Checks: []classify.Check{
			{Name: "any"}, {Name: "luhn", Form: classify.FormDigits, Pattern: "[0-9]{13,19}", Checksum: "luhn"}, {Name: "luhn bare", Form: classify.FormDigits, Checksum: "luhn"},
			{Name: "iban", Form: classify.FormAlnum, Pattern: "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", Checksum: "iban"}, {Name: "iban bare", Form: classify.FormAlnum, Checksum: "iban"},
			{Name: "nhs", Form: classify.FormDigits, Pattern: "[0-9]{10}", Checksum: "nhs"}, {Name: "email", Pattern: `[^@]+@[a-z.]+`}, {Name: "letter", Pattern: "a"},
			{Name: "words", Words: []string{"ann smith", `b\c`, "it's"}}, {Name: "first", Form: classify.FormFirstWord, Words: []string{"ann"}},
			{Name: "last", Form: classify.FormLastWord, Words: []string{"smith"}}, {Name: "upper", Form: classify.FormUpper, Pattern: "[A-ZÄÖ]+"},
			{Name: "lengths", MinLen: 2, MaxLen: 5}}},
		{Column: object(state.KindColumn, "main", "crm", "c", "f"), Type: state.DataType{Family: state.FamilyFloat}, Checks: []classify.Check{{Name: "digits", Pattern: "[0-9]+"}}}}}
	got, err := p.Count(t.Context(), []classify.Probe{probe, probe})
	must(t, err)
	gone, err := p.Count(t.Context(), []classify.Probe{probe, {Table: object(state.KindTable, "main", "crm", "gone"), Columns: probe.Columns}})
	must(t, err)
	want := classify.CountValues(probe, rows)
	must(t, want.Err)
	for _, one := range got {
		if diff := cmp.Diff(want, one); diff != "" || one.Err != nil {
			t.Errorf("%v\n%s", one.Err, diff)
		}
	}
	if !errors.Is(gone[1].Err, connectors.ErrUnknown) {
		t.Errorf("a table that is not there: %v", gone[1].Err)
	}
}

// TestEveryCheckCountsAsInProcess runs the checks of all built-in types over the wire.
func TestEveryCheckCountsAsInProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("all built-in checks")
	}
	w := newWorkspace(t, emulator.Options{})
	connectortest.Counts(t, w.open(t, emulator.DefaultAdmin), w.filler(t))
}

// TestWideAndEmptyTablesAreCounted has more columns than one statement asks about, and no rows.
func TestWideAndEmptyTablesAreCounted(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of columns")
	}
	w := newWorkspace(t, emulator.Options{})
	connectortest.Wide(t, w.open(t, emulator.DefaultAdmin), w.filler(t))
}

// filler makes a table of text columns anew.
func (w *workspace) filler(t *testing.T) func(columns []string, rows [][]string) state.Securable {
	return func(columns []string, rows [][]string) state.Securable {
		w.exec(t, "CREATE OR REPLACE TABLE main.crm.checked ("+strings.Join(columns, " STRING, ")+" STRING)")
		var lines []string
		for _, row := range rows {
			cells := make([]string, len(row))
			for j, cell := range row {
				cells[j] = dialect.Literal(cell)
			}
			lines = append(lines, "("+strings.Join(cells, ", ")+")")
		}
		if len(lines) > 0 {
			w.exec(t, "INSERT INTO main.crm.checked VALUES "+strings.Join(lines, ", "))
		}
		return object(state.KindTable, "main", "crm", "checked")
	}
}
