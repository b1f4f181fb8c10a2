package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/polsync/polsync/api"
	"github.com/polsync/polsync/state/declare/config"
)

// stopWithin is how long the daemon waits for what is under way when it is told to stop.
const stopWithin = 10 * time.Second

func (a *app) daemonCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "daemon",
		Short: "Runs the configured jobs on their schedules until it is stopped",
		Long: `Runs reconcile, classify, refresh_tags and expire as polsync.yaml schedules them, and the first three once at the start.
A job never runs twice at a time on a platform: what comes due meanwhile, or was missed while the machine slept, runs once
afterwards. Scans hold back no reconcile, and a platform that fails holds back no other: it is tried again after pauses that
double. The policy files are read afresh for every run. With http.listen it serves /healthz, /readyz and /metrics. SIGHUP
reads polsync.yaml again, keeps the old one on a mistake, and runs the jobs at once. SIGTERM lets the statement under way
end, and stops within 10 seconds.` + exitHelp,
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
	if err := a.hasJobs(c); err != nil {
		return fmt.Errorf("%s: %w; name some under daemon", c.File, err)
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	log := a.log.Level(min(a.log.GetLevel(), zerolog.InfoLevel))
	a.log = log // what a daemon does is told, also without --verbose
	d := &daemon{app: a, metrics: api.NewMetrics(version()), ready: &api.Readiness{}, ended: map[string][]string{}}
	var last *config.Config
	for {
		g, err := d.begin(ctx, c)
		if err != nil && last != nil {
			log.Error().Err(err).Msg("the configuration was not taken over; the old one stays in force")
			c = last
			g, err = d.begin(ctx, c)
		}
		if err != nil {
			return err
		}
		last = c
		log.Info().Str("config", c.File).Int("platforms", len(c.Platforms)).Msg("daemon started")
		next, err := d.waitReload(ctx, hangup, g)
		stopped := g.stop()
		if next == nil {
			log.Info().Bool("complete", stopped).Msg("daemon stopped")
			return err
		}
		c = next
	}
}

// hasJobs returns an error where nothing that the daemon can run is scheduled.
func (a *app) hasJobs(c *config.Config) error {
	chosen, err := a.chosen(c)
	if err != nil {
		return err
	}
	for _, p := range chosen {
		for _, j := range c.Daemon.On(p.Name) {
			if jobs[j.Name].run != nil {
				return nil
			}
		}
	}
	return errors.New("no job that the daemon runs is scheduled")
}

// waitReload waits for the next configuration. It returns nil when the daemon is to stop, with an error where that is
// because nothing is served any more.
func (d *daemon) waitReload(ctx context.Context, hangup <-chan os.Signal, g *generation) (*config.Config, error) {
	for {
		select {
		case <-ctx.Done():
			return nil, nil
		case err := <-g.broken:
			return nil, err
		case <-hangup:
			c, err := d.loadConfig()
			if err == nil {
				err = d.hasJobs(c)
			}
			if err == nil {
				d.log.Info().Msg("configuration read again")
				return c, nil
			}
			d.log.Error().Err(err).Msg("the configuration was not taken over; the old one stays in force")
		}
	}
}
