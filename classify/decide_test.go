package classify

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/state"
)

var now = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

func mustRules(t testing.TB, declared ...state.ClassifierDeclaration) *Rules {
	t.Helper()
	r, err := NewRules(Suite(), declared, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sample is a column with its values, and how a test expects it to be judged.
type sample struct {
	name, comment string
	family        state.Family
	values        []string
	want          string // classifier, "" for nothing
}

func column(table, name string) state.Securable {
	return state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: table, Column: name}
}

// classifyTable runs a scan over columns in process.
func classifyTable(scan state.ScanDeclaration, table string, rules *Rules, cols ...sample) []Decision {
	tc := TableColumns{Table: column(table, "").Table()}
	tc.Table.Kind = state.KindTable
	at := map[string]int{}
	for i, s := range cols {
		family := s.family
		if family == "" {
			family = state.FamilyString
		}
		at[s.name] = i
		tc.Columns = append(tc.Columns, Column{Column: column(table, s.name), Type: state.DataType{Family: family}, Comment: s.comment})
	}
	var counts []Counts
	for _, p := range Probes(scan, []TableColumns{tc}, rules) {
		var rows [][]Value
		for r := range 200 {
			row := make([]Value, len(p.Columns))
			for i, c := range p.Columns {
				v := cols[at[c.Column.Column]].values
				row[i] = Value{Null: len(v) == 0}
				if len(v) > 0 {
					row[i].Text = v[r%len(v)]
				}
			}
			rows = append(rows, row)
		}
		counts = append(counts, CountValues(p, rows))
	}
	return Decide(scan, "snow", tc, counts, rules, now)
}

// several makes n values from a format with one number.
func several(n int, format string, f func(i int) int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(format, f(i)))
	}
	return out
}

