package classify

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/state"
)

func TestAssignments(t *testing.T) {
	col := column("CUSTOMERS", "E.MAIL")
	find := func(classifier string, score float64) state.Finding {
		return state.Finding{Platform: "snow", Column: col, Scan: "crm", Classifier: classifier, Score: score}
	}
	tag := func(conflict string) state.AutotagDeclaration {
		return state.AutotagDeclaration{Scans: []string{"crm"}, Conflict: conflict, Map: []state.AutotagMap{
			{Classifier: "email", Tag: "pii", Value: "email", MinScore: 0.8}, {Classifier: "phone", Tag: "pii", Value: "phone", MinScore: 0.8}}}
	}
	ours := Tagged{Platform: "snow", Column: col, Tag: "pii", Value: "email", Ours: true, Classifier: "email"}
	declared := Tagged{Platform: "snow", Column: col, Tag: "pii", Value: "name", Ours: true}
	same := Tagged{Platform: "snow", Column: col, Tag: "pii", Value: "email", Ours: true}
	theirs := Tagged{Platform: "snow", Column: col, Tag: "pii", Value: "name"}
	seen := []Coverage{{Platform: "snow", Columns: []Look{{Column: col, Looked: true}}}}
	cut := []Coverage{{Platform: "snow", Columns: []Look{{Column: col, Why: "the scan ended before it"}}}}
	other := find("email", 0.99)
	other.Scan = "hr"
	for name, tt := range map[string]struct {
		in       TagInput
		conflict string
		want     string // value assigned
		left     int
		err      error
	}{
		"set":                                {in: TagInput{Findings: []state.Finding{find("email", 0.8)}, Coverage: seen}, want: "email"},
		"too low":                            {in: TagInput{Findings: []state.Finding{find("email", 0.79)}, Coverage: seen}},
		"low but held":                       {in: TagInput{Findings: []state.Finding{find("email", 0.72)}, Present: []Tagged{ours}, Coverage: seen}, want: "email"},
		"clearly below":                      {in: TagInput{Findings: []state.Finding{find("email", 0.69)}, Present: []Tagged{ours}, Coverage: seen}},
		"gone":                               {in: TagInput{Present: []Tagged{ours}, Coverage: seen}},
		"gone, scan cut short":               {in: TagInput{Present: []Tagged{ours}, Coverage: cut}, want: "email", left: 1},
		"gone, no scan":                      {in: TagInput{Present: []Tagged{ours}}, want: "email", left: 1},
		"scan not mapped":                    {in: TagInput{Findings: []state.Finding{other}, Coverage: seen}},
		"higher wins":                        {in: TagInput{Findings: []state.Finding{find("email", 0.85), find("phone", 0.9)}, Coverage: seen}, want: "phone"},
		"tie":                                {in: TagInput{Findings: []state.Finding{find("email", 0.9), find("phone", 0.9)}, Coverage: seen}, left: 1},
		"tie, ours stays":                    {in: TagInput{Findings: []state.Finding{find("email", 0.9), find("phone", 0.9)}, Present: []Tagged{ours}, Coverage: seen}, want: "email", left: 1},
		"manual kept":                        {in: TagInput{Findings: []state.Finding{find("email", 0.9)}, Present: []Tagged{theirs}, Coverage: seen}, conflict: "keep-manual", left: 1},
		"manual kept where nothing is said":  {in: TagInput{Findings: []state.Finding{find("email", 0.9)}, Present: []Tagged{theirs}, Coverage: seen}, left: 1},
		"replaced":                           {in: TagInput{Findings: []state.Finding{find("email", 0.9)}, Present: []Tagged{theirs}, Coverage: seen}, conflict: "replace", want: "email"},
		"taken over from a declaration":      {in: TagInput{Findings: []state.Finding{find("email", 0.9)}, Present: []Tagged{declared}, Coverage: seen}, conflict: "keep-manual", want: "email"},
		"taken over, no fail":                {in: TagInput{Findings: []state.Finding{find("email", 0.9)}, Present: []Tagged{declared}, Coverage: seen}, conflict: "fail", want: "email"},
		"taken over as it is":                {in: TagInput{Findings: []state.Finding{find("email", 0.9)}, Present: []Tagged{same}, Coverage: seen}, want: "email"},
		"tie, declared before, stays":        {in: TagInput{Findings: []state.Finding{find("email", 0.9), find("phone", 0.9)}, Present: []Tagged{declared}, Coverage: seen}, want: "name", left: 1},
		"declared before, the finding waits": {in: TagInput{Waiting: []state.Finding{find("email", 0.9)}, Present: []Tagged{same}, Coverage: seen}, want: "email"},
		"declared before, another waits":     {in: TagInput{Waiting: []state.Finding{find("phone", 0.9)}, Present: []Tagged{same}, Coverage: seen}},
		"declared before, nothing found":     {in: TagInput{Present: []Tagged{same}}},
		"fail":                               {in: TagInput{Findings: []state.Finding{find("email", 0.9)}, Present: []Tagged{theirs}, Coverage: seen}, conflict: "fail", err: ErrConflict},
		"foreign value is the same, no fail": {in: TagInput{Findings: []state.Finding{find("phone", 0.9)}, Present: []Tagged{{Platform: "snow", Column: col, Tag: "pii", Value: "phone"}}, Coverage: seen}, conflict: "fail", want: "phone"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Assignments(tt.in, tag(tt.conflict))
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			value := ""
			if len(got.Assignments) > 0 {
				value = got.Assignments[0].Value
			}
			if value != tt.want || len(got.Left) != tt.left {
				t.Errorf("%+v", got)
			}
		})
	}
	got, err := Assignments(TagInput{Findings: []state.Finding{find("email", 0.93)}}, tag(""))
	if err != nil {
		t.Fatal(err)
	}
	want := []state.AssignmentDeclaration{{Tag: "pii", Value: "email",
		On: []state.Selector{{Pattern: state.Pattern{Platform: "snow", Text: `snow:C.S.CUSTOMERS."E.MAIL"`,
			Parts: []state.Part{{Text: "C", Quoted: true}, {Text: "S", Quoted: true}, {Text: "CUSTOMERS", Quoted: true}, {Text: "E.MAIL", Quoted: true}}}}},
		Origin: state.Origin{Layer: state.LayerClassification, Finding: "email", Score: 0.93}}}
	if diff := cmp.Diff(want, got.Assignments); diff != "" {
		t.Error(diff)
	}
}

