package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/connectors/snowflake"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

func (a *app) pauseCommand() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   "pause",
		Short: "Stops all writing to the platforms until resume",
		Long: `Stops writing at once, also that of a daemon and of a run under way: the statement that was sent ends, no other
follows. plan still works. The pause lasts until resume, over restarts. --platform names one.` + exitHelp,
		GroupID: "own",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.switching(c.Context(), "paused", func(ctx context.Context, s ledger.Store, p config.Platform) error {
				return s.Pause(ctx, p.Name, invoker(), reason)
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "`why`, for those who meet the pause")
	return c
}

func (a *app) resumeCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "resume",
		Short:   "Takes a pause away",
		Long:    "Takes the pause of the platforms away, so that runs write again. --platform names one." + exitHelp,
		GroupID: "own",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.switching(c.Context(), "resumed", func(ctx context.Context, s ledger.Store, p config.Platform) error {
				return s.Resume(ctx, p.Name, invoker())
			})
		},
	}
}

func (a *app) switching(ctx context.Context, done string, do func(context.Context, ledger.Store, config.Platform) error) (err error) {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	store, err := a.openState(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	chosen, err := a.chosen(c)
	if err != nil {
		return err
	}
	for _, p := range chosen {
		if err := do(ctx, store, p); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%s: %s\n", p.Name, done)
	}
	return nil
}

func (a *app) doctorCommand() *cobra.Command {
	var setup bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Connects to the platforms and says which rights are missing",
		Long: `Reads the configuration and its secrets, signs in to each platform, and lists the rights polsync lacks there, each with
the statement an administrator runs to give it. Nothing is written.

--setup-sql signs in nowhere: it prints the statements that prepare the configured Snowflake accounts with the least
rights for one that applies plans, only plans, or only scans.` + exitHelp,
		GroupID:   "try",
		ValidArgs: snowflake.Identities(),
		Args: func(c *cobra.Command, args []string) error {
			if !setup {
				return noArgs(c, args)
			}
			return atMostOne("identity")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if setup {
				return a.setupSQL(slices.Concat(args, []string{string(snowflake.ForApply)})[0])
			}
			return a.doctor(c.Context())
		},
	}
	c.Flags().BoolVar(&setup, "setup-sql", false, "print the statements that prepare an account; behind it apply (where left out), plan or scan")
	return c
}

// lack is a right that is missing, as the list shows it.
type lack struct {
	Platform string `json:"platform"`
	What     string `json:"what"`
	SQL      string `json:"sql"`
}

func (a *app) doctor(ctx context.Context) (err error) {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	store, err := a.readState(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	lacks := make([][]lack, len(c.Platforms))
	verdict := a.each(ctx, c, func(ctx context.Context, i int, p config.Platform) (err error) {
		lacks[i], err = a.examine(ctx, c, p, store)
		return err
	})
	all := []lack{}
	for _, l := range lacks {
		all = append(all, l...)
	}
	none := "all platforms answer, and no right is missing"
	if verdict != nil {
		none = "no missing right is known"
	}
	if err := a.list(all, none, func(w *tabwriter.Writer) {
		for _, l := range all {
			fmt.Fprintf(w, "%s\t%s\n\t  %s\n", l.Platform, l.What, l.SQL)
		}
	}, len(all)); err != nil {
		return err
	}
	return verdict
}

func (a *app) examine(ctx context.Context, c *config.Config, p config.Platform, store ledger.Store) (lacks []lack, err error) {
	s, err := a.open(ctx, c, p, store, openOptions{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	scope := s.reconciler.Scope
	if d, loaded := a.loadPolicies(c); loaded == nil { // a mistake in a file is for validate to say; without files all rights are asked for
		if scope, err = s.reconciler.Reads(ctx, d); err != nil {
			return nil, err
		}
	}
	if w, ok := s.platform.Platform.(interface {
		Compute(ctx context.Context) (string, error)
	}); ok {
		if said, err := w.Compute(ctx); err == nil { // what is wrong with it, Check says
			fmt.Fprintf(a.err, "polsync: %s: %s\n", p.Name, said)
		}
	}
	missing, err := s.platform.Check(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	for _, m := range missing {
		lacks = append(lacks, lack{p.Name, m.What, m.SQL})
	}
	if len(lacks) > 0 {
		return lacks, refusef("%s: %d rights are missing", p.Name, len(lacks))
	}
	return nil, nil
}
