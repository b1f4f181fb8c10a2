package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// tagDefinitions states the declared tags and their allowed values. What a declaration leaves out stays as it is.
func (r *resolver) tagDefinitions() {
	for _, d := range r.in.Declarations.Tags {
		if !r.here(d.In) {
			continue
		}
		var schema state.Securable
		if d.Schema != nil {
			schema = r.literal(*d.Schema)
		}
		on := r.in.Dialect.Tag(d.Name, schema, r.in.Home)
		r.tags[d.Name] = &tagInfo{decl: d, on: on}
		key := state.Key{Fact: state.FactTag, On: on}
		want := r.tagWanted(d, key)
		if !r.in.Dialect.TagDefined(d.Governed) {
			if is, _ := r.in.Actual.Value(key).(state.Tag); is.Governed {
				r.note(Warning, on, d.Origin, "%s is governed on %s and stays so while anything carries it: only values of its list can be set", d.Name, r.in.Platform)
			}
			continue
		}
		r.put(state.Fact{Key: key, Value: want, Origin: d.Origin})
		if d.AnyValue {
			continue
		}
		for _, v := range d.Values {
			r.put(state.Fact{Key: state.Key{Fact: state.FactAllowedValue, On: on, Name: v}, Value: state.Nil{}, Origin: d.Origin})
		}
	}
}

// tagWanted returns what a declared tag is to be. What a platform does not have it never reads back.
func (r *resolver) tagWanted(d state.TagDeclaration, key state.Key) state.Tag {
	want := state.Tag{AnyValue: d.AnyValue, Comment: d.Comment, Governed: d.Governed}
	snowflake := r.in.Dialect.Name() != "databricks"
	if snowflake {
		want.Propagate, want.OnConflict, want.MultiValue = d.Propagate, d.OnConflict, d.MultiValue
		want.Governed = d.Governed && r.in.Dialect.Name() != "snowflake"
	}
	is, there := r.in.Actual.Value(key).(state.Tag)
	if there && d.Comment == "" {
		want.Comment = is.Comment
	}
	if there && snowflake {
		want.MultiValue = is.MultiValue // said when a tag is made
		if d.Propagate == "" {
			want.Propagate = is.Propagate
		}
		if d.OnConflict == "" {
			want.OnConflict = is.OnConflict
		}
	}
	if d.Propagate == "none" {
		want.Propagate = ""
	}
	if want.OnConflict == state.ConflictSequence {
		want.Sequence = r.sequence(d, key.On, is)
	}
	return want
}

