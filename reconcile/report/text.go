package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	bold   = "\x1b[1m"
	reset  = "\x1b[0m"
)

type textWriter struct {
	*bufio.Writer
	o Options
}

func (w textWriter) paint(colour, s string) string {
	if !w.o.Colour || s == "" {
		return s
	}
	return colour + s + reset
}

func writeText(out io.Writer, results []*reconcile.Result, o Options) error {
	w := textWriter{bufio.NewWriter(out), o}
	for i, r := range results {
		if i > 0 {
			fmt.Fprintln(w)
		}
		w.result(r)
	}
	return w.Flush()
}

func (w textWriter) result(r *reconcile.Result) {
	p := r.Plan
	if p == nil {
		fmt.Fprintf(w, "%s   not planned\n", w.paint(bold, r.Platform))
		return
	}
	fmt.Fprintf(w, "%s   %s\n", w.paint(bold, r.Platform), summary(p))
	w.notices(p)
	w.changes(r)
	w.sights(p)
	w.kept(p)
	w.settled(r)
	w.outcome(r)
	fmt.Fprintf(w, "\n  %s to run, %s to read\n%s", count(p.Statements(), "statement"), count(p.Reads, "statement"), lateness(p.Freshness))
}

func summary(p *plan.Plan) string {
	var set, replaced, removed int
	for _, c := range p.Changes() {
		switch c.Verb() {
		case plan.Create:
			set++
		case plan.Replace:
			replaced++
		default:
			removed++
		}
	}
	return fmt.Sprintf("%d to set, %d to replace, %d to remove, %d unchanged, %d kept", set, replaced, removed, p.Unchanged, len(p.Kept))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (w textWriter) notices(p *plan.Plan) {
	if len(p.Notices) == 0 {
		return
	}
	fmt.Fprintln(w)
	colours := map[plan.Level]string{plan.Error: red, plan.Held: yellow, plan.Warning: yellow}
	for _, n := range p.Notices {
		fmt.Fprintf(w, "  %s: %s\n", w.paint(colours[n.Level], string(n.Level)), noticeText(n))
	}
}

// noticeText says what a notice is about, unless its text does, what it says, and where that was declared.
func noticeText(n plan.Notice) string {
	text := n.Text
	if n.On != (state.Securable{}) && !strings.Contains(n.Text, n.On.Path()) {
		text = n.On.String() + ": " + text
	}
	if o := n.Origin.String(); o != "" {
		text += " (" + o + ")"
	}
	return oneLine(text)
}

// line is one change ready for its columns.
type line struct {
	verb                     plan.Verb
	on, kind, what, why, end string
}

// changes prints the changes grouped by table, or by what they stand on; the order in which they run is that of the
// phases, which the SQL format shows.
func (w textWriter) changes(r *reconcile.Result) {
	groups := map[state.Securable][]line{}
	status := map[int]string{}
	for i, s := range r.Steps {
		status[i] = statusText(s)
	}
	for i, step := range r.Plan.Steps {
		for _, c := range step.Changes {
			on := groupOf(c.Key)
			groups[on] = append(groups[on], lineOf(c, status[i]))
		}
	}
	order := make([]state.Securable, 0, len(groups))
	for on := range groups {
		order = append(order, on)
	}
	slices.SortFunc(order, state.Securable.Compare)
	for _, on := range order {
		fmt.Fprintf(w, "\n  %s\n", on)
		w.lines(groups[on])
	}
}

func groupOf(k state.Key) state.Securable {
	if k.On.Kind == state.KindColumn {
		return k.On.Table()
	}
	return k.On
}

func (w textWriter) lines(lines []line) {
	var onWidth, kindWidth, whatWidth int
	for _, l := range lines {
		onWidth, kindWidth, whatWidth = max(onWidth, width(l.on)), max(kindWidth, width(l.kind)), max(whatWidth, min(width(l.what), 60))
	}
	colours := map[plan.Verb]string{plan.Create: green, plan.Replace: yellow, plan.Remove: red}
	for _, l := range lines {
		text := fmt.Sprintf("  %s %s  %s  %s  %s", w.paint(colours[l.verb], l.verb.String()), pad(l.on, onWidth), pad(l.kind, kindWidth), pad(l.what, whatWidth), l.why)
		if l.end != "" {
			text += "  " + l.end
		}
		fmt.Fprintln(w, strings.TrimRight(text, " "))
	}
}

func width(s string) int { return len([]rune(s)) }

func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-width(s))) }

