package classify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/classify/classifytest"
)

// madeUpColumns makes columns of n values of the kinds tables hold: names, addresses, numbers, dates, codes, text.
// Half of the columns repeat a few values. The seed is fixed: two runs measure the same.
func madeUpColumns(n int) [][][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(words []string) string {
		w := words[random.IntN(len(words))]
		return strings.ToUpper(w[:1]) + w[1:]
	}
	given := slices.DeleteFunc(slices.Clone(givenNames), func(w string) bool { return w[0] > 127 })
	last := slices.DeleteFunc(slices.Clone(surnames), func(w string) bool { return w[0] > 127 })
	number := func(digits int) string {
		b := make([]byte, digits)
		for i := range b {
			b[i] = byte('0' + random.IntN(10))
		}
		return string(b)
	}
	hex := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "0123456789abcdef"[random.IntN(16)]
		}
		return string(b)
	}
	date := func() string {
		return fmt.Sprintf("%d-%02d-%02d", 1950+random.IntN(70), 1+random.IntN(12), 1+random.IntN(28))
	}
	near := func(sum string) func() string {
		return func() string { return classifytest.Near(classifytest.Examples[sum], 1, random)[0] }
	}
	kinds := []func() string{
		func() string { return pick(given) },
		func() string { return pick(last) },
		func() string { return pick(given) + " " + pick(last) },
		func() string { return strings.ToLower(pick(given)+"."+pick(last)) + "@example.com" },
		func() string { return number(1 + random.IntN(4)) },
		func() string { return number(5 + random.IntN(4)) },
		func() string { return number(9) },
		func() string { return number(10 + random.IntN(3)) },
		func() string { return number(1+random.IntN(4)) + "." + number(2) },
		func() string { return "-" + number(2) + "." + number(6) },
		date,
		func() string { return date() + " 12:" + fmt.Sprint(10+random.IntN(50)) + ":00" },
		func() string {
			return hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12)
		},
		func() string { return number(3) + "-" + number(3) + "-" + number(4) },
		func() string { return number(1+random.IntN(4)) + " " + pick(last) + " Street" },
		func() string { return "AB-" + number(5) },
		func() string { return []string{"M", "F", "yes", "no", "active", "closed"}[random.IntN(6)] },
		func() string { return pick(last) + " " + []string{"Ltd", "GmbH", "Inc"}[random.IntN(3)] },
		func() string { return "10." + number(1) + "." + number(2) + "." + number(1) },
		func() string {
			return "the " + pick(last) + " was seen by " + pick(given) + " on day " + number(2) + ", again"
		},
		func() string { return "https://example.com/" + strings.ToLower(pick(last)) },
		near("luhn"), near("iban"), near("vin"),
	}
	var columns [][][]byte
	for i := range 2 * len(kinds) {
		distinct := n
		if i >= len(kinds) {
			distinct = 1 + n/8
		}
		var c [][]byte
		for j := range n {
			if j < distinct {
				c = append(c, []byte(kinds[i%len(kinds)]()))
			} else {
				c = append(c, c[random.IntN(distinct)])
			}
		}
		columns = append(columns, c)
	}
	return columns
}

// BenchmarkValues counts made-up columns with all checks of the suite; BenchmarkRegexpOneByOne does no more than the
// checks' patterns, one after the other, on the same values. Only their ratio on one machine means anything.
func BenchmarkValues(b *testing.B) {
	e, err := Compile(SuiteChecks())
	if err != nil {
		b.Fatal(err)
	}
	for _, rows := range []int{1000, 20000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			columns := madeUpColumns(rows)
			tallies := make([]*Tally, len(columns))
			for i := range tallies {
				tallies[i] = e.NewTally()
			}
			pass := func() {
				for i, c := range columns {
					for _, v := range c {
						tallies[i].Add(v)
					}
				}
			}
			pass()
			pass()
			b.ReportAllocs()
			for b.Loop() {
				pass()
			}
			b.ReportMetric(float64(b.N)*float64(len(columns)*rows)/b.Elapsed().Seconds(), "values/s")
		})
	}
}

func BenchmarkRegexpOneByOne(b *testing.B) {
	checks := mustReference(b, SuiteChecks())
	columns := madeUpColumns(1000)
	values, found := 0, 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		v := columns[i%len(columns)][i/len(columns)%1000]
		for k := range checks {
			if checks[k].re != nil && checks[k].re.Match(v) {
				found++
			}
		}
		values++
	}
	if found == 0 {
		b.Error("nothing matched")
	}
	b.ReportMetric(float64(values)/b.Elapsed().Seconds(), "values/s")
}
