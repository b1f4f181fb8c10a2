package snowflake

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/connectortest"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// cells are values that the checks below tell apart, near misses included.
var cells = []string{
	"ann@example.org", " bob@example.com ", "no mail", "", "   ",
	"4111 1111 1111 1111", "4111111111111112", "79927398713", "0000000000", strings.Repeat("9", 20), "0", "18", "3782-822463-10005",
	"GB82 WEST 1234 5698 7654 32", "gb82west12345698765432", "GB82WEST12345698765433", "NO9386011117947", "MT84MALT011000012345MTLCAST001S", "DE89370400440532013000",
	"021000021", "021000022", "9434765919", "9434765918", "52998224725",
	"Berlin", "berlin", "New York", "New", "it's", `back\slash`, "ünï", "$$", "a\nb",
}

var checks = []classify.Check{
	{Name: "email", Pattern: `[^@ ]+@[a-z]+[.][a-z]+`},
	{Name: "any"},
	{Name: "long", MinLen: 10, MaxLen: 20},
	{Name: "luhn", Form: classify.FormDigits, Checksum: "luhn"},
	{Name: "card", Form: classify.FormDigits, Pattern: `[0-9]{13,19}`, Checksum: "luhn"},
	{Name: "iban", Form: classify.FormAlnum, Checksum: "iban"},
	{Name: "iban as written", Checksum: "iban"},
	{Name: "aba", Form: classify.FormDigits, Pattern: `[0-9]{9}`, Checksum: "aba"},
	{Name: "nhs", Form: classify.FormDigits, Pattern: `[0-9]{10}`, Checksum: "nhs"},
	{Name: "cpf", Form: classify.FormDigits, Pattern: `[0-9]{11}`, Checksum: "br_cpf"},
	{Name: "city", Words: []string{"berlin", "it's", "new york"}},
	{Name: "first", Form: classify.FormFirstWord, Words: []string{"new", "ünï"}},
	{Name: "last", Form: classify.FormLastWord, Pattern: `[A-Z][a-z]+`},
	{Name: "upper", Form: classify.FormUpper, Pattern: `BERLIN`},
	{Name: "slash", Pattern: `back\\slash`},
	{Name: "dollars", Pattern: `[$][$]`},
	{Name: "dot", Pattern: `.*`},
}

// TestCountsAreTheSameAsInProcess counts the same values in the account and in process.
func TestCountsAreTheSameAsInProcess(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`CREATE TABLE CRM.SALES.CELLS ("t x" VARCHAR, N NUMBER, F FLOAT, D DATE)`, `GRANT SELECT ON TABLE CRM.SALES.CELLS TO ROLE POLSYNC`)
	var rows []string
	var values [][]classify.Value
	numbers := []string{"4111111111111111", "18", "19", "0"}
	for i, c := range cells {
		n := numbers[i%len(numbers)]
		rows = append(rows, fmt.Sprintf("SELECT '%s', %s, %s.5, '2020-01-%02d'::DATE", strings.NewReplacer(`\`, `\\`, `'`, `''`, "\n", `\n`).Replace(c), n, n, i%28+1))
		values = append(values, []classify.Value{{Text: c}, {Text: n}, {Text: n + ".5"}, {Text: fmt.Sprintf("2020-01-%02d", i%28+1)}})
	}
	rows = append(rows, "SELECT NULL, NULL, NULL, NULL")
	values = append(values, []classify.Value{{Null: true}, {Null: true}, {Null: true}, {Null: true}})
	b.admin(`INSERT INTO CRM.SALES.CELLS ` + strings.Join(rows, " UNION ALL "))

	on := state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: "CELLS"}
	p := classify.Probe{Table: on, Columns: []classify.ColumnProbe{
		{Column: column(on, "t x"), Type: state.DataType{Family: state.FamilyString}, Checks: checks},
		{Column: column(on, "N"), Type: state.DataType{Family: state.FamilyNumber}, Checks: checks[3:5]},
		{Column: column(on, "D"), Type: state.DataType{Family: state.FamilyDate}, Checks: checks[1:3]},
	}}
	want := classify.CountValues(classify.Probe{Table: on, Columns: p.Columns}, columnsOf(values, 0, 1, 3))
	got, err := b.Count(t.Context(), []classify.Probe{p})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Err != nil {
		t.Fatal(got[0].Err)
	}
	if d := cmp.Diff(want, got[0]); d != "" {
		t.Errorf("in process (-) and in the account (+):\n%s", d)
	}
}

func columnsOf(rows [][]classify.Value, at ...int) [][]classify.Value {
	out := make([][]classify.Value, len(rows))
	for i, r := range rows {
		for _, a := range at {
			out[i] = append(out[i], r[a])
		}
	}
	return out
}

func TestCountFailsForOneTableAlone(t *testing.T) {
	b := newBed(t, emulator.Options{})
	gone := state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: "GONE"}
	probe := func(on state.Securable, c classify.Check) classify.Probe {
		return classify.Probe{Table: on, Rows: 100, Columns: []classify.ColumnProbe{{Column: column(on, "EMAIL"), Type: state.DataType{Family: state.FamilyString}, Checks: []classify.Check{c}}}}
	}
	var got []classify.Counts
	for _, p := range []classify.Probe{probe(gone, checks[0]), probe(customers, checks[0]), probe(customers, classify.Check{Name: "x", Checksum: "ipv6"})} {
		one, err := b.Count(t.Context(), []classify.Probe{p})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, one...)
	}
	together, err := b.Count(t.Context(), []classify.Probe{probe(customers, checks[0]), probe(customers, checks[0])})
	if err != nil || len(together) != 2 || !cmp.Equal(together[0], together[1]) || !cmp.Equal(together[0], got[1]) {
		t.Errorf("two tables in one statement: %+v, %v", together, err)
	}
	if !errors.Is(got[0].Err, connectors.ErrUnknown) {
		t.Errorf("a table that is gone: %v", got[0].Err)
	}
	if got[1].Err != nil || got[1].Rows != 2 || got[1].Columns[0].Matched["email"] != 2 {
		t.Errorf("the other table: %+v", got[1])
	}
	if got[2].Err == nil {
		t.Error("a checksum that SQL cannot say is counted")
	}
}

