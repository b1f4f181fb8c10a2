package fault

import (
	"strings"
	"testing"
)

type prefix struct {
	text        string
	skip, times int
}

func (p prefix) Matches(r string) bool   { return strings.HasPrefix(r, p.text) }
func (p prefix) Span() (skip, times int) { return p.skip, p.times }

// met is what a row of requests meets, "-" for nothing.
func met(s *Set[prefix, string], requests ...string) string {
	var out []string
	for _, r := range requests {
		f, killed := s.Take(r)
		switch {
		case killed:
			out = append(out, "killed")
		case f == prefix{}:
			out = append(out, "-")
		default:
			out = append(out, f.text)
		}
	}
	return strings.Join(out, " ")
}

func TestTake(t *testing.T) {
	for _, c := range []struct {
		name     string
		faults   []prefix
		requests string
		want     string
	}{
		{"none", nil, "a b", "- -"},
		{"every one", []prefix{{text: "a"}}, "a b a", "a - a"},
		{"second alone", []prefix{{"a", 1, 1}}, "a b a a", "- - a -"},
		{"all but the first", []prefix{{"a", 1, 0}}, "a a a", "- a a"},
		{"the first that is in force", []prefix{{"a", 0, 1}, {"ab", 0, 0}}, "ab ab", "a ab"},
		{"a fault that hits hides those behind it", []prefix{{"a", 0, 0}, {"ab", 1, 1}}, "ab ab", "a a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s Set[prefix, string]
			for _, f := range c.faults {
				s.Add(f)
			}
			if got := met(&s, strings.Fields(c.requests)...); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestRemoveKillClear(t *testing.T) {
	var s Set[prefix, string]
	remove := s.Add(prefix{text: "a"})
	s.Add(prefix{text: "b"})
	remove()
	remove()
	if got := met(&s, "a", "b"); got != "- b" {
		t.Errorf("after remove: %s", got)
	}
	s.Kill()
	if got := met(&s, "a", "b"); got != "killed killed" {
		t.Errorf("after Kill: %s", got)
	}
	s.Clear()
	if got := met(&s, "a", "b"); got != "- -" {
		t.Errorf("after Clear: %s", got)
	}
}
