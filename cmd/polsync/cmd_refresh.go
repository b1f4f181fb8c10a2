package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/state"
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
	scope := s.reconciler.Scope
	scope.Facts = []state.FactKind{state.FactTagged}
	now, err := s.platform.Snapshot(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("%s: read the platform: %w", p.Name, err)
	}
	for _, area := range now.Unknown {
		if len(area.Facts) == 0 || slices.Contains(area.Facts, state.FactTagged) {
			return nil, refusef("%s: the tags could not be read completely, what was known stays: %s", p.Name, area.Reason)
		}
	}
	return refresh(ctx, store, p.Name, now)
}

// refresh replaces what is cached of every tag that is in use, or was.
func refresh(ctx context.Context, store ledger.Store, platform string, now *state.State) ([]tagRow, error) {
	counts := tagCounts(now)
	before, err := store.TagValues(ctx, platform)
	if err != nil {
		return nil, err
	}
	for _, t := range before {
		if _, used := counts[t.Tag]; !used {
			counts[t.Tag] = nil
		}
	}
	tags := make([]state.Securable, 0, len(counts))
	for tag := range counts {
		tags = append(tags, tag)
	}
	slices.SortFunc(tags, state.Securable.Compare)
	var rows []tagRow
	for _, tag := range tags {
		delta, err := store.PutTagValues(ctx, platform, tag, counts[tag])
		if err != nil {
			return rows, err
		}
		for _, v := range counts[tag] {
			r := tagRow{Platform: platform, Tag: tag.Path(), Value: v.Value, Count: v.Count}
			if slices.Contains(delta.Added, v.Value) {
				r.Change = "added"
			}
			rows = append(rows, r)
		}
		for _, v := range delta.Removed {
			rows = append(rows, tagRow{Platform: platform, Tag: tag.Path(), Value: v, Change: "removed"})
		}
	}
	return rows, nil
}

// tagCounts counts the securables that carry each value of each tag; values are sorted.
func tagCounts(now *state.State) map[state.Securable][]ledger.TagCount {
	counts := map[state.Securable][]ledger.TagCount{}
	for _, k := range now.Keys() {
		value, ok := now.Value(k).(state.Text)
		if k.Fact != state.FactTagged || !ok {
			continue
		}
		list := counts[k.With]
		at, found := slices.BinarySearchFunc(list, string(value), func(c ledger.TagCount, v string) int {
			if c.Value < v {
				return -1
			}
			if c.Value > v {
				return 1
			}
			return 0
		})
		if !found {
			list = slices.Insert(list, at, ledger.TagCount{Value: string(value)})
		}
		list[at].Count++
		counts[k.With] = list
	}
	return counts
}
