package databricks

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
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

// refresh replaces the tags of what this process tagged lately by what the live service says.
func (r *reader) refresh(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.p.opt.Concurrency)
	for _, s := range r.p.recent.list() {
		g.Go(func() error {
			tags, err := r.liveTags(ctx, s)
			if errors.Is(err, connectors.ErrNotFound) {
				return nil // dropped meanwhile; the views said what they know
			}
			on := r.asThere(s)
			if err != nil {
				return r.partly(err, on, "tags written lately", state.FactTagged)
			}
			r.mu.Lock()
			for k := range r.state.Facts {
				if k.Fact == state.FactTagged && k.On == on {
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
