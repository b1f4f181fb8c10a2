package classify

import (
	"fmt"
	"testing"

	"github.com/polsync/polsync/state"
)

// A name says what may be in a column; values that are nothing of the kind say that it is not.
func TestNamesDoNotWinAgainstValues(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds, and ten times that under the race detector")
	}
	logins := several(150, `CORP\james%d`, func(i int) int { return i + 10 })
	for _, tt := range []sample{
		{name: "region", values: []string{"EU", "NA", "APAC"}},
		{name: "land", values: []string{"test", "prod"}},
		{name: "country", values: []string{"dev", "staging", "prod"}},
		{name: "gender_neutral", values: []string{"Y", "N"}},
		{name: "state", values: []string{"open", "closed", "pending"}},
		{name: "state", values: []string{"RUNNING", "DONE", "FAILED"}},
		{name: "state", values: []string{"new", "draft", "active", "archived"}},
		{name: "city", values: []string{"active", "inactive"}},
		{name: "first_name", values: []string{"active", "inactive"}},
		{name: "ad_account", values: logins},
		{name: "first_name", values: logins},
		{name: "marital_status", values: several(60, "x-%d", randomish)},
		{name: "county", values: []string{"tier_1", "tier_2", "tier_3"}},

		{name: "gender", values: []string{"tall", "short"}},
		{name: "gender", values: []string{"M", "F"}, want: "gender"},
		{name: "gender", family: state.FamilyNumber, values: []string{"0", "1", "2"}, want: "gender"},
		{name: "state", values: []string{"CA", "NY", "TX"}, want: "state_region"},
		{name: "state", values: []string{"Bavaria", "Hesse", "Saxony"}, want: "state_region"},
		{name: "country", values: []string{"DE", "FR"}, want: "country"},
		{name: "country", values: []string{"France", "Spain", "Italy"}, want: "country"},
		{name: "city", values: several(60, "Nowhere%c", func(i int) int { return 'a' + i%26 }), want: "city"},
		{name: "first_name", values: several(60, "Xqzv%c", func(i int) int { return 'a' + i%26 }), want: "first_name"},
		{name: "middle_name", values: []string{"Алексеевна", "Иванович", "Петрович"}, want: "first_name"},
		{name: "region", values: []string{"Oberes Tal", "Unteres Tal"}, want: "state_region"},
		{name: "street_name", values: several(60, "Warrio%c", func(i int) int { return 'a' + i%26 })},
		{name: "marital_status", family: state.FamilyNumber, values: []string{"1", "2", "3"}, want: "marital_status"},
	} {
		for _, table := range []string{"CUSTOMERS", "T1"} {
			t.Run(fmt.Sprint(tt.name, tt.values[0], table), func(t *testing.T) {
				beside := []sample{tt}
				if table == "CUSTOMERS" {
					beside = append(beside, sample{name: "email", values: several(40, "user%d@example.com", randomish)}, sample{name: "last_name", values: []string{"Smith", "Miller", "Garcia"}})
				}
				d := classifyTable(state.ScanDeclaration{}, table, mustRules(t), beside...)[0]
				if d.Finding.Classifier != tt.want {
					t.Errorf("found %q %.3f, want %q: %q, closest %s %.3f", d.Finding.Classifier, d.Finding.Score, tt.want, d.Finding.Evidence, d.RunnerUp, d.Score)
				}
			})
		}
	}
}
