package databricks_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/listing"
	"github.com/databricks/databricks-sdk-go/service/catalog"
	"github.com/databricks/databricks-sdk-go/service/iam"
	"github.com/databricks/databricks-sdk-go/service/tags"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

// small is a catalog with three tables.
func small(b *bench) {
	b.t.Helper()
	b.exec("CREATE CATALOG main", "CREATE SCHEMA main.s COMMENT 'a schema'",
		"CREATE TABLE main.s.t1 (id BIGINT NOT NULL COMMENT 'key', Email STRING, price DECIMAL(10,2)) COMMENT 'first'",
		"CREATE TABLE main.s.t2 (id BIGINT)", "CREATE TABLE main.s.t3 (id BIGINT)")
}

func names[T any](list []T, name func(T) string) []string {
	var out []string
	for _, x := range list {
		out = append(out, name(x))
	}
	return out
}

func TestTablesAreListedInPages(t *testing.T) {
	for name, opt := range map[string]emulator.Options{"pages": {PageSize: 2}, "empty page first": {PageSize: 2, EmptyPages: true}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, opt)
			small(b)
			list, err := b.client(admin).Tables.ListAll(t.Context(), catalog.ListTablesRequest{CatalogName: "main", SchemaName: "s", MaxResults: 100})
			b.must(err)
			got := names(list, func(x catalog.TableInfo) string { return x.FullName })
			if want := []string{"main.s.t1", "main.s.t2", "main.s.t3"}; !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			pages := 0
			for _, r := range b.w.Requests() {
				if r.Path == "/api/2.1/unity-catalog/tables" {
					pages++
				}
			}
			if pages < 2 {
				t.Errorf("listed in %d request, want several", pages)
			}
		})
	}
}

func TestTableKeepsColumnCaseAndTypes(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	x, err := b.client(admin).Tables.GetByFullName(t.Context(), "MAIN.S.T1")
	b.must(err)
	if x.Name != "t1" || x.Comment != "first" || x.Owner != admin || x.TableType != catalog.TableTypeManaged {
		t.Errorf("got %+v", x)
	}
	c := x.Columns[1]
	if c.Name != "Email" || c.TypeName != catalog.ColumnTypeNameString || c.Position != 1 || !c.Nullable {
		t.Errorf("got %+v", c)
	}
	if d := x.Columns[2]; d.TypeText != "decimal(10,2)" || d.TypePrecision != 10 || d.TypeScale != 2 {
		t.Errorf("got %+v", d)
	}
}

func TestMissingTable(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	_, err := b.client(admin).Tables.GetByFullName(t.Context(), "main.s.none")
	if c, s := code(t, err); c != "TABLE_DOES_NOT_EXIST" || s != http.StatusNotFound || !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("got %s %d", c, s)
	}
}

func TestPermissionsPatch(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.must(b.w.AddGroup("analysts", bob))
	b.must(b.w.AddWorkspaceGroup("locals", bob))
	g := b.client(admin).Grants
	update := func(changes ...catalog.PermissionsChange) (*catalog.UpdatePermissionsResponse, error) {
		return g.Update(t.Context(), catalog.UpdatePermissions{SecurableType: "table", FullName: "main.s.t1", Changes: changes})
	}
	got, err := update(catalog.PermissionsChange{Principal: "ANALYSTS", Add: []catalog.Privilege{"SELECT", "MODIFY"}},
		catalog.PermissionsChange{Principal: alice, Add: []catalog.Privilege{"APPLY TAG"}})
	b.must(err)
	if len(got.PrivilegeAssignments) != 2 || got.PrivilegeAssignments[1].Principal != "analysts" {
		t.Fatalf("got %+v", got.PrivilegeAssignments)
	}
	if p := got.PrivilegeAssignments[0].Privileges; !slices.Equal(p, []catalog.Privilege{"APPLY_TAG"}) {
		t.Errorf("alice holds %v, want APPLY_TAG with an underscore", p)
	}
	refusals := map[string]struct {
		change catalog.PermissionsChange
		code   string
	}{
		"unknown principal": {catalog.PermissionsChange{Principal: "nobody", Add: []catalog.Privilege{"SELECT"}}, "PRINCIPAL_DOES_NOT_EXIST"},
		"workspace group":   {catalog.PermissionsChange{Principal: "locals", Add: []catalog.Privilege{"SELECT"}}, "PRINCIPAL_DOES_NOT_EXIST"},
		"not applicable":    {catalog.PermissionsChange{Principal: alice, Add: []catalog.Privilege{"USE_SCHEMA"}}, "INVALID_PARAMETER_VALUE"},
		"added and removed": {catalog.PermissionsChange{Principal: alice, Add: []catalog.Privilege{"SELECT"}, Remove: []catalog.Privilege{"SELECT"}}, "INVALID_PARAMETER_VALUE"},
	}
	for name, r := range refusals {
		_, err := update(catalog.PermissionsChange{Principal: bob, Add: []catalog.Privilege{"SELECT"}}, r.change)
		if c, _ := code(t, err); c != r.code {
			t.Errorf("%s: %s, want %s", name, c, r.code)
		}
	}
	now, err := g.Get(t.Context(), catalog.GetGrantRequest{SecurableType: "TABLE", FullName: "main.s.t1"})
	b.must(err)
	if len(now.PrivilegeAssignments) != 2 {
		t.Errorf("a refused change had an effect: %+v", now.PrivilegeAssignments)
	}
}

