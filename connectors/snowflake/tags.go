package snowflake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
		s.put(state.Key{Fact: state.FactTag, On: on}, state.Tag{AnyValue: values == nil, Comment: o.Comment, Propagate: strings.ToLower(r.text(i, "PROPAGATE"))})
		for _, v := range values {
			s.put(state.Key{Fact: state.FactAllowedValue, On: on, Name: v}, state.Nil{})
		}
		s.mu.Lock()
		s.tags = append(s.tags, on)
		s.mu.Unlock()
	})
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

// tagTasks asks for the tags of every database, schema and table in scope, and of all columns of each table.
func (s *snapshot) tagTasks() []task {
	var all []branch
	kinds := map[state.Securable]state.Kind{} // relation as KindTable -> its kind
	for _, on := range sortedKeys(s.st.Objects) {
		if !s.tagReadable(on) {
			continue
		}
		switch {
		case on.Kind == state.KindCatalog, on.Kind == state.KindSchema:
			all = append(all, tagBranch(on, "TAG_REFERENCES", tagDomain(on.Kind)))
		case on.Kind.Relation():
			kinds[asTable(on)] = on.Kind
			all = append(all, tagBranch(on, "TAG_REFERENCES", "TABLE"), tagBranch(on, "TAG_REFERENCES_ALL_COLUMNS", "TABLE"))
		}
	}
	return s.batches("read tags", all, func(r *answer, i int) { s.taggedRow(r, i, kinds) }, state.FactTagged)
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

func asTable(on state.Securable) state.Securable {
	on.Kind = state.KindTable
	return on
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
	switch strings.ToUpper(r.text(i, "APPLY_METHOD")) {
	case "MANUAL", "NONE", "":
	default:
		return
	}
	if r.text(i, "TAG_DATABASE") == systemDatabase {
		return
	}
	on, direct := taggedOn(r, i)
	if !direct || !s.scope.Covers(on) {
		return
	}
	if on.Kind == state.KindTable {
		if k, known := kinds[on]; known {
			on.Kind = k
		}
	}
	tag := state.Securable{Kind: state.KindTag, Catalog: r.text(i, "TAG_DATABASE"), Schema: r.text(i, "TAG_SCHEMA"), Name: r.text(i, "TAG_NAME")}
	key := state.Key{Fact: state.FactTagged, On: on, With: tag}
	value := state.Text(r.text(i, "TAG_VALUE"))
	if was := s.st.Value(key); was != nil && was != value {
		s.several(key)
	}
	s.st.Put(state.Fact{Key: key, Value: value})
}

// several notes that a thing has more than one value of a tag, which a SET TAG would replace by one. The caller holds mu.
func (s *snapshot) several(k state.Key) {
	a := state.Area{Facts: []state.FactKind{state.FactTagged}, Within: k.On, Reason: "it has several values of " + k.With.String()}
	if !slices.ContainsFunc(s.st.Unknown, func(x state.Area) bool { return x.Within == a.Within && x.Reason == a.Reason }) {
		s.st.Unknown = append(s.st.Unknown, a)
	}
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
