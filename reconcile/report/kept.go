package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// What a report lists of the facts that were left alone, unless it is verbose: some of each reason, and as many
// reasons.
const (
	keptShown   = 5
	reasonShown = 8
)

// keptGroup is what was left alone for one reason.
type keptGroup struct {
	reason string
	kept   []plan.Kept
}

// keptGroups puts the facts that were left alone together by reason, the most frequent reason first.
func keptGroups(all []plan.Kept) []keptGroup {
	at := map[string]int{}
	var groups []keptGroup
	for _, k := range all {
		i, there := at[k.Reason]
		if !there {
			i = len(groups)
			at[k.Reason] = i
			groups = append(groups, keptGroup{reason: k.Reason})
		}
		groups[i].kept = append(groups[i].kept, k)
	}
	slices.SortStableFunc(groups, func(a, b keptGroup) int {
		if d := len(b.kept) - len(a.kept); d != 0 {
			return d
		}
		return strings.Compare(a.reason, b.reason)
	})
	return groups
}

func (w textWriter) kept(p *plan.Plan) {
	if len(p.Kept) == 0 {
		return
	}
	fmt.Fprintln(w)
	groups := keptGroups(p.Kept)
	for i, g := range groups {
		if i == reasonShown && !w.o.Verbose {
			fmt.Fprintf(w, "  . %d more kept for %s; --verbose lists them\n", sizeOf(groups[i:]), count(len(groups)-i, "other reason"))
			return
		}
		w.keptFor(g)
	}
}

// keptFor lists what was left alone for one reason: a line each, or where there are many their number and some of them.
func (w textWriter) keptFor(g keptGroup) {
	reason := oneLine(g.reason)
	if len(g.kept) <= keptShown || w.o.Verbose {
		for _, k := range g.kept {
			fmt.Fprintf(w, "  . %s  kept: %s\n", keptText(k), reason)
		}
		return
	}
	fmt.Fprintf(w, "  . %d kept: %s\n", len(g.kept), reason)
	for _, k := range g.kept[:keptShown] {
		fmt.Fprintf(w, "      %s\n", keptText(k))
	}
	fmt.Fprintf(w, "      and %d more; --verbose lists them\n", len(g.kept)-keptShown)
}

func keptText(k plan.Kept) string {
	text := k.Fact.Key.String()
	if t, ok := k.Fact.Value.(state.Text); ok {
		text += " = " + string(t)
	}
	return oneLine(text)
}

func sizeOf(groups []keptGroup) int {
	n := 0
	for _, g := range groups {
		n += len(g.kept)
	}
	return n
}
