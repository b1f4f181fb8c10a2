package report

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state"
)

// FindingsFormats lists the formats of reports on findings.
func FindingsFormats() []string { return []string{"text", "json", "csv", "html"} }

// Findings is a report on findings.
type Findings struct {
	Version  int                         `json:"version"`
	Made     time.Time                   `json:"made"`
	Coverage []reconcile.CatalogCoverage `json:"coverage,omitempty"` // by database; none where no platform was read
	Unread   []string                    `json:"unread,omitempty"`   // what could not be read completely
	Findings []Finding                   `json:"findings"`
	Surveyed bool                        `json:"surveyed"` // platforms were read: tags, masks and readers are known
}

// Finding is one finding in a report.
type Finding struct {
	reconcile.Reviewed
	Tags   []string `json:"tags,omitempty"`
	Masked bool     `json:"masked"`
	Clear  []string `json:"clear,omitempty"` // who reads the column in clear
}

// FindingsVersion is the version of the JSON form of reports on findings.
const FindingsVersion = 1

// ListFindings makes a report of findings alone.
func ListFindings(made time.Time, reviewed []reconcile.Reviewed) Findings {
	f := Findings{Version: FindingsVersion, Made: made.UTC(), Findings: []Finding{}}
	for _, r := range reviewed {
		f.Findings = append(f.Findings, Finding{Reviewed: r})
	}
	return f
}

// SurveyFindings makes a report of what was read of platforms, in the order given.
func SurveyFindings(made time.Time, surveys []*reconcile.Survey) Findings {
	f := Findings{Version: FindingsVersion, Made: made.UTC(), Findings: []Finding{}, Surveyed: true}
	for _, s := range surveys {
		f.Coverage = append(f.Coverage, s.Catalogs...)
		for _, u := range s.Unread {
			f.Unread = append(f.Unread, s.Platform+": "+u)
		}
		for _, c := range s.Columns {
			one := Finding{Reviewed: c.Reviewed, Tags: c.Tags, Masked: c.Masked}
			for _, who := range c.Clear {
				one.Clear = append(one.Clear, who.String())
			}
			f.Findings = append(f.Findings, one)
		}
	}
	return f
}

// WriteFindings writes a report in one of the FindingsFormats.
func WriteFindings(w io.Writer, f Findings, format string) error {
	switch format {
	case "", "text":
		return f.text(w)
	case "json":
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(f)
	case "csv":
		return f.csv(w)
	case "html":
		return f.html(w)
	}
	return fmt.Errorf("write a report: no format is called %q; known: %s", format, strings.Join(FindingsFormats(), ", "))
}

func (f Findings) text(out io.Writer) error {
	b := bufio.NewWriter(out)
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PLATFORM\tDATABASE\tTABLES\tCOLUMNS\tLOOKED AT\tFOUND\tWAITING\tREJECTED\tTAGGED\tMASKED\tFOUND, NOT MASKED\tREAD IN CLEAR BY")
	for _, c := range f.Coverage {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d principals\n", c.Platform, state.QuotePart(c.Catalog), c.Tables, c.Columns, share(c.Looked, c.Columns), c.Found, c.Waiting, c.Rejected, c.Tagged, c.Masked, c.Open, c.Clear)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(f.Findings) > 0 {
		fmt.Fprintln(w)
		fmt.Fprintln(w, "PLATFORM\tCOLUMN\tCLASSIFIER\tSCORE\tSTANDING\tTAGS\tMASKED\tREAD IN CLEAR BY")
	}
	for _, one := range f.Findings {
		fmt.Fprintf(w, "%s\t%s\t%s\t%.2f\t%s\t%s\t%s\t%s\n", one.Platform, one.Column.Path(), one.Classifier, one.Score, standing(one), dash(strings.Join(one.Tags, ", ")), yesNo(one.Masked), dash(some(one.Clear, 5)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, u := range f.Unread {
		fmt.Fprintf(b, "\nnot read completely: %s\n", u)
	}
	return b.Flush()
}

// standing is a finding's standing, and where the platform's own classification says something else.
func standing(f Finding) string {
	if f.Differs != "" {
		return string(f.Standing) + ", but the platform says " + f.Differs
	}
	return string(f.Standing)
}

// share is a part of a whole with its percentage.
func share(part, whole int) string {
	if whole == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%d %%)", part, part*100/whole)
}

// some lists the first few.
func some(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:n], ", ") + fmt.Sprintf(" and %d more", len(list)-n)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// csv writes one row for each finding. What platforms were not read for is empty.
func (f Findings) csv(out io.Writer) error {
	w := csv.NewWriter(out)
	rows := [][]string{{"platform", "catalog", "schema", "table", "column", "classifier", "score", "matched", "values", "how", "scan", "seen", "rules", "standing", "decided_by", "reason", "differs", "tags", "masked", "clear", "evidence"}}
	for _, one := range f.Findings {
		masked := ""
		if f.Surveyed {
			masked = yesNo(one.Masked)
		}
		rows = append(rows, []string{one.Platform, one.Column.Catalog, one.Column.Schema, one.Column.Name, one.Column.Column, one.Classifier, strconv.FormatFloat(one.Score, 'f', 3, 64),
			strconv.FormatInt(one.Matched, 10), strconv.FormatInt(one.Rows, 10), one.How, one.Scan, one.Seen.UTC().Format(time.RFC3339), one.Rules, string(one.Standing), one.By, one.Reason, one.Differs,
			strings.Join(one.Tags, "; "), masked, strings.Join(one.Clear, "; "), strings.Join(one.Evidence, "; ")})
	}
	for _, r := range rows {
		for i := range r {
			r[i] = inert(r[i])
		}
		if err := w.Write(r); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// inert keeps a spreadsheet from taking a name for a formula.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
