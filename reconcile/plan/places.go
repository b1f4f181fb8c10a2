package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// schemaMaker is a dialect whose tags and policies live in schemas that somebody has to make.
type schemaMaker interface {
	// MakeSchema returns the statement that makes a schema for what polsync creates.
	MakeSchema(schema state.Securable) string
}

// places reports, as errors, the schemas that something declared is to live in and that are not there, each with the
// statement that makes it. polsync does not make them itself: who owns them decides who may change policies.
func (r *resolver) places() {
	maker, ok := r.in.Dialect.(schemaMaker)
	if !ok {
		return
	}
	var keys []state.Key
	for k := range r.target.State.Facts {
		if k.Fact == state.FactTag || k.Fact.Policy() {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, state.Key.Compare)
	said := map[state.Securable]bool{}
	for _, k := range keys {
		schema, lives := r.livesIn(k)
		if !lives || said[schema] || r.in.Actual.Has(k) {
			continue
		}
		said[schema] = true
		if _, there := r.in.Actual.Objects[schema]; there || r.unread(schema) {
			continue
		}
		o := r.target.State.Facts[k].Origin
		if schema.Schema == "" {
			r.note(Error, k.On, o, "%s has no schema to live in; name one for the platform with `home:` in polsync.yaml", k.On)
			continue
		}
		r.note(Error, schema, o, "%s is to live in the schema %s, which is not there or not visible; make it with: %s", k.On, schema, maker.MakeSchema(schema))
	}
}

// livesIn returns the schema of a declared tag or policy, and whether it is one that lives in a schema.
func (r *resolver) livesIn(k state.Key) (state.Securable, bool) {
	schema := state.Securable{Kind: state.KindSchema, Catalog: k.On.Catalog, Schema: k.On.Schema}
	switch {
	case k.Fact.Policy():
		return schema, true
	case k.Fact == state.FactTag:
		return schema, r.in.Dialect.Name() == "snowflake" // elsewhere a tag is a key without a place
	}
	return schema, false
}

// unread reports whether what is in a place could not be read completely, so that it may be there all the same.
func (r *resolver) unread(s state.Securable) bool {
	for _, a := range r.in.Actual.Unknown {
		if len(a.Facts) == 0 && (a.Within.Covers(s) || s.Covers(a.Within)) {
			return true
		}
	}
	return false
}
