package databricks

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/databricks/databricks-sdk-go/apierr"

	"github.com/polsync/polsync/state"
)

// readPolicies reads the attribute-based policies: those of each catalog in scope, and those of the schemas and tables that
// are asked for. No list of all of them is to be had, and no view shows them.
func (r *reader) readPolicies(ctx context.Context) error {
	if !r.scope.Wants(state.FactABAC) {
		return nil
	}
	return r.forEach(ctx, r.policyPlaces(), func(ctx context.Context, on state.Securable) error {
		err := r.policiesOn(ctx, on)
		if reason := featureMissing(err); reason != "" {
			r.withoutFacts(state.FactABAC, "the workspace has no attribute-based policies: "+reason)
			return nil
		}
		return r.partly(err, on, "attribute-based policies", state.FactABAC)
	})
}

// policyPlaces returns what policies are asked of, in order.
func (r *reader) policyPlaces() []state.Securable {
	tagged := map[state.Securable]bool{} // schemas with something tagged in them
	for k := range r.state.Facts {
		if k.Fact == state.FactTagged && k.On.Schema != "" {
			tagged[state.Securable{Kind: state.KindSchema, Catalog: k.On.Catalog, Schema: k.On.Schema}] = true
		}
	}
	var all []state.Securable
	for s, o := range r.state.Objects {
		asked := s.Kind == state.KindCatalog
		if r.scope.Policies != nil && (s.Kind == state.KindSchema || s.Kind.Relation() && s.Kind != state.KindView) {
			asked = r.scope.Policies(s, tagged[s])
		}
		if asked && o.Foreign == "" && foreignCatalogs[s.Catalog] == "" && s.Schema != informationSchema && r.scope.Covers(s) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, state.Securable.Compare)
	return all
}

// featureMissing returns what the workspace says where it has no such policies, "" for anything else.
func featureMissing(err error) string {
	var api *apierr.APIError
	if !errors.As(err, &api) {
		return ""
	}
	for _, word := range [...]string{"FEATURE_DISABLED", "ENDPOINT_NOT_FOUND", "NOT_IMPLEMENTED", "FEATURE_NOT_ENABLED"} {
		if strings.Contains(api.ErrorCode, word) {
			return api.Message
		}
	}
	if api.StatusCode == http.StatusNotImplemented {
		return api.Message
	}
	return ""
}

// withoutFacts says that the workspace cannot have a kind of fact.
func (r *reader) withoutFacts(k state.FactKind, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Lacks[k] = reason
}

// policyInfo is an attribute-based policy as requests give it.
type policyInfo struct {
	Name       string   `json:"name"`
	PolicyType string   `json:"policy_type"`
	To         []string `json:"to_principals"`
	Except     []string `json:"except_principals"`
	When       string   `json:"when_condition"`
	Match      []struct {
		Alias     string `json:"alias"`
		Condition string `json:"condition"`
	} `json:"match_columns"`
	Mask   *functionUse `json:"column_mask"`
	Filter *functionUse `json:"row_filter"`
}

type functionUse struct {
	Function string `json:"function_name"`
	OnColumn string `json:"on_column"`
	Using    []struct {
		Alias    string `json:"alias"`
		Constant string `json:"constant"`
	} `json:"using"`
}

var policyTypes = map[state.Kind]string{state.KindCatalog: "CATALOG", state.KindSchema: "SCHEMA"}

func (r *reader) policiesOn(ctx context.Context, on state.Securable) error {
	word := policyTypes[on.Kind]
	if word == "" {
		word = "TABLE"
	}
	path := "/api/2.1/unity-catalog/policies/" + word + "/" + url.PathEscape(strings.Join(on.Parts(), ".")) + "?include_inherited=false&max_results=1000"
	for token := ""; ; {
		var page struct {
			Policies []policyInfo `json:"policies"`
			Next     string       `json:"next_page_token"`
		}
		next := path
		if token != "" {
			next += "&page_token=" + url.QueryEscape(token)
		}
		if err := r.get(ctx, next, &page); err != nil {
			return err
		}
		for _, p := range page.Policies {
			if a, known := r.attributePolicy(p); known {
				r.put(state.Key{Fact: state.FactABAC, On: on, Name: p.Name}, a)
			}
		}
		switch page.Next {
		case "":
			return nil
		case token:
			return errCut
		}
		token = page.Next
	}
}

// attributePolicy turns a policy into a fact; those that grant are no masks and no filters.
func (r *reader) attributePolicy(p policyInfo) (state.ABAC, bool) {
	use, kind := p.Mask, state.KindMaskingPolicy
	switch p.PolicyType {
	case "POLICY_TYPE_ROW_FILTER":
		use, kind = p.Filter, state.KindRowPolicy
	case "POLICY_TYPE_GRANT":
		return state.ABAC{}, false
	}
	a := state.ABAC{Policy: state.Securable{Kind: kind}, To: r.named(p.To), Except: r.named(p.Except)}
	if use == nil {
		a.Unread = "its type " + p.PolicyType + " is not known"
		return a, true
	}
	if parts := splitList(lower(use.Function), '.'); len(parts) == 3 {
		a.Policy.Catalog, a.Policy.Schema, a.Policy.Name = parts[0], parts[1], parts[2]
	} else {
		a.Unread = "its function's name is not in three parts"
	}
	a.When = normalCondition(p.When, &a)
	for _, m := range p.Match {
		a.Columns = append(a.Columns, state.ABACColumn{Alias: m.Alias, Tags: normalCondition(m.Condition, &a)})
	}
	a.Mask = use.OnColumn
	for _, u := range use.Using {
		a.Using = append(a.Using, state.ABACArg{Alias: u.Alias, Constant: u.Constant})
	}
	return a, true
}

// normalCondition returns a condition in the one spelling; "" for one that always holds. What has another form is kept as
// it is, and makes the policy one that cannot be told what it is in force on.
func normalCondition(text string, a *state.ABAC) string {
	c, err := state.ParseTagCondition(text)
	switch {
	case err != nil:
		a.Unread = err.Error()
		return text
	case c.Op == state.OpTrue && strings.TrimSpace(text) == "":
		return ""
	}
	return c.String()
}

// named returns principals, sorted.
func (r *reader) named(names []string) []state.Securable {
	var all []state.Securable
	for _, n := range names {
		all = append(all, r.principal(n))
	}
	slices.SortFunc(all, state.Securable.Compare)
	return all
}
