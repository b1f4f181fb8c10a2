package databricks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// tagLag is how long the tag views may lag behind a write; for so long what this process tagged is asked for one by
// one. No lag is documented, and minutes were reported.
const tagLag = 15 * time.Minute

// recent holds what was tagged by this process lately.
type recent struct {
	mu sync.Mutex
	at map[state.Securable]time.Time

	made time.Time // when the last governed tag was made
}

// govern notes that a governed tag was made.
func (c *recent) govern() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made = time.Now()
}

// governed reports whether a governed tag was made within a time.
func (c *recent) governed(within time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.made.IsZero() && time.Since(c.made) < within
}

// remember notes what a statement tagged.
func (p *Platform) remember(sql string) {
	on, ok := dialect.TaggedBy(sql)
	if !ok {
		return
	}
	p.recent.mu.Lock()
	defer p.recent.mu.Unlock()
	if p.recent.at == nil {
		p.recent.at = map[state.Securable]time.Time{}
	}
	p.recent.at[on] = time.Now()
}

// list returns what was tagged within tagLag, and forgets the rest.
func (c *recent) list() []state.Securable {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []state.Securable
	for s, at := range c.at {
		if time.Since(at) > tagLag {
			delete(c.at, s)
			continue
		}
		all = append(all, s)
	}
	return all
}

var entityTypes = map[state.Kind]string{
	state.KindCatalog: "catalogs", state.KindSchema: "schemas", state.KindTable: "tables", state.KindVolume: "volumes", state.KindColumn: "columns",
}

// tagsAsked is of how many securables a view and our own record of what we tagged lately are compared by asking the live service. Of more, our
// own record is taken.
const tagsAsked = 200

// refresh replaces the tags of what polsync tagged lately by what the live service says, where a view does not show them as they were
// left: it may not show them yet, or somebody has changed them since.
func (r *reader) refresh(ctx context.Context) error {
	if !r.scope.Wants(state.FactTagged) {
		return nil
	}
	if r.scope.Strict {
		return r.refreshAll(ctx)
	}
	recorded := map[state.Key]connectors.Recent{}
	known, doubted := map[state.Securable]bool{}, map[state.Securable]bool{}
	for _, c := range r.scope.Recent {
		if c.Key.Fact == state.FactTagged && time.Since(c.At) < tagLag && entityTypes[asTable(c.Key.On).Kind] != "" && r.scope.Covers(c.Key.On) {
			recorded[c.Key] = c
		}
	}
	for k, c := range recorded {
		known[asTable(k.On)] = true
		if !state.Equal(r.state.Value(k), c.Value) {
			doubted[asTable(k.On)] = true
		}
	}
	for _, s := range r.p.recent.list() {
		if !known[s] {
			doubted[s] = true
		}
	}
	ask := slices.SortedFunc(maps.Keys(doubted), state.Securable.Compare)
	if len(ask) > tagsAsked {
		r.relay(recorded)
		ask = slices.DeleteFunc(ask, func(s state.Securable) bool { return known[s] })
	}
	return r.askTags(ctx, ask)
}

// strictTags bounds the requests for tags of a strict snapshot.
const strictTags = 5000

// refreshAll reads the tags of whatever carries or lately carried one. Of a tag that somebody else has just set where there was none, only the
// views tell.
func (r *reader) refreshAll(ctx context.Context) error {
	all := map[state.Securable]bool{}
	for k := range r.state.Facts {
		if k.Fact == state.FactTagged && entityTypes[asTable(k.On).Kind] != "" {
			all[asTable(k.On)] = true
		}
	}
	for _, c := range r.scope.Recent {
		if c.Key.Fact == state.FactTagged && entityTypes[asTable(c.Key.On).Kind] != "" && r.scope.Covers(c.Key.On) {
			all[asTable(c.Key.On)] = true
		}
	}
	for _, s := range r.p.recent.list() {
		all[s] = true
	}
	if len(all) > strictTags {
		r.unknown(state.Securable{}, fmt.Sprintf("asking for the tags of %d securables one by one is too much, and the views may be late", len(all)), state.FactTagged)
		return nil
	}
	return r.askTags(ctx, slices.SortedFunc(maps.Keys(all), state.Securable.Compare))
}

// grantsAsked bounds how many securables are asked for what was granted on them lately where a view says otherwise. Exec has waited until
// requests show a grant, so what they say now counts.
const grantsAsked = 100

