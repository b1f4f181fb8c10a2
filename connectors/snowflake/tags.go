package snowflake

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

func (s *snapshot) readTags(ctx context.Context) error {
	l := show{what: "tags", kind: "TAGS", facts: []state.FactKind{state.FactTag, state.FactAllowedValue, state.FactTagged, state.FactBinding}}
	return s.each(ctx, l, func(r *answer, i int) {
		on := state.Securable{Kind: state.KindTag, Catalog: r.text(i, "DATABASE_NAME"), Schema: r.text(i, "SCHEMA_NAME"), Name: r.text(i, "NAME")}
		o := state.Object{Owner: owner(r, i), Comment: r.text(i, "COMMENT"), Identity: r.text(i, "CREATED_ON")}
		if on.Catalog == systemDatabase {
			o.Foreign = "system"
			s.object(on, o)
			return
		}
		s.object(on, o)
		list, listed := r.cell(i, "ALLOWED_VALUES")
		values, err := allowedValues(list, listed)
		if err != nil {
			s.unknown(on, "its allowed values cannot be read: "+err.Error(), state.FactTag, state.FactAllowedValue)
			return
		}
		tag := state.Tag{AnyValue: values == nil, Comment: o.Comment, Propagate: strings.ToLower(r.text(i, "PROPAGATE")), OnConflict: conflict(r.text(i, "ON_CONFLICT"))}
		if tag.OnConflict == state.ConflictSequence {
			tag.Sequence = values
		}
		s.put(state.Key{Fact: state.FactTag, On: on}, tag)
		for _, v := range values {
			s.put(state.Key{Fact: state.FactAllowedValue, On: on, Name: v}, state.Nil{})
		}
		s.mu.Lock()
		s.tags = append(s.tags, on)
		s.mu.Unlock()
	})
}

// conflict spells a way to settle conflicts as policy files do; a value that is set instead is as it is.
func conflict(text string) string {
	for _, way := range [...]string{state.ConflictSequence, state.ConflictMerge} {
		if strings.EqualFold(text, way) {
			return way
		}
	}
	return text
}

const systemDatabase = "SNOWFLAKE"

// allowedValues returns nil where any value is allowed, and an empty list where none is.
func allowedValues(text string, listed bool) ([]string, error) {
	text = strings.TrimSpace(text)
	if !listed || text == "" || strings.EqualFold(text, "null") {
		return nil, nil
	}
	values := []string{}
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		return nil, fmt.Errorf("the list is not JSON: %w", err)
	}
	return values, nil
}

const tagColumns = "TAG_DATABASE, TAG_SCHEMA, TAG_NAME, TAG_VALUE, APPLY_METHOD, LEVEL, OBJECT_DATABASE, OBJECT_SCHEMA, OBJECT_NAME, DOMAIN, COLUMN_NAME"

// readTagged states which tags are set on what. Databases and schemas are asked each, live always; so are tables and
// views, unless the account is read in bulk, which leaves those that changed lately.
func (s *snapshot) readTagged(ctx context.Context) error {
	var containers []branch
	relations := map[state.Securable]state.Kind{} // as KindTable -> kind
	s.mu.Lock()
	for on := range s.st.Objects {
		if (on.Kind == state.KindCatalog || on.Kind == state.KindSchema) && s.tagReadable(on) {
			containers = append(containers, tagBranch(on, "TAG_REFERENCES", tagDomain(on.Kind)))
		} else if on.Kind.Relation() && s.tagReadable(on) {
			relations[on.Relation()] = on.Kind
		}
	}
	s.mu.Unlock()
	slices.SortFunc(containers, func(a, b branch) int { return a.on.Compare(b.on) })
	tasks := s.batches("read tags", containers, func(r *answer, i int) { s.taggedRow(r, i, nil) }, state.FactTagged)
	live := func(ctx context.Context) error { return s.readTagsOf(ctx, relations) }
	if !s.bulk {
		return s.run(ctx, append(tasks, live))
	}
	return s.run(ctx, append(tasks, func(ctx context.Context) error {
		if err := s.loadTagged(ctx); err != nil {
			return s.usageFailed(ctx, err, []task{live}, state.FactTagged)
		}
		changed := maps.Clone(relations)
		maps.DeleteFunc(changed, func(on state.Securable, _ state.Kind) bool { return !s.recent[on] })
		return s.readTagsOf(ctx, changed)
	}))
}

// tagDomains are what TAG_REFERENCES calls the kinds besides databases, schemas, relations and columns.
var tagDomains = map[state.Kind]string{
	state.KindWarehouse: "WAREHOUSE", state.KindRole: "ROLE", state.KindDatabaseRole: "DATABASE ROLE", state.KindUser: "USER", state.KindStage: "STAGE",
	state.KindFunction: "FUNCTION", state.KindProcedure: "PROCEDURE", state.KindStream: "STREAM", state.KindTask: "TASK", state.KindIntegration: "INTEGRATION",
	state.KindAlert: "ALERT", state.KindComputePool: "COMPUTE POOL", state.KindNetworkPolicy: "NETWORK POLICY",
}

