package classify

import (
	"fmt"
	"testing"

	"github.com/polsync/polsync/state"
)

// Dates of birth stand in numbers too: as YYYYMMDD and as years. What numbers say without a name is nothing.
func TestBirthDatesInNumbers(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds, and ten times that under the race detector")
	}
	days := several(60, "%d", func(i int) int { return 19400101 + (i*7%60)*10000 + (i%12)*100 + i%28 })
	years := several(60, "%d", func(i int) int { return 1940 + i*7%60 })
	for _, tt := range []sample{
		{name: "dob", values: days, want: "date_of_birth"},
		{name: "BIRTH_DATE", values: days, want: "date_of_birth"},
		{name: "geburtsdatum", values: days, want: "date_of_birth"},
		{name: "year_of_birth", values: years, want: "date_of_birth"},
		{name: "birth_year", values: years, want: "date_of_birth"},
		{name: "dob_year", values: years, want: "date_of_birth"},
		{name: "yob", values: years, want: "date_of_birth"},
		{name: "c4", comment: "date of birth", values: days, want: "date_of_birth"},
		{name: "dob", values: several(60, "%d", func(i int) int { return 30 + i })},
		{name: "birth_order", values: []string{"1", "2", "3"}},
		{name: "birth_weight", values: several(60, "%d", func(i int) int { return 2001 + i*31 })},
		{name: "order_date", values: days},
		{name: "model_year", values: years},
		{name: "c1", values: days},
		{name: "year", values: years},
	} {
		tt.family = state.FamilyNumber
		for _, table := range []string{"PATIENTS", "T1"} {
			t.Run(fmt.Sprint(tt.name, tt.want, table), func(t *testing.T) {
				d := classifyTable(state.ScanDeclaration{Values: ValuesPushdown}, table, mustRules(t), tt)[0]
				if d.Finding.Classifier != tt.want {
					t.Errorf("found %q, want %q: %+v", d.Finding.Classifier, tt.want, d)
				}
			})
		}
	}
}
