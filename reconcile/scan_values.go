package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// TagDelta is what refreshing the cache of one tag's values changed.
type TagDelta struct {
	Tag    state.Securable
	Values []ledger.TagCount
	ledger.TagDelta
}

// ErrUnread says that the tags could not be read completely.
var ErrUnread = errors.New("the tags could not be read completely")

// RefreshTags reads which values the platform's tags carry, and how often, into the cache.
func (r *Reconciler) RefreshTags(ctx context.Context) ([]TagDelta, error) {
	scope := r.Scope
	scope.Facts = []state.FactKind{state.FactTag, state.FactAllowedValue, state.FactTagged}
	actual, err := r.Platform.Snapshot(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("%s: read the platform: %w", r.Name, err)
	}
	for _, area := range actual.Unknown {
		if len(area.Facts) > 0 && !slices.Contains(area.Facts, state.FactTagged) {
			continue
		}
		why := area.Reason
		return nil, fmt.Errorf("%s: %w, what was known stays: %s", r.Name, ErrUnread, why)
	}
	counts := map[state.Securable]map[string]int64{}
	for _, k := range actual.Keys() {
		switch k.Fact {
		case state.FactTag:
			counts[k.On] = map[string]int64{}
		case state.FactTagged:
			if counts[k.With] == nil {
				counts[k.With] = map[string]int64{}
			}
			counts[k.With][string(actual.Value(k).(state.Text))]++
		}
	}
	before, err := r.Store.TagValues(ctx, r.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: read the cached tag values: %w", r.Name, err)
	}
	for _, t := range before {
		if counts[t.Tag] == nil {
			counts[t.Tag] = map[string]int64{} // it is in use no more
		}
	}
	return r.putTagValues(ctx, counts)
}

func (r *Reconciler) putTagValues(ctx context.Context, counts map[state.Securable]map[string]int64) ([]TagDelta, error) {
	tags := make([]state.Securable, 0, len(counts))
	for t := range counts {
		tags = append(tags, t)
	}
	slices.SortFunc(tags, state.Securable.Compare)
	var all []TagDelta
	for _, t := range tags {
		var values []ledger.TagCount
		for v, n := range counts[t] {
			values = append(values, ledger.TagCount{Value: v, Count: n})
		}
		slices.SortFunc(values, func(a, b ledger.TagCount) int {
			if a.Value < b.Value {
				return -1
			}
			return 1
		})
		delta, err := r.Store.PutTagValues(ctx, r.Name, t, values)
		if err != nil {
			return all, fmt.Errorf("%s: keep the values of %s: %w", r.Name, t, err)
		}
		all = append(all, TagDelta{Tag: t, Values: values, TagDelta: delta})
	}
	return all, nil
}