// otherTags asks for the tags of what is neither a container nor a relation, where the scope wants them. Each row says
// what was asked about, since not every kind is named in it as it is elsewhere.
func (s *snapshot) otherTags() []task {
	if s.scope.TagsOf == nil {
		return nil
	}
	var asked []state.Securable
	s.mu.Lock()
	for on := range s.st.Objects {
		if tagDomains[on.Kind] != "" && (on.Catalog == "" || s.tagReadable(on)) && s.scope.TagsOf(on) {
			asked = append(asked, on)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(asked, state.Securable.Compare)
	var all []branch
	for i, on := range asked {
		name, err := dialect.Named(on)
		if err != nil {
			s.unknown(on, err.Error(), state.FactTagged)
			continue
		}
		at := on.Catalog
		if at == "" {
			at = s.scope.Home.Catalog // any database's functions tell of what the account holds
		}
		database, _ := dialect.Quoted(state.Securable{Kind: state.KindCatalog, Catalog: at})
		literal, _ := dialect.Literal(name)
		all = append(all, branch{on, fmt.Sprintf("SELECT %s, '%d' AS ASKED FROM TABLE(%s.INFORMATION_SCHEMA.TAG_REFERENCES(%s, '%s'))", tagColumns, i, database, literal, tagDomains[on.Kind])})
	}
	return s.batches("read tags", all, func(r *answer, i int) {
		n, err := strconv.Atoi(r.text(i, "ASKED"))
		if err == nil && n < len(asked) && byHand(r, i) && strings.ReplaceAll(strings.ToUpper(r.text(i, "LEVEL")), "_", " ") == tagDomains[asked[n].Kind] {
			s.tag(asked[n], r, i)
		}
	}, state.FactTagged)
}

// readTagsOf reads the tags of relations, given as KindTable with their kind, and of their columns. The columns tell what
// they have from their relation as well; a relation has to be asked itself only where a column has something from it, or
// where each column has a tag of its own that would hide the same one on the relation.
func (s *snapshot) readTagsOf(ctx context.Context, relations map[state.Securable]state.Kind) error {
	var all []branch
	for _, on := range sortedKeys(relations) {
		all = append(all, tagBranch(on, "TAG_REFERENCES_ALL_COLUMNS", "TABLE"))
	}
	shades := map[state.Securable]*shade{}
	take := func(r *answer, i int) {
		s.taggedRow(r, i, relations)
		on := state.Securable{Kind: state.KindTable, Catalog: r.text(i, "OBJECT_DATABASE"), Schema: r.text(i, "OBJECT_SCHEMA"), Name: r.text(i, "OBJECT_NAME")}
		h := shades[on]
		if h == nil {
			h = &shade{own: map[state.Securable]int{}}
			shades[on] = h
		}
		switch strings.ToUpper(r.text(i, "LEVEL")) {
		case "COLUMN":
			h.own[tagOf(r, i)]++
		case "DATABASE", "SCHEMA", "ACCOUNT":
		default:
			h.inherits = true
		}
	}
	if err := s.run(ctx, s.batches("read tags", all, take, state.FactTagged)); err != nil {
		return err
	}
	if err := s.columnsKnown.wait(ctx); err != nil {
		return err
	}
	width := s.widths(relations)
	var themselves []branch
	for _, on := range sortedKeys(relations) {
		if h := shades[on]; width[on] == 0 || h != nil && (h.inherits || h.hides(width[on])) {
			themselves = append(themselves, tagBranch(on, "TAG_REFERENCES", "TABLE"))
		}
	}
	return s.run(ctx, s.batches("read tags", themselves, func(r *answer, i int) { s.taggedRow(r, i, relations) }, state.FactTagged))
}

// widths returns how many columns relations have.
func (s *snapshot) widths(of map[state.Securable]state.Kind) map[state.Securable]int {
	width := make(map[state.Securable]int, len(of))
	if len(of) == 0 {
		return width
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for on := range s.st.Objects {
		if on.Kind == state.KindColumn {
			width[on.Relation()]++
		}
	}
	return width
}

// shade is what the columns of a relation tell of tags.
type shade struct {
	inherits bool                    // one has a tag from the relation
	own      map[state.Securable]int // tag -> how many columns have it of their own
}

// hides reports whether a tag stands on every column, so that the same one on the relation would not show.
func (h *shade) hides(columns int) bool {
	for _, n := range h.own {
		if n >= columns {
			return true
		}
	}
	return false
}

// tagReadable reports whether an object is in scope and governable.
func (s *snapshot) tagReadable(on state.Securable) bool {
	if s.st.Objects[on].Foreign != "" || !s.scope.Covers(on) {
		return false
	}
	for up, ok := on.Parent(); ok; up, ok = up.Parent() {
		if s.st.Objects[up].Foreign != "" {
			return false
		}
	}
	return true
}

func tagDomain(k state.Kind) string {
	return map[state.Kind]string{state.KindCatalog: "DATABASE", state.KindSchema: "SCHEMA", state.KindTable: "TABLE", state.KindColumn: "COLUMN"}[k]
}

// tagBranch asks one of the two tag functions. Names come from the account, so they can be quoted.
func tagBranch(on state.Securable, function, domain string) branch {
	database, _ := dialect.Quoted(state.Securable{Kind: state.KindCatalog, Catalog: on.Catalog})
	name, _ := dialect.Quoted(on)
	literal, _ := dialect.Literal(name)
	return branch{on, "SELECT " + tagColumns + " FROM TABLE(" + database + ".INFORMATION_SCHEMA." + function + "(" + literal + ", '" + domain + "'))"}
}

// taggedRow takes a row that says what was set by hand on the thing itself. What a tag came by otherwise (from above,
// from another object, from Snowflake's classification) is not for us to set or remove.
func (s *snapshot) taggedRow(r *answer, i int, kinds map[state.Securable]state.Kind) {
	by := broughtBy(r, i)
	if !byHand(r, i) && by == "" {
		return
	}
	on, direct := taggedOn(r, i)
	if !direct || !s.scope.Covers(on) {
		return
	}
	if k, known := kinds[on]; known {
		on.Kind = k
	}
	if by != "" {
		s.brought(on, by, r, i)
		return
	}
	s.tag(on, r, i)
}

// broughtBy returns how a tag came to where it is in force without anybody setting it there, "" where somebody did, or
// where it is the system's or something above has it.
func broughtBy(r *answer, i int) string {
	if r.text(i, "TAG_DATABASE") == systemDatabase {
		return ""
	}
	switch strings.ToUpper(r.text(i, "APPLY_METHOD")) {
	case "PROPAGATED":
		return "propagated from what it is made of"
	case "CLASSIFIED":
		return "set by Snowflake's own classification"
	}
	return ""
}

// brought notes a tag that came by itself. The caller holds mu.
func (s *snapshot) brought(on state.Securable, by string, r *answer, i int) {
	if known, ok := s.st.Relation(on); ok && on.Kind == state.KindTable {
		on = known
	}
	if s.st.Brought == nil {
		s.st.Brought = map[state.Key]state.Brought{}
	}
	s.st.Brought[state.Key{Fact: state.FactTagged, On: on, With: tagOf(r, i)}] = state.Brought{Value: state.Text(s.intern(r.text(i, "TAG_VALUE"))), By: by}
}

// byHand reports whether a row is about a tag that somebody set, and not one of the system's.
func byHand(r *answer, i int) bool {
	switch strings.ToUpper(r.text(i, "APPLY_METHOD")) {
	case "MANUAL", "NONE", "":
		return r.text(i, "TAG_DATABASE") != systemDatabase
	}
	return false
}

func tagOf(r *answer, i int) state.Securable {
	return state.Securable{Kind: state.KindTag, Catalog: r.text(i, "TAG_DATABASE"), Schema: r.text(i, "TAG_SCHEMA"), Name: r.text(i, "TAG_NAME")}
}

// tag states that something carries a tag. A relation, given as KindTable, gets the kind it has. The caller holds mu.
func (s *snapshot) tag(on state.Securable, r *answer, i int) {
	if on.Kind == state.KindTable {
		if known, ok := s.st.Relation(on); ok {
			on = known
		}
	}
	tag := tagOf(r, i)
	tag.Catalog, tag.Schema, tag.Name = s.intern(tag.Catalog), s.intern(tag.Schema), s.intern(tag.Name)
	key := state.Key{Fact: state.FactTagged, On: on, With: tag}
	value := state.Text(s.intern(r.text(i, "TAG_VALUE")))
	if was, there := s.st.Value(key).(state.Text); there && was != value {
		s.st.Fixed[key] = "it has several values of the tag, which would all give way to one"
		value = min(was, value)
	}
	s.st.Put(state.Fact{Key: key, Value: value})
}

// taggedOn returns what a row is about, and whether the tag is set on it and not on something above.
func taggedOn(r *answer, i int) (state.Securable, bool) {
	level := strings.ToUpper(r.text(i, "LEVEL"))
	on := state.Securable{Catalog: r.text(i, "OBJECT_DATABASE"), Schema: r.text(i, "OBJECT_SCHEMA"), Name: r.text(i, "OBJECT_NAME"), Column: r.text(i, "COLUMN_NAME")}
	switch domain := strings.ToUpper(r.text(i, "DOMAIN")); domain {
	case "DATABASE":
		catalog := on.Catalog
		if catalog == "" {
			catalog = on.Name
		}
		return state.Securable{Kind: state.KindCatalog, Catalog: catalog}, level == domain
	case "SCHEMA":
		schema := on.Schema
		if schema == "" {
			schema = on.Name
		}
		return state.Securable{Kind: state.KindSchema, Catalog: on.Catalog, Schema: schema}, level == domain
	case "COLUMN":
		on.Kind = state.KindColumn
		return on, level == domain
	}
	on.Kind, on.Column = state.KindTable, ""
	return on, level != "DATABASE" && level != "SCHEMA" && level != "ACCOUNT"
}
