package databricks_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/polsync/polsync/connectors/databricks"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/connectors/emulator/databricks/generate"
)

// counted notes how many requests are under way at most.
type counted struct {
	base       http.RoundTripper
	now, most  atomic.Int32
	retryAfter atomic.Int32 // refusals that said how long to wait
}

func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	n := c.now.Add(1)
	defer c.now.Add(-1)
	for m := c.most.Load(); n > m && !c.most.CompareAndSwap(m, n); m = c.most.Load() {
	}
	resp, err := c.base.RoundTrip(r)
	if err == nil && resp.Header.Get("Retry-After") != "" {
		c.retryAfter.Add(1)
	}
	return resp, err
}

// TestRequestsAreBounded holds that no more requests are under way than allowed, also where parts of parts are read at once, and that a
// refusal for now costs no fact.
func TestRequestsAreBounded(t *testing.T) {
	c := &counted{base: http.DefaultTransport.(*http.Transport).Clone()}
	defer c.base.(*http.Transport).CloseIdleConnections()
	w, p := generated(t, generate.S, emulator.Options{InlineLimit: 100_000}, func(o *databricks.Options) { o.HTTPTransport, o.Concurrency = c, 3 })
	w.Faults().Add(emulator.Fault{SQL: "information_schema", Skip: 2, Times: 1, Status: 429, RetryAfter: 1})
	s := snapshot(t, p, generatedScope)
	if c.most.Load() > 3 || c.most.Load() < 2 {
		t.Errorf("%d requests at once", c.most.Load())
	}
	if c.retryAfter.Load() != 1 || len(s.Unknown) > 0 {
		t.Errorf("%d refusals, unknown %v", c.retryAfter.Load(), s.Unknown)
	}
}
