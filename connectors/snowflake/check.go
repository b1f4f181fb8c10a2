package snowflake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// need is an account-level privilege that a kind of fact asks for.
type need struct {
	privilege string
	facts     []state.FactKind
	what      string
}

var needs = []need{
	{"MANAGE GRANTS", []state.FactKind{state.FactGrant, state.FactMember}, "list and change privileges and memberships"},
	{"CREATE ROLE", []state.FactKind{state.FactRole}, "create roles"},
	{"APPLY TAG", []state.FactKind{state.FactTagged, state.FactTag, state.FactAllowedValue}, "list tags and set them on what others own"},
	{"APPLY MASKING POLICY", []state.FactKind{state.FactMask, state.FactBinding, state.FactPolicy}, "list masking policies and put them on columns and tags"},
	{"APPLY ROW ACCESS POLICY", rowFacts, "list row access policies and put them on tables and views"},
	{"APPLY AGGREGATION POLICY", constraintFacts, "list aggregation policies and put them on tables and views"},
	{"APPLY PROJECTION POLICY", constraintFacts, "list projection policies and put them on columns"},
	{"APPLY JOIN POLICY", constraintFacts, "list join policies and put them on tables and views"},
}

var homeNeeds = []need{
	{"CREATE TAG", []state.FactKind{state.FactTag}, "create tags"},
	{"CREATE MASKING POLICY", []state.FactKind{state.FactPolicy}, "create masking policies"},
	{"CREATE ROW ACCESS POLICY", []state.FactKind{state.FactRowPolicy}, "create row access policies"},
	{"CREATE AGGREGATION POLICY", []state.FactKind{state.FactConstraintPolicy}, "create aggregation policies"},
	{"CREATE PROJECTION POLICY", []state.FactKind{state.FactConstraintPolicy}, "create projection policies"},
	{"CREATE JOIN POLICY", []state.FactKind{state.FactConstraintPolicy}, "create join policies"},
}

// Check implements connectors.Platform.
func (a *Account) Check(ctx context.Context, scope connectors.Scope) ([]connectors.Missing, error) {
	s := a.newSnapshot(scope, state.New())
	if err := s.identify(ctx); err != nil {
		return nil, err
	}
	held, err := s.rights(ctx, s.query)
	if err != nil {
		return nil, err
	}
	role, err := dialect.Quoted(state.Securable{Kind: state.KindRole, Name: s.who.role})
	if err != nil {
		return nil, err
	}
	missing, lacking := s.checkEdition(ctx)
	for _, n := range needs {
		if slices.ContainsFunc(n.facts, scope.Wants) && !held.has(n.privilege) && !lacking(n.facts) {
			missing = append(missing, connectors.Missing{What: n.what, SQL: fmt.Sprintf("GRANT %s ON ACCOUNT TO ROLE %s", n.privilege, role)})
		}
	}
	if wh := s.checkWarehouse(ctx, role); wh != nil {
		missing = append(missing, *wh)
	}
	home, err := s.checkHome(ctx, role, lacking)
	if err != nil {
		return nil, err
	}
	missing = append(missing, home...)
	inside, tables, err := s.checkCatalogs(ctx, role)
	if err != nil {
		return nil, err
	}
	views, err := s.checkViews(ctx, role, tables)
	return append(append(missing, inside...), views...), err
}

// editions are the kinds of policy that not every edition has, and what they are for.
var editions = []struct {
	kind, what string
	facts      []state.FactKind
}{
	{"MASKING POLICIES", "mask columns, by themselves or by tag", policyFacts},
	{"ROW ACCESS POLICIES", "filter rows", rowFacts},
	{"AGGREGATION POLICIES", "have rows aggregated", constraintFacts},
	{"PROJECTION POLICIES", "keep columns out of results", constraintFacts},
	{"JOIN POLICIES", "have tables joined", constraintFacts},
}