func lineOf(c plan.Change, status string) line {
	l := line{verb: c.Verb(), on: state.QuotePart(c.Key.On.Column), kind: kindText(c.Key.Fact), what: describe(c), why: c.Why.String(), end: status}
	if c.Key.On.Column == "" {
		l.on = ""
	}
	if c.Note != "" {
		l.why = strings.TrimSpace(l.why + "  " + c.Note)
	}
	l.what, l.why, l.end = oneLine(l.what), oneLine(l.why), oneLine(l.end)
	return l
}

func kindText(k state.FactKind) string {
	names := map[state.FactKind]string{state.FactTagged: "tag", state.FactAllowedValue: "value", state.FactTag: "tag definition", state.FactBinding: "tag mask", state.FactManaged: "managed access",
		state.FactFilter: "row filter", state.FactRowPolicy: "row policy", state.FactConstraintPolicy: "constraint policy", state.FactABAC: "abac policy"}
	if n, ok := names[k]; ok {
		return n
	}
	return k.String()
}

// describe says what a change does, in one phrase.
func describe(c plan.Change) string {
	k := c.Key
	switch k.Fact {
	case state.FactTagged:
		return transition(k.With.Name, c, func(v state.Value) string { return string(v.(state.Text)) })
	case state.FactAllowedValue:
		return k.Name
	case state.FactMask:
		return transition("", c, maskText)
	case state.FactBinding:
		return transition(k.Name, c, maskText)
	case state.FactGrant:
		return grantText(c)
	case state.FactMember:
		return k.With.String()
	case state.FactOwner:
		return transition("", c, func(v state.Value) string { o, _ := v.(state.Owner); return state.Securable(o).String() })
	case state.FactPolicy:
		return policyText(c)
	case state.FactFilter:
		return transition("", c, filterText)
	case state.FactABAC:
		return transition(k.Name, c, abacText)
	case state.FactConstraint:
		return transition(k.Name, c, filterText)
	case state.FactRowPolicy:
		return rowPolicyText(c)
	case state.FactConstraintPolicy:
		return constraintText(c)
	}
	return ""
}

func transition(name string, c plan.Change, text func(state.Value) string) string {
	var s string
	switch {
	case c.Was == nil:
		s = text(c.Want)
	case c.Want == nil:
		s = text(c.Was)
	default:
		s = text(c.Was) + " -> " + text(c.Want)
	}
	if name != "" {
		return state.QuotePart(name) + " = " + s
	}
	return s
}

func maskText(v state.Value) string {
	m, _ := v.(state.Mask)
	if len(m.Using) == 0 {
		return m.Policy.Path()
	}
	return m.Policy.Path() + " using " + strings.Join(m.Using, ", ")
}

func grantText(c plan.Change) string {
	k := c.Key
	s := k.Name
	if k.Future != state.KindNone {
		s += " on future " + k.Future.String() + "s"
	}
	to := " to "
	if c.Want == nil {
		to = " from "
	}
	s += to + k.With.String()
	if c.Want == state.Option(true) {
		s += " with grant option"
	}
	return s
}

