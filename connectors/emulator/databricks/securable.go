package databricks

import (
	"sort"
	"strings"
	"time"
)

// kind is a securable type as REST spells it. Views, materialized views and
// streaming tables are TABLE. Registered models have a list of their own but are
// FUNCTION in requests for permissions.
type kind string

const (
	kindMetastore kind = "METASTORE"
	kindCatalog   kind = "CATALOG"
	kindSchema    kind = "SCHEMA"
	kindTable     kind = "TABLE"
	kindVolume    kind = "VOLUME"
	kindFunction  kind = "FUNCTION"
	kindModel     kind = "REGISTERED_MODEL"

	kindConnection        kind = "CONNECTION"
	kindExternalLocation  kind = "EXTERNAL_LOCATION"
	kindStorageCredential kind = "STORAGE_CREDENTIAL"
	kindServiceCredential kind = "CREDENTIAL"
	kindCleanRoom         kind = "CLEAN_ROOM"
	kindShare             kind = "SHARE"
	kindRecipient         kind = "RECIPIENT"
	kindProvider          kind = "PROVIDER"
)

// childKey names a child of a container: tables, volumes and functions have
// separate name spaces.
type childKey struct {
	kind kind
	name string
}

// securable is one node of metastore, catalog, schema, object. Exactly one of
// table, volume and routine is set on an object, none on a container.
type securable struct {
	kind     kind
	name     string // lower case
	id       string
	parent   *securable
	owner    string
	comment  string
	created  stamp
	altered  stamp
	children map[childKey]*securable
	grants   grantSet
	tags     tagSet
	policies map[string]*policy

	unbound     bool   // a catalog that is bound to other workspaces alone
	catalogType string // catalogs: MANAGED_CATALOG, SYSTEM_CATALOG, ...
	table       *table
	volume      *volume
	routine     *routine
}

// stamp says when and by whom.
type stamp struct {
	at time.Time
	by string
}

type volume struct {
	kind     string // MANAGED or EXTERNAL
	location string
}

// fullName is the dotted name, or the metastore's id.
func (s *securable) fullName() string {
	if s.kind == kindMetastore {
		return s.id
	}
	if s.parent == nil || s.parent.kind == kindMetastore {
		return s.name
	}
	return s.parent.fullName() + "." + s.name
}

// path lists s and its ancestors, nearest first, the metastore last.
func (s *securable) path() []*securable {
	var p []*securable
	for ; s != nil; s = s.parent {
		p = append(p, s)
	}
	return p
}

// up gives the ancestor of a kind, s included; nil if there is none.
func (s *securable) up(k kind) *securable {
	for ; s != nil; s = s.parent {
		if s.kind == k {
			return s
		}
	}
	return nil
}

func (s *securable) child(k kind, name string) *securable {
	return s.children[childKey{k, strings.ToLower(name)}]
}

// sorted lists the children of one kind by name.
func (s *securable) sorted(k kind) []*securable {
	var out []*securable
	for key, c := range s.children {
		if key.kind == k {
			out = append(out, c)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out
}

// readOnly reports whether the securable cannot be changed here: the system
// catalog, catalogs shared by others, and every information_schema.
func (s *securable) readOnly() bool {
	c, sch := s.up(kindCatalog), s.up(kindSchema)
	return c != nil && c.catalogType != catalogManaged || sch != nil && sch.name == informationSchema
}

const (
	catalogManaged    = "MANAGED_CATALOG"
	catalogSystem     = "SYSTEM_CATALOG"
	catalogShared     = "DELTASHARING_CATALOG"
	informationSchema = "information_schema"
)

// checkName refuses what Unity Catalog refuses in object names.
func checkName(name string) error {
	bad := name == "" || len(name) > 255
	for _, r := range name {
		bad = bad || r == '.' || r == ' ' || r == '/' || r < 0x20 || r == 0x7f
	}
	if bad {
		return errInvalid("name \"%s\" is not a valid name. Valid names cannot contain spaces, periods, forward slashes, or control characters.", name)
	}
	return nil
}

// add makes a child; the name is stored in lower case.
func (w *Workspace) add(parent *securable, k kind, name, by string) (*securable, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	name = strings.ToLower(name)
	c := &securable{kind: k, name: name, parent: parent, owner: by, id: w.newID()}
	if parent.child(k, name) != nil {
		return nil, errExists(k, c.fullName())
	}
	c.created = stamp{w.now(), by}
	c.altered = c.created
	if k == kindCatalog || k == kindSchema {
		c.children = map[childKey]*securable{}
	}
	parent.children[childKey{k, name}] = c
	return c, nil
}

// touch notes a change.
func (w *Workspace) touch(s *securable, by string) { s.altered = stamp{w.now(), by} }

// remove unlinks a securable with all below it.
func remove(s *securable) { delete(s.parent.children, childKey{s.kind, s.name}) }

// lookup finds a securable by kind and dotted name.
func (w *Workspace) lookup(k kind, fullName string) (*securable, error) {
	if k == kindMetastore {
		if fullName == w.root.id {
			return w.root, nil
		}
		return nil, errNotFound(k, fullName)
	}
	return w.find(k, strings.Split(fullName, "."))
}

// grantTarget is lookup for permissions, where models are functions.
func (w *Workspace) grantTarget(k kind, fullName string) (*securable, error) {
	x, err := w.lookup(k, fullName)
	if err != nil && k == kindFunction {
		if m, e := w.lookup(kindModel, fullName); e == nil {
			return m, nil
		}
	}
	return x, err
}

// find is lookup with the parts apart. The kind of the first missing ancestor
// is in the error.
func (w *Workspace) find(k kind, parts []string) (*securable, error) {
	if _, alone := singles[k]; alone && k != kindModel {
		return w.findAlone(k, parts)
	}
	kinds := []kind{kindCatalog, kindSchema, k}
	want := map[kind]int{kindCatalog: 1, kindSchema: 2}[k]
	if want == 0 {
		want = 3
	}
	full := strings.ToLower(strings.Join(parts, "."))
	if len(parts) != want {
		return nil, errInvalid("'%s' is not a valid %s name.", full, strings.ToLower(string(k)))
	}
	s := w.root
	for i, p := range parts {
		next := s.child(kinds[i], p)
		if next == nil {
			return nil, errNotFound(kinds[i], strings.ToLower(strings.Join(parts[:i+1], ".")))
		}
		s = next
	}
	return s, nil
}

// findAlone finds what stands in the metastore itself.
func (w *Workspace) findAlone(k kind, parts []string) (*securable, error) {
	if s := w.root.child(k, parts[0]); s != nil && len(parts) == 1 {
		return s, nil
	}
	return nil, errNotFound(k, strings.ToLower(strings.Join(parts, ".")))
}

// parseKind reads a securable type in any case; views and models go by the kind
// REST files them under.
func parseKind(s string) (kind, error) {
	switch k := kind(strings.ToUpper(s)); k {
	case kindMetastore, kindCatalog, kindSchema, kindTable, kindVolume, kindFunction, kindConnection, kindExternalLocation,
		kindStorageCredential, kindServiceCredential, kindCleanRoom:
		return k, nil
	default:
		return "", errInvalid("SECURABLE_TYPE '%s' is not supported.", s)
	}
}
