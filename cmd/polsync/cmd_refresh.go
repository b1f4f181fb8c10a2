package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

func (a *app) refreshTagsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "refresh-tags",
		Short: "Reads which tag values are in use, and says what is new and what is gone",
		Long: `Reads which values each tag has on the platforms and on how many securables, remembers them in the state, and lists
them with what was added and removed since the last time.` + exitHelp,
		GroupID: "look",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.refreshTags(c.Context()) },
	}
}

// tagRow is a value of a tag, as the list shows it.
type tagRow struct {
	Platform string `json:"platform"`
	Tag      string `json:"tag"`
	Value    string `json:"value"`
	Count    int64  `json:"count"`
	Change   string `json:"change,omitempty"` // added, removed
}

func (a *app) refreshTags(ctx context.Context) (err error) {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	store, err := a.openState(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	rows := make([][]tagRow, len(c.Platforms))
	verdict := a.each(ctx, c, func(ctx context.Context, i int, p config.Platform) (err error) {
		rows[i], err = a.refreshOne(ctx, c, p, store)
		return err
	})
	all := slices.Concat(rows...)
	if all == nil {
		all = []tagRow{}
	}
	if err := a.list(all, "no tag is in use", func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "PLATFORM\tTAG\tVALUE\tCOUNT\t")
		for _, r := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", r.Platform, r.Tag, r.Value, r.Count, r.Change)
		}
	}, len(all)); err != nil {
		return err
	}
	return verdict
}

func (a *app) refreshOne(ctx context.Context, c *config.Config, p config.Platform, store ledger.Store) (rows []tagRow, err error) {
	s, err := a.open(ctx, c, p, store, openOptions{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	deltas, err := s.reconciler.RefreshTags(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range deltas {
		rows = append(rows, rowsOf(p.Name, d)...)
	}
	return rows, nil
}

// rowsOf lists a tag's values, then those that are gone.
func rowsOf(platform string, d reconcile.TagDelta) []tagRow {
	var rows []tagRow
	for _, v := range d.Values {
		r := tagRow{Platform: platform, Tag: d.Tag.Path(), Value: v.Value, Count: v.Count}
		if slices.Contains(d.Added, v.Value) {
			r.Change = "added"
		}
		rows = append(rows, r)
	}
	for _, v := range d.Removed {
		rows = append(rows, tagRow{Platform: platform, Tag: d.Tag.Path(), Value: v, Change: "removed"})
	}
	return rows
}
