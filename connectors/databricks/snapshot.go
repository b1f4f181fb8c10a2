package databricks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

// foreignCatalogs belong to the platform.
var foreignCatalogs = map[string]string{
	"system": "system catalog", "samples": "shared sample catalog", "__databricks_internal": "internal catalog", "hive_metastore": "outside Unity Catalog",
}

const informationSchema = "information_schema"

// reader takes one snapshot. Its parts run at once; mu guards what they write.
type reader struct {
	p     *Platform
	c     *client // counts what it sends as reads of the snapshot
	scope connectors.Scope

	mu         sync.Mutex
	state      *state.State
	known      dialect.Known
	principals map[string]state.Securable // by name in lower case
	me         identity
	answered   []state.Securable       // whose grants a request told, in full only to who manages them
	orphaned   map[state.Securable]int // privileges of principals that were deleted
}

func newReader(p *Platform, scope connectors.Scope) *reader {
	r := &reader{p: p, scope: scope, state: state.New(), principals: map[string]state.Securable{}, orphaned: map[state.Securable]int{},
		known: dialect.Known{Kinds: map[state.Securable]state.Kind{}}}
	r.c = p.client.counting(r.count)
	return r
}

// Snapshot implements connectors.Platform.
func (p *Platform) Snapshot(ctx context.Context, scope connectors.Scope) (*state.State, error) {
	r := newReader(p, scope)
	if !scope.Strict && scope.Wants(state.FactTagged) {
		r.state.Lag = &state.Lag{By: tagLag, Live: map[state.Securable]bool{}, TagsOnly: true}
	}
	if err := r.metastore(ctx); err != nil {
		return nil, p.wrap("read the metastore", err)
	}
	// Who is who comes before grants and members, objects before what lies on them.
	if err := r.together(ctx, r.readPrincipals, r.readObjects); err != nil {
		return nil, p.wrap("read the workspace", err)
	}
	if err := r.elsewhere(ctx); err != nil {
		return nil, p.wrap("find out what other platforms govern", err)
	}
	if err := r.together(ctx, r.readColumns, r.readTags, r.readTagPolicies, r.readMasks, r.readFilters, r.readGrants, r.readSingles); err != nil {
		return nil, p.wrap("read the workspace", err)
	}
	if err := r.readPolicies(ctx); err != nil {
		return nil, p.wrap("read attribute-based policies", err)
	}
	if err := r.readRoutines(ctx); err != nil {
		return nil, p.wrap("read functions", err)
	}
	if err := r.readFunctionGrants(ctx); err != nil {
		return nil, p.wrap("read the grants of functions", err)
	}
	for _, again := range []func(context.Context) error{r.refresh, r.refreshGrants} {
		if err := again(ctx); err != nil {
			return nil, p.wrap("read what was changed lately", err)
		}
	}
	r.finish()
	p.known.Store(&r.known)
	return r.state, nil
}

// together runs parts of the snapshot at once.
func (r *reader) together(ctx context.Context, parts ...func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.p.opt.Concurrency)
	for _, part := range parts {
		g.Go(func() error { return part(ctx) })
	}
	return g.Wait()
}

// finish puts what has no order of its own in order, and settles who owners are, which were read beside the principals.
func (r *reader) finish() {
	for s, o := range r.state.Objects {
		if o.Owner.Name != "" {
			o.Owner = r.principal(o.Owner.Name)
			r.state.Objects[s] = o
		}
	}
	for s, n := range r.orphaned {
		if o, there := r.state.Objects[s]; there {
			o.Orphans = n
			r.state.Objects[s] = o
		}
	}
	r.judgeAnswers()
	slices.SortFunc(r.state.Unknown, func(a, b state.Area) int {
		if c := a.Within.Compare(b.Within); c != 0 {
			return c
		}
		return strings.Compare(a.Reason, b.Reason)
	})
	for _, f := range []state.FactKind{state.FactPolicy, state.FactMask, state.FactRowPolicy, state.FactFilter, state.FactTagged, state.FactGrant} {
		if r.scope.Wants(f) {
			fresh := state.Freshness{Facts: f, Source: "information_schema"}
			if f == state.FactTagged && r.state.Lag != nil {
				fresh.Lag = "minutes"
			}
			r.state.Freshness = append(r.state.Freshness, fresh)
		}
	}
	for _, f := range []state.FactKind{state.FactTag, state.FactRole, state.FactABAC} {
		r.state.Freshness = append(r.state.Freshness, state.Freshness{Facts: f, Source: "rest"})
	}
}

