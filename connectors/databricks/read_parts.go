package databricks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/polsync/polsync/state"
)

// A result that is too large for one answer, which holds 25 MiB, is read by catalogs, in so many groups at most, and that of one
// catalog in so many parts by a hash; what is still too large in so many again, down to a fineness at which something else must be wrong.
const (
	partsOf     = 8
	mostPartsOf = partsOf * partsOf * partsOf * partsOf
)

// relationsTogether is how many tables and views one statement reads the columns of: at fifteen columns of a hundred bytes each, half of what an
// answer holds.
const relationsTogether = 8000

// bulk runs a statement whose rows have a catalog, schema and name as c, s and n, and hands over the result, in parts where it is
// too large. what names it: where it was too large once, it is read in parts at once.
func (r *reader) bulk(ctx context.Context, what, sql string, each func(*table) error) error {
	if _, large := r.p.large.Load(what); !large {
		t, err := r.query(ctx, sql)
		if err == nil {
			return each(t)
		}
		if !tooLarge(err) {
			return err
		}
		r.p.large.Store(what, true)
	}
	catalogs, err := r.catalogWeights(ctx)
	if err != nil {
		return err
	}
	return r.byCatalogs(ctx, sql, catalogs, each)
}

// whole is bulk for results that are small or wanted in one piece.
func (r *reader) whole(ctx context.Context, what, sql string) (*table, error) {
	all := &table{}
	err := r.bulk(ctx, what, sql, func(t *table) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		all.columns, all.rows = t.columns, append(all.rows, t.rows...)
		return nil
	})
	return all, err
}

// weighted is a catalog and how many relations it has.
type weighted struct {
	name   string
	weight int
}

// catalogWeights lists the catalogs in order, as far as they are read already, else by asking.
func (r *reader) catalogWeights(ctx context.Context) ([]weighted, error) {
	count := map[string]int{}
	r.mu.Lock()
	for s := range r.state.Objects {
		switch {
		case s.Kind == state.KindCatalog && s.Catalog != "":
			count[s.Catalog]++
		case s.Kind.Relation():
			count[s.Catalog]++
		}
	}
	r.mu.Unlock()
	if len(count) == 0 {
		t, err := r.query(ctx, "SELECT catalog_name AS c FROM system.information_schema.catalogs")
		if err != nil {
			return nil, err
		}
		for i := range t.rows {
			count[lower(t.text(i, "c"))] = 1
		}
	}
	var all []weighted
	for _, name := range sortedKeys(count) {
		all = append(all, weighted{name, count[name]})
	}
	return all, nil
}

// grouped cuts catalogs, in order, into groups of a weight; one that is heavier is alone.
func grouped(all []weighted, most int) [][]weighted {
	var groups [][]weighted
	sum := 0
	for _, c := range all {
		if len(groups) == 0 || sum+c.weight > most {
			groups, sum = append(groups, nil), 0
		}
		last := len(groups) - 1
		groups[last], sum = append(groups[last], c), sum+c.weight
	}
	return groups
}

// byCatalogs reads the rows of catalogs, in some groups of about equal weight.
func (r *reader) byCatalogs(ctx context.Context, sql string, catalogs []weighted, each func(*table) error) error {
	if len(catalogs) == 0 {
		return nil
	}
	if len(catalogs) == 1 {
		return r.parts(ctx, within(sql, catalogs), 1, 0, each)
	}
	sum := 0
	for _, c := range catalogs {
		sum += c.weight
	}
	groups := grouped(catalogs, (sum+partsOf-1)/partsOf)
	if len(groups) == 1 { // one outweighs all others
		groups = [][]weighted{catalogs[:len(catalogs)/2], catalogs[len(catalogs)/2:]}
	}
	return r.groups(ctx, sql, groups, each)
}

// groups reads groups of catalogs at once.
func (r *reader) groups(ctx context.Context, sql string, groups [][]weighted, each func(*table) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.p.opt.Concurrency)
	for _, group := range groups {
		g.Go(func() error {
			t, err := r.query(ctx, within(sql, group))
			switch {
			case tooLarge(err):
				return r.byCatalogs(ctx, sql, group, each)
			case err != nil:
				return err
			}
			return each(t)
		})
	}
	return g.Wait()
}

func within(sql string, catalogs []weighted) string {
	var names []string
	for _, c := range catalogs {
		names = append(names, c.name)
	}
	slices.Sort(names)
	return "SELECT * FROM (" + sql + ") WHERE c IN (" + literals(names) + ")"
}

// parts reads the rows whose hash leaves a rest when divided, in partsOf statements or more, so that each row is in exactly one of them
// whatever changes while they are read; with pages by number a row could slip from one that is yet to come into one that was read.
func (r *reader) parts(ctx context.Context, sql string, divisor, rest int, each func(*table) error) error {
	finer := divisor * partsOf
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.p.opt.Concurrency)
	for i := range partsOf {
		g.Go(func() error {
			at := rest + i*divisor
			t, err := r.query(ctx, fmt.Sprintf("SELECT * FROM (%s) WHERE abs(mod(xxhash64(c, s, n), %d)) = %d", sql, finer, at))
			switch {
			case tooLarge(err) && finer < mostPartsOf:
				return r.parts(ctx, sql, finer, at, each)
			case err != nil:
				return err
			}
			return each(t)
		})
	}
	return g.Wait()
}

// tooLarge knows the failure of a statement whose result does not fit in one answer. It comes without a class of its
// own, as text.
func tooLarge(err error) bool {
	var s *SQLError
	return errors.As(err, &s) && strings.Contains(strings.ToLower(s.Message), "inline byte limit exceeded")
}

// view reads a view of the information schema whose columns the documentation and practice call differently: whole where it fits, else
// by the names that an answer without rows has.
func (r *reader) view(ctx context.Context, name string) (*table, error) {
	from := "SELECT * FROM system.information_schema." + name
	if _, large := r.p.large.Load(name); !large {
		t, err := r.query(ctx, from)
		if !tooLarge(err) {
			return t, err
		}
		r.p.large.Store(name, true)
	}
	none, err := r.query(ctx, from+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	catalog, schema := "table_catalog", "table_schema"
	if !none.has(catalog) {
		catalog, schema = "catalog_name", "schema_name"
	}
	return r.whole(ctx, name, "SELECT "+catalog+" AS c, "+schema+" AS s, table_name AS n, * FROM system.information_schema."+name)
}
