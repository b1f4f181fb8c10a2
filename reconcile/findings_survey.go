package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// Survey is how far classification, tags and masks of a platform have come.
type Survey struct {
	Platform string
	At       time.Time
	Catalogs []CatalogCoverage
	Columns  []SurveyedColumn // those with a finding
	Unread   []string         // parts of the platform that could not be read completely, with the reason
}

// CatalogCoverage counts columns of one database. System, shared and imported ones are left out.
type CatalogCoverage struct {
	Platform string `json:"platform"`
	Catalog  string `json:"catalog"`
	Tables   int    `json:"tables"`
	Columns  int    `json:"columns"`
	Looked   int    `json:"looked"`   // a scan has looked at
	Found    int    `json:"found"`    // with a finding, but for rejected ones
	Waiting  int    `json:"waiting"`  // of those, whose finding waits for a person
	Rejected int    `json:"rejected"` // with findings that were all rejected
	Tagged   int    `json:"tagged"`   // that a declared tag covers, set on them or above
	Masked   int    `json:"masked"`   // that a mask covers
	Open     int    `json:"open"`     // found and not masked
	Clear    int    `json:"clear"`    // principals that read one of those found in clear
}

// SurveyedColumn is a column with a finding.
type SurveyedColumn struct {
	Reviewed
	Tags   []string          // declared tags that cover it, as name=value
	Masked bool              //
	Clear  []state.Securable // who reads it in clear, as far as grants and masks tell
}

// Survey reads the platform and says how far its classification, tags and masks have come.
func (r *Reconciler) Survey(ctx context.Context, d *state.Declarations) (*Survey, error) {
	in, _, err := r.observe(ctx, d, Options{})
	if err != nil {
		return nil, err
	}
	findings, err := r.Store.Findings(ctx, ledger.FindingFilter{Platform: r.Name})
	if err != nil {
		return nil, fmt.Errorf("%s: read the findings: %w", r.Name, err)
	}
	reviewed, err := r.reviewed(ctx, d, current(findings, in))
	if err != nil {
		return nil, err
	}
	looked, err := r.lookedAt(ctx, d)
	if err != nil {
		return nil, err
	}
	s := &survey{Survey: Survey{Platform: r.Name, At: r.now().UTC()}, in: in, reviewed: map[state.Securable][]Reviewed{}, looked: looked,
		masked: plan.Masked(in.Actual), clear: plan.Readers(in, plan.Desired(in)), tags: tagsOn(in)}
	for _, one := range reviewed {
		s.reviewed[one.Column] = append(s.reviewed[one.Column], one)
	}
	for _, a := range in.Actual.Unknown {
		s.Unread = append(s.Unread, strings.TrimSpace(a.Within.Path()+" "+a.Reason))
	}
	s.count()
	return &s.Survey, nil
}

// lookedAt returns the columns that any declared scan has looked at.
func (r *Reconciler) lookedAt(ctx context.Context, d *state.Declarations) (map[state.Securable]bool, error) {
	looked := map[state.Securable]bool{}
	for _, scan := range d.Scans {
		looks, err := r.Store.Looks(ctx, r.Name, scan.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: read what scan %s looked at: %w", r.Name, scan.Name, err)
		}
		for c := range looks {
			looked[c] = true
		}
	}
	return looked, nil
}

// tagsOn returns the declared tags that each place carries itself, as name=value.
func tagsOn(in plan.Input) map[state.Securable][]string {
	names := plan.Tags(in)
	on := map[state.Securable][]string{}
	for _, k := range in.Actual.Keys() {
		decl, ok := names[k.With]
		if k.Fact != state.FactTagged || !ok {
			continue
		}
		value, _ := in.Actual.Value(k).(state.Text)
		at := k.On
		if at.Kind.Relation() {
			at.Kind = state.KindTable // as a column's parent
		}
		on[at] = append(on[at], decl.Name+"="+string(value))
	}
	return on
}

// survey is a Survey in the making.
type survey struct {
	Survey
	in       plan.Input
	reviewed map[state.Securable][]Reviewed
	looked   map[state.Securable]bool
	tags     map[state.Securable][]string
	masked   func(state.Securable) bool
	clear    func(state.Securable) []state.Securable
}

func (s *survey) count() {
	catalogs, readers := map[string]*CatalogCoverage{}, map[string]map[state.Securable]bool{}
	tables := map[state.Securable]bool{}
	for _, c := range s.in.Actual.Securables() {
		if c.Kind != state.KindColumn || s.foreign(c) {
			continue
		}
		at := catalogs[c.Catalog]
		if at == nil {
			at = &CatalogCoverage{Platform: s.Platform, Catalog: c.Catalog}
			catalogs[c.Catalog], readers[c.Catalog] = at, map[state.Securable]bool{}
		}
		if !tables[c.Table()] {
			tables[c.Table()] = true
			at.Tables++
		}
		for _, who := range s.column(c, at) {
			readers[c.Catalog][who] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(catalogs)) {
		catalogs[name].Clear = len(readers[name])
		s.Catalogs = append(s.Catalogs, *catalogs[name])
	}
}

// foreign reports whether a column lies in what polsync leaves alone.
func (s *survey) foreign(c state.Securable) bool {
	for at, ok := c, true; ok; at, ok = at.Parent() {
		if s.in.Actual.Objects[at].Foreign != "" {
			return true
		}
	}
	return false
}

// column counts one column and returns who reads it in clear, where something was found on it.
func (s *survey) column(c state.Securable, at *CatalogCoverage) []state.Securable {
	tags, masked := s.covering(c), s.masked(c)
	at.Columns++
	at.Looked += count(s.looked[c])
	at.Tagged += count(len(tags) > 0)
	at.Masked += count(masked)
	found := s.reviewed[c]
	if len(found) == 0 {
		return nil
	}
	standing := func(want Standing) bool {
		return slices.ContainsFunc(found, func(r Reviewed) bool { return r.Standing == want })
	}
	rejected := !slices.ContainsFunc(found, func(r Reviewed) bool { return r.Standing != StandingRejected })
	at.Rejected += count(rejected)
	at.Found += count(!rejected)
	at.Waiting += count(standing(StandingWaiting))
	at.Open += count(!rejected && !masked)
	clear := s.clear(c)
	for _, r := range found {
		s.Columns = append(s.Columns, SurveyedColumn{Reviewed: r, Tags: tags, Masked: masked, Clear: clear})
	}
	if rejected {
		return nil
	}
	return clear
}

// covering returns the declared tags on a column and what it stands in.
func (s *survey) covering(c state.Securable) []string {
	var all []string
	for at, ok := c, true; ok; at, ok = at.Parent() {
		all = append(all, s.tags[at]...)
	}
	return all
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