// checkEdition asks for the policies, and returns besides whether the account can have none of some facts.
func (s *snapshot) checkEdition(ctx context.Context) (missing []connectors.Missing, lacking func([]state.FactKind) bool) {
	var gone []state.FactKind
	for _, e := range editions {
		if !slices.ContainsFunc(e.facts, s.scope.Wants) {
			continue
		}
		_, err := s.query(ctx, "look for "+strings.ToLower(e.kind), "SHOW "+e.kind+" IN ACCOUNT LIMIT 1")
		if number(err) != unsupportedFeature {
			continue // whatever else failed is said by what it stops
		}
		gone = append(gone, e.facts...)
		missing = append(missing, connectors.Missing{What: e.what + ": " + strings.ToLower(e.kind) + " need Enterprise Edition or higher, which only Snowflake changes"})
	}
	return missing, func(facts []state.FactKind) bool {
		return slices.ContainsFunc(facts, func(f state.FactKind) bool { return slices.Contains(gone, f) })
	}
}

// viewerRoles are the database roles that reading in bulk takes, with a view that each shows.
var viewerRoles = []struct{ role, view, what string }{
	{"OBJECT_VIEWER", "COLUMNS", "columns"}, {"GOVERNANCE_VIEWER", "TAG_REFERENCES", "tags and policies"}, {"SECURITY_VIEWER", "GRANTS_TO_ROLES", "privileges and memberships"},
}

// checkViews looks for the rights that reading in bulk takes, where the account will be read so: it is configured, or
// there is as much as makes it worth while.
func (s *snapshot) checkViews(ctx context.Context, role string, tables int) ([]connectors.Missing, error) {
	if s.a.opt.Read == Live {
		return nil, nil
	}
	if s.a.opt.Read != Bulk {
		roles, err := s.query(ctx, "count roles", "SHOW ROLES")
		if err != nil {
			return nil, err
		}
		if live := 2*len(roles.rows) + tables/branches; live <= cheap {
			return nil, nil
		}
	}
	var missing []connectors.Missing
	for _, v := range viewerRoles {
		_, err := s.query(ctx, "read "+v.what+" in bulk", "SELECT 1 AS THERE FROM "+usageView(v.view)+" LIMIT 1")
		if errors.Is(err, connectors.ErrUnknown) || errors.Is(err, connectors.ErrDenied) {
			missing = append(missing, connectors.Missing{What: "read " + v.what + " in bulk", SQL: fmt.Sprintf("GRANT DATABASE ROLE SNOWFLAKE.%s TO ROLE %s", v.role, role)})
		}
	}
	return missing, nil
}

// checkWarehouse asks something that needs compute.
func (s *snapshot) checkWarehouse(ctx context.Context, role string) *connectors.Missing {
	_, err := s.query(ctx, "use a warehouse", "SELECT COUNT(*) FROM SNOWFLAKE.INFORMATION_SCHEMA.DATABASES")
	if number(err) != noWarehouse {
		return nil // whatever else failed is said by what it stops
	}
	name := s.a.opt.Warehouse
	if name == "" {
		return &connectors.Missing{What: "use a warehouse: none is configured and the user has no default", SQL: ""}
	}
	quoted, err := dialect.Quoted(state.Securable{Kind: state.KindWarehouse, Name: name})
	if err != nil {
		return &connectors.Missing{What: "use a warehouse: its name cannot be written"}
	}
	return &connectors.Missing{What: "use the warehouse " + name, SQL: fmt.Sprintf("GRANT USAGE ON WAREHOUSE %s TO ROLE %s", quoted, role)}
}

// noWarehouse is the number of "No active warehouse selected in the current session".
const noWarehouse = 606

