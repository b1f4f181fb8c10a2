package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

func (a *app) adoptCommand() *cobra.Command {
	var tag string
	c := &cobra.Command{
		Use:   "adopt [name...]",
		Short: "Makes what somebody else set ours, so that it goes when it is not declared",
		Long: `Makes facts ours that polsync did not set: those on the named catalogs, schemas, tables and columns and below, or with
--tag the assignments of a tag. Nothing changes on a platform now; from then on reconcile removes what is not declared.
--only narrows the kinds of fact. What polsync itself needs to work is never adopted.` + exitHelp,
		Example: "  polsync adopt --only tags CRM.PUBLIC.CUSTOMERS\n  polsync adopt --tag pii",
		GroupID: "own",
		RunE:    func(c *cobra.Command, args []string) error { return a.adopt(c.Context(), args, tag) },
	}
	c.Flags().StringVar(&tag, "tag", "", "the assignments of the tag of this `name`")
	return c
}

func (a *app) releaseCommand() *cobra.Command {
	var tag string
	c := &cobra.Command{
		Use:   "release [name...]",
		Short: "Makes facts no longer ours; they stay as they are",
		Long: `Makes facts no longer ours: those on the named catalogs, schemas, tables and columns and below, or with --tag the
assignments of a tag. They stay on the platform as they are, and reconcile no longer removes them.` + exitHelp,
		Example: "  polsync release CRM.PUBLIC.CUSTOMERS",
		GroupID: "own",
		RunE:    func(c *cobra.Command, args []string) error { return a.release(c.Context(), args, tag) },
	}
	c.Flags().StringVar(&tag, "tag", "", "the assignments of the tag of this `name`")
	return c
}

// choice is which facts adopt and release are about.
type choice struct {
	on   []state.Securable
	only []state.FactKind
	tags map[state.Securable]string // logical names
	tag  string
}

func (c choice) has(k state.Key) bool {
	if len(c.only) > 0 && !slices.Contains(c.only, k.Fact) {
		return false
	}
	if c.tag != "" && (k.Fact != state.FactTagged || c.tags[k.With] != c.tag && !strings.EqualFold(k.With.Name, c.tag)) {
		return false
	}
	return len(c.on) == 0 || slices.ContainsFunc(c.on, func(s state.Securable) bool { return s.Covers(k.On) })
}

func (w *work) choice(s *session, names []string, tag string) (choice, error) {
	c := choice{only: s.options.Only, tags: tagNames(plan.Tags(plan.Input{Platform: s.conf.Name, Dialect: s.platform.Dialect(), Home: s.reconciler.Home, Declarations: w.declarations, Actual: state.New()})), tag: tag}
	for _, text := range names {
		at, here, err := parsePlace(w.conf, s.conf.Name, s.platform.Dialect(), text)
		if err != nil {
			return c, usagef("%s: %s", text, err)
		}
		if here {
			c.on = append(c.on, at)
		}
	}
	if len(names) > 0 && len(c.on) == 0 {
		c.on = []state.Securable{nowhere}
	}
	return c, nil
}

func needsNames(names []string, tag string) error {
	if len(names) == 0 && tag == "" {
		return usagef("name what it is about: catalogs, schemas, tables or columns, or --tag")
	}
	return nil
}

// owning runs a function on each chosen platform and lists the facts it returns.
func (a *app) owning(ctx context.Context, names []string, tag, verb string, do func(context.Context, *work, *session, choice) ([]state.Key, error)) (err error) {
	if err := needsNames(names, tag); err != nil {
		return err
	}
	w, err := a.load(ctx, a.openState, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	keys := make([][]state.Key, len(w.conf.Platforms))
	verdict := w.each(ctx, w.conf, func(ctx context.Context, i int, p config.Platform) (err error) {
		s, err := w.open(ctx, w.conf, p, w.store, openOptions{})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		c, err := w.choice(s, names, tag)
		if err == nil {
			keys[i], err = do(ctx, w, s, c)
		}
		return err
	})
	chosen, err := a.chosen(w.conf)
	if err != nil {
		return err
	}
	n := 0
	for i, p := range chosen {
		for _, k := range keys[i] {
			fmt.Fprintf(a.out, "%s %s: %s\n", verb, p.Name, k)
			n++
		}
	}
	if n == 0 && verdict == nil {
		fmt.Fprintf(a.out, "nothing to do: no such fact\n")
	}
	return verdict
}

func (a *app) adopt(ctx context.Context, names []string, tag string) error {
	return a.owning(ctx, names, tag, "adopted", func(ctx context.Context, w *work, s *session, c choice) ([]state.Key, error) {
		scope := s.reconciler.Scope
		scope.Strict = true // what becomes ours is what is there now
		now, err := s.platform.Snapshot(ctx, scope)
		if err != nil {
			return nil, fmt.Errorf("%s: read the platform: %w", s.conf.Name, err)
		}
		if err := s.isPinned(ctx, now.Identity); err != nil {
			return nil, err
		}
		ours, err := w.store.Owned(ctx, s.conf.Name)
		if err != nil {
			return nil, err
		}
		s.reconciler.Self = s.whole(now.Self)
		var keys []state.Key
		var facts []ledger.Owned
		for _, k := range now.Keys() {
			if _, already := ours[k]; already || !c.has(k) || s.needs(k) {
				continue
			}
			keys = append(keys, k)
			facts = append(facts, ledger.Owned{Key: k, Value: now.Value(k), Origin: state.Origin{File: "adopted by " + invoker()}, Identity: now.Objects[k.On].Identity})
		}
		if len(facts) == 0 {
			return nil, nil
		}
		return keys, w.store.Adopt(ctx, s.conf.Name, facts, invoker())
	})
}

// needs reports whether polsync itself needs a fact to work, or another tool manages it.
func (s *session) needs(k state.Key) bool {
	return slices.Contains(s.reconciler.Self, k.With) || s.reconciler.Foreign.Manages(k) != "" || k.Fact == state.FactOwner
}

// whole returns who polsync acts as: whom the configuration names, and whom the platform takes it for.
func (s *session) whole(platform []state.Securable) []state.Securable {
	all := slices.Clone(s.reconciler.Self)
	for _, one := range platform {
		all = append(all, s.platform.Dialect().Fold(one))
	}
	return all
}

// isPinned returns an error where the state belongs to another account than the one that was read.
func (s *session) isPinned(ctx context.Context, identity string) error {
	pinned, err := s.reconciler.Store.Pin(ctx, s.conf.Name, identity)
	if err == nil && pinned != identity {
		err = fmt.Errorf("%s: this is %s, but the state belongs to %s: give another platform another name", s.conf.Name, identity, pinned)
	}
	return err
}

func (a *app) release(ctx context.Context, names []string, tag string) error {
	return a.owning(ctx, names, tag, "released", func(ctx context.Context, w *work, s *session, c choice) ([]state.Key, error) {
		ours, err := w.store.Owned(ctx, s.conf.Name)
		if err != nil {
			return nil, err
		}
		var keys []state.Key
		for k := range ours {
			if c.has(k) {
				keys = append(keys, k)
			}
		}
		slices.SortFunc(keys, state.Key.Compare)
		if len(keys) == 0 {
			return nil, nil
		}
		return keys, w.store.Release(ctx, s.conf.Name, keys, invoker())
	})
}

func tagNames(declared map[state.Securable]state.TagDeclaration) map[state.Securable]string {
	names := map[state.Securable]string{}
	for on, t := range declared {
		names[on] = t.Name
	}
	return names
}
