package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
)

// writeSQL writes a script that does what the plan does, each statement under its reason. A request has no SQL that
// polsync sends; it stands in comments.
func writeSQL(out io.Writer, results []*reconcile.Result) error {
	w := bufio.NewWriter(out)
	for _, r := range results {
		if r.Plan == nil {
			continue
		}
		fmt.Fprintf(w, "-- %s: %s\n", oneLine(r.Platform), summary(r.Plan))
		for _, n := range r.Plan.Notices {
			fmt.Fprintf(w, "-- %s: %s\n", n.Level, oneLine(n.Text))
		}
		last := ""
		for _, s := range r.Plan.Steps {
			if phase := s.Phase.String(); phase != last {
				fmt.Fprintf(w, "\n-- phase %s\n", phase)
				last = phase
			}
			writeStep(w, s)
		}
	}
	return w.Flush()
}

func writeStep(w io.Writer, s plan.Step) {
	for _, c := range s.Changes {
		fmt.Fprintf(w, "-- %s %s  %s\n", c.Verb(), oneLine(c.Key.String()), oneLine(strings.TrimSpace(c.Why.String()+"  "+c.Note)))
	}
	for _, st := range s.Statements {
		if st.Method != "" {
			fmt.Fprintf(w, "-- request: %s %s\n-- body: %s\n", st.Method, oneLine(st.Path), oneLine(st.Body))
			if st.Comment != "" {
				fmt.Fprintf(w, "-- %s\n", oneLine(st.Comment))
			}
			continue
		}
		fmt.Fprintf(w, "%s;\n", st.SQL)
	}
}

// oneLine keeps a name or reason from ending the comment it stands in.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}
