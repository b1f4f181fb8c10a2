package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

// yamlSource is the name that the policy files have as a source.
const yamlSource = "yaml"

// loadConfig reads the configuration and checks --platform against it.
func (a *app) loadConfig() (*config.Config, error) {
	c, err := config.Load(a.flags.config, a.env)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; `polsync init` writes one, -c names another", err)
	}
	if err != nil {
		return nil, err
	}
	for _, w := range c.Warnings() {
		a.log.Warn().Msg(w)
	}
	_, err = a.chosen(c)
	return c, err
}

// chosen returns the platforms that the command is about, in the order of the configuration.
func (a *app) chosen(c *config.Config) ([]config.Platform, error) {
	if len(a.flags.platforms) == 0 {
		return c.Platforms, nil
	}
	for _, name := range a.flags.platforms {
		if _, ok := c.Platform(name); !ok {
			return nil, usagef("--platform %s: no platform is called so; configured: %s", name, strings.Join(slices.Sorted(maps.Keys(c.Dialects())), ", "))
		}
	}
	var some []config.Platform
	for _, p := range c.Platforms {
		if slices.Contains(a.flags.platforms, p.Name) {
			some = append(some, p)
		}
	}
	return some, nil
}

// loadOffline loads what a command needs that asks no platform: the policy files, and the platforms that it is for.
func (a *app) loadOffline() (*state.Declarations, []config.Platform, error) {
	c, err := a.loadConfig()
	if err != nil {
		return nil, nil, err
	}
	d, err := a.loadPolicies(c)
	if err != nil {
		return nil, nil, err
	}
	chosen, err := a.chosen(c)
	return d, chosen, err
}

// loadPolicies reads the policy files afresh, and holds them to their bounds.
func (a *app) loadPolicies(c *config.Config) (*state.Declarations, error) {
	vars, err := a.vars(c)
	if err != nil {
		return nil, err
	}
	o := declare.Options{Platforms: c.Dialects(), Vars: vars, Checksums: classify.Checksums()}
	for _, k := range classify.Suite() {
		o.Classifiers = append(o.Classifiers, k.Name)
	}
	d, err := declare.Load(os.DirFS(c.Dir), c.Policies, o)
	if err != nil {
		return nil, err
	}
	if errs := c.May[yamlSource].Check(yamlSource, d); len(errs) > 0 {
		return nil, errs
	}
	if len(d.Classifiers) > 0 { // what no platform could count, a scan would find out much later
		if _, err := classify.NewRules(classify.Suite(), d.Classifiers, nil, ""); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (a *app) vars(c *config.Config) (map[string]string, error) {
	vars := maps.Clone(c.Vars)
	if vars == nil {
		vars = map[string]string{}
	}
	for _, v := range a.flags.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return nil, usagef("--var %s: it is name=value", v)
		}
		vars[name] = value
	}
	return vars, nil
}

// openState opens the state for writing.
func (a *app) openState(ctx context.Context, c *config.Config) (ledger.Store, error) {
	return a.openLedger(ctx, c, false)
}

// openLedger opens the state where the configuration says that it is.
func (a *app) openLedger(ctx context.Context, c *config.Config, readOnly bool) (ledger.Store, error) {
	o := ledger.Options{Now: a.now, ReadOnly: readOnly, Schema: c.State.Schema}
	if c.State.File == "" {
		url, err := c.State.Postgres.Resolve(ctx)
		if err != nil {
			return nil, err
		}
		return orNil(ledger.OpenPostgres(ctx, url, o))
	}
	return orNil(ledger.Open(ctx, c.State.File, o))
}

// orNil keeps a store that could not be opened from passing for one.
func orNil[S ledger.Store](s S, err error) (ledger.Store, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// readState opens the state for looking. Where there is none yet an empty one stands in, outside the user's folders.
func (a *app) readState(ctx context.Context, c *config.Config) (ledger.Store, error) {
	s, err := a.openLedger(ctx, c, true)
	switch {
	case err == nil:
		return lookOnly{s}, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	dir, err := os.MkdirTemp("", "polsync-")
	if err != nil {
		return nil, fmt.Errorf("stand in for a state that is not there yet: %w", err)
	}
	empty, err := ledger.Open(ctx, filepath.Join(dir, "empty.db"), ledger.Options{Now: a.now})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return standIn{empty, dir}, nil
}

// lookOnly is a state opened for reading only. A platform whose identity was never noted passes for the one it is.
type lookOnly struct{ ledger.Store }

// Pin implements ledger.Memory without writing.
func (s lookOnly) Pin(ctx context.Context, platform, identity string) (string, error) {
	pinned, err := s.Store.Pin(ctx, platform, identity)
	if errors.Is(err, ledger.ErrReadOnly) {
		return identity, nil
	}
	return pinned, err
}

// standIn is an empty state that is gone when it is closed.
type standIn struct {
	ledger.Store
	dir string
}

// Close removes the stand-in.
func (s standIn) Close() error { return errors.Join(s.Store.Close(), os.RemoveAll(s.dir)) }

// checkShrink refuses declarations that have lost more of their source than guards.source_shrink lets pass: a folder
// half deployed must not mean that half of everything goes.
func checkShrink(ctx context.Context, store ledger.Store, c *config.Config, d *state.Declarations) error {
	last, ok, err := store.LastLoad(ctx, loadName(c))
	if err != nil || !ok || last.Count < shrinkFloor {
		return err
	}
	lost := float64(last.Count-d.Count) / float64(last.Count)
	if lost <= c.Guards.SourceShrink {
		return nil
	}
	return &badPolicies{refusef("the policy files have %d declarations, the last good load had %d: %.0f%% less, more than %.0f%% (--allow-shrink lets it pass once)",
		d.Count, last.Count, lost*100, c.Guards.SourceShrink*100)}
}

// shrinkFloor is how many declarations a source must have had before a loss counts: of a few any is a large share.
const shrinkFloor = 10

// rememberLoad notes what a good load had.
func rememberLoad(ctx context.Context, store ledger.Store, c *config.Config, d *state.Declarations) error {
	raw, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("digest the declarations: %w", err)
	}
	sum := sha256.Sum256(raw)
	return store.PutLoad(ctx, ledger.Load{Source: loadName(c), Digest: hex.EncodeToString(sum[:16]), Count: d.Count, Content: raw})
}

// loadName is what the ledger knows the policy files of a configuration by: one state may serve several of them.
func loadName(c *config.Config) string { return yamlSource + ":" + strings.Join(c.Policies, " ") }