// checkHome looks at the schema that holds what polsync creates.
func (s *snapshot) checkHome(ctx context.Context, role string, lacking func([]state.FactKind) bool) ([]connectors.Missing, error) {
	home := s.scope.Home
	if home == (state.Securable{}) {
		return nil, nil
	}
	name, err := dialect.Quoted(home)
	if err != nil {
		return nil, err
	}
	database, err := dialect.Quoted(state.Securable{Kind: state.KindCatalog, Catalog: home.Catalog})
	if err != nil {
		return nil, err
	}
	r, err := s.query(ctx, "look up the rights on "+home.String(), "SHOW GRANTS ON SCHEMA "+name)
	if errors.Is(err, connectors.ErrUnknown) || errors.Is(err, connectors.ErrNotFound) {
		return []connectors.Missing{
			{What: "reach the home schema " + home.String() + ": make it", SQL: "CREATE SCHEMA IF NOT EXISTS " + name + " WITH MANAGED ACCESS"},
			{What: "reach the home schema " + home.String(), SQL: fmt.Sprintf("GRANT USAGE ON DATABASE %s TO ROLE %s", database, role)},
			{What: "reach the home schema " + home.String(), SQL: fmt.Sprintf("GRANT %s ON SCHEMA %s TO ROLE %s", strings.Join(append([]string{"USAGE"}, s.creates(lacking)...), ", "), name, role)},
		}, nil
	}
	if err != nil {
		return nil, err
	}
	mine, err := s.ownRoles(ctx)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for i := range r.rows {
		if mine[r.text(i, "GRANTEE_NAME")] {
			have[r.text(i, "PRIVILEGE")] = true
		}
	}
	var missing []connectors.Missing
	for _, n := range homeNeeds {
		if slices.ContainsFunc(n.facts, s.scope.Wants) && !have[n.privilege] && !have["OWNERSHIP"] && !lacking(n.facts) {
			missing = append(missing, connectors.Missing{What: n.what + " in " + home.String(), SQL: fmt.Sprintf("GRANT %s ON SCHEMA %s TO ROLE %s", n.privilege, name, role)})
		}
	}
	return missing, nil
}

// creates lists the rights that creating what is asked for takes in the home schema.
func (s *snapshot) creates(lacking func([]state.FactKind) bool) []string {
	var all []string
	for _, n := range homeNeeds {
		if slices.ContainsFunc(n.facts, s.scope.Wants) && !lacking(n.facts) {
			all = append(all, n.privilege)
		}
	}
	return all
}

// ownRoles returns the session's role and all roles below it.
func (s *snapshot) ownRoles(ctx context.Context) (map[string]bool, error) {
	mine := map[string]bool{s.who.role: true, "PUBLIC": true}
	for front := []string{s.who.role}; len(front) > 0; front = front[1:] {
		if front[0] == "" {
			continue
		}
		below, err := s.rightsOf(ctx, s.query, front[0], rightSet{})
		if err != nil {
			return nil, err
		}
		for _, b := range below {
			if !mine[b] {
				mine[b] = true
				front = append(front, b)
			}
		}
	}
	return mine, nil
}

// checkCatalogs asks for each database whether its information schema can be read, without which columns are not seen,
// and counts the tables and views.
func (s *snapshot) checkCatalogs(ctx context.Context, role string) (missing []connectors.Missing, tables int, err error) {
	if err := s.databases(ctx); err != nil {
		return nil, 0, err
	}
	for _, w := range s.scope.Within {
		if w.Catalog != "" && !slices.Contains(s.catalogs, w.Catalog) && s.st.Objects[state.Securable{Kind: state.KindCatalog, Catalog: w.Catalog}].Foreign == "" {
			s.catalogs = append(s.catalogs, w.Catalog)
		}
	}
	slices.Sort(s.catalogs)
	for _, c := range slices.Compact(s.catalogs) {
		name, err := dialect.Quoted(state.Securable{Kind: state.KindCatalog, Catalog: c})
		if err != nil {
			return nil, 0, err
		}
		r, err := s.query(ctx, "read the information schema of "+c, "SELECT COUNT(*) AS TABLES FROM "+name+".INFORMATION_SCHEMA.TABLES")
		if errors.Is(err, connectors.ErrUnknown) || errors.Is(err, connectors.ErrDenied) && number(err) != noWarehouse {
			missing = append(missing, connectors.Missing{What: "see the columns of database " + c, SQL: fmt.Sprintf("GRANT USAGE ON DATABASE %s TO ROLE %s", name, role)})
		}
		if err == nil && len(r.rows) == 1 {
			n, _ := strconv.Atoi(r.text(0, "TABLES")) // no number counts nothing
			tables += n
		}
	}
	return missing, tables, nil
}
