package snowflake

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// gate bounds how many statements run at a time and how many begin in a second. When the account asks for less (429,
// 503, a statement that waited too long in a queue) the bound is halved; with each statement that goes well it grows
// again by its own fraction, so that it has grown by one when all places were used once.
type gate struct {
	mu     sync.Mutex
	most   float64
	bound  float64
	inside int
	wait   chan struct{} // closed when a place may have become free
	calm   time.Time     // until then the bound is not halved again: one jam has many victims

	begins *rate.Limiter // nil for no bound
	now    func() time.Time
}

// cooling is how long answers to one jam are taken as one.
const cooling = time.Second

func newGate(most int, perSecond float64) *gate {
	g := &gate{most: float64(most), bound: float64(most), wait: make(chan struct{}), now: time.Now}
	if perSecond > 0 {
		g.begins = rate.NewLimiter(rate.Limit(perSecond), max(int(perSecond), 1))
	}
	return g
}

// enter waits for a place. Whoever entered must leave.
func (g *gate) enter(ctx context.Context) error {
	for {
		g.mu.Lock()
		if float64(g.inside) < max(g.bound, 1) {
			g.inside++
			begin := g.slot()
			g.mu.Unlock()
			if err := until(ctx, begin); err != nil {
				g.leave(false)
				return err
			}
			return nil
		}
		free := g.wait
		g.mu.Unlock()
		select {
		case <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// slot takes the next moment at which a statement may begin, and returns how long until then. A second's worth of them
// may be saved up.
func (g *gate) slot() time.Duration {
	if g.begins == nil {
		return 0
	}
	now := g.now()
	return g.begins.ReserveN(now, 1).DelayFrom(now)
}

func until(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave gives the place back; well says that the statement succeeded.
func (g *gate) leave(well bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if well {
		g.bound = min(g.most, g.bound+1/max(g.bound, 1))
	}
	close(g.wait)
	g.wait = make(chan struct{})
}

// jam notes that the account asks for less.
func (g *gate) jam() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now := g.now(); now.After(g.calm) {
		g.bound, g.calm = max(g.bound/2, 1), now.Add(cooling)
	}
}

// watch notes answers by which an account asks for less; the driver sends such requests again by itself.
type watch struct {
	http.RoundTripper
	gate *gate
}

// RoundTrip implements http.RoundTripper.
func (w watch) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := w.RoundTripper.RoundTrip(r)
	if err == nil && (res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable) {
		w.gate.jam()
	}
	return res, err
}
