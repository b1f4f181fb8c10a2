package main

import (
	"context"
	"fmt"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

func (a *app) scanPauseCommand() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   "pause",
		Short: "Stops scans until resume",
		Long: `Stops scans, also those of a daemon and those under way: the statements that were sent end, no other follows, and what was
covered is kept. The pause lasts until resume, over restarts. Writing goes on; polsync pause stops that. --platform names
one.` + exitHelp,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.switching(c.Context(), "scans paused", func(ctx context.Context, s ledger.Store, p config.Platform) error {
				return s.Pause(ctx, reconcile.ScanPause(p.Name), invoker(), reason)
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "`why`, for those who meet the pause")
	return c
}

func (a *app) scanResumeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "resume",
		Short: "Takes the pause of scans away",
		Long:  "Takes the pause of scans away. The next scan goes on where the last one ended. --platform names one." + exitHelp,
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.switching(c.Context(), "scans resumed", func(ctx context.Context, s ledger.Store, p config.Platform) error {
				return s.Resume(ctx, reconcile.ScanPause(p.Name), invoker())
			})
		},
	}
}

func (a *app) scanStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Says how far each scan has come",
		Long: `Lists the last run of each scan: when it began, whether it ended, what it covered and what that cost. A run that was cut
short goes on with the next classify; one that was killed says so once it has gone on.` + exitHelp,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.reading(c.Context(), func(s ledger.Store) error { return a.scanStatus(c.Context(), s) })
		},
	}
}

// scanned is a run of a scan as --format json gives it.
type scanned struct {
	ledger.ScanRun
	Paused string `json:"paused,omitempty"` // who paused scans there
}

func (a *app) scanStatus(ctx context.Context, s ledger.Store) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	chosen, err := a.chosen(c)
	if err != nil {
		return err
	}
	all := []scanned{}
	for _, p := range chosen {
		runs, err := s.ScanRuns(ctx, p.Name)
		if err != nil {
			return err
		}
		pause, err := s.Paused(ctx, reconcile.ScanPause(p.Name))
		if err != nil {
			return err
		}
		for _, r := range runs {
			one := scanned{ScanRun: r}
			if pause != nil {
				one.Paused = pause.By
			}
			all = append(all, one)
		}
	}
	return a.list(all, "no scan has run yet", func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "PLATFORM\tSCAN\tBEGAN\tCOLUMNS\tSTATEMENTS\tROWS\tIN THE WAREHOUSE\tSTATE")
		for _, r := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s\n", r.Platform, r.Scan, r.Started.Format(time.RFC3339), r.Columns, r.Statements, r.Rows, r.Compute.Round(time.Millisecond), r.text())
		}
	}, len(all))
}

func (s scanned) text() string {
	text := "ended " + s.Ended.Format(time.RFC3339)
	switch {
	case s.Unfinished() && s.Stopped != "":
		text = "to go on: " + s.Stopped
	case s.Unfinished():
		text = "under way, or killed"
	case s.Left > 0:
		text += fmt.Sprintf(", %d tables could not be looked at", s.Left)
	}
	if s.Paused != "" {
		text += "; scans are paused by " + s.Paused
	}
	return text
}

// progress shows how far scans have come on one line of a terminal that is written over, and nothing elsewhere.
type progress struct {
	a     *app
	began time.Time

	mu    sync.Mutex
	last  time.Time
	shown bool
}

func (a *app) newProgress() *progress { return &progress{a: a, began: time.Now()} }

func (p *progress) say(s reconcile.ScanProgress) {
	if !terminal(p.a.err) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.began) < time.Second || now.Sub(p.last) < 200*time.Millisecond {
		return
	}
	p.last, p.shown = now, true
	fmt.Fprintf(p.a.err, "\r\x1b[K%s: scan %s: %d of %d tables, %d statements, %d rows, %d found", s.Platform, s.Scan, s.Done, s.Tables, s.Statements, s.Rows, s.Findings)
}

// end takes the line away.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.a.err, "\r\x1b[K")
	}
}
