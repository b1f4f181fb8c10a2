package databricks

import "fmt"

// singleKind is a kind that has a list and nothing but an owner and grants here:
// what stands in the metastore beside the catalogs, and registered models.
type singleKind struct {
	words     []string // in SQL; none where it has no word in GRANT
	path, key string
	create    string // the privilege to make one, on the metastore or schema
	size      string // the parameter for the page's size
}

var singles = map[kind]singleKind{
	kindConnection:        {[]string{"CONNECTION"}, uc + "/connections", "connections", "CREATE_CONNECTION", "max_results"},
	kindExternalLocation:  {[]string{"EXTERNAL", "LOCATION"}, uc + "/external-locations", "external_locations", "CREATE_EXTERNAL_LOCATION", "max_results"},
	kindStorageCredential: {[]string{"STORAGE", "CREDENTIAL"}, uc + "/storage-credentials", "storage_credentials", "CREATE_STORAGE_CREDENTIAL", "max_results"},
	kindServiceCredential: {[]string{"SERVICE", "CREDENTIAL"}, uc + "/credentials", "credentials", "CREATE_SERVICE_CREDENTIAL", "max_results"},
	kindCleanRoom:         {[]string{"CLEAN", "ROOM"}, "/api/2.0/clean-rooms", "clean_rooms", "CREATE_CLEAN_ROOM", "page_size"},
	kindShare:             {nil, uc + "/shares", "shares", "CREATE_SHARE", "max_results"},
	kindRecipient:         {nil, uc + "/recipients", "recipients", "CREATE_RECIPIENT", "max_results"},
	kindProvider:          {nil, uc + "/providers", "providers", "CREATE_PROVIDER", "max_results"},
	kindModel:             {nil, uc + "/models", "registered_models", "CREATE_MODEL", "max_results"},
}

// singleRoutes lists, makes, shows, changes and deletes each of them.
func singleRoutes() []route {
	var all []route
	for k, s := range singles {
		one := s.path + "/{name}"
		all = append(all,
			route{"GET", s.path, func(c *call) (any, error) { return c.listSingles(k) }, 0},
			route{"POST", s.path, func(c *call) (any, error) { return c.createSingle(k) }, 0},
			route{"GET", one, func(c *call) (any, error) { return c.get(k, c.singleInfo) }, 0},
			route{"PATCH", one, func(c *call) (any, error) { return c.patch(k, c.singleInfo) }, 0},
			route{"DELETE", one, func(c *call) (any, error) { return c.deleteSingle(k) }, 0})
	}
	return all
}

// singleWord reads the words by which GRANT names one of them.
func (c *cursor) singleWord() (kind, bool) {
	for k, s := range singles {
		if len(s.words) > 0 && c.AcceptKeyword(s.words...) {
			return k, true
		}
	}
	return "", false
}

func (c *call) singleInfo(x *securable) map[string]any {
	m := c.info(x)
	switch x.kind {
	case kindServiceCredential:
		m["purpose"] = "SERVICE"
	case kindConnection:
		m["connection_type"] = "POSTGRESQL"
	}
	return m
}

// listSingles lists what the caller may see; models of all schemas, or of one.
func (c *call) listSingles(k kind) (any, error) {
	in := []*securable{c.w.root}
	if k == kindModel {
		var err error
		if in, err = c.modelSchemas(); err != nil {
			return nil, err
		}
	}
	var out []any
	for _, x := range in {
		out = append(out, c.listed(x, k, c.singleInfo)...)
	}
	return c.paged(singles[k].key, singles[k].size, 1000, out)
}

func (c *call) modelSchemas() ([]*securable, error) {
	if c.query.Get("catalog_name") != "" {
		s, err := c.schemaOf()
		return []*securable{s}, err
	}
	var all []*securable
	for _, cat := range c.w.root.sorted(kindCatalog) {
		all = append(all, cat.sorted(kindSchema)...)
	}
	return all, nil
}

func (c *call) createSingle(k kind) (any, error) {
	var req struct {
		Name    string `json:"name"`
		Catalog string `json:"catalog_name"`
		Schema  string `json:"schema_name"`
		Comment string `json:"comment"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	parent := c.w.root
	if k == kindModel {
		var err error
		if parent, err = c.w.lookup(kindSchema, req.Catalog+"."+req.Schema); err != nil {
			return nil, err
		}
	}
	if err := c.id.require(singles[k].create, parent); err != nil {
		return nil, err
	}
	x, err := c.w.add(parent, k, req.Name, c.id.name)
	if err != nil {
		return nil, err
	}
	x.comment = req.Comment
	c.w.audit(c.id, "create"+title(k), "full_name_arg", x.fullName())
	return c.singleInfo(x), nil
}

func (c *call) deleteSingle(k kind) (any, error) {
	x, err := c.w.lookup(k, c.args[0])
	if err != nil {
		return nil, err
	}
	if err := c.id.manages(x); err != nil {
		return nil, err
	}
	remove(x)
	c.w.audit(c.id, "delete"+title(k), "full_name_arg", x.fullName())
	return nil, nil
}

// AddSecurable makes a securable of a kind that no statement makes, by its type
// as REST spells it, such as EXTERNAL_LOCATION or REGISTERED_MODEL, owned by the
// admin. A model's name has three parts.
func (w *Workspace) AddSecurable(securableType string, name ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := kind(securableType)
	if _, ok := singles[k]; !ok || len(name) == 0 {
		return fmt.Errorf("adding %s %s: %w", securableType, name, errInvalid("SECURABLE_TYPE '%s' is not supported.", securableType))
	}
	parent := w.root
	if k == kindModel {
		var err error
		if parent, err = w.find(kindSchema, name[:len(name)-1]); err != nil {
			return fmt.Errorf("adding a model: %w", err)
		}
	}
	if _, err := w.add(parent, k, name[len(name)-1], w.opt.Admin); err != nil {
		return fmt.Errorf("adding %s %s: %w", securableType, name, err)
	}
	return nil
}
