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
			fmt.Fprintf(w, "-- %s: not planned\n", oneLine(r.Platform))
			continue
		}
		fmt.Fprintf(w, "-- %s: %s\n", oneLine(r.Platform), summary(r.Plan))
		for _, n := range r.Plan.Notices {
			fmt.Fprintf(w, "-- %s: %s\n", n.Level, noticeText(n))
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

// oneLine keeps a name, value or reason from ending the line or comment it stands in, and from driving a terminal or
// turning the order of a line: what others wrote on a platform stands in reports. Line breaks become spaces, other
// characters of that sort are escaped as JSON does.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, unseen) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == 0x85 || r == 0x2028 || r == 0x2029:
			b.WriteByte(' ')
		case unseen(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// OneLine makes a name, reason or other text that somebody else wrote fit to stand in a line on a terminal.
func OneLine(s string) string { return oneLine(s) }

// unseen reports control, format and bidi characters.
func unseen(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}
