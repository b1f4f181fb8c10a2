package classify

import "testing"

// reference evaluates checks one by one, without profiles, plans and automata.
type reference []compiled

func mustReference(tb testing.TB, checks []Check) reference {
	tb.Helper()
	r := make(reference, len(checks))
	for i, c := range checks {
		k, err := compileCheck(c)
		if err != nil {
			tb.Fatal(err)
		}
		r[i] = k
	}
	return r
}

func (r reference) Match(value string, hits []int) []int {
	v := newView(value)
	for i := range r {
		if v.trimmed != "" && r[i].holds(&v) {
			hits = append(hits, i)
		}
	}
	return hits
}