// query runs one statement on metadata.
func (r *reader) query(ctx context.Context, sql string) (*table, error) { return r.c.read(ctx, sql) }

// get sends one request.
func (r *reader) get(ctx context.Context, path string, answer any) error {
	_, err := r.c.do(ctx, reads, "GET", path, nil, answer)
	return err
}

func (r *reader) count() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Reads++
}

func (r *reader) put(key state.Key, v state.Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Put(state.Fact{Key: key, Value: v})
}

// fix says of a fact why nobody takes it away.
func (r *reader) fix(key state.Key, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Fixed[key] = why
}

func (r *reader) object(s state.Securable, o state.Object) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Objects[s] = o
}

// unknown names a part that could not be read completely.
func (r *reader) unknown(within state.Securable, reason string, facts ...state.FactKind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Unknown = append(r.state.Unknown, state.Area{Facts: facts, Within: within, Reason: reason})
}

// partly turns errors of a part that the rest of the snapshot does without into an unknown area; others stay errors.
func (r *reader) partly(err error, within state.Securable, what string, facts ...state.FactKind) error {
	var refused *SQLError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, connectors.ErrDenied), errors.Is(err, connectors.ErrUnknown), errors.Is(err, connectors.ErrNotFound), errors.Is(err, errCut),
		errors.As(err, &refused):
		r.unknown(within, what+": "+err.Error(), facts...)
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// metastore asks which metastore this is and who owns it.
func (r *reader) metastore(ctx context.Context) error {
	var m struct {
		ID    string `json:"metastore_id"`
		Owner string `json:"owner"`
	}
	if err := r.get(ctx, "/api/2.1/unity-catalog/metastore_summary", &m); err != nil {
		return err
	}
	if m.ID == "" {
		return errors.New("the workspace names no metastore; it has no Unity Catalog")
	}
	r.state.Identity, r.known.Metastore = m.ID, m.ID
	r.object(state.Securable{Kind: state.KindMetastore}, state.Object{Owner: state.Securable{Name: m.Owner}})
	r.me.metastoreOwner = m.Owner
	return nil
}

// within returns the condition that a row lies in the scope or above it. Columns hold the parts of the row's name from
// the outside in.
func (r *reader) within(columns ...string) string {
	cond := fmt.Sprintf("%s NOT IN (%s)", columns[0], literals(sortedKeys(foreignCatalogs)))
	if len(columns) > 1 {
		cond += " AND " + columns[1] + " <> " + dialect.Literal(informationSchema)
	}
	if places := r.places(columns); len(places) > 0 {
		cond += " AND (" + strings.Join(places, " OR ") + ")"
	}
	return cond
}

// places returns a condition for each part of the scope, none for a scope of everything.
func (r *reader) places(columns []string) []string {
	var all []string
	whole := r.scope.Within
	if len(whole) > 0 && len(columns) <= 2 && r.scope.Home.Catalog != "" {
		whole = append(slices.Clone(whole), r.scope.Home) // the schema of what is created, which may lie elsewhere
	}
	for _, w := range whole {
		var tests []string
		for i, part := range w.Parts() {
			if i == len(columns) {
				break
			}
			column := columns[i]
			if i == 3 {
				column = "lower(" + column + ")"
			}
			tests = append(tests, column+" = "+dialect.Literal(strings.ToLower(part)))
		}
		if len(tests) == 0 {
			return nil
		}
		all = append(all, strings.Join(tests, " AND "))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func literals(values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = dialect.Literal(v)
	}
	return strings.Join(out, ", ")
}

// query returns "?name=value", or nothing for an empty value.
func query(name, value string) string {
	if value == "" {
		return ""
	}
	return "?" + name + "=" + url.QueryEscape(value)
}