// TestEveryCheckCountsAsInProcess runs the checks of all built-in types over the wire.
func TestEveryCheckCountsAsInProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("all built-in checks")
	}
	b := newBed(t, emulator.Options{})
	connectortest.Counts(t, b, b.fill)
}

// TestWideAndEmptyTablesAreCounted has more columns than one statement asks about, and no rows.
func TestWideAndEmptyTablesAreCounted(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of columns")
	}
	b := newBed(t, emulator.Options{})
	connectortest.Wide(t, b, b.fill)
}

// fill makes a table of text columns anew.
func (b *bed) fill(columns []string, rows [][]string) state.Securable {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = `"` + c + `" VARCHAR`
	}
	b.admin("CREATE OR REPLACE TABLE CRM.SALES.CHECKED ("+strings.Join(quoted, ", ")+")", "GRANT SELECT ON TABLE CRM.SALES.CHECKED TO ROLE POLSYNC")
	var lines []string
	for _, row := range rows {
		cells := make([]string, len(row))
		for j, cell := range row {
			literal, err := dialect.Literal(cell)
			if err != nil {
				b.t.Fatal(err)
			}
			cells[j] = literal
		}
		lines = append(lines, "("+strings.Join(cells, ", ")+")")
	}
	if len(lines) > 0 {
		b.admin("INSERT INTO CRM.SALES.CHECKED VALUES " + strings.Join(lines, ", "))
	}
	return state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: "CHECKED"}
}

// TestErrorsOfRowsQuoteNone lets the account say what it says when a cast in a view fails: it quotes the value.
func TestErrorsOfRowsQuoteNone(t *testing.T) {
	b := newBed(t, emulator.Options{})
	for _, message := range []string{`Failed to cast variant value "joe@x.com" to FIXED`, `Date 'joe@x.com' is not recognized`, `Numeric value 'O'Brien joe@x.com' is not recognized`} {
		remove := b.emu.Faults().Add(emulator.Fault{SQL: regexp.MustCompile("CUSTOMERS"), Code: 100071, SQLState: "22000", Message: message})
		c := classify.Column{Column: column(customers, "EMAIL"), Type: state.DataType{Family: state.FamilyString}}
		got, err := b.Count(t.Context(), []classify.Probe{{Table: customers, Rows: 10, Columns: []classify.ColumnProbe{{Column: c.Column, Type: c.Type, Checks: checks[1:2]}}}})
		if err != nil {
			t.Fatal(err)
		}
		for what, err := range map[string]error{"counting": got[0].Err, "sampling": b.Sample(t.Context(), customers, []classify.Column{c}, 10, func([]classify.Value) {})} {
			if err == nil || !strings.Contains(err.Error(), "100071") || strings.Contains(err.Error(), "joe") || strings.Contains(err.Error(), "Brien") {
				t.Errorf("%s: %v", what, err)
			}
		}
		remove()
	}
}