// luhnNumbers makes n numbers with a prefix that satisfy Luhn, or that all fail it.
func luhnNumbers(n int, prefix string, length int, valid bool) []string {
	var out []string
	for i := 0; len(out) < n; i++ {
		body := prefix + fmt.Sprintf("%0*d", length-1-len(prefix), i*7919+13)
		for d := range 10 {
			if s := fmt.Sprintf("%s%d", body, d); luhn(s) == valid {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

func randomish(i int) int { return (i*2654435761 + 12345) % 1000000007 }

func TestDecisions(t *testing.T) {
	mails := several(40, "user%d@example.com", randomish)
	hashes := several(40, "%064x", randomish)
	cards := luhnNumbers(40, "411111", 16, true)
	people := []string{"Ada Smith", "John Miller", "Maria Garcia", "Peter Wagner", "Anna Nowak", "Robert Brown", "Laura Rossi", "James Wilson", "Emma Jones", "Paul Martin"}
	for _, tt := range []sample{
		{name: "contact", values: mails, want: "email"},
		{name: "f1", values: mails, want: "email"},
		{name: "f2", values: cards, want: "credit_card"},
		{name: "f3", family: state.FamilyNumber, values: cards, want: "credit_card"},
		{name: "order_number", values: luhnNumbers(40, "411111", 16, false)},
		{name: "f4", values: luhnNumbers(40, "911111", 16, true)},
		{name: "email_hash", values: hashes},
		{name: "email", values: hashes},
		{name: "email_verified", values: []string{"true", "false"}},
		{name: "email_count", family: state.FamilyNumber, values: several(40, "%d", func(i int) int { return i })},
		{name: "ssn", values: several(40, "536-22-%04d", func(i int) int { return i + 1 }), want: "us_ssn"},
		{name: "ssn_masked", values: []string{"XXX-XX-1234", "XXX-XX-9876"}},
		{name: "order_id", values: several(40, "%09d", func(i int) int { return randomish(i) % 1000000000 })},
		{name: "version", values: several(40, "%d.2.3.4", func(i int) int { return i % 12 })},
		{name: "client_ip", values: several(40, "203.0.113.%d", func(i int) int { return i * 5 }), want: "ipv4"},
		{name: "created_at", values: several(40, "2024-03-%02d 10:11:12", func(i int) int { return i%28 + 1 })},
		{name: "date_of_birth", family: state.FamilyDate, values: several(40, "%d-04-21", func(i int) int { return 1950 + i }), want: "date_of_birth"},
		{name: "order_date", family: state.FamilyDate, values: several(40, "%d-04-21", func(i int) int { return 1980 + i })},
		{name: "updated", family: state.FamilyTimestampNTZ, values: several(40, "%d-04-21 00:00:00", func(i int) int { return 1980 + i })},
		{name: "epoch", family: state.FamilyNumber, values: several(40, "1710%06d", func(i int) int { return randomish(i) % 1000000 })},
		{name: "x7", values: people, want: "full_name"},
		{name: "company", values: []string{"Miller Ltd", "Smith & Sons Inc", "Wagner GmbH", "Brown LLC", "Rossi S.p.A"}},
		{name: "kd_f4", comment: "E-mail address of the customer", values: nil, want: "email"},
		{name: "kd_f5", comment: "hash of the e-mail address", values: hashes},
		{name: "id", values: several(40, "a1cd4415-b3cb-40f0-9bf0-%012x", randomish)},
		{name: "Geschlecht", values: []string{"männlich", "weiblich", "divers"}, want: "gender"},
		{name: "homepage", values: several(40, "https://example.com/%d", randomish), want: "url"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := classifyTable(state.ScanDeclaration{Name: "s"}, "t", mustRules(t), tt)[0]
			if d.Finding.Classifier != tt.want || d.Found != (tt.want != "") {
				t.Errorf("found %q, want %q: %+v", d.Finding.Classifier, tt.want, d)
			}
			if !d.Found && d.Passed == "" {
				t.Error("nothing says why it was passed over")
			}
		})
	}
}

// No value may come through: findings carry counts and words of the suite only.
func TestFindingsCarryNoValue(t *testing.T) {
	secret := []string{"zq.unlikely@hidden.example", "zq.unlikely@hidden.example", "other.unlikely@hidden.example"}
	for _, d := range classifyTable(state.ScanDeclaration{Values: ValuesSample}, "t", mustRules(t), sample{name: "mail", values: secret}) {
		if text := fmt.Sprintf("%+v", d); strings.Contains(text, "hidden") || strings.Contains(text, "unlikely") {
			t.Error(text)
		}
	}
}

func TestFindingGolden(t *testing.T) {
	rules := mustRules(t)
	got := classifyTable(state.ScanDeclaration{Name: "crm"}, "CUSTOMERS", rules, sample{name: "CARD_NUMBER", values: luhnNumbers(40, "411111", 16, true)})[0]
	want := Decision{Column: column("CUSTOMERS", "CARD_NUMBER"), Found: true, Finding: state.Finding{
		Platform: "snow", Column: column("CUSTOMERS", "CARD_NUMBER"), Scan: "crm", Classifier: "credit_card", Score: got.Finding.Score, Rows: 200, Matched: 200,
		Evidence: []string{`name says "card number"`, "200 of 200 values have the form of credit_card", "200 of 200 values of the form satisfy checksum luhn"},
		Rules:    rules.Version, Seen: now}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.Finding.Score < 0.95 || got.Finding.Score > 1 {
		t.Errorf("score %g", got.Finding.Score)
	}
}

func TestNamesAloneScoreLower(t *testing.T) {
	mails := sample{name: "email", values: several(40, "user%d@example.com", randomish)}
	rules := mustRules(t)
	byNames := classifyTable(state.ScanDeclaration{Values: ValuesNames}, "t", rules, mails)[0]
	byValues := classifyTable(state.ScanDeclaration{}, "t", rules, mails)[0]
	if !byNames.Found || !byValues.Found || byNames.Finding.Score >= byValues.Finding.Score || byNames.Finding.Rows != 0 {
		t.Errorf("names %+v, values %+v", byNames, byValues)
	}
}

func TestChecksumThatIsNotPushedDownIsSaid(t *testing.T) {
	numbers := sample{name: "bsn", values: []string{"111222333", "123456782", "199895478"}}
	rules := mustRules(t).WithChecksums(func(string) bool { return false })
	d := classifyTable(state.ScanDeclaration{Values: ValuesPushdown}, "t", rules, numbers)[0]
	if d.Finding.Classifier != "nl_bsn" || !strings.Contains(strings.Join(d.Finding.Evidence, "\n"), "checksum nl_bsn is not computed in the platform") {
		t.Errorf("%+v", d)
	}
	numbers.name = "x"
	if d := classifyTable(state.ScanDeclaration{}, "t", rules, numbers)[0]; d.Found {
		t.Errorf("nine digits alone are a finding: %+v", d)
	}
}

func TestPeopleTableLendsWeight(t *testing.T) {
	rules := mustRules(t)
	name := sample{name: "name"}
	scan := state.ScanDeclaration{Values: ValuesNames}
	if d := classifyTable(scan, "CUSTOMERS", rules, name)[0]; d.Finding.Classifier != "full_name" && d.RunnerUp != "full_name" {
		t.Errorf("customers.name: %+v", d)
	}
	people, products := classifyTable(scan, "CUSTOMERS", rules, name)[0], classifyTable(scan, "PARTS", rules, name)[0]
	if products.Found || products.Score >= people.Score+people.Finding.Score {
		t.Errorf("people %+v, parts %+v", people, products)
	}
}

func TestFailedCountsFallBackToNames(t *testing.T) {
	tc := TableColumns{Table: column("t", "").Table(), Columns: []Column{{Column: column("t", "email"), Type: state.DataType{Family: state.FamilyString}}}}
	d := Decide(state.ScanDeclaration{}, "p", tc, []Counts{{Table: tc.Table, Err: fmt.Errorf("denied")}}, mustRules(t), now)
	if len(d) != 1 || !d[0].Found || d[0].Finding.Rows != 0 {
		t.Errorf("%+v", d)
	}
}
