package plan

import "github.com/polsync/polsync/state"

// Columns returns the columns that selectors name, less those that except does, with what a reader must know of
// selectors that name nothing. It is what a scan covers.
func Columns(in Input, on, except []state.Selector) ([]state.Securable, []Notice) {
	return NewFinder(in).Columns(on, except)
}

// Finder answers which columns are named, as Columns does, for many questions about one platform. What they share is
// worked out once. It is not to be used by several goroutines at once.
type Finder struct{ r *resolver }

// NewFinder returns a Finder of what is there and declared.
func NewFinder(in Input) *Finder {
	r := newResolver(in)
	r.tagDefinitions()
	r.assignments()
	return &Finder{r}
}

// Columns is Columns of the Finder's platform.
func (f *Finder) Columns(on, except []state.Selector) ([]state.Securable, []Notice) {
	r := f.r
	r.target.Notices = nil
	found := map[state.Securable]bool{}
	var columns []state.Securable
	accept := func(s state.Securable) bool { return s.Kind == state.KindColumn || s.Kind.Relation() }
	for _, s := range r.expand(on, except, accept, true) {
		for _, c := range r.below(s, isColumn) {
			if !found[c] {
				found[c] = true
				columns = append(columns, c)
			}
		}
	}
	return r.less(columns, except), r.target.Notices // a table's columns, too, may be taken out
}

// Below returns the columns in a catalog, schema or relation, in order.
func (f *Finder) Below(s state.Securable) []state.Securable { return f.r.below(s, isColumn) }

// Tags returns the declared tags of a platform by their securable.
func Tags(in Input) map[state.Securable]state.TagDeclaration {
	r := newResolver(in)
	r.tagDefinitions()
	out := map[state.Securable]state.TagDeclaration{}
	for _, t := range r.tags {
		out[t.on] = t.decl
	}
	return out
}
