package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/state/ledger"
)

func (a *app) auditCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "audit",
		Short:   "Checks and exports the log of every statement that was sent",
		Long:    "Checks and exports the chained log of every statement that was sent, with its run, its reason and the platform's own id." + exitHelp,
		GroupID: "look",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.auditVerifyCommand(), a.auditExportCommand())
	return c
}

func (a *app) auditVerifyCommand() *cobra.Command {
	var head string
	c := &cobra.Command{
		Use:   "verify",
		Short: "Proves that the log is whole",
		Long: `Computes the chain of the whole log and what it adds up to anew, and prints its head, which each run also logs. With
--head it also says whether a head noted elsewhere is in it: without that, who can write the file could have written
another whole log. Exit code 2 says that the log does not verify.` + exitHelp,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.auditVerify(c.Context(), head) },
	}
	c.Flags().StringVar(&head, "head", "", "a head noted before, as `number:hash`")
	return c
}

func (a *app) auditVerify(ctx context.Context, text string) error {
	var noted ledger.Head
	if text != "" {
		var err error
		if noted, err = ledger.ParseHead(text); err != nil {
			return usagef("--head %s: %s", text, err)
		}
	}
	return a.reading(ctx, func(s ledger.Store) error {
		head, err := s.Verify(ctx, noted)
		if err != nil {
			return err
		}
		if head.Seq == 0 {
			fmt.Fprintln(a.out, "the log is empty")
			return nil
		}
		_, err = fmt.Fprintf(a.out, "the log is whole: %d records, head %s\n", head.Seq, head)
		return err
	})
}

func (a *app) auditExportCommand() *cobra.Command {
	var after int64
	c := &cobra.Command{
		Use:   "export",
		Short: "Writes the log as lines of JSON, to be kept elsewhere",
		Long:  "Writes the records of the log as lines of JSON to standard output. Kept elsewhere, they prove later what was there." + exitHelp,
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.reading(c.Context(), func(s ledger.Store) error {
				_, err := s.Export(c.Context(), a.out, after)
				return err
			})
		},
	}
	c.Flags().Int64Var(&after, "after", 0, "only records after this `number`")
	return c
}

// reading runs a function on the state, opened for looking.
func (a *app) reading(ctx context.Context, do func(ledger.Store) error) (err error) {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	store, err := a.readState(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return do(store)
}

func (a *app) stateCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "state",
		Short:   "Backs the state up and brings it up to date",
		Long:    "Backs up the file that remembers what polsync set, and brings one of an earlier version up to date." + exitHelp,
		GroupID: "own",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(&cobra.Command{
		Use:   "backup <file>",
		Short: "Writes a whole copy of the state, also while runs go on",
		Long:  "Writes a whole copy of the state to a new file that only its owner can read, also while runs go on, and checks it." + exitHelp,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one file", c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return a.backup(c.Context(), args[0]) },
	}, &cobra.Command{
		Use:   "upgrade",
		Short: "Brings the state of an earlier version up to date",
		Long: `Brings the file of an earlier version of polsync to the layout that this one uses, whole or not at all. What it
remembers stays as it is, and no platform is asked. An earlier version cannot read the file from then on.` + exitHelp,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.upgradeState(c.Context()) },
	})
	return c
}

// upgradeState migrates a state that is there; it makes none.
func (a *app) upgradeState(ctx context.Context) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	s, err := a.openLedger(ctx, c, true)
	if err == nil {
		_, said := fmt.Fprintf(a.out, "%s: is up to date\n", c.State)
		return errors.Join(said, s.Close())
	}
	var old *ledger.VersionError
	if !errors.As(err, &old) || old.File > old.Program {
		return err
	}
	if s, err = a.openState(ctx, c); err != nil {
		return err
	}
	_, said := fmt.Fprintf(a.out, "%s: upgraded from layout %d to %d\n", c.State, old.File, old.Program)
	return errors.Join(said, s.Close())
}

func (a *app) backup(ctx context.Context, to string) (err error) {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	if c.State.File == "" {
		return errors.New("the state is in PostgreSQL: back it up with pg_dump, as docs/configuration.md says; `polsync audit verify` proves a restored one")
	}
	s, err := ledger.Open(ctx, c.State.File, ledger.Options{Now: a.now, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Backup(ctx, to); err != nil {
		return err
	}
	head, err := ledger.CheckBackup(ctx, to, ledger.Options{Now: a.now})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s: %d records, head %s\n", to, head.Seq, head)
	return err
}
