package snowflake

import (
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

// usageLag is how late the views of ACCOUNT_USAGE that are read here may be: two hours at most by the Account Usage
// page, checked November 2026, and a quarter of an hour for what the page does not say.
const usageLag = 2*time.Hour + 15*time.Minute

// lateFacts are the kinds of fact that a bulk reading takes from views that lag.
var lateFacts = []state.FactKind{state.FactTagged, state.FactMember, state.FactGrant}

// Auto takes bulk where live would send more than cheap statements and bulk saves a quarter of them at least.
const cheap = 300

// live reports whether only sources that show the account's own last write may be used.
func (s *snapshot) live() bool { return s.scope.Strict || s.a.opt.Read == Live }

// choose decides between live and bulk, now that it is known how much there is.
func (s *snapshot) choose() {
	switch {
	case s.live():
	case s.a.opt.Read == Bulk:
		s.bulk = true
	default:
		live, bulk := s.estimate()
		s.bulk = live > cheap && 4*bulk <= 3*live
		s.a.log.Debug().Int("live", live).Int("bulk", bulk).Bool("chosen", s.bulk).Msg("statements it would take to read")
	}
	if !s.bulk {
		return
	}
	s.st.Lag = &state.Lag{By: s.a.opt.late, Live: map[state.Securable]bool{}}
	for on, at := range s.tables {
		if at.After(s.asked.Add(-s.a.opt.late)) {
			s.recent[on], s.st.Lag.Live[on] = true, true
		}
	}
	// Our own statements are a change too, whether or not an account counts setting a tag as one.
	for _, c := range s.scope.Recent {
		if on := c.Key.On.Relation(); c.Key.Fact == state.FactTagged && s.late(on) && s.lately(c) {
			s.recent[on], s.st.Lag.Live[on] = true, true
		}
	}
}

// lately reports whether views may not show yet what polsync changed.
func (s *snapshot) lately(c connectors.Recent) bool { return c.At.After(s.asked.Add(-s.a.opt.late)) }

// estimate returns how many more statements each way of reading takes.
func (s *snapshot) estimate() (live, bulk int) {
	containers := len(s.catalogs) + len(s.schemas)
	both := len(s.catalogs) // what databases hold that no view lists
	if s.scope.Wants(state.FactGrant) {
		both += min(len(s.principals), containers)
		live += len(s.principals)
	}
	if s.scope.Wants(state.FactMember) {
		for _, p := range s.principals {
			if p.users != 0 {
				live++
			}
		}
	}
	if s.scope.Wants(state.FactTagged) {
		both += containers / branches
		live += len(s.tables) / branches
	}
	const views = 6
	return live + both, views + both
}
