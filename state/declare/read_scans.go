package declare

import (
	"regexp"
	"slices"
	"time"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
)

// maxPattern is the length of a regular expression of one's own, in characters.
const maxPattern = 1000

func (l *loader) classifier(n document.Node) {
	c := state.ClassifierDeclaration{Name: n.Get("name").Text(), Disabled: n.Get("disabled").Bool(false), Origin: origin(n)}
	l.once("classifier "+c.Name, n.Get("name"))
	c.All, c.Any, c.Not = l.predicates(n.Get("all")), l.predicates(n.Get("any")), l.predicates(n.Get("not"))
	if !c.Disabled && len(c.All)+len(c.Any) == 0 {
		n.Errorf("classifier %s has predicates under all or any", c.Name)
	}
	l.d.Classifiers = append(l.d.Classifiers, c)
}

func (l *loader) predicates(n document.Node) []state.Predicate {
	var all []state.Predicate
	for _, e := range n.List() {
		p := state.Predicate{Value: e.Get("value").Text(), Column: e.Get("column").Text(), Table: e.Get("table").Text(), Comment: e.Get("comment").Text(), Type: e.Get("type").Text(),
			Checksum: e.Get("checksum").Text(), Dictionary: e.Get("dictionary").Texts(), MinRatio: e.Get("min_ratio").Float(0), MinLength: e.Get("min_length").Int(0), MaxLength: e.Get("max_length").Int(0), Origin: origin(e)}
		said := 0
		for _, key := range []string{"value", "column", "table", "comment", "type", "checksum", "dictionary"} {
			if e.Has(key) {
				said++
			}
		}
		if said == 0 && p.MinLength == 0 && p.MaxLength == 0 || said > 1 {
			e.Errorf("a predicate has one of value, column, table, comment, type, checksum and dictionary")
		}
		if sum := e.Get("checksum"); sum.Given() && l.o.Checksums != nil && !slices.Contains(l.o.Checksums, p.Checksum) {
			sum.Errorf("no checksum is called %q; %s", p.Checksum, document.OneOf(p.Checksum, l.o.Checksums))
		}
		for _, key := range []string{"value", "column", "table", "comment"} {
			checkRegexp(e.Get(key))
		}
		all = append(all, p)
	}
	return all
}

func checkRegexp(n document.Node) {
	if !n.Given() {
		return
	}
	if text := n.Text(); text == "" || len(text) > maxPattern {
		n.Errorf("a regular expression has 1 to %d characters", maxPattern)
	} else if _, err := regexp.Compile(text); err != nil {
		n.Errorf("not a regular expression: %v", err)
	}
}

