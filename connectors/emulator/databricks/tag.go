package databricks

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// maxTags is the number of tags one securable or column may carry.
const maxTags = 50

// tag is one assignment.
type tag struct {
	key, value string
	source     string // source_type of what the platform assigned, else ""
	updated    stamp
}

// tagSet holds the assignments of one securable or column. past keeps
// superseded states for reads and policies that lag behind writes.
type tagSet struct {
	now  map[string]tag
	past []tagState
}

type tagState struct {
	until time.Time
	tags  map[string]tag
}

// list gives assignments by key.
func list(tags map[string]tag) []tag {
	out := make([]tag, 0, len(tags))
	for _, t := range tags {
		out = append(out, t)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].key < out[j].key })
	return out
}

// lagged gives the assignments as of TagLag ago, which is what the information
// schema shows and ABAC policies act on.
func (w *Workspace) lagged(s *tagSet) map[string]tag {
	seen := w.now().Add(-w.opt.TagLag)
	for _, p := range s.past {
		if p.until.After(seen) {
			return p.tags
		}
	}
	return s.now
}

// tagTarget is a securable, or a column of one, that carries tags.
type tagTarget struct {
	on     *securable
	column *column // nil: the securable itself
}

func (t tagTarget) set() *tagSet {
	if t.column != nil {
		return &t.column.tags
	}
	return &t.on.tags
}

func (t tagTarget) name() string {
	if t.column != nil {
		return t.on.fullName() + "." + t.column.name
	}
	return t.on.fullName()
}

// entityType names the kind as the tag API does.
func (t tagTarget) entityType() string {
	if t.column != nil {
		return "columns"
	}
	return lower(string(t.on.kind)) + "s"
}

// setTags upserts assignments, all or none.
func (w *Workspace) setTags(id identity, t tagTarget, tags []tag) error {
	if err := w.mayTag(id, t, tags); err != nil {
		return err
	}
	next := copyTags(t.set().now)
	for _, n := range tags {
		if err := w.checkTag(n); err != nil {
			return err
		}
		n.updated = stamp{w.now(), id.name}
		next[n.key] = n
	}
	if len(next) > maxTags {
		return errInvalidClass("TAG_LIMIT_EXCEEDED", "%s cannot have more than %d tags.", t.name(), maxTags)
	}
	for _, n := range tags {
		w.audit(id, "createEntityTagAssignment", "entity_type", t.entityType(), "entity_name", t.name(), "tag_key", n.key, "tag_value", n.value)
	}
	w.replaceTags(t, next, id.name)
	return nil
}

// ClassifyColumn assigns a tag to a column (catalog.schema.table.column) as the
// platform's own data classification does: with its source, and with keys that
// only the platform may use, such as "class.email_address".
func (w *Workspace) ClassifyColumn(name, key, value string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := &call{w: w}
	t, err := c.entity("columns", name)
	if err != nil {
		return fmt.Errorf("classifying column %s: %w", name, err)
	}
	next := copyTags(t.set().now)
	next[key] = tag{key: key, value: value, source: "TAG_ASSIGNMENT_SOURCE_TYPE_SYSTEM_DATA_CLASSIFICATION", updated: stamp{w.now(), "System user"}}
	w.replaceTags(t, next, "System user")
	return nil
}

// unsetTags removes assignments; absent keys are passed over.
func (w *Workspace) unsetTags(id identity, t tagTarget, keys []string) error {
	gone := make([]tag, len(keys))
	for i, k := range keys {
		gone[i].key = k
	}
	if err := w.mayTag(id, t, gone); err != nil {
		return err
	}
	next := copyTags(t.set().now)
	for _, k := range keys {
		if _, ok := next[k]; ok {
			w.audit(id, "deleteEntityTagAssignment", "entity_type", t.entityType(), "entity_name", t.name(), "tag_key", k)
		}
		delete(next, k)
	}
	w.replaceTags(t, next, id.name)
	return nil
}

func (w *Workspace) replaceTags(t tagTarget, next map[string]tag, by string) {
	s := t.set()
	if w.opt.TagLag > 0 {
		seen := w.now().Add(-w.opt.TagLag)
		s.past = slices.DeleteFunc(s.past, func(p tagState) bool { return !p.until.After(seen) })
		s.past = append(s.past, tagState{w.now(), s.now})
	}
	s.now = next
	w.touch(t.on, by)
}

func copyTags(from map[string]tag) map[string]tag {
	to := make(map[string]tag, len(from)+1)
	for k, v := range from {
		to[k] = v
	}
	return to
}

// mayTag checks APPLY TAG on the securable and ASSIGN on governed keys.
func (w *Workspace) mayTag(id identity, t tagTarget, tags []tag) error {
	if t.on.readOnly() {
		return errInvalid("Tags cannot be changed on %s '%s'.", title(t.on.kind), t.on.fullName())
	}
	if err := id.tagger(t.on); err != nil {
		return err
	}
	for _, n := range tags {
		if p := w.tagPolicies[n.key]; p != nil && !w.mayAssign(id, p) {
			return errDenied("User does not have ASSIGN on tag policy '%s'.", n.key)
		}
	}
	return nil
}

// checkTag applies the rules for keys and values: governed keys take the listed
// values alone (none listed: the bare key), others any value of up to 1000
// characters and no punctuation in the key.
func (w *Workspace) checkTag(t tag) error {
	if p := w.tagPolicies[t.key]; p != nil {
		return p.checkValue(t.value)
	}
	if n := len([]rune(t.key)); n == 0 || n > 255 || strings.ContainsAny(t.key, ".,-=/:") || t.key != strings.TrimSpace(t.key) {
		return errInvalidClass("INVALID_TAG_KEY", "Tag key '%s' is not valid: at most 255 characters, without . , - = / : and surrounding spaces.", t.key)
	}
	if len([]rune(t.value)) > 1000 {
		return errInvalidClass("INVALID_TAG_VALUE", "The value of tag '%s' is longer than 1000 characters.", t.key)
	}
	return nil
}

// inherited gives the tags that act on a table or container for policy
// evaluation: its own and, below them, the governed ones of its ancestors.
func (w *Workspace) inherited(s *securable) map[string]tag {
	out := map[string]tag{}
	path := s.path()
	for i := len(path) - 1; i >= 0; i-- {
		for k, t := range w.lagged(&path[i].tags) {
			if i == 0 || w.tagPolicies[k] != nil {
				out[k] = t
			}
		}
	}
	return out
}