func TestAutotagNoLongerDeclaredIsWithdrawn(t *testing.T) {
	in := TagInput{Present: []Tagged{{Platform: "snow", Column: column("T", "C"), Tag: "pii", Value: "email", Ours: true, Classifier: "email"}}}
	got, err := Assignments(in)
	if err != nil || len(got.Assignments) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestDecisionsAndTagsOfOurs has a tag that a finding brought, and what becomes of it once people have their say.
func TestDecisionsAndTagsOfOurs(t *testing.T) {
	col := column("T", "C")
	find := func(classifier string) []state.Finding {
		return []state.Finding{{Platform: "snow", Column: col, Scan: "s", Classifier: classifier, Score: 0.9}}
	}
	covered := []Coverage{{Platform: "snow", Scan: "s", Columns: []Look{{Column: col, Looked: true}}}}
	tag := state.AutotagDeclaration{Map: []state.AutotagMap{{Classifier: "email", Tag: "pii", Value: "email"}}}
	for _, c := range []struct {
		name string
		in   TagInput
		want int
		why  string
	}{
		{"found", TagInput{Findings: find("email"), Coverage: covered}, 1, ""},
		{"waiting", TagInput{Waiting: find("email"), Coverage: covered}, 1, "kept: its finding waits for a person to decide"},
		{"another finding waits", TagInput{Waiting: find("phone"), Coverage: covered}, 0, ""},
		{"not looked at", TagInput{}, 1, "kept: the column was not looked at"},
		{"rejected", TagInput{Rejected: find("email"), Coverage: covered}, 0, ""},
		{"rejected and not looked at", TagInput{Rejected: find("email")}, 0, ""},
		{"another rejected, not looked at", TagInput{Rejected: find("phone")}, 1, "kept: the column was not looked at"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.in.Present = []Tagged{{Platform: "snow", Column: col, Tag: "pii", Value: "email", Ours: true, Classifier: "email"}}
			got, err := Assignments(c.in, tag)
			why := ""
			if len(got.Left) > 0 {
				why = got.Left[0].Why
			}
			if err != nil || len(got.Assignments) != c.want || why != c.why {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestReplacementsCanBeLeftOut(t *testing.T) {
	all := Tagging{Left: []Left{{Tag: "x"}}}
	for i, c := range []string{"A", "B", "C", "D"} {
		all.Assignments = append(all.Assignments, state.AssignmentDeclaration{Value: c})
		if c != "A" {
			all.Replaced = append(all.Replaced, Replaced{Left: Left{Column: column("T", c), Tag: "pii"}, Was: "w", At: i})
		}
	}
	got := all.Without(func(r Replaced) string {
		if r.Column.Column == "B" {
			return "why"
		}
		return ""
	})
	values := ""
	for _, a := range got.Assignments {
		values += a.Value
	}
	if values != "ACD" || len(got.Left) != 2 || got.Left[1].Why != "why" || got.Left[1].Column.Column != "B" || len(got.Replaced) != 2 {
		t.Fatalf("%+v", got)
	}
	for _, r := range got.Replaced {
		if got.Assignments[r.At].Value != r.Column.Column {
			t.Errorf("%+v points to %s", r, got.Assignments[r.At].Value)
		}
	}
}