func (l *loader) scan(n document.Node) {
	t := takes{deep: true, tags: true, parts: []int{3, 4}, what: "scans"}
	s := state.ScanDeclaration{Name: n.Get("name").Text(), On: l.selectors(n.Get("on"), t), Except: l.selectors(n.Get("except"), takes{deep: true, tags: true, what: "scans"}),
		Collection: n.Get("collection").Text(), Rows: n.Get("rows").Int(1000), Mode: n.Get("mode").Text(), Values: n.Get("values").Text(), Review: n.Get("review").Bool(false),
		Parallel: n.Get("parallel").Int(4), Recheck: days(n.Get("recheck_days").Int(30)), Budget: budget(n.Get("budget")), Origin: origin(n)}
	s.On = limited(n.Get("on"), s.On, l.in(n))
	l.once("scan "+s.Name, n.Get("name"))
	if s.Mode == "" {
		s.Mode = "full"
	}
	if s.Values == "" {
		s.Values = "pushdown"
	}
	if s.Values == "sample" && s.Rows == 0 {
		n.Get("rows").Errorf("values: sample reads rows into this process and needs a number of them")
	}
	if _, ok := l.d.Collections[s.Collection]; s.Collection != "" && !ok && !slices.Contains(l.o.Collections, s.Collection) {
		known := slices.Clone(l.o.Collections)
		for c := range l.d.Collections {
			known = append(known, c)
		}
		slices.Sort(known)
		l.unknown(n.Get("collection"), "no collection is called %q; %s", s.Collection, document.OneOf(s.Collection, known))
	}
	l.d.Scans = append(l.d.Scans, s)
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func budget(n document.Node) state.Budget {
	return state.Budget{Statements: n.Get("statements").Int(0), Rows: int64(n.Get("rows").Int(0)),
		Elapsed: time.Duration(n.Get("minutes").Float(0) * float64(time.Minute)), Compute: time.Duration(n.Get("warehouse_seconds").Float(0) * float64(time.Second))}
}

// decision reads one entry of decisions. Two about one place, as written, and one classifier must say the same.
func (l *loader) decision(n document.Node) {
	key, ruling := "approve", state.Approved
	if n.Has("reject") {
		key, ruling = "reject", state.Rejected
	}
	if n.Has("approve") == n.Has("reject") {
		n.Errorf("a decision has either approve or reject")
		return
	}
	t := takes{deep: true, parts: []int{3, 4}, what: "decisions"}
	d := state.DecisionDeclaration{Ruling: ruling, On: l.selectors(n.Get(key), t), Except: l.selectors(n.Get("except"), takes{deep: true, what: "decisions"}),
		Classifier: n.Get("classifier").Text(), Reasons: n.Get("reason").Texts(), Origin: origin(n)}
	if c := n.Get("classifier"); c.Given() {
		l.knownClassifier(c)
	}
	of := "any finding"
	if d.Classifier != "" {
		of = d.Classifier
	}
	for _, e := range n.Get(key).List() {
		l.once("the decision about "+of+" on "+e.Text(), e)
	}
	l.d.Decisions = append(l.d.Decisions, d)
}

func (l *loader) autotag(n document.Node) {
	a := state.AutotagDeclaration{Scans: n.Get("scans").Texts(), Conflict: n.Get("conflict").Text(), Origin: origin(n)}
	if a.Conflict == "" {
		a.Conflict = "keep-manual"
	}
	var known []string
	for _, s := range l.d.Scans {
		known = append(known, s.Name)
	}
	for _, s := range n.Get("scans").List() {
		if !slices.Contains(known, s.Text()) {
			l.unknown(s, "no scan is called %q; %s", s.Text(), document.OneOf(s.Text(), known))
		}
	}
	for _, e := range n.Get("map").List() {
		m := state.AutotagMap{Classifier: e.Get("classifier").Text(), Tag: e.Get("tag").Text(), Value: e.Get("value").Text(), MinScore: e.Get("min_score").Float(0.8), Origin: origin(e)}
		l.knownClassifier(e.Get("classifier"))
		if t := l.knownTag(e.Get("tag"), m.Tag); t != nil && !t.AnyValue && len(t.Values) > 0 && !slices.Contains(t.Values, m.Value) {
			at := e.Get("value")
			if !at.Given() {
				at = e
			}
			at.Errorf("tag %s does not allow the value %q; %s", t.Name, m.Value, document.OneOf(m.Value, t.Values))
		}
		a.Map = append(a.Map, m)
	}
	l.d.Autotag = append(l.d.Autotag, a)
}

func (l *loader) test(n document.Node) {
	e := state.Expectation{As: l.ref(n.Get("as")), Read: l.pattern(n.Get("read"), false), Origin: origin(n)}
	if r := n.Get("rows"); r.Given() {
		e.Rows = rowsSeen(r)
		if len(e.Read.Parts) == 4 {
			r.Errorf("rows are asked of a table")
		}
	}
	if len(e.Read.Parts) > 0 && (e.Read.Wild() || len(e.Read.Parts) < 3) {
		n.Get("read").Errorf("a test reads one column or table, by its plain name")
	}
	if s := n.Get("sees"); s.Given() {
		if e.Refuse = s.Text() == "refused"; !e.Refuse {
			e.Sees = l.show(s)
		}
		if !e.Refuse && len(e.Read.Parts) == 3 {
			s.Errorf("what is seen is asked of a column; of a table, whether it is refused")
		}
	}
	if !n.Has("sees") && !n.Has("rows") {
		n.Errorf("a test says what is seen with sees, or which rows with rows")
	}
	l.d.Tests = append(l.d.Tests, e)
}

func rowsSeen(n document.Node) *state.RowsSeen {
	all, values := rowValues(n)
	if !n.IsList() && n.Text() == "none" {
		values = nil
	}
	slices.Sort(values)
	return &state.RowsSeen{All: all, Values: slices.Compact(values)}
}

// knownClassifier reports a classifier that is neither built in nor declared.
func (l *loader) knownClassifier(n document.Node) {
	if l.o.Classifiers == nil || slices.Contains(l.o.Classifiers, n.Text()) {
		return
	}
	known := slices.Clone(l.o.Classifiers)
	for _, c := range l.d.Classifiers {
		if c.Name == n.Text() {
			return
		}
		known = append(known, c.Name)
	}
	if near := document.Nearest(n.Text(), known); near != "" {
		l.unknown(n, "no classifier is called %q; did you mean %q?", n.Text(), near)
		return
	}
	l.unknown(n, "no classifier is called %q", n.Text())
}
