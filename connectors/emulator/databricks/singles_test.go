package databricks_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/databricks/databricks-sdk-go/service/catalog"
	"github.com/databricks/databricks-sdk-go/service/sharing"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

// TestKindsBesideCatalogs lists, grants on and gives away what stands in the metastore beside the catalogs, with the SDK.
func TestKindsBesideCatalogs(t *testing.T) {
	b := newBench(t, emulator.Options{PageSize: 1})
	small(b)
	for _, kind := range []string{"CONNECTION", "EXTERNAL_LOCATION", "STORAGE_CREDENTIAL", "CREDENTIAL", "CLEAN_ROOM", "SHARE", "RECIPIENT", "PROVIDER"} {
		b.must(b.w.AddSecurable(kind, "One"))
		b.must(b.w.AddSecurable(kind, "two"))
	}
	b.must(b.w.AddSecurable("REGISTERED_MODEL", "main", "s", "churn"))
	if err := b.w.AddSecurable("TABLE", "x"); err == nil {
		t.Error("a table was made without columns")
	}
	c, ctx := b.client(admin), t.Context()
	locations, err := c.ExternalLocations.ListAll(ctx, catalog.ListExternalLocationsRequest{MaxResults: 10})
	b.must(err)
	if got := names(locations, func(x catalog.ExternalLocationInfo) string { return x.Name }); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("listed %v", got)
	}
	credentials, err := c.Credentials.ListCredentialsAll(ctx, catalog.ListCredentialsRequest{MaxResults: 10, Purpose: catalog.CredentialPurposeService})
	b.must(err)
	if len(credentials) != 2 || credentials[0].Purpose != catalog.CredentialPurposeService {
		t.Errorf("got %+v", credentials)
	}
	models, err := c.RegisteredModels.ListAll(ctx, catalog.ListRegisteredModelsRequest{MaxResults: 10})
	b.must(err)
	if len(models) != 1 || models[0].FullName != "main.s.churn" {
		t.Errorf("got %+v", models)
	}
	_, err = c.Grants.Update(ctx, catalog.UpdatePermissions{SecurableType: "external_location", FullName: "one", Changes: []catalog.PermissionsChange{{Principal: alice, Add: []catalog.Privilege{catalog.PrivilegeReadFiles}}}})
	b.must(err)
	_, err = c.Grants.Update(ctx, catalog.UpdatePermissions{SecurableType: "FUNCTION", FullName: "main.s.churn", Changes: []catalog.PermissionsChange{{Principal: alice, Add: []catalog.Privilege{catalog.PrivilegeExecute}}}})
	b.must(err)
	held, err := c.Grants.Get(ctx, catalog.GetGrantRequest{SecurableType: "EXTERNAL_LOCATION", FullName: "one"})
	b.must(err)
	if len(held.PrivilegeAssignments) != 1 || held.PrivilegeAssignments[0].Principal != alice {
		t.Errorf("got %+v", held)
	}
	for kind, privilege := range map[string]catalog.Privilege{"external_location": catalog.PrivilegeSelect, "share": catalog.PrivilegeSelect, "recipient": catalog.PrivilegeManage} {
		_, err := c.Grants.Update(ctx, catalog.UpdatePermissions{SecurableType: kind, FullName: "one", Changes: []catalog.PermissionsChange{{Principal: alice, Add: []catalog.Privilege{privilege}}}})
		if got, status := code(t, err); got != "INVALID_PARAMETER_VALUE" || status != http.StatusBadRequest {
			t.Errorf("%s on a %s: %s, %d", privilege, kind, got, status)
		}
	}
	_, err = c.Shares.Update(ctx, sharing.UpdateShare{Name: "one", Owner: bob})
	b.must(err)
	share, err := c.Shares.Get(ctx, sharing.GetShareRequest{Name: "ONE"})
	b.must(err)
	if share.Owner != bob {
		t.Errorf("owned by %s", share.Owner)
	}
}

// TestKindsAreHidden: others are neither shown nor changed.
func TestKindsAreHidden(t *testing.T) {
	b := newBench(t, emulator.Options{})
	b.must(b.w.AddSecurable("CONNECTION", "erp"))
	c := b.client(alice)
	list, err := c.Connections.ListAll(t.Context(), catalog.ListConnectionsRequest{MaxResults: 10})
	b.must(err)
	if len(list) > 0 {
		t.Errorf("alice sees %+v", list)
	}
	_, err = c.Connections.Update(t.Context(), catalog.UpdateConnection{Name: "erp", Owner: alice})
	if _, status := code(t, err); status != http.StatusForbidden {
		t.Errorf("status %d", status)
	}
	b.exec("GRANT USE CONNECTION ON CONNECTION erp TO `" + alice + "`")
	if list, err = c.Connections.ListAll(t.Context(), catalog.ListConnectionsRequest{MaxResults: 10}); err != nil || len(list) != 1 {
		t.Errorf("got %+v, %v", list, err)
	}
	if c := b.refused(alice, "GRANT USE CONNECTION ON CONNECTION erp TO `"+bob+"`"); c != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("got %s", c)
	}
}
