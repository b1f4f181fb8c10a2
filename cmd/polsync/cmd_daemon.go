package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state/declare/config"
)

// stopWithin is how long the daemon waits for what is under way when it is told to stop.
const stopWithin = 10 * time.Second

func (a *app) daemonCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "daemon",
		Short: "Runs the configured jobs on their schedules until it is stopped",
		Long: `Runs reconcile, classify, refresh_tags and expire as polsync.yaml schedules them, and each of them once at the start. A
job of a platform is skipped while the last one of that platform still runs; a platform that fails never holds another.
The policy files are read afresh for every run. SIGHUP reads polsync.yaml again and keeps the old one on a mistake.
SIGTERM lets the statement under way end, and stops within 10 seconds.` + exitHelp,
		GroupID: "write",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.daemon(c.Context()) },
	}
	a.registerLease(c.Flags())
	return c
}

func (a *app) daemon(ctx context.Context) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	if len(jobsOf(c)) == 0 {
		return fmt.Errorf("%s schedules no job that the daemon runs; name some under daemon", c.File)
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	log := a.log.Level(min(a.log.GetLevel(), zerolog.InfoLevel))
	a.log = log // what a daemon does is told, also without --verbose
	for {
		d := &daemon{app: a, conf: c, busy: map[string]*sync.Mutex{}}
		d.start(ctx)
		for _, j := range c.Daemon.Jobs {
			if jobs[j.Name] == nil {
				log.Warn().Str("job", j.Name).Msg("scheduled, but this version has no such job")
			}
		}
		log.Info().Str("config", c.File).Int("platforms", len(c.Platforms)).Msg("daemon started")
		next := d.waitReload(ctx, hangup)
		stopped := d.stop()
		if next == nil {
			log.Info().Bool("complete", stopped).Msg("daemon stopped")
			return nil
		}
		c = next
	}
}

// daemon is the jobs of one configuration.
type daemon struct {
	*app
	conf    *config.Config
	cron    *cron.Cron
	running sync.WaitGroup
	cancel  context.CancelFunc
	mu      sync.Mutex
	busy    map[string]*sync.Mutex // by platform
}

// jobs are what the daemon can run; the order is that of the start.
var jobs = map[string]func(*daemon, context.Context, config.Platform) error{
	"reconcile": (*daemon).reconcilePlatform, "classify": (*daemon).classifyPlatform,
	"refresh_tags": (*daemon).refreshPlatform, "expire": (*daemon).reconcilePlatform,
}

var startOrder = []string{"classify", "refresh_tags", "reconcile"}

// jobsOf lists the configured jobs that the daemon runs.
func jobsOf(c *config.Config) []config.Job {
	var known []config.Job
	for _, j := range c.Daemon.Jobs {
		if jobs[j.Name] != nil {
			known = append(known, j)
		}
	}
	return known
}

// start schedules the jobs and runs each kind once, platform by platform at once.
func (d *daemon) start(ctx context.Context) {
	ctx, d.cancel = context.WithCancel(ctx)
	d.cron = cron.New(cron.WithLocation(d.conf.Daemon.Location), cron.WithLogger(cronLog{d.log}))
	configured := jobsOf(d.conf)
	platforms, err := d.chosen(d.conf)
	if err != nil {
		d.log.Error().Err(err).Msg("no platform is left")
		return
	}
	for _, p := range platforms {
		for _, j := range configured {
			if _, err := d.cron.AddFunc(j.Cron, func() { d.run(ctx, j.Name, p) }); err != nil {
				d.log.Error().Err(err).Str("job", j.Name).Msg("not scheduled") // checked when it was read
			}
		}
		d.running.Go(func() {
			for _, name := range startOrder {
				if slices.ContainsFunc(configured, func(j config.Job) bool { return j.Name == name }) {
					d.run(ctx, name, p)
				}
			}
		})
	}
	d.cron.Start()
}

// run carries out one job on one platform, unless one still runs there.
func (d *daemon) run(ctx context.Context, job string, p config.Platform) {
	lock := d.lock(p.Name)
	if ctx.Err() != nil {
		return
	}
	log := d.log.With().Str("warehouse", p.Name).Str("job", job).Logger()
	if !lock.TryLock() {
		log.Info().Msg("skipped: the last job there still runs")
		return
	}
	defer lock.Unlock()
	began := time.Now()
	err := jobs[job](d, ctx, p)
	e := log.Info()
	if exitCode(err) != exitDone {
		e = log.Error().Err(err)
	}
	e.Int("code", exitCode(err)).Int64("elapsed_ms", time.Since(began).Milliseconds()).Msg("job ended")
}

func (d *daemon) lock(platform string) *sync.Mutex {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy[platform] == nil {
		d.busy[platform] = &sync.Mutex{}
	}
	return d.busy[platform]
}

// waitReload returns the next configuration, or nil when the daemon is to stop.
func (d *daemon) waitReload(ctx context.Context, hangup <-chan os.Signal) *config.Config {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hangup:
			c, err := d.loadConfig()
			if err == nil && len(jobsOf(c)) == 0 {
				err = errors.New("it schedules no job")
			}
			if err == nil {
				d.log.Info().Msg("configuration read again")
				return c
			}
			d.log.Error().Err(err).Msg("the configuration was not taken over; the old one stays in force")
		}
	}
}

// stop ends the schedule and waits for what is under way, but not for ever. It reports whether all ended.
func (d *daemon) stop() bool {
	d.cancel()
	jobs := d.cron.Stop()
	done := make(chan struct{})
	go func() {
		<-jobs.Done()
		d.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(stopWithin - time.Second):
		return false
	}
}

func (d *daemon) reconcilePlatform(ctx context.Context, p config.Platform) (err error) {
	w, err := d.loadWith(ctx, d.conf, d.openState, false)
	if bad := (*badPolicies)(nil); errors.As(err, &bad) {
		_, err = d.expiring(ctx, d.conf, "expire", []config.Platform{p}, err)
		return err
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	res, err := w.runOne(ctx, "daemon", p, nil, passes{})
	if goodLoad(res, err) {
		err = errors.Join(err, rememberLoad(ctx, w.store, w.conf, w.declarations))
	}
	return err
}

func (d *daemon) classifyPlatform(ctx context.Context, p config.Platform) (err error) {
	w, err := d.loadWith(ctx, d.conf, d.openState, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if len(w.declarations.Scans) == 0 {
		return nil
	}
	_, err = w.classifyOne(ctx, p, w.declarations.Scans, reconcile.ScanOptions{})
	return err
}

func (d *daemon) refreshPlatform(ctx context.Context, p config.Platform) (err error) {
	store, err := d.openState(ctx, d.conf)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	_, err = d.refreshOne(ctx, d.conf, p, store)
	return err
}

// cronLog makes the scheduler write to the program's log.
type cronLog struct{ log zerolog.Logger }

// Info implements cron.Logger; the scheduler's own steps are for debugging.
func (c cronLog) Info(msg string, pairs ...any) { c.log.Debug().Fields(pairs).Msg("schedule: " + msg) }

// Error implements cron.Logger.
func (c cronLog) Error(err error, msg string, pairs ...any) {
	c.log.Error().Err(err).Fields(pairs).Msg("schedule: " + msg)
}
