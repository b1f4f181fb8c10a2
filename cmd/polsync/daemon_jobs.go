package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/polsync/polsync/api"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/reconcile/schedule"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
)

// daemon is what outlives a configuration.
type daemon struct {
	*app
	metrics *api.Metrics
	ready   *api.Readiness

	mu    sync.Mutex
	ended map[string][]string // by platform: what had ended by its until when that was last seen to
}

// generation is the jobs, the server and the webhooks of one configuration.
type generation struct {
	*daemon
	conf      *config.Config
	scheduler *schedule.Scheduler
	server    *api.Server // nil where none is configured
	webhooks  *webhooks
	running   sync.WaitGroup
	cancel    context.CancelFunc
	broken    chan error // why nothing is served any more
}

// jobs are what the daemon can run. Those of one lane never run at a time on a platform.
var jobs = map[string]struct {
	run     func(*generation, context.Context, config.Platform) error
	lane    string
	atStart bool
	covers  []string
}{
	"expire":       {run: (*generation).expirePlatform, lane: "write"},
	"reconcile":    {run: (*generation).reconcilePlatform, lane: "write", atStart: true, covers: []string{"expire"}},
	"classify":     {run: (*generation).classifyPlatform, lane: "read", atStart: true},
	"refresh_tags": {run: (*generation).refreshPlatform, lane: "read", atStart: true},
}

// begin starts what a configuration asks for.
func (d *daemon) begin(ctx context.Context, c *config.Config) (*generation, error) {
	g := &generation{daemon: d, conf: c, broken: make(chan error, 1)}
	chosen, err := d.chosen(c)
	if err != nil {
		return nil, err
	}
	var scheduled []schedule.Job
	var read []string
	for _, p := range chosen {
		jobs := g.jobsOf(p)
		scheduled = append(scheduled, jobs...)
		if slices.ContainsFunc(jobs, func(j schedule.Job) bool { return j.Name == "reconcile" }) {
			read = append(read, p.Name)
		}
	}
	d.ready.Expect(read)
	if h := c.HTTP; h.Listen != "" {
		if g.server, err = api.Listen(h.Listen, h.TLSCert, h.TLSKey, d.ready, d.metrics); err != nil {
			return nil, err
		}
		d.log.Info().Str("address", g.server.Address()).Msg("serving /healthz, /readyz and /metrics")
		g.running.Go(func() {
			if err := g.server.Serve(); err != nil {
				g.broken <- fmt.Errorf("serve http.listen: %w", err)
			}
		})
	}
	g.webhooks = d.app.webhooks(c)
	host, err := os.Hostname()
	if err != nil {
		host = "" // jitter is then that of any other host without a name
	}
	g.scheduler = schedule.New(scheduled, schedule.Options{Location: c.Daemon.Location, Now: d.now, Unreachable: unreachable, Seed: host, Observe: g.observe})
	d.metrics.Watch(g.scheduler.Status)
	ctx, g.cancel = context.WithCancel(ctx)
	g.running.Go(func() { g.scheduler.Run(ctx) })
	return g, nil
}

// jobsOf returns the jobs of a platform. What ends goes before what comes.
func (g *generation) jobsOf(p config.Platform) []schedule.Job {
	var all []schedule.Job
	configured := g.conf.Daemon.On(p.Name)
	for _, name := range []string{"expire", "reconcile", "classify", "refresh_tags"} {
		i := slices.IndexFunc(configured, func(j config.Job) bool { return j.Name == name })
		if i < 0 {
			continue
		}
		when, err := cron.ParseStandard(configured[i].Cron)
		if err != nil {
			g.log.Error().Err(err).Str("job", name).Msg("not scheduled") // checked when it was read
			continue
		}
		j := jobs[name]
		all = append(all, schedule.Job{Name: name, Platform: p.Name, Lane: j.lane, When: when, Jitter: g.conf.Daemon.Jitter, AtStart: j.atStart, Covers: j.covers,
			Run: func(ctx context.Context) error { return j.run(g, ctx, p) }})
	}
	for _, j := range configured {
		if jobs[j.Name].run == nil {
			g.log.Warn().Str("warehouse", p.Name).Str("job", j.Name).Msg("scheduled, but this version has no such job")
		}
	}
	return all
}

