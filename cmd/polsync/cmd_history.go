package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/state/ledger"
)

func (a *app) historyCommand() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use:     "history",
		Short:   "Lists the runs that wrote",
		Long:    "Lists the runs that wrote or set out to, newest first. A run that never ended was killed; the next run settled what it left." + exitHelp,
		GroupID: "look",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.history(c.Context(), limit) },
	}
	c.Flags().IntVar(&limit, "limit", 20, "list this `many` of each platform at most")
	return c
}

// ranJSON is a run as --format json gives it.
type ranJSON struct {
	Run      string    `json:"run"`
	Platform string    `json:"platform"`
	Command  string    `json:"command"`
	By       string    `json:"by"`
	Version  string    `json:"version"`
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended,omitzero"`
	Result   string    `json:"result"`
	Planned  int       `json:"planned"`
	Done     int       `json:"done"`
	Failed   int       `json:"failed"`
	Unknown  int       `json:"unknown"`
	Held     int       `json:"held"`
}

func (a *app) history(ctx context.Context, limit int) (err error) {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	store, err := a.readState(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	chosen, err := a.chosen(c)
	if err != nil {
		return err
	}
	ran := []ranJSON{}
	for _, p := range chosen {
		runs, err := store.History(ctx, ledger.RunFilter{Platform: p.Name, Limit: limit})
		if err != nil {
			return err
		}
		for _, r := range runs {
			ran = append(ran, ranOf(r))
		}
	}
	return a.list(ran, "no run has written yet", func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "RUN\tPLATFORM\tCOMMAND\tBY\tSTARTED\tRESULT\tSTATEMENTS")
		for _, r := range ran {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d of %d\n", r.Run, r.Platform, r.Command, r.By, r.Started.Format(time.RFC3339), r.Result, r.Done, r.Planned)
		}
	}, len(ran))
}

func ranOf(r ledger.Run) ranJSON {
	out := ranJSON{Run: r.ID, Platform: r.Platform, Command: r.Command, By: r.By, Version: r.Version, Started: r.Started.UTC(), Result: r.Result,
		Planned: r.Planned, Done: r.Done, Failed: r.Failed, Unknown: r.Unknown, Held: r.Held}
	if r.Ended.IsZero() {
		out.Result = "never ended"
	} else {
		out.Ended = r.Ended.UTC()
	}
	return out
}

// list prints rows as a table, or as JSON where that was asked for. Without rows the text says so.
func (a *app) list(rows any, none string, table func(*tabwriter.Writer), n int) error {
	switch {
	case a.flags.format == "json":
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(rows)
	case a.flags.format == "sql":
		return usagef("--format sql: a list has no SQL; it is text or json")
	case n == 0:
		_, err := fmt.Fprintln(a.out, none)
		return err
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	table(w)
	return w.Flush()
}