func TestRemovingAllPrivilegesRemovesWhatItImplies(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.exec("GRANT ALL PRIVILEGES, SELECT, MANAGE ON TABLE main.s.t1 TO `"+alice+"`", "REVOKE ALL PRIVILEGES ON TABLE main.s.t1 FROM `"+alice+"`")
	now, err := b.client(admin).Grants.Get(t.Context(), catalog.GetGrantRequest{SecurableType: "table", FullName: "main.s.t1"})
	b.must(err)
	if len(now.PrivilegeAssignments) != 1 || !slices.Equal(now.PrivilegeAssignments[0].Privileges, []catalog.Privilege{"MANAGE"}) {
		t.Errorf("left: %+v, want MANAGE alone", now.PrivilegeAssignments)
	}
}

func TestEffectivePermissionsNameTheirSource(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.exec("GRANT SELECT, BROWSE ON CATALOG main TO `"+alice+"`", "GRANT MODIFY ON TABLE main.s.t1 TO `"+alice+"`")
	e, err := b.client(admin).Grants.GetEffective(t.Context(), catalog.GetEffectiveRequest{SecurableType: "table", FullName: "main.s.t1", Principal: alice})
	b.must(err)
	got := map[catalog.Privilege]string{}
	for _, p := range e.PrivilegeAssignments[0].Privileges {
		got[p.Privilege] = p.InheritedFromName
	}
	if len(got) != 2 || got["MODIFY"] != "" || got["SELECT"] != "main" {
		t.Errorf("got %v, want MODIFY direct and SELECT from main, without BROWSE", got)
	}
}

func TestMetadataIsShownToWhoMaySeeIt(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	tables := b.client(alice).Tables
	if _, err := tables.GetByFullName(t.Context(), "main.s.t1"); !errors.Is(err, apierr.ErrPermissionDenied) {
		t.Errorf("without rights: %v", err)
	}
	b.exec("GRANT USE CATALOG ON CATALOG main TO `"+alice+"`", "GRANT USE SCHEMA ON SCHEMA main.s TO `"+alice+"`", "GRANT SELECT ON TABLE main.s.t2 TO `"+alice+"`")
	list, err := tables.ListAll(t.Context(), catalog.ListTablesRequest{CatalogName: "main", SchemaName: "s"})
	b.must(err)
	if got := names(list, func(x catalog.TableInfo) string { return x.Name }); !slices.Equal(got, []string{"t2"}) {
		t.Errorf("alice sees %v, want t2", got)
	}
	b.exec("GRANT BROWSE ON CATALOG main TO `" + bob + "`")
	x, err := b.client(bob).Tables.GetByFullName(t.Context(), "main.s.t1")
	b.must(err)
	if !x.BrowseOnly {
		t.Error("bob sees t1 through BROWSE alone, and is not told so")
	}
}