// unreachable reports whether a platform could not be worked with. Mistakes in policy files are none of its.
func unreachable(err error) bool {
	bad := (*badPolicies)(nil)
	return exitCode(err) == exitCannot && !errors.As(err, &bad)
}

// observe logs and counts what happens to jobs.
func (g *generation) observe(e schedule.Event) {
	log := g.log.With().Str("warehouse", e.Platform).Str("job", e.Job).Logger()
	switch e.Kind {
	case schedule.Began:
		log.Debug().Int64("late_ms", e.Late.Milliseconds()).Msg("job begins")
	case schedule.Waits:
		log.Info().Int("failures", e.Failures).Time("until", e.Until).Msg("job waits: the platform failed too often and is left alone for a while")
	case schedule.Closed:
		log.Info().Msg("the platform works again")
	case schedule.Ended:
		code := exitCode(e.Err)
		l := log.Info()
		if code != exitDone {
			l = log.Error().Err(e.Err)
		}
		if !e.Until.IsZero() {
			l = l.Time("again", e.Until)
		}
		l.Int("code", code).Int64("elapsed_ms", e.Took.Milliseconds()).Msg("job ended")
		g.metrics.Job(e, resultOf(e.Err), g.now())
	}
}

// resultOf is how a job ended, for the figures.
func resultOf(err error) string {
	var guard *plan.GuardError
	switch {
	case errors.As(err, &guard):
		return api.ResultRefused
	case exitCode(err) == exitDone:
		return api.ResultDone
	case exitCode(err) == exitCannot:
		return api.ResultFailed
	}
	return api.ResultPartly
}

// stop ends the schedule and waits for what is under way, but not for ever. It reports whether all ended.
func (g *generation) stop() bool {
	g.cancel()
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin-time.Second)
	defer cancel()
	done := make(chan struct{})
	go func() {
		if g.server != nil {
			if err := g.server.Close(ctx); err != nil {
				g.log.Warn().Err(err).Msg("the server was not closed cleanly")
			}
		}
		g.running.Wait()
		g.webhooks.sender.Close(ctx)
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}

// tell hands what became of a job on to the webhooks and the figures. That a job was told to stop is no failure; what it
// had done by then is told.
func (g *generation) tell(ctx context.Context, job string, p config.Platform, res *reconcile.Result, err error) {
	if job == "reconcile" {
		g.ready.Read(p.Name, res != nil && res.Plan != nil)
	}
	if ctx.Err() != nil {
		if err = nil; res == nil || len(res.Steps) == 0 {
			return
		}
	}
	if res != nil || job == "reconcile" {
		g.metrics.Run(p.Name, res, err)
	}
	g.webhooks.of(p.Name, job, res, err)
}

