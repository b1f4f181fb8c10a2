package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"html"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/report"
	"github.com/polsync/polsync/state"
)

// hostile is a name that would be more than text in a page or a spreadsheet.
const hostile = `=HYPERLINK("x")</td><script>alert(1)</script>`

func survey() report.Findings {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	col := state.Securable{Kind: state.KindColumn, Catalog: "CRM", Schema: "PUBLIC", Name: "CUSTOMERS", Column: hostile}
	one := reconcile.SurveyedColumn{Tags: []string{"pii=email"}, Masked: true, Clear: []state.Securable{{Kind: state.KindRole, Name: "PII_READER"}, state.Everyone},
		Reviewed: reconcile.Reviewed{Standing: reconcile.StandingRejected, By: "ann, 2026-11-25", Reason: hostile, Finding: state.Finding{Platform: "snow", Column: col, Scan: "crm", Classifier: "email",
			Score: 0.987, Rows: 100, Matched: 98, Evidence: []string{`name says "email"`}, Rules: "abc", How: "pushdown", Seen: at}}}
	return report.SurveyFindings(at, []*reconcile.Survey{{Platform: "snow", At: at, Columns: []reconcile.SurveyedColumn{one}, Unread: []string{"CRM: " + hostile},
		Catalogs: []reconcile.CatalogCoverage{{Platform: "snow", Catalog: "CRM", Tables: 2, Columns: 8, Looked: 6, Found: 1, Rejected: 1, Tagged: 1, Masked: 1, Open: 1, Clear: 2}}}})
}

func written(t *testing.T, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteFindings(&b, survey(), format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFindingsText(t *testing.T) {
	want := `PLATFORM  DATABASE  TABLES  COLUMNS  LOOKED AT  FOUND  WAITING  REJECTED  TAGGED  MASKED  FOUND, NOT MASKED  READ IN CLEAR BY
snow      CRM       2       8        6 (75 %)   1      0        1         1       1       1                  2 principals

PLATFORM  COLUMN                                                                      CLASSIFIER  SCORE  STANDING  TAGS       MASKED  READ IN CLEAR BY
snow      CRM.PUBLIC.CUSTOMERS."=HYPERLINK(""x"")</td><script>alert(1)</script>"  email       0.99   rejected  pii=email  yes     role PII_READER, everyone

not read completely: snow: CRM: =HYPERLINK("x")</td><script>alert(1)</script>
`
	if got := written(t, "text"); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFindingsCSV(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(written(t, "csv"))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	got := map[string]string{}
	for i, name := range rows[0] {
		got[name] = rows[1][i]
	}
	for name, want := range map[string]string{"column": "'" + hostile, "reason": "'" + hostile, "score": "0.987", "matched": "98", "values": "100", "how": "pushdown", "seen": "2026-11-25T12:00:00Z",
		"standing": "rejected", "decided_by": "ann, 2026-11-25", "masked": "yes", "clear": "role PII_READER; everyone", "tags": "pii=email", "rules": "abc"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	for name, cell := range got {
		if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") {
			t.Errorf("%s is %q: a spreadsheet takes that for a formula", name, cell)
		}
	}
}

// TestFindingsPage expects hostile names to be text, no script, and nothing outside to be referred to.
func TestFindingsPage(t *testing.T) {
	page := written(t, "html")
	for _, bad := range []string{"<script", "<link", "<img", "<iframe", " src", " href", "url(", "@import", " onload", "http:", "https:"} {
		if strings.Contains(strings.ToLower(page), bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if n := strings.Count(page, "&lt;script&gt;alert(1)&lt;/script&gt;"); n != 3 { // the column, the reason, what is unread
		t.Errorf("the hostile name stands there as text %d times", n)
	}
	text := html.UnescapeString(page)
	for _, want := range []string{hostile, ">CRM<", "6 (75 %)", "98 of 100", "role PII_READER, everyone", `name says "email"`, "default-src 'none'"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Count(page, "<tr") != strings.Count(page, "</tr>") || strings.Count(page, "<td") != strings.Count(page, "</td>") {
		t.Error("the page's rows do not close")
	}
}

func TestFindingsJSON(t *testing.T) {
	var got struct {
		Version  int
		Coverage []struct{ Catalog string }
		Findings []struct {
			Column, Standing, Classifier string
			Clear                        []string
			Masked                       bool
		}
	}
	if err := json.Unmarshal([]byte(written(t, "json")), &got); err != nil {
		t.Fatal(err)
	}
	if f := got.Findings; got.Version != 1 || got.Coverage[0].Catalog != "CRM" || len(f) != 1 || f[0].Standing != "rejected" || !f[0].Masked || len(f[0].Clear) != 2 || f[0].Classifier != "email" {
		t.Errorf("%+v", got)
	}
	if err := report.WriteFindings(&bytes.Buffer{}, survey(), "sql"); err == nil {
		t.Error("findings were written as SQL")
	}
}