func TestTagAssignments(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	ctx, api := t.Context(), b.client(admin).EntityTagAssignments
	create := func(key, value string) error {
		_, err := api.Create(ctx, catalog.CreateEntityTagAssignmentRequest{TagAssignment: catalog.EntityTagAssignment{
			EntityType: "columns", EntityName: "main.s.t1.email", TagKey: key, TagValue: value}})
		return err
	}
	b.must(create("pii", "email"))
	if c, s := code(t, create("pii", "other")); s != http.StatusConflict || c != "ALREADY_EXISTS" {
		t.Errorf("second create: %s %d", c, s)
	}
	if c, _ := code(t, create("a.b", "")); c != "INVALID_PARAMETER_VALUE" {
		t.Errorf("dotted key: %s", c)
	}
	_, err := api.Update(ctx, catalog.UpdateEntityTagAssignmentRequest{EntityType: "columns", EntityName: "main.s.t1.email", TagKey: "pii", UpdateMask: "tag_value",
		TagAssignment: catalog.EntityTagAssignment{EntityType: "columns", EntityName: "main.s.t1.email", TagKey: "pii", ForceSendFields: []string{"TagValue"}}})
	b.must(err)
	list, err := api.ListAll(ctx, catalog.ListEntityTagAssignmentsRequest{EntityType: "columns", EntityName: "main.s.t1.email"})
	b.must(err)
	if len(list) != 1 || list[0].TagValue != "" || list[0].EntityName != "main.s.t1.Email" || list[0].UpdatedBy != admin {
		t.Errorf("got %+v", list)
	}
	del := catalog.DeleteEntityTagAssignmentRequest{EntityType: "columns", EntityName: "main.s.t1.email", TagKey: "pii"}
	b.must(api.Delete(ctx, del))
	if err := api.Delete(ctx, del); !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("second delete: %v", err)
	}
}

func TestTaggingNeedsApplyTag(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.exec("GRANT USE CATALOG ON CATALOG main TO `"+alice+"`", "GRANT USE SCHEMA ON SCHEMA main.s TO `"+alice+"`", "GRANT SELECT ON TABLE main.s.t1 TO `"+alice+"`")
	const set = "ALTER TABLE main.s.t1 ALTER COLUMN email SET TAGS ('pii' = 'email')"
	if c := b.refused(alice, set); c != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("got %s", c)
	}
	b.exec("GRANT APPLY TAG ON SCHEMA main.s TO `" + alice + "`")
	b.rows(alice, set)
	b.exec("CREATE GOVERNED TAG pii VALUES ('email', 'ssn')")
	if c := b.refused(alice, set); c != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("governed without ASSIGN: %s", c)
	}
	b.must(b.w.AllowTagAssignment("pii", alice))
	b.rows(alice, set)
	if c := b.refused(alice, "ALTER TABLE main.s.t1 ALTER COLUMN email SET TAGS ('pii' = 'shoe size')"); c != "INVALID_PARAMETER_VALUE.TAG_VALUE_NOT_ALLOWED" {
		t.Errorf("value outside the list: %s", c)
	}
	if c := b.refused(admin, "ALTER TABLE main.s.t1 DROP COLUMN email"); c != "INVALID_PARAMETER_VALUE.CANNOT_DROP_TAGGED_COLUMN" {
		t.Errorf("dropping the tagged column: %s", c)
	}
}

func TestAtMostFiftyTags(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	for i := range 50 {
		b.exec("ALTER TABLE main.s.t1 SET TAGS ('k" + string(rune('A'+i/10)) + string(rune('0'+i%10)) + "' = 'v')")
	}
	if c := b.refused(admin, "ALTER TABLE main.s.t1 SET TAGS ('one_more' = '')"); c != "INVALID_PARAMETER_VALUE.TAG_LIMIT_EXCEEDED" {
		t.Errorf("got %s", c)
	}
}