func (g *generation) reconcilePlatform(ctx context.Context, p config.Platform) (err error) {
	var res *reconcile.Result
	defer func() { g.tell(ctx, "reconcile", p, res, err) }()
	began := g.now()
	w, err := g.loadWith(ctx, g.conf, g.openState, false)
	if bad := (*badPolicies)(nil); errors.As(err, &bad) {
		var some []*reconcile.Result
		some, err = g.expiring(ctx, g.conf, "expire", []config.Platform{p}, err)
		res = only(some)
		return err
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	scanning := g.scanned(p, began)
	res, err = w.runOne(ctx, "daemon", p, nil, passes{})
	if onlyLeft(res, err) && (scanning || g.scanned(p, began)) {
		g.log.Info().Str("warehouse", p.Name).Msg("a scan found more meanwhile; that is left to the run after it")
		err = nil
	}
	if goodLoad(res, err) {
		err = errors.Join(err, rememberLoad(ctx, w.store, w.conf, w.declarations))
	}
	g.seen(p, w.declarations, began, err)
	return err
}

// scanned reports whether a scan of a platform is under way or ended since.
func (g *generation) scanned(p config.Platform, since time.Time) bool {
	return slices.ContainsFunc(g.scheduler.Status(), func(s schedule.Status) bool {
		return s.Platform == p.Name && s.Job == "classify" && (s.Running || s.Queued || s.Ended.After(since))
	})
}

// onlyLeft reports whether all of a run was done, and reading again found more to do.
func onlyLeft(res *reconcile.Result, err error) bool {
	var partial *reconcile.PartialError
	return errors.As(err, &partial) && partial.Failed+partial.Held == 0 && res.Left != nil && !res.Left.Empty() && !res.Left.Partial() && !res.Plan.Partial()
}

// only returns the one result among those of all platforms.
func only(results []*reconcile.Result) *reconcile.Result {
	for _, r := range results {
		if r != nil {
			return r
		}
	}
	return nil
}

// closing joins what closing the state failed with to how a job ended: one that had nothing to do is then no longer idle.
func closing(err, failed error) error {
	if failed != nil && errors.Is(err, schedule.ErrIdle) {
		return failed
	}
	return errors.Join(err, failed)
}

// expirePlatform ends what is over by its until. The policy files say whether something is: where nothing ended since it
// was last seen to, the platform is not asked at all.
func (g *generation) expirePlatform(ctx context.Context, p config.Platform) (err error) {
	began := g.now()
	w, err := g.loadWith(ctx, g.conf, g.openState, false)
	if bad := (*badPolicies)(nil); errors.As(err, &bad) {
		if w, err = g.lastGood(ctx, g.conf); w == nil && err == nil {
			return schedule.ErrIdle // there never was a good load; reconcile reports the mistake
		}
	}
	if err != nil {
		return err
	}
	defer func() { err = closing(err, w.Close()) }()
	if !g.over(p, w.declarations, began) {
		return schedule.ErrIdle
	}
	w.expire = true
	res, err := w.runOne(ctx, "expire", p, nil, passes{})
	g.seen(p, w.declarations, began, err)
	g.tell(ctx, "expire", p, res, err)
	return err
}

// over reports whether something has ended that was not seen to.
func (g *generation) over(p config.Platform, d *state.Declarations, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.ContainsFunc(d.Ended(now), func(s string) bool { return !slices.Contains(g.ended[p.Name], s) })
}

// seen notes what had ended when a run began that saw to all of it, but for what is held: that is tried again when
// everything is.
func (g *generation) seen(p config.Platform, d *state.Declarations, began time.Time, err error) {
	var partial *reconcile.PartialError
	if err != nil && !(errors.As(err, &partial) && partial.Failed == 0) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended[p.Name] = d.Ended(began)
}

func (g *generation) classifyPlatform(ctx context.Context, p config.Platform) (err error) {
	w, err := g.loadWith(ctx, g.conf, g.openState, true)
	if err != nil {
		return err
	}
	defer func() { err = closing(err, w.Close()) }()
	if len(w.declarations.Scans) == 0 {
		return schedule.ErrIdle
	}
	_, err = w.classifyOne(ctx, p, w.declarations.Scans, reconcile.ScanOptions{})
	if unreachable(err) {
		g.tell(ctx, "classify", p, nil, err)
		return err
	}
	g.tell(ctx, "classify", p, nil, nil)
	// What was found is to protect at once, not at the next time of the schedule.
	if again := g.scheduler.Trigger(p.Name, "reconcile"); again != nil && !errors.Is(again, schedule.ErrNoJob) && !errors.Is(again, schedule.ErrStopped) {
		err = errors.Join(err, again)
	}
	return err
}

func (g *generation) refreshPlatform(ctx context.Context, p config.Platform) (err error) {
	defer func() { g.tell(ctx, "refresh_tags", p, nil, err) }()
	store, err := g.openState(ctx, g.conf)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	_, err = g.refreshOne(ctx, g.conf, p, store)
	return err
}
