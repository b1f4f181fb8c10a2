package evaluate

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/classify"
)

// readColumns reads the values of all columns of a folder's tables, table by table, without those that are NULL.
func readColumns(tb testing.TB, dir string) [][]string {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "tables", "*.csv"))
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no tables in %s: %v", dir, err)
	}
	var columns [][]string
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			tb.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close() // only read
		if err != nil {
			tb.Fatalf("%s: %v", p, err)
		}
		for i := range rows[0] {
			var c []string
			for _, r := range rows[1:] {
				if r[i] != "" {
					c = append(c, strings.Clone(r[i]))
				}
			}
			columns = append(columns, c)
		}
	}
	return columns
}

// different leaves of each column the values that did not stand in it before.
func different(columns [][]string) [][]string {
	var out [][]string
	for _, c := range columns {
		seen := map[string]bool{}
		var kept []string
		for _, v := range c {
			if !seen[v] {
				seen[v] = true
				kept = append(kept, v)
			}
		}
		out = append(out, kept)
	}
	return out
}

// BenchmarkSet counts the values of the labelled tables of -set with all checks of the suite, column by column, each by
// a Tally that starts empty: all values as they come, and only those that did not stand in their column before. Then it
// tries no more than the checks' patterns, one after the other, on some of the same values, and says how many times
// slower that is. Rates are by the processor time of the process. Without -set there is nothing to count.
func BenchmarkSet(b *testing.B) {
	if *setDir == "" {
		b.Skip("no -set")
	}
	e, err := classify.Compile(classify.SuiteChecks())
	if err != nil {
		b.Fatal(err)
	}
	columns := readColumns(b, *setDir)
	var rate float64
	for _, v := range []struct {
		name    string
		columns [][]string
	}{{"different", different(columns)}, {"all", columns}} {
		b.Run(v.name, func(b *testing.B) {
			values := count(e, v.columns)
			for range 4 {
				count(e, v.columns)
			}
			b.ReportAllocs()
			start := cpuTime()
			for b.Loop() {
				count(e, v.columns)
			}
			rate = float64(b.N) * float64(values) / (cpuTime() - start).Seconds()
			b.ReportMetric(rate, "values/cpu-s")
		})
	}
	b.Run("patterns one by one", func(b *testing.B) {
		var patterns []*regexp.Regexp
		for _, c := range classify.SuiteChecks() {
			if c.Pattern != "" {
				patterns = append(patterns, regexp.MustCompile(`\A(?:`+c.Pattern+`)\z`))
			}
		}
		all := slices.Concat(columns...)
		start := cpuTime()
		for i := 0; b.Loop(); i++ {
			v := all[i*97%len(all)]
			for _, p := range patterns {
				p.MatchString(v)
			}
		}
		one := float64(b.N) / (cpuTime() - start).Seconds()
		b.ReportMetric(one, "values/cpu-s")
		b.ReportMetric(rate/one, "times-slower")
	})
}

// count counts all columns and returns how many values there were.
func count(e *classify.Engine, columns [][]string) (values int64) {
	for _, c := range columns {
		t := e.NewTally()
		for _, v := range c {
			t.AddString(v)
		}
		values += t.Values()
	}
	return values
}