func policyText(c plan.Change) string {
	p, _ := c.Want.(*state.MaskingPolicy)
	if p == nil {
		return ""
	}
	switch {
	case p.Opaque:
		return "the author's SQL"
	case len(p.Rules) == 0:
		return "everyone " + p.Default.String()
	}
	parts := make([]string, 0, len(p.Rules)+1)
	for _, r := range p.Rules {
		parts = append(parts, ruleText(r))
	}
	return strings.Join(append(parts, "else "+p.Default.String()), "; ")
}

func ruleText(r state.Rule) string {
	s := principalNames(r.To) + " " + r.Show.String()
	if len(r.Values) > 0 {
		s += " for " + strings.Join(r.Values, ", ")
	}
	if len(r.When) > 0 {
		s += " on conditions"
	}
	return s
}

func statusText(s reconcile.StepResult) string {
	if s.Err != nil {
		return string(s.Status) + ": " + s.Err.Error()
	}
	return string(s.Status)
}

// sights says who gains and who loses sight of which sensitive columns, and who sees more rows and who fewer; what has
// the same answer shares a line.
func (w textWriter) sights(p *plan.Plan) {
	gains := func(s plan.Sight) []state.Securable { return s.Gains }
	loses := func(s plan.Sight) []state.Securable { return s.Loses }
	for _, side := range [...]struct {
		verb, colour string
		who          func(plan.Sight) []state.Securable
		columns      bool
	}{
		{"gains sight of", yellow, gains, true},
		{"loses sight of", green, loses, true},
		{"sees more rows of", yellow, gains, false},
		{"sees fewer rows of", green, loses, false},
	} {
		of := map[state.Securable][]string{}
		for _, s := range p.Sights {
			if (s.Column.Kind == state.KindColumn) != side.columns {
				continue
			}
			for _, who := range side.who(s) {
				of[who] = append(of[who], s.Column.Path())
			}
		}
		order := make([]state.Securable, 0, len(of))
		for who := range of {
			order = append(order, who)
		}
		slices.SortFunc(order, state.Securable.Compare)
		for i, who := range order {
			if i == 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintf(w, "  %s %s %s\n", who, w.paint(side.colour, side.verb), someOf(of[who], map[bool]string{true: "columns", false: "tables"}[side.columns]))
		}
	}
}

// someOf lists the first few of many.
func someOf(all []string, what string) string {
	const few = 4
	if len(all) <= few {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more %s", strings.Join(all[:few], ", "), len(all)-few, what)
}

func (w textWriter) settled(r *reconcile.Result) {
	if len(r.Settled) == 0 {
		return
	}
	fmt.Fprintf(w, "\n  %s of an interrupted run settled by reading\n", count(len(r.Settled), "statement"))
}

func (w textWriter) outcome(r *reconcile.Result) {
	if r.Run == "" {
		return
	}
	tally := map[reconcile.Status]int{}
	for _, s := range r.Steps {
		tally[s.Status] += len(s.Step.Statements)
	}
	fmt.Fprintf(w, "\n  run %s: %d done, %d failed, %d unknown, %d held in %s\n", r.Run, tally[reconcile.Done], tally[reconcile.Failed],
		tally[reconcile.Unknown], tally[reconcile.Held], r.Elapsed.Round(time.Millisecond))
	switch {
	case r.Left == nil:
		fmt.Fprintln(w, "  not read again")
	case r.Left.Empty():
		fmt.Fprintln(w, "  read again: nothing left to do")
	default:
		fmt.Fprintf(w, "  read again: %s left\n", count(len(r.Left.Changes()), "change"))
	}
}

// lateness says which kinds of fact were read from sources that lag, a line or none.
func lateness(all []state.Freshness) string {
	var kinds []string
	lag := ""
	for _, f := range all {
		if f.Lag != "" {
			kinds, lag = append(kinds, f.Facts.String()), f.Lag
		}
	}
	if kinds == nil {
		return ""
	}
	return fmt.Sprintf("  read in bulk, up to %s late, and live where a change rests on it: %s\n", lag, strings.Join(kinds, ", "))
}
