package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// common returns a policy that shows no principal more than either of two does: what a policy may be while a run is
// under way. The rules of both are aligned, and each pair becomes:
//
//	named by both          the common show: of clear and another that other, of two others nothing
//	named by one, clear    no rule: whoever it names falls through to the rest, which is the common part of the rest
//	named by one, hidden   a rule that shows nothing, so that no later rule of the other policy opens it
//
// A rule that only one of the two has is a pair with nobody named on the other side.
func common(was, want *state.MaskingPolicy) *state.MaskingPolicy {
	if was.Opaque || want.Opaque || was.Tag != want.Tag || was.Primary != want.Primary {
		return closed(want)
	}
	both := *want
	both.Rules, both.Default = nil, commonShow(was.Default, want.Default)
	for _, pair := range align(was.Rules, want.Rules) {
		both.Rules = append(both.Rules, commonRules(pair[0], pair[1])...)
	}
	return &both
}

func commonRules(was, want *state.Rule) []state.Rule {
	switch {
	case was == nil:
		return hidden(*want, want.To)
	case want == nil:
		return hidden(*was, was.To)
	}
	var rules []state.Rule
	shared := intersect(was.To, want.To)
	if len(shared) > 0 {
		r := *want
		r.To, r.Show = shared, commonShow(was.Show, want.Show)
		rules = append(rules, r)
	}
	rules = append(rules, hidden(*was, without(was.To, shared))...)
	return append(rules, hidden(*want, without(want.To, shared))...)
}

// hidden returns the rule that keeps what r hides from some principals hidden; none where r shows clear.
func hidden(r state.Rule, to []state.Securable) []state.Rule {
	if len(to) == 0 || r.Show.Word() == state.ShowClear {
		return nil
	}
	r.To, r.Show = to, state.Show{}
	return []state.Rule{r}
}

func commonShow(a, b state.Show) state.Show {
	switch {
	case a.Equal(b):
		return a
	case a.Word() == state.ShowClear:
		return b
	case b.Word() == state.ShowClear:
		return a
	}
	return state.Show{}
}

// align pairs the rules of two lists in order, preferring equal ones; only rules that speak of the same values and
// conditions can be a pair. A rule without a partner stands alone.
func align(a, b []state.Rule) [][2]*state.Rule {
	score := make([][]int, len(a)+1)
	for i := range score {
		score[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			score[i][j] = max(score[i+1][j], score[i][j+1])
			if w := likeness(a[i], b[j]); w > 0 {
				score[i][j] = max(score[i][j], w+score[i+1][j+1])
			}
		}
	}
	var pairs [][2]*state.Rule
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && likeness(a[i], b[j]) > 0 && score[i][j] == likeness(a[i], b[j])+score[i+1][j+1]:
			pairs = append(pairs, [2]*state.Rule{&a[i], &b[j]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && score[i][j] == score[i+1][j]:
			pairs = append(pairs, [2]*state.Rule{&a[i], nil})
			i++
		default:
			pairs = append(pairs, [2]*state.Rule{nil, &b[j]})
			j++
		}
	}
	return pairs
}

// likeness weighs a pair: 0 where the two cannot be one.
func likeness(a, b state.Rule) int {
	same := func(to bool, show bool) bool {
		x, y := a, b
		if !to {
			x.To, y.To = nil, nil
		}
		if !show {
			x.Show, y.Show = state.Show{}, state.Show{}
		}
		return x.Equal(y)
	}
	switch {
	case same(true, true):
		return 4
	case same(false, true):
		return 3
	case same(true, false):
		return 2
	case same(false, false):
		return 1
	}
	return 0
}

func intersect(a, b []state.Securable) []state.Securable {
	var both []state.Securable
	for _, s := range a {
		if slices.Contains(b, s) {
			both = append(both, s)
		}
	}
	return both
}

func without(a, b []state.Securable) []state.Securable {
	var rest []state.Securable
	for _, s := range a {
		if !slices.Contains(b, s) {
			rest = append(rest, s)
		}
	}
	return rest
}

// steadied returns p cut so that nobody sees more while members of the roles in moving join and leave: from the
// first rule that hides something from one of those roles on, nothing is shown. Rules that show clear can stay, since
// leaving comes first and joining last.
func steadied(p *state.MaskingPolicy, moving func(state.Securable) bool) *state.MaskingPolicy {
	for i, r := range p.Rules {
		if r.Show.Word() != state.ShowClear && slices.ContainsFunc(r.To, moving) {
			cut := *p
			cut.Rules, cut.Default = p.Rules[:i:i], state.Show{}
			return &cut
		}
	}
	return p
}

// closed returns p with nothing shown to anybody.
func closed(p *state.MaskingPolicy) *state.MaskingPolicy {
	shut := *p
	shut.Opaque, shut.Rules, shut.Default = false, nil, state.Show{}
	return &shut
}
