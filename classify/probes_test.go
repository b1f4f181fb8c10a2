package classify

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/state"
)

func wide(n int, family state.Family) TableColumns {
	t := TableColumns{Table: state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: "WIDE"}}
	for i := range n {
		t.Columns = append(t.Columns, Column{Column: column("WIDE", fmt.Sprintf("C%d", i)), Type: state.DataType{Family: family}})
	}
	return t
}

func TestProbesAreBoundedAndDeterministic(t *testing.T) {
	rules := mustRules(t)
	scan := state.ScanDeclaration{Rows: 1000}
	tables := []TableColumns{wide(60, state.FamilyString), wide(1, state.FamilyNumber)}
	probes := Probes(scan, tables, rules)
	if !reflect.DeepEqual(probes, Probes(scan, tables, mustRules(t))) { // a diff of all the words would take minutes
		t.Error("two runs differ")
	}
	seen := map[string]bool{}
	for _, p := range probes {
		text, written := 0, map[string]bool{}
		for _, c := range p.Columns {
			for _, check := range c.Checks {
				if !written[check.Name] {
					text += checkSize(check)
				}
				written[check.Name] = true
				key := p.Table.Name + c.Column.Column + string(c.Type.Family) + check.Name
				if seen[key] {
					t.Errorf("%s is asked twice", key)
				}
				seen[key] = true
			}
		}
		if len(p.Columns) > MaxColumns || text > MaxProbeText || p.Rows != 1000 {
			t.Errorf("%d columns, %d bytes, %d rows", len(p.Columns), text, p.Rows)
		}
	}
	if len(probes) != 2 {
		t.Errorf("%d probes for two tables", len(probes))
	}
	if n := len(Probes(scan, []TableColumns{wide(5000, state.FamilyString)}, rules)); n != 10 {
		t.Errorf("%d probes for 5,000 columns", n)
	}
	many := mustRules(t, state.ClassifierDeclaration{Name: "many", Any: []state.Predicate{{Dictionary: words(MaxProbeText / 14)}}})
	if n := len(Probes(scan, []TableColumns{wide(2, state.FamilyString)}, many)); n < 2 {
		t.Errorf("%d probes where words alone fill one", n)
	}
}

// words are as many made-up words.
func words(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("word%d", i)
	}
	return all
}

func TestTogether(t *testing.T) {
	probes := func(rows, tables, columns int) []Probe {
		var list []TableColumns
		for range tables {
			list = append(list, wide(columns, state.FamilyString))
		}
		return Probes(state.ScanDeclaration{Rows: rows}, list, mustRules(t))
	}
	for name, c := range map[string]struct {
		probes []Probe
		want   int
	}{
		"few":            {probes(1000, 3, 5), 3},
		"many":           {probes(1000, 50, 5), MaxTables},
		"wide":           {probes(1000, 5, 200), 2},
		"wider than one": {probes(1000, 1, 1200), 1},
		"read whole":     {probes(0, 3, 5), 1},
		"the last":       {probes(1000, 1, 1), 1},
		"one of whole":   {append(probes(1000, 2, 1), probes(0, 1, 1)...), 2},
	} {
		if got := Together(c.probes); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestProbesArePrunedByTypeAndName(t *testing.T) {
	rules := mustRules(t)
	names := func(values string, c Column) []string {
		var out []string
		for _, p := range Probes(state.ScanDeclaration{Values: values}, []TableColumns{{Table: c.Column.Table(), Columns: []Column{c}}}, rules) {
			for _, col := range p.Columns {
				for _, check := range col.Checks {
					out = append(out, check.Name)
				}
			}
		}
		return out
	}
	col := func(name string, f state.Family) Column {
		return Column{Column: column("t", name), Type: state.DataType{Family: f}}
	}
	if got := names("", col("flag", state.FamilyBoolean)); len(got) != 0 {
		t.Errorf("boolean: %v", got)
	}
	if got := names("", col("created", state.FamilyDate)); slices.Contains(got, "date_of_birth") || !slices.Contains(got, "birth.year") {
		t.Errorf("date without a name: %v", got)
	}
	if got := names("", col("dob", state.FamilyDate)); !slices.Contains(got, "date_of_birth") || slices.Contains(got, "birth.year") {
		t.Errorf("date of birth: %v", got)
	}
	number := names("", col("x", state.FamilyNumber))
	if slices.Contains(number, "email") || !slices.Contains(number, "credit_card") || !slices.Contains(number, "nl_bsn") {
		t.Errorf("number: %v", number)
	}
	if slices.Contains(names("", col("x", state.FamilyString)), "swift_bic") || !slices.Contains(names(ValuesSample, col("x", state.FamilyString)), "swift_bic") {
		t.Error("what SQL cannot say is counted in samples, and only there")
	}
	if slices.Contains(names("", col("x", state.FamilyString)), "password") || !slices.Contains(names("", col("pwd", state.FamilyString)), "password") {
		t.Error("password is counted where the name says so")
	}
	if got := names(ValuesNames, col("email", state.FamilyString)); got != nil {
		t.Errorf("names: %v", got)
	}
}

func TestPushedChecksHaveOnlyPushableChecksums(t *testing.T) {
	for _, p := range Probes(state.ScanDeclaration{}, []TableColumns{wide(3, state.FamilyString), wide(3, state.FamilyNumber)}, mustRules(t)) {
		for _, c := range p.Columns {
			for _, check := range c.Checks {
				if check.Checksum != "" && !Pushdown(check.Checksum) {
					t.Errorf("%s asks for %s", check.Name, check.Checksum)
				}
			}
		}
	}
}

func TestCoverage(t *testing.T) {
	rules := mustRules(t)
	scan := state.ScanDeclaration{Name: "s"}
	ok, failed, late := wide(2, state.FamilyString), wide(1, state.FamilyString), wide(1, state.FamilyString)
	rename := func(tc *TableColumns, name string) {
		tc.Table.Name = name
		for i := range tc.Columns {
			tc.Columns[i].Column.Name = name
		}
	}
	rename(&failed, "FAILED")
	rename(&late, "LATE")
	ok.Columns[1].Type.Family = state.FamilyBoolean
	var counts []Counts
	for _, p := range Probes(scan, []TableColumns{ok}, rules) {
		counts = append(counts, CountValues(p, nil))
	}
	counts = append(counts, Counts{Table: failed.Table, Err: errors.New("denied")})
	cov := Covered(scan, "p", []TableColumns{ok, failed, late}, counts, rules)
	want := []Look{
		{Column: ok.Columns[0].Column, Looked: true, How: "pushdown"}, {Column: ok.Columns[1].Column, Looked: true, How: "type"},
		{Column: failed.Columns[0].Column, How: "pushdown", Why: "denied"}, {Column: late.Columns[0].Column, How: "pushdown", Why: "the scan ended before it"},
	}
	if diff := cmp.Diff(want, cov.Columns); diff != "" {
		t.Error(diff)
	}
	if cov.Complete() || !cov.Looked(want[0].Column) || cov.Looked(want[2].Column) || cov.Looked(column("OTHER", "X")) {
		t.Error("what was looked at is told wrongly")
	}
}