func TestTagStatements(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.exec("CREATE VOLUME main.s.v", "CREATE SCHEMA main.views",
		"ALTER CATALOG main SET TAGS ('domain' = 'crm')", "ALTER SCHEMA main.s SET TAGS ('domain' = 'crm', 'tier' = '')", "ALTER VOLUME main.s.v SET TAGS ('x' = 'y')",
		"SET TAG ON COLUMN main.s.t1.id pii = ssn", "UNSET TAG ON COLUMN main.s.t1.id pii", "ALTER SCHEMA main.s UNSET TAGS ('tier', 'absent')")
	list, err := b.client(admin).EntityTagAssignments.ListAll(t.Context(), catalog.ListEntityTagAssignmentsRequest{EntityType: "schemas", EntityName: "main.s"})
	b.must(err)
	if len(list) != 1 || list[0].TagKey != "domain" || list[0].TagValue != "crm" {
		t.Errorf("got %+v", list)
	}
	if c := b.refused(admin, "UNSET TAG ON COLUMN main.s.t1.id pii"); c != "NOT_FOUND" {
		t.Errorf("UNSET TAG ON of an absent key: %s", c)
	}
}

func TestTagPolicies(t *testing.T) {
	b := newBench(t, emulator.Options{})
	ctx, api := t.Context(), b.client(admin).TagPolicies
	_, err := api.CreateTagPolicy(ctx, tags.CreateTagPolicyRequest{TagPolicy: tags.TagPolicy{TagKey: "pii", Description: "d", Values: []tags.Value{{Name: "email"}}}})
	b.must(err)
	_, err = api.CreateTagPolicy(ctx, tags.CreateTagPolicyRequest{TagPolicy: tags.TagPolicy{TagKey: "pii"}})
	if c, _ := code(t, err); c != "ALREADY_EXISTS" {
		t.Errorf("second create: %s", c)
	}
	got, err := api.UpdateTagPolicy(ctx, tags.UpdateTagPolicyRequest{TagKey: "pii", UpdateMask: "values",
		TagPolicy: tags.TagPolicy{TagKey: "pii", Values: []tags.Value{{Name: "email"}, {Name: "ssn"}}}})
	b.must(err)
	if len(got.Values) != 2 || got.Description != "d" {
		t.Errorf("got %+v, want two values and the old description", got)
	}
	if _, err := b.client(alice).TagPolicies.CreateTagPolicy(ctx, tags.CreateTagPolicyRequest{TagPolicy: tags.TagPolicy{TagKey: "mine"}}); !errors.Is(err, apierr.ErrPermissionDenied) {
		t.Errorf("alice creates: %v", err)
	}
	b.must(api.DeleteTagPolicy(ctx, tags.DeleteTagPolicyRequest{TagKey: "pii"}))
	if _, err := api.GetTagPolicy(ctx, tags.GetTagPolicyRequest{TagKey: "pii"}); !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("after delete: %v", err)
	}
}

func TestGroupsAreListedAndFiltered(t *testing.T) {
	b := newBench(t, emulator.Options{})
	b.must(b.w.AddGroup("leads", alice))
	b.must(b.w.AddGroup("support", bob, "leads"))
	// ListAll would stop after Count groups.
	all, err := listing.ToSlice(t.Context(), b.client(alice).GroupsV2.List(t.Context(), iam.ListGroupsRequest{Count: 1, Attributes: "id,displayName,members"}))
	b.must(err)
	if got := names(all, func(g iam.Group) string { return g.DisplayName }); !slices.Equal(got, []string{"leads", "support"}) {
		t.Fatalf("got %v", got)
	}
	if len(all[1].Members) != 2 || all[1].Members[1].Display != "leads" {
		t.Errorf("support has %+v", all[1].Members)
	}
	one, err := b.client(alice).GroupsV2.ListAll(t.Context(), iam.ListGroupsRequest{Filter: `displayName eq "Support"`})
	b.must(err)
	if len(one) != 1 || one[0].DisplayName != "support" {
		t.Errorf("filter gives %+v", one)
	}
}

func TestMetastoreAndOwner(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	m, err := b.client(alice).Metastores.Summary(t.Context())
	b.must(err)
	if m.MetastoreId != emulator.DefaultMetastoreID {
		t.Errorf("got %s", m.MetastoreId)
	}
	_, err = b.client(admin).Schemas.Update(t.Context(), catalog.UpdateSchema{FullName: "main.s", Owner: bob})
	b.must(err)
	if _, err := b.client(bob).Tables.GetByFullName(t.Context(), "main.s.t1"); err != nil {
		t.Errorf("the schema's owner does not see its tables: %v", err)
	}
}

