package api

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/reconcile/schedule"
	"github.com/polsync/polsync/state/ledger"
)

// Metrics are the figures of one daemon, in a registry of their own. They outlive a change of the configuration.
type Metrics struct {
	registry *prometheus.Registry

	runs, statements, reads, drift, refusals *prometheus.CounterVec
	seconds                                  *prometheus.HistogramVec
	ended, succeeded, differences, held      *prometheus.GaugeVec
	lag, lost                                *prometheus.GaugeVec

	mu     sync.Mutex
	status func() []schedule.Status
}

// buckets suit runs from a tenth of a second to an hour.
var buckets = []float64{0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1800, 3600}

// NewMetrics returns figures that begin at nothing.
func NewMetrics(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), status: func() []schedule.Status { return nil }}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "polsync_" + name, Help: help}, labels)
		m.registry.MustRegister(c)
		return c
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "polsync_" + name, Help: help}, labels)
		m.registry.MustRegister(g)
		return g
	}
	m.runs = counter("runs_total", "Jobs that ended, by how: done, partly, refused (a guard), failed.", "platform", "job", "result")
	m.statements = counter("statements_total", "Steps of plans, by what became of them: done, failed, unknown, held.", "platform", "status")
	m.reads = counter("read_statements_total", "Statements and requests that runs took to read platforms.", "platform")
	m.drift = counter("drift_total", "Facts that others had changed and a run found changed.", "platform")
	m.refusals = counter("guard_refusals_total", "Plans that a guard stopped before the first statement.", "platform")
	m.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "polsync_run_seconds", Help: "How long jobs took.", Buckets: buckets}, []string{"platform", "job"})
	m.ended = gauge("last_run_timestamp_seconds", "When a job last ended, Unix time.", "platform", "job")
	m.succeeded = gauge("last_success_timestamp_seconds", "When a job last ended with everything done, Unix time.", "platform", "job")
	m.differences = gauge("differences", "Changes that the last run found to make.", "platform")
	m.held = gauge("held", "Declared or to be removed, and left for another time by the last run.", "platform")
	m.lag = gauge("read_lag_seconds", "How old the oldest source of the last reading was.", "platform")
	m.lost = gauge("lease_held_by_other", "1 while another process writes the platform.", "platform")
	info := gauge("build_info", "1; the version is the label.", "version")
	info.WithLabelValues(version).Set(1)
	m.registry.MustRegister(m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &scheduled{m})
	return m
}

// Watch makes the figures tell how jobs stand, as status says at the moment they are asked for.
func (m *Metrics) Watch(status func() []schedule.Status) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status = status
}

// Handler serves the figures.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}

// Job notes how a job ended.
func (m *Metrics) Job(e schedule.Event, result string, at time.Time) {
	m.runs.WithLabelValues(e.Platform, e.Job, result).Inc()
	m.seconds.WithLabelValues(e.Platform, e.Job).Observe(e.Took.Seconds())
	unix := float64(at.UnixMilli()) / 1000
	m.ended.WithLabelValues(e.Platform, e.Job).Set(unix)
	if result == ResultDone {
		m.succeeded.WithLabelValues(e.Platform, e.Job).Set(unix)
	}
}

// How jobs end.
const (
	ResultDone    = "done"
	ResultPartly  = "partly"
	ResultRefused = "refused"
	ResultFailed  = "failed"
)

// Run notes what a run found and did.
func (m *Metrics) Run(platform string, res *reconcile.Result, err error) {
	var guard *plan.GuardError
	if errors.As(err, &guard) {
		m.refusals.WithLabelValues(platform).Inc()
	}
	m.lost.WithLabelValues(platform).Set(0)
	if errors.Is(err, ledger.ErrHeld) {
		m.lost.WithLabelValues(platform).Set(1)
	}
	if res == nil || res.Plan == nil {
		return
	}
	m.reads.WithLabelValues(platform).Add(float64(res.Plan.Reads))
	m.drift.WithLabelValues(platform).Add(float64(len(res.Drifted)))
	m.differences.WithLabelValues(platform).Set(float64(len(res.Plan.Changes())))
	held := 0
	for _, n := range res.Plan.Notices {
		if n.Level == plan.Held {
			held++
		}
	}
	for _, s := range res.Steps {
		m.statements.WithLabelValues(platform, string(s.Status)).Inc()
		if s.Status == reconcile.Held {
			held++
		}
	}
	m.held.WithLabelValues(platform).Set(float64(held))
	m.lag.WithLabelValues(platform).Set(oldest(res).Seconds())
}

// oldest returns the lag of the oldest source that a plan was made from.
func oldest(res *reconcile.Result) time.Duration {
	var most time.Duration
	for _, f := range res.Plan.Freshness {
		if d, err := time.ParseDuration(f.Lag); err == nil {
			most = max(most, d)
		}
	}
	return most
}

// scheduled tells how jobs stand when it is asked.
type scheduled struct{ m *Metrics }

var (
	running  = prometheus.NewDesc("polsync_job_running", "1 while the job runs.", []string{"platform", "job"}, nil)
	next     = prometheus.NewDesc("polsync_job_next_timestamp_seconds", "When the job runs next, Unix time.", []string{"platform", "job"}, nil)
	failures = prometheus.NewDesc("polsync_failures_in_row", "Jobs in a row that could not work with the platform.", []string{"platform"}, nil)
	open     = prometheus.NewDesc("polsync_left_alone", "1 while the platform is left alone because it failed too often.", []string{"platform"}, nil)
)

// Describe implements prometheus.Collector.
func (s *scheduled) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{running, next, failures, open} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (s *scheduled) Collect(to chan<- prometheus.Metric) {
	s.m.mu.Lock()
	status := s.m.status
	s.m.mu.Unlock()
	seen := map[string]bool{}
	for _, st := range status() {
		to <- prometheus.MustNewConstMetric(running, prometheus.GaugeValue, bit(st.Running), st.Platform, st.Job)
		if !st.Next.IsZero() {
			to <- prometheus.MustNewConstMetric(next, prometheus.GaugeValue, float64(st.Next.Unix()), st.Platform, st.Job)
		}
		if !seen[st.Platform] {
			seen[st.Platform] = true
			to <- prometheus.MustNewConstMetric(failures, prometheus.GaugeValue, float64(st.Failures), st.Platform)
			to <- prometheus.MustNewConstMetric(open, prometheus.GaugeValue, bit(!st.Until.IsZero()), st.Platform)
		}
	}
}

func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