// sequence returns the order of a tag's allowed values: as declared, and behind them those that are there besides. Where
// the order is not declared, only new values come behind what is there.
func (r *resolver) sequence(d state.TagDeclaration, on state.Securable, is state.Tag) []string {
	orders := [][]string{is.Sequence, d.Values}
	if d.OnConflict == state.ConflictSequence {
		slices.Reverse(orders)
	}
	var others []string
	for k := range r.in.Actual.Facts {
		if k.Fact == state.FactAllowedValue && k.On == on {
			others = append(others, k.Name)
		}
	}
	slices.Sort(others)
	var all []string
	for _, v := range slices.Concat(orders[0], orders[1], others) {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

// assignments states the declared tags on securables, then indexes what will carry each tag in the end.
func (r *resolver) assignments() {
	for _, d := range r.in.Declarations.Assignments {
		info := r.tags[d.Tag]
		if info == nil {
			continue // a tag of other platforms
		}
		if !d.Absent && !info.decl.AnyValue && d.Value != "" && !slices.Contains(info.decl.Values, d.Value) {
			r.note(Error, info.on, d.Origin, "tag %s does not allow the value %q", d.Tag, d.Value)
			continue
		}
		for _, on := range r.expand(d.On, d.Except, taggableOf(d.Kinds), false) {
			if reason := r.untaggable(on.Kind); reason != "" {
				r.note(Error, on, d.Origin, "%s cannot get tag %s: %s", on, d.Tag, reason)
				continue
			}
			key := state.Key{Fact: state.FactTagged, On: on, With: info.on}
			if d.Absent {
				r.absent(key, d.Origin)
				continue
			}
			r.put(state.Fact{Key: key, Value: state.Text(d.Value), Origin: d.Origin})
		}
	}
	r.indexTagged()
}

// taggedKinds are the kinds, besides those that a name's parts tell, that Snowflake lets carry tags and tells the tags
// of; its object tagging pages, checked November 2026.
var taggedKinds = []state.Kind{state.KindWarehouse, state.KindRole, state.KindDatabaseRole, state.KindUser, state.KindStage, state.KindFunction, state.KindProcedure,
	state.KindStream, state.KindTask, state.KindIntegration, state.KindAlert, state.KindComputePool, state.KindNetworkPolicy}

// untaggable returns why polsync sets no tag on a kind, or "".
func (r *resolver) untaggable(k state.Kind) string {
	if r.in.Dialect.Name() != "snowflake" || taggable(state.Securable{Kind: k}) || slices.Contains(taggedKinds, k) {
		return ""
	}
	return "Snowflake does not let a " + k.String() + " carry tags, or does not tell which it has"
}

func taggable(s state.Securable) bool {
	return s.Kind == state.KindCatalog || s.Kind == state.KindSchema || s.Kind.Relation() || s.Kind == state.KindColumn || s.Kind == state.KindVolume
}

// taggableOf returns what a tag may stand on, of the kinds asked for.
func taggableOf(kinds []state.Kind) func(state.Securable) bool {
	if len(kinds) == 0 {
		return taggable
	}
	return func(s state.Securable) bool { return taggable(s) && slices.Contains(kinds, s.Kind) }
}

func (r *resolver) indexTagged() {
	r.tagged, r.said = map[state.Securable][]taggedOn{}, map[state.Securable]map[state.Securable]taggedOn{}
	for k, f := range r.target.State.Facts {
		if k.Fact == state.FactTagged {
			r.tagged[k.With] = append(r.tagged[k.With], taggedOn{k.On, string(f.Value.(state.Text)), f.Origin.Layer})
		}
	}
	for k, f := range r.in.Actual.Facts {
		if k.Fact != state.FactTagged || r.target.State.Has(k) || r.leaves(k) {
			continue
		}
		if v, ok := f.Value.(state.Text); ok {
			r.tagged[k.With] = append(r.tagged[k.With], taggedOn{k.On, string(v), state.LayerNone})
		}
	}
	for k, b := range r.in.Actual.Brought {
		if !r.target.State.Has(k) {
			r.tagged[k.With] = append(r.tagged[k.With], taggedOn{k.On, string(b.Value), state.LayerNone})
		}
	}
	for _, list := range r.tagged {
		slices.SortFunc(list, func(a, b taggedOn) int { return a.on.Compare(b.on) })
	}
}

// leaves reports whether an undeclared fact that is there will be gone after the run.
func (r *resolver) leaves(k state.Key) bool {
	d := difference{in: r.in, target: r.target}
	if !d.wanted(k) {
		return false
	}
	if _, gone := r.target.Absent[k]; gone {
		return true
	}
	owned, ours := r.in.Owned[k]
	return ours && d.stays(k, r.in.Actual.Facts[k], owned) == ""
}

// carriedColumn is a column that a tag covers in the end, with the value that counts there.
type carriedColumn struct {
	on    state.Securable
	value string
	own   bool        // set on the column itself
	layer state.Layer // of who says so; LayerNone for what is there and not ours
}

// covered returns the columns that a tag covers once the run is done; of several values the nearest counts.
func (r *resolver) covered(tag state.Securable) []carriedColumn {
	nearest := map[state.Securable]taggedOn{}
	for _, t := range r.tagged[tag] {
		for _, c := range r.below(t.on, isColumn) {
			if old, ok := nearest[c]; !ok || depth(t.on) > depth(old.on) {
				nearest[c] = t
			}
		}
	}
	out := make([]carriedColumn, 0, len(nearest))
	for c, t := range nearest {
		out = append(out, carriedColumn{c, t.value, t.on == c, t.layer})
	}
	slices.SortFunc(out, func(a, b carriedColumn) int { return a.on.Compare(b.on) })
	return out
}

func depth(s state.Securable) int { return len(s.Parts()) }