func TestRuleSetsGiveTheRightToAssign(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.exec("CREATE GOVERNED TAG pii VALUES ('email')", "GRANT USE CATALOG, USE SCHEMA, APPLY TAG ON CATALOG main TO `"+alice+"`")
	ctx, w := t.Context(), b.client(admin)
	p, err := w.TagPolicies.GetTagPolicy(ctx, tags.GetTagPolicyRequest{TagKey: "pii"})
	b.must(err)
	name := "accounts/" + emulator.DefaultAccountID + "/tagPolicies/" + p.Id + "/ruleSets/default"
	set, err := w.AccountAccessControlProxy.GetRuleSet(ctx, iam.GetRuleSetRequest{Name: name})
	b.must(err)
	const tagIt = "ALTER TABLE main.s.t1 SET TAGS ('pii' = 'email')"
	if c := b.refused(alice, tagIt); c != "INSUFFICIENT_PERMISSIONS" {
		t.Fatalf("before: %s", c)
	}
	update := iam.UpdateRuleSetRequest{Name: name, RuleSet: iam.RuleSetUpdateRequest{Name: name, Etag: set.Etag,
		GrantRules: append(set.GrantRules, iam.GrantRule{Role: "roles/tagPolicy.assigner", Principals: []string{"users/" + alice}})}}
	_, err = w.AccountAccessControlProxy.UpdateRuleSet(ctx, update)
	b.must(err)
	b.rows(alice, tagIt)
	if _, err := w.AccountAccessControlProxy.UpdateRuleSet(ctx, update); !errors.Is(err, apierr.ErrResourceConflict) {
		t.Errorf("with the old etag: %v", err)
	}
}

// Grants are enforced at once but show in reads after a while.
func TestGrantsShowAfterTheirLag(t *testing.T) {
	c := start()
	b := newBench(t, emulator.Options{Clock: c.now, GrantLag: time.Minute})
	small(b)
	c.at = c.at.Add(time.Hour)
	b.exec("GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG main TO `" + alice + "`")
	b.rows(alice, "SELECT id FROM main.s.t1")
	read := func() int {
		g, err := b.client(admin).Grants.Get(t.Context(), catalog.GetGrantRequest{SecurableType: "catalog", FullName: "main"})
		b.must(err)
		return len(g.PrivilegeAssignments)
	}
	if n := read(); n != 0 {
		t.Errorf("%d principals show at once", n)
	}
	c.at = c.at.Add(2 * time.Minute)
	if n := read(); n != 1 {
		t.Errorf("%d principals show after the lag, want 1", n)
	}
}

func TestOtherLists(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.exec("CREATE FUNCTION main.s.f(v STRING, n INT) RETURNS STRING RETURN v", "CREATE VOLUME main.s.files COMMENT 'uploads'", "CREATE VIEW main.s.v AS SELECT id FROM main.s.t1")
	ctx, w := t.Context(), b.client(admin)
	f, err := w.Functions.GetByName(ctx, "main.s.f")
	b.must(err)
	if f.FullDataType != "string" || f.RoutineDefinition != "v" || len(f.InputParams.Parameters) != 2 || f.InputParams.Parameters[1].TypeText != "int" {
		t.Errorf("function %+v", f)
	}
	fs, err := w.Functions.ListAll(ctx, catalog.ListFunctionsRequest{CatalogName: "main", SchemaName: "s"})
	b.must(err)
	vs, err := w.Volumes.ListAll(ctx, catalog.ListVolumesRequest{CatalogName: "main", SchemaName: "s"})
	b.must(err)
	if len(fs) != 1 || len(vs) != 1 || vs[0].Comment != "uploads" {
		t.Errorf("functions %v, volumes %v", fs, vs)
	}
	sum, err := w.Tables.ListSummariesAll(ctx, catalog.ListSummariesRequest{CatalogName: "main", SchemaNamePattern: "s", TableNamePattern: "_"})
	b.must(err)
	if len(sum) != 1 || sum[0].FullName != "main.s.v" || sum[0].TableType != catalog.TableTypeView {
		t.Errorf("summaries %+v", sum)
	}
	for name, want := range map[string]bool{"main.s.t1": true, "main.s.none": false} {
		x, err := w.Tables.ExistsByFullName(ctx, name)
		b.must(err)
		if x.TableExists != want {
			t.Errorf("%s exists: %v", name, x.TableExists)
		}
	}
	cats, err := w.Catalogs.ListAll(ctx, catalog.ListCatalogsRequest{MaxResults: 10})
	b.must(err)
	if got := names(cats, func(c catalog.CatalogInfo) string { return c.Name + "/" + string(c.CatalogType) }); !slices.Equal(got, []string{"main/MANAGED_CATALOG", "system/SYSTEM_CATALOG"}) {
		t.Errorf("catalogs %v", got)
	}
}

