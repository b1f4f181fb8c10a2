package snowflake

import (
	"context"
	"fmt"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// showLimit is the number of rows after which SHOW stops, in silence or with an error; Snowflake's SHOW pages, checked
// November 2026. Exactly so many rows count as cut.
const showLimit = 10_000

// show is a SHOW of things that live in schemas. It is asked for the account first, then for each database and each
// schema where the larger listing is cut.
type show struct {
	what  string // for errors: tags, masking policies
	kind  string // as SHOW has it: TAGS
	paged bool   // the grammar has LIMIT ... FROM
	scope bool   // only what is in scope is of interest
	facts []state.FactKind
}

// each calls f for every row of the listing. What could not be listed becomes an area.
func (s *snapshot) each(ctx context.Context, l show, f func(r *answer, row int)) error {
	r, err := s.query(ctx, "list "+l.what, "SHOW "+l.kind+" IN ACCOUNT")
	if err := s.databasesKnown.wait(ctx); err != nil {
		return err
	}
	switch {
	case err == nil && len(r.rows) < s.a.opt.rows:
		r.each(f)
		return nil
	case err != nil && fatal(ctx, err):
		return err
	case number(err) == unsupportedFeature:
		s.lacks(l, err)
		return nil
	}
	catalogs := s.governable
	if l.scope {
		catalogs = s.catalogs
	}
	for _, c := range catalogs {
		if err := s.eachIn(ctx, l, state.Securable{Kind: state.KindCatalog, Catalog: c}, f); err != nil {
			return err
		}
	}
	return nil
}

// unsupportedFeature is the number of "Unsupported feature": the account's edition has no such thing.
const unsupportedFeature = 2

// lacks notes that the account has none of what is listed, and cannot have any.
func (s *snapshot) lacks(l show, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range l.facts {
		s.st.Lacks[f] = fmt.Sprintf("the account has no %s, which need Enterprise Edition or higher (%v)", l.what, err)
	}
}

func (s *snapshot) eachIn(ctx context.Context, l show, in state.Securable, f func(*answer, int)) error {
	name, err := dialect.Quoted(in)
	if err != nil {
		return s.failed(ctx, in, err, l.facts...)
	}
	word := map[state.Kind]string{state.KindCatalog: "DATABASE", state.KindSchema: "SCHEMA"}[in.Kind]
	r, err := s.query(ctx, "list "+l.what+" of "+in.String(), "SHOW "+l.kind+" IN "+word+" "+name)
	switch {
	case err == nil && len(r.rows) < s.a.opt.rows:
		r.each(f)
		return nil
	case err != nil && fatal(ctx, err):
		return err
	case in.Kind == state.KindCatalog:
		return s.eachSchema(ctx, l, in, f)
	case l.paged:
		return s.pages(ctx, l, in, "SHOW "+l.kind+" IN SCHEMA "+name, f)
	case err != nil:
		return s.failed(ctx, in, err, l.facts...)
	}
	r.each(f)
	s.unknown(in, fmt.Sprintf("the list of %s was cut at %d", l.what, s.a.opt.rows), l.facts...)
	return nil
}

// eachSchema lists schema by schema; the schemas are asked for here, since a listing may run beside theirs.
func (s *snapshot) eachSchema(ctx context.Context, l show, in state.Securable, f func(*answer, int)) error {
	name, err := dialect.Quoted(in)
	if err != nil {
		return s.failed(ctx, in, err, l.facts...)
	}
	var schemas []state.Securable
	all := show{what: "schemas", facts: l.facts}
	err = s.pages(ctx, all, in, "SHOW SCHEMAS IN DATABASE "+name, func(r *answer, i int) {
		schemas = append(schemas, state.Securable{Kind: state.KindSchema, Catalog: in.Catalog, Schema: r.text(i, "NAME")})
	})
	if err != nil {
		return err
	}
	for _, c := range schemas {
		if err := s.eachIn(ctx, l, c, f); err != nil {
			return err
		}
	}
	return nil
}

// pages follows LIMIT ... FROM, which continues behind a name. A page that brings nothing new, or a first page of
// exactly the limit that cannot be continued, leaves the rest unknown.
func (s *snapshot) pages(ctx context.Context, l show, in state.Securable, statement string, f func(*answer, int)) error {
	seen := map[string]bool{}
	from := ""
	for {
		page := fmt.Sprintf("%s LIMIT %d", statement, s.a.opt.rows)
		if from != "" {
			literal, err := dialect.Literal(from)
			if err != nil {
				return s.failed(ctx, in, err, l.facts...)
			}
			page += " FROM " + literal
		}
		r, err := s.shared(ctx, "list "+l.what, page)
		if err != nil {
			return s.failed(ctx, in, err, l.facts...)
		}
		fresh := 0
		for i := range r.rows {
			if n := r.text(i, "NAME"); !seen[n] {
				seen[n], from = true, n
				fresh++
				f(r, i)
			}
		}
		switch {
		case len(r.rows) < s.a.opt.rows:
			return nil
		case fresh == 0:
			s.unknown(in, fmt.Sprintf("the list of %s cannot be continued behind %d", l.what, len(seen)), l.facts...)
			return nil
		}
	}
}

func (r *answer) each(f func(*answer, int)) {
	for i := range r.rows {
		f(r, i)
	}
}
