package snowflake

import (
	"context"
	"net/http"
	"testing"
	"time"
)

// roundTrip answers with a status.
type roundTrip int

func (s roundTrip) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: int(s), Body: http.NoBody}, nil
}

func TestGateHalvesWhenAskedTo(t *testing.T) {
	now := time.Unix(0, 0)
	g := newGate(8, 0)
	g.now = func() time.Time { return now }
	ask := func(status int) {
		res, err := watch{roundTrip(status), g}.RoundTrip(&http.Request{})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	now = now.Add(time.Hour)
	ask(http.StatusOK)
	if g.bound != 8 {
		t.Errorf("the bound is %v before anything was asked", g.bound)
	}
	ask(http.StatusTooManyRequests)
	ask(http.StatusServiceUnavailable) // of the same jam
	if g.bound != 4 {
		t.Errorf("one jam makes the bound %v, not 4", g.bound)
	}
	now = now.Add(2 * cooling)
	ask(http.StatusServiceUnavailable)
	for range 2 {
		if err := g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	full, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.enter(full); err == nil {
		t.Error("a third entered where two may be")
	}
	g.leave(true)
	g.leave(true)
	if g.bound < 2.8 || g.bound > 3 {
		t.Errorf("after two that went well the bound is %v, not about 3", g.bound)
	}
}

func TestGateKeepsARate(t *testing.T) {
	now := time.Unix(1e9, 0)
	g := newGate(100, 10)
	g.now = func() time.Time { return now }
	var wait time.Duration
	for range 30 {
		wait = g.slot()
	}
	if wait < 1900*time.Millisecond || wait > 2100*time.Millisecond { // a second's worth at once, then ten in a second
		t.Errorf("the thirtieth of ten a second waits %s", wait)
	}
}