// An escaped slash or hash in a path stays part of the name.
func TestEscapedNames(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.exec("ALTER TABLE main.s.t1 ADD COLUMN `a#b/c` STRING", "ALTER TABLE main.s.t1 ALTER COLUMN `a#b/c` SET TAGS ('k' = 'v')")
	list, err := b.client(admin).EntityTagAssignments.ListAll(t.Context(), catalog.ListEntityTagAssignmentsRequest{EntityType: "columns", EntityName: "main.s.t1.a%23b%2Fc"})
	b.must(err)
	if len(list) != 1 || list[0].EntityName != "main.s.t1.a#b/c" {
		t.Errorf("got %+v", list)
	}
}

func TestCreatingNeedsPrivileges(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	for _, s := range []string{"CREATE CATALOG c", "CREATE SCHEMA main.x", "CREATE TABLE main.s.x (a INT)", "CREATE VIEW main.s.x AS SELECT 1 AS a",
		"CREATE FUNCTION main.s.x() RETURNS INT RETURN 1", "CREATE VOLUME main.s.x", "DROP TABLE main.s.t1", "ALTER TABLE main.s.t1 OWNER TO `" + alice + "`",
		"GRANT SELECT ON TABLE main.s.t1 TO `" + alice + "`", "INSERT INTO main.s.t2 VALUES (1)", "COMMENT ON TABLE main.s.t1 IS 'x'", "SELECT * FROM main.s.t1",
		"CREATE GOVERNED TAG x", "DROP SCHEMA main.s CASCADE"} {
		if c := b.refused(alice, s); c != "INSUFFICIENT_PERMISSIONS" {
			t.Errorf("%s: %s", s, c)
		}
	}
	b.exec("GRANT USE CATALOG, USE SCHEMA, CREATE TABLE ON CATALOG main TO `" + alice + "`")
	b.rows(alice, "CREATE TABLE main.s.mine (a INT)")
	b.rows(alice, "INSERT INTO main.s.mine VALUES (1)")
	b.rows(alice, "SELECT a FROM main.s.mine")
}

func TestPlatformClassification(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.must(b.w.ClassifyColumn("main.s.t1.email", "class.email_address", ""))
	list, err := b.client(admin).EntityTagAssignments.ListAll(t.Context(), catalog.ListEntityTagAssignmentsRequest{EntityType: "columns", EntityName: "main.s.t1.email"})
	b.must(err)
	if len(list) != 1 || list[0].TagKey != "class.email_address" || list[0].SourceType != catalog.TagAssignmentSourceTypeTagAssignmentSourceTypeSystemDataClassification {
		t.Errorf("got %+v", list)
	}
}

// A deleted principal's grant stays, and has no name.
func TestDeletedPrincipalLeavesItsGrant(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.exec("GRANT SELECT ON TABLE main.s.t1 TO `" + bob + "`")
	b.w.RemovePrincipal(bob)
	g, err := b.client(admin).Grants.Get(t.Context(), catalog.GetGrantRequest{SecurableType: "table", FullName: "main.s.t1"})
	b.must(err)
	if len(g.PrivilegeAssignments) != 1 || g.PrivilegeAssignments[0].Principal != "" {
		t.Errorf("got %+v", g.PrivilegeAssignments)
	}
	if got := b.rows(admin, "SELECT grantee FROM system.information_schema.table_privileges WHERE table_name = 't1'"); len(got) != 0 {
		t.Errorf("the view names %v", got)
	}
}
