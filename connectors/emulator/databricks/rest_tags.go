package databricks

import (
	"strings"
	"time"
)

// assignment is a tag assignment on the wire.
type assignment struct {
	EntityType string `json:"entity_type"`
	EntityName string `json:"entity_name"`
	Key        string `json:"tag_key"`
	Value      string `json:"tag_value"`
	Source     string `json:"source_type,omitempty"`
	UpdateTime string `json:"update_time,omitempty"`
	UpdatedBy  string `json:"updated_by,omitempty"`
}

// entityKinds are the taggable kinds as the API names them.
var entityKinds = map[string]kind{"catalogs": kindCatalog, "schemas": kindSchema, "tables": kindTable, "volumes": kindVolume, "columns": kindTable}

// entity finds what is tagged. Whatever follows the third dot of a column's
// name is the column, dots included.
func (c *call) entity(entityType, name string) (tagTarget, error) {
	k, ok := entityKinds[strings.ToLower(entityType)]
	if !ok {
		return tagTarget{}, errInvalid("Entity type '%s' is not supported.", entityType)
	}
	if strings.ToLower(entityType) != "columns" {
		x, err := c.w.lookup(k, name)
		return tagTarget{on: x}, err
	}
	parts := strings.SplitN(name, ".", 4)
	if len(parts) < 4 {
		return tagTarget{}, errInvalid("'%s' is not a valid column name.", name)
	}
	x, err := c.w.find(kindTable, parts[:3])
	if err != nil {
		return tagTarget{}, err
	}
	col, _ := x.table.column(parts[3])
	if col == nil {
		return tagTarget{}, &Error{404, "COLUMN_DOES_NOT_EXIST", "COLUMN_NOT_FOUND", "42703", "Column '" + name + "' does not exist."}
	}
	return tagTarget{x, col}, nil
}

func onWire(entityType string, t tagTarget, n tag) assignment {
	return assignment{EntityType: entityType, EntityName: t.name(), Key: n.key, Value: n.value, Source: n.source,
		UpdateTime: n.updated.at.UTC().Format(time.RFC3339Nano), UpdatedBy: n.updated.by}
}

func (c *call) createEntityTag() (any, error) {
	var a assignment
	if err := c.decode(&a); err != nil {
		return nil, err
	}
	t, err := c.entity(a.EntityType, a.EntityName)
	if err != nil {
		return nil, err
	}
	if err := c.w.createTag(c.id, t, tag{key: a.Key, value: a.Value}); err != nil {
		return nil, err
	}
	return onWire(a.EntityType, t, t.set().now[a.Key]), nil
}

// listEntityTags reads the assignments at once; only bulk views lag.
func (c *call) listEntityTags() (any, error) {
	t, err := c.entity(c.args[0], c.args[1])
	if err != nil {
		return nil, err
	}
	if err := c.id.show(t.on); err != nil {
		return nil, err
	}
	var out []any
	for _, n := range list(t.set().now) {
		out = append(out, onWire(c.args[0], t, n))
	}
	return c.paged("tag_assignments", "max_results", 1000, out)
}

func (c *call) getEntityTag() (any, error) {
	t, err := c.entity(c.args[0], c.args[1])
	if err != nil {
		return nil, err
	}
	if err := c.id.show(t.on); err != nil {
		return nil, err
	}
	n, ok := t.set().now[c.args[2]]
	if !ok {
		return nil, errResourceNotFound("Tag assignment with tag key %s does not exist on %s.", c.args[2], t.name())
	}
	return onWire(c.args[0], t, n), nil
}

func (c *call) patchEntityTag() (any, error) {
	var a assignment
	if err := c.decode(&a); err != nil {
		return nil, err
	}
	if mask := c.query.Get("update_mask"); mask != "tag_value" && mask != "*" {
		return nil, errInvalid("update_mask may only name tag_value.")
	}
	t, err := c.entity(c.args[0], c.args[1])
	if err != nil {
		return nil, err
	}
	key := c.args[2]
	if _, ok := t.set().now[key]; !ok {
		return nil, errResourceNotFound("Tag assignment with tag key %s does not exist on %s.", key, t.name())
	}
	if err := c.w.setTags(c.id, t, []tag{{key: key, value: a.Value}}); err != nil {
		return nil, err
	}
	return onWire(c.args[0], t, t.set().now[key]), nil
}

func (c *call) deleteEntityTag() (any, error) {
	t, err := c.entity(c.args[0], c.args[1])
	if err != nil {
		return nil, err
	}
	return nil, c.w.deleteTag(c.id, t, c.args[2])
}

// governedTag is a tag policy on the wire.
type governedTag struct {
	ID          string          `json:"id,omitempty"`
	Key         string          `json:"tag_key"`
	Description string          `json:"description,omitempty"`
	Values      []governedValue `json:"values,omitempty"`
	CreateTime  string          `json:"create_time,omitempty"`
	UpdateTime  string          `json:"update_time,omitempty"`
}

type governedValue struct {
	Name string `json:"name"`
}

func governed(p *tagPolicy) governedTag {
	g := governedTag{ID: p.id, Key: p.key, Description: p.description, CreateTime: when(p.created.at), UpdateTime: when(p.altered.at)}
	for _, v := range p.values {
		g.Values = append(g.Values, governedValue{v})
	}
	return g
}

func (g governedTag) names() []string {
	var out []string
	for _, v := range g.Values {
		out = append(out, v.Name)
	}
	return out
}

func (c *call) listGovernedTags() (any, error) {
	var out []any
	for _, p := range c.w.listTagPolicies() {
		out = append(out, governed(p))
	}
	if c.query.Get("page_size") == "" {
		c.query.Set("page_size", "1000")
	}
	return c.paged("tag_policies", "page_size", 1000, out)
}

func (c *call) createGovernedTag() (any, error) {
	var g governedTag
	if err := c.decode(&g); err != nil {
		return nil, err
	}
	p, err := c.w.createTagPolicy(c.id, g.Key, g.Description, g.names())
	if err != nil {
		return nil, err
	}
	return governed(p), nil
}

func (c *call) getGovernedTag() (any, error) {
	p := c.w.tagPolicies[c.args[0]]
	if p == nil {
		return nil, errNoTagPolicy(c.args[0])
	}
	return governed(p), nil
}

func (c *call) patchGovernedTag() (any, error) {
	var g governedTag
	if err := c.decode(&g); err != nil {
		return nil, err
	}
	var description *string
	var values *[]string
	for _, f := range strings.Split(c.query.Get("update_mask"), ",") {
		switch f {
		case "description":
			description = &g.Description
		case "values":
			names := g.names()
			values = &names
		case "*":
			names := g.names()
			description, values = &g.Description, &names
		default:
			return nil, errInvalid("update_mask may only name description and values, not '%s'.", f)
		}
	}
	p, err := c.w.alterTagPolicy(c.id, c.args[0], description, values)
	if err != nil {
		return nil, err
	}
	return governed(p), nil
}

func (c *call) deleteGovernedTag() (any, error) { return nil, c.w.dropTagPolicy(c.id, c.args[0]) }
