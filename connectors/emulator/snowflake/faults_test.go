package snowflake

import (
	"context"
	"regexp"
	"slices"
	"testing"
)

// roleThere reports, without the wire, whether a role exists; a callback may ask while a request waits.
func roleThere(t *testing.T, a *Account, name string) bool {
	r, err := a.Query(context.Background(), AdminUser, roleAccountAdmin, "SHOW ROLES LIKE '"+name+"'")
	if err != nil {
		t.Error(err)
		return false
	}
	return len(r.Rows) == 1
}

func TestCallbacksSeeTheChosenStatementBeforeAndAfter(t *testing.T) {
	s := fresh(t)
	db := s.admin()
	var calls []string
	s.Faults().Add(Fault{SQL: regexp.MustCompile("CREATE ROLE"), Skip: 1, Times: 1,
		Before: func(r Request) {
			calls = append(calls, "before "+r.SQL)
			if roleThere(t, s.Account, "B") {
				t.Error("executed before Before")
			}
		},
		After: func(r Request) {
			calls = append(calls, "after "+r.SQL)
			if !roleThere(t, s.Account, "B") {
				t.Error("not executed before After")
			}
			if n := len(s.Statements()); n != 1 {
				t.Errorf("%d statements have ended, want the first alone", n)
			}
		}})
	must(t, db, "CREATE ROLE A", "CREATE ROLE B", "CREATE ROLE C")
	if want := []string{"before CREATE ROLE B", "after CREATE ROLE B"}; !slices.Equal(calls, want) {
		t.Errorf("called %q, want %q", calls, want)
	}
}

func TestCallbacksAndCuts(t *testing.T) {
	s := fresh(t)
	db := s.admin()
	var calls []string
	note := func(what string) func(Request) { return func(Request) { calls = append(calls, what) } }
	s.Faults().Add(Fault{SQL: regexp.MustCompile("CREATE ROLE"), Times: 1, Before: note("before"), After: note("never"), CutBefore: true})
	s.Faults().Add(Fault{SQL: regexp.MustCompile("CREATE ROLE"), Times: 1, After: note("after"), CutAfter: true})
	s.Faults().Add(Fault{Path: pathLogin, Before: note("login"), After: note("logged in")})
	must(t, db, "CREATE ROLE A") // cut, sent again, cut, and its outcome asked for
	must(t, s.admin(), "SELECT 1")
	if want := []string{"before", "after", "login", "logged in"}; !slices.Equal(calls[len(calls)-4:], want) {
		t.Errorf("called %q, want it to end with %q", calls, want)
	}
}
