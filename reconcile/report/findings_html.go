package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
)

//go:embed findings.html
var findingsPage string

// findingsTemplate escapes all that it is given by where it stands; the page refers to nothing outside of itself.
var findingsTemplate = template.Must(template.New("findings").Funcs(template.FuncMap{
	"share": share, "yesNo": yesNo, "standing": standing,
	"join":  func(list []string) string { return strings.Join(list, ", ") },
	"some":  func(list []string) string { return some(list, 8) },
	"score": func(s float64) string { return fmt.Sprintf("%.2f", s) },
	"time":  func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
}).Parse(findingsPage))

func (f Findings) html(w io.Writer) error { return findingsTemplate.Execute(w, f) }
