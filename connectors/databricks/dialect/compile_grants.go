package dialect

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// permissionChange is one principal's part of a permissions request.
type permissionChange struct {
	Add       []string `json:"add,omitempty"`
	Principal string   `json:"principal"`
	Remove    []string `json:"remove,omitempty"`
}

// grants sends what all principals gain and lose on one securable as one request, which is all or nothing and may be
// repeated.
func (d Dialect) grants(group []plan.Change) (*plan.Statement, error) {
	on := group[0].Key.On
	path, err := d.permissionPath(on)
	if err != nil {
		return nil, err
	}
	byName := map[string]*permissionChange{}
	for _, c := range group {
		if err := grantable(c); err != nil {
			return nil, &refusal{c, err}
		}
		name := principal(c.Key.With)
		p := byName[name]
		if p == nil {
			p = &permissionChange{Principal: name}
			byName[name] = p
		}
		spelled := strings.ReplaceAll(c.Key.Name, " ", "_")
		if c.Want != nil {
			p.Add = append(p.Add, spelled)
		} else {
			p.Remove = append(p.Remove, spelled)
		}
	}
	body := struct {
		Changes []permissionChange `json:"changes"`
	}{}
	var same []string
	for _, name := range sortedKeys(byName) {
		p := byName[name]
		slices.Sort(p.Add)
		slices.Sort(p.Remove)
		body.Changes = append(body.Changes, *p)
		same = append(same, grantSQL(*p, on)...)
	}
	return request("PATCH", path, body, strings.Join(same, "; "), true)
}

func grantable(c plan.Change) error {
	switch {
	case c.Key.Future != state.KindNone:
		return errors.New("there are no future grants; a grant on the container reaches what is created in it")
	case c.Want == state.Option(true):
		return errors.New("there is no grant option; MANAGE lets a principal grant")
	case !grantee(Dialect{}.Fold(c.Key.With).Kind):
		return fmt.Errorf("a %s cannot be granted anything", c.Key.With.Kind)
	case principal(c.Key.With) == "":
		return errors.New("the grant is of a principal that was deleted, which has no name to be revoked by")
	}
	return nil
}

// grantee reports whether privileges can be given to a kind of principal.
func grantee(k state.Kind) bool {
	return k == state.KindGroup || k == state.KindUser || k == state.KindServicePrincipal
}

func (d Dialect) permissionPath(on state.Securable) (string, error) {
	if len(privileges[on.Kind]) == 0 {
		return "", noPrivileges(on.Kind)
	}
	if on.Kind == state.KindMetastore {
		id, err := d.metastore()
		if err != nil {
			return "", err
		}
		on.Name = id
	}
	if path, ok := PermissionsPath(on); ok {
		return path, nil
	}
	return "", fmt.Errorf("%s cannot be a name on Databricks", on)
}

func (d Dialect) metastore() (string, error) {
	if id := d.knows().Metastore; id != "" {
		return id, nil
	}
	return "", errors.New("the metastore's id is not known")
}

// grantSQL returns the statements that do what a request does, for people.
func grantSQL(p permissionChange, on state.Securable) []string {
	target := securables[on.Kind].word
	if parts := on.Parts(); len(parts) > 0 {
		target += " " + QualifiedName(parts...)
	}
	var all []string
	if len(p.Remove) > 0 {
		all = append(all, "REVOKE "+words(p.Remove)+" ON "+target+" FROM "+QuoteName(p.Principal))
	}
	if len(p.Add) > 0 {
		all = append(all, "GRANT "+words(p.Add)+" ON "+target+" TO "+QuoteName(p.Principal))
	}
	return all
}

func words(privileges []string) string {
	return strings.ReplaceAll(strings.Join(privileges, ", "), "_", " ")
}