// refreshGrants asks for the grants on what polsync granted on lately where they do not show as they were left.
func (r *reader) refreshGrants(ctx context.Context) error {
	if !r.scope.Wants(state.FactGrant) {
		return nil
	}
	last := map[state.Key]connectors.Recent{}
	for _, c := range r.scope.Recent {
		if _, there := r.state.Objects[c.Key.On]; there && c.Key.Fact == state.FactGrant && time.Since(c.At) < tagLag {
			last[c.Key] = c
		}
	}
	doubted := map[state.Securable]bool{}
	for _, c := range last {
		if _, can := dialect.PermissionsPath(c.Key.On); can && !state.Equal(r.state.Value(c.Key), c.Value) {
			doubted[c.Key.On] = true
		}
	}
	if len(doubted) > grantsAsked {
		return nil
	}
	for k := range r.state.Facts {
		if k.Fact == state.FactGrant && doubted[k.On] {
			delete(r.state.Facts, k)
		}
	}
	for _, on := range slices.SortedFunc(maps.Keys(doubted), state.Securable.Compare) {
		if err := r.permissionsOf(ctx, on); err != nil {
			return err
		}
	}
	return nil
}

// relay lays what polsync itself tagged over what the views told.
func (r *reader) relay(recorded map[state.Key]connectors.Recent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, c := range recorded {
		if _, there := r.state.Objects[k.On]; !there {
			continue
		}
		if c.Value == nil {
			delete(r.state.Facts, k)
		} else {
			r.state.Put(state.Fact{Key: k, Value: c.Value})
		}
	}
}

// asTable names relations of every sort alike, as requests do.
func asTable(s state.Securable) state.Securable {
	if s.Kind.Relation() {
		s.Kind = state.KindTable
	}
	return s
}

// askTags replaces the tags of securables by what the live service says, which is then no longer late.
func (r *reader) askTags(ctx context.Context, all []state.Securable) error {
	if len(all) == 0 {
		return nil
	}
	had := map[state.Securable][]state.Key{}
	for k := range r.state.Facts {
		if k.Fact == state.FactTagged {
			had[k.On] = append(had[k.On], k)
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.p.opt.Concurrency)
	for _, s := range all {
		g.Go(func() error {
			tags, err := r.liveTags(ctx, s)
			on := r.asThere(s)
			gone := errors.Is(err, connectors.ErrNotFound) // dropped meanwhile; the views said what they know
			if err != nil && !gone {
				if err := r.partly(err, on, "tags read live", state.FactTagged); err != nil {
					return err
				}
			}
			r.mu.Lock()
			if r.state.Lag != nil {
				r.state.Lag.Live[s] = true
			}
			if err == nil {
				for _, k := range had[on] {
					delete(r.state.Facts, k)
				}
			}
			r.mu.Unlock()
			for key, value := range tags {
				r.tagged(on, key, value)
			}
			return nil
		})
	}
	return g.Wait()
}

// Confirm implements connectors.Confirmer: the tags of relations, of those of their columns that carry one, and of the columns asked for, a request
// each.
func (p *Platform) Confirm(ctx context.Context, scope connectors.Scope, s *state.State, q plan.Question) error {
	if s.Lag == nil || q.Empty() || !scope.Wants(state.FactTagged) {
		return nil
	}
	r := newReader(p, scope)
	r.state = s
	if k := p.known.Load(); k != nil {
		r.known = *k
	}
	ask := map[state.Securable]bool{}
	for _, c := range q.Columns {
		ask[c] = true
	}
	asked := map[state.Securable]bool{}
	for _, on := range q.Relations {
		asked[on], ask[on] = true, true
	}
	for k := range s.Facts {
		if k.Fact == state.FactTagged && k.On.Kind == state.KindColumn && asked[k.On.Relation()] && !s.Lag.Live[k.On] {
			ask[k.On] = true
		}
	}
	if err := r.askTags(ctx, slices.SortedFunc(maps.Keys(ask), state.Securable.Compare)); err != nil {
		return p.wrap("read tags live", err)
	}
	return nil
}

func (r *reader) liveTags(ctx context.Context, s state.Securable) (map[string]string, error) {
	tags := map[string]string{}
	path := "/api/2.1/unity-catalog/entity-tag-assignments/" + entityTypes[s.Kind] + "/" + url.PathEscape(strings.Join(s.Parts(), ".")) + "/tags"
	for token := ""; ; {
		var page struct {
			Assignments []struct {
				Key   string `json:"tag_key"`
				Value string `json:"tag_value"`
			} `json:"tag_assignments"`
			Next string `json:"next_page_token"`
		}
		if err := r.get(ctx, path+query("page_token", token), &page); err != nil {
			return nil, err
		}
		for _, a := range page.Assignments {
			tags[a.Key] = a.Value
		}
		if page.Next == "" || page.Next == token {
			return tags, nil
		}
		token = page.Next
	}
}
