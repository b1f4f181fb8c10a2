package classify

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/state"
)

// Rules that are broken, or would take one platform for ever, are refused with their place and the reason.
func TestHostileRulesAreRefused(t *testing.T) {
	deep := strings.Repeat("(", 2000) + "a" + strings.Repeat(")", 2000)
	for want, p := range map[string]state.Predicate{
		"all, entry 1: value: pattern repeats a repetition":      {Value: `^(a+)+$`},
		"all, entry 1: value: pattern is longer":                 {Value: strings.Repeat("a", maxPatternText+1)},
		"all, entry 1: value: error parsing regexp: invalid UTF": {Value: "a\xff+"},
		"all, entry 1: value: error parsing regexp: invalid rep": {Value: `(a{1000}){1000}`},
		"all, entry 1: value: error parsing regexp: missing clo": {Value: `(((`},
		"all, entry 1: column: pattern is longer":                {Column: deep},
		"all, entry 1: column: error parsing regexp: missing cl": {Column: deep[1500:2100]},
		"all, entry 1: table: error parsing regexp: invalid UTF": {Table: "a\xff"},
		"all, entry 1: comment: error parsing regexp: invalid r": {Comment: `(((a{100}){100}){100})`},
	} {
		_, err := NewRules(Suite(), []state.ClassifierDeclaration{{Name: "mine", All: []state.Predicate{p}, Origin: state.Origin{File: "p.yaml", Line: 3, Column: 5}}}, nil, "")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "p.yaml:3:5") {
			t.Errorf("%.60s %.60s %.60s %.60s: %v, want %q", p.Value, p.Column, p.Table, p.Comment, err, want)
		}
	}
}

// Rules that are odd, but mean something, count hostile cells in process as each check by itself does: patterns of the
// empty text, of anything, of much that repeats; cells of 10 MB, without a character, of bytes that are no UTF-8.
func TestHostileRulesOnHostileCells(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds, and ten times that under the race detector")
	}
	var all []state.Predicate
	for _, p := range []string{`^$`, `^()$`, `a|`, `.*`, `^[a-z]*[0-9]*[a-z]*[0-9]*$`, `^(a?){30}a{30}$`, `(x|y|z){10}`, `^(ab?){1,50}$`, `é+`, "\x00"} {
		all = append(all, state.Predicate{Value: p})
	}
	all = append(all, state.Predicate{Dictionary: []string{"", " ", "a", "\u00e9"}}, state.Predicate{MinLength: 1 << 30}, state.Predicate{MaxLength: 1}, state.Predicate{Checksum: "luhn"}, state.Predicate{Checksum: "iban", Value: ".*"})
	rules := mustRules(t, state.ClassifierDeclaration{Name: "mine", Any: all})
	table := TableColumns{Table: column("T", "").Table(), Columns: []Column{{Column: column("T", "C"), Type: state.DataType{Family: state.FamilyString}}}}
	cells := []string{"", " ", "\x00", "\xff\xfe", "a", "é", strings.Repeat("a", 60), strings.Repeat("ab", 25), strings.Repeat("a", 10<<20), strings.Repeat("é", 5<<20), strings.Repeat("\xff", 10<<20),
		strings.Repeat(" ", 10<<20), strings.Repeat(" ", 10<<20) + "a", strings.Repeat("4111 1111 1111 1111 ", 1<<19), strings.Repeat("\n", 600)}
	var rows [][]Value
	for _, c := range cells {
		rows = append(rows, []Value{{Text: c}})
	}
	own := 0
	for _, probe := range Probes(state.ScanDeclaration{Values: ValuesSample}, []TableColumns{table}, rules) {
		got := CountValues(probe, rows)
		if got.Err != nil {
			t.Fatal(got.Err)
		}
		for _, check := range probe.Columns[0].Checks {
			if !strings.HasPrefix(check.Name, "own.") {
				continue
			}
			own++
			want := int64(0)
			for _, c := range cells {
				if check.Match(c) {
					want++
				}
			}
			if n := got.Columns[0].Matched[check.Name]; n != want {
				t.Errorf("%s %q: counted %d, by itself %d", check.Name, check.Pattern, n, want)
			}
		}
	}
	if own != len(all) {
		t.Errorf("%d of %d predicates were counted", own, len(all))
	}
}

// Tables without rows, with thousands of columns, or without any, are decided about: names alone then say what they do.
func TestWideAndEmptyTablesAreDecided(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds, and ten times that under the race detector")
	}
	rules := mustRules(t)
	tables := []TableColumns{wide(5000, state.FamilyString), wide(1, state.FamilyString), wide(0, state.FamilyString)}
	tables[0].Columns[4321].Column.Column = "EMAIL"
	tables[1].Columns[0].Column.Column = "EMAIL"
	for i, table := range tables {
		var counts []Counts
		asked := 0
		for _, p := range Probes(state.ScanDeclaration{Rows: 1000}, []TableColumns{table}, rules) {
			c := CountValues(p, nil)
			asked += len(c.Columns)
			counts = append(counts, c)
		}
		found := Findings(Decide(state.ScanDeclaration{}, "p", table, counts, rules, now))
		if asked < len(table.Columns) {
			t.Errorf("table %d: %d of %d columns are counted", i, asked, len(table.Columns))
		}
		at := slices.IndexFunc(found, func(f state.Finding) bool {
			return f.Classifier == "email" && f.Column.Column == "EMAIL" && f.Rows == 0
		})
		if (at >= 0) != (len(table.Columns) > 0) || len(found) > 1 {
			t.Errorf("table %d: found %+v", i, found)
		}
	}
}

// What a scan costs: a thousand tables of ten columns are looked at by fifty statements.
func TestStatementsOfAThousandTables(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds, and ten times that under the race detector")
	}
	var tables []TableColumns
	for i := range 1000 {
		table := wide(10, state.FamilyString)
		table.Table.Name = fmt.Sprintf("T%d", i)
		for j := range table.Columns {
			table.Columns[j].Column.Name = table.Table.Name
		}
		tables = append(tables, table)
	}
	probes := Probes(state.ScanDeclaration{Rows: 1000}, tables, mustRules(t))
	statements, columns := 0, 0
	for len(probes) > 0 {
		n := Together(probes)
		for _, p := range probes[:n] {
			columns += len(p.Columns)
		}
		statements, probes = statements+1, probes[n:]
	}
	if statements != 50 || columns != 10_000 {
		t.Errorf("%d statements for %d columns", statements, columns)
	}
}
