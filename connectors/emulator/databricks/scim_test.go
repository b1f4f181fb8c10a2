package databricks_test

import (
	"context"
	"errors"
	"testing"

	sdk "github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/config"
	"github.com/databricks/databricks-sdk-go/service/iam"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

// Account groups are changed through the account's API alone.
func TestGroupMembership(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.mask")
	a, err := sdk.NewAccountClient(&sdk.Config{Host: b.url, AccountID: emulator.DefaultAccountID, Token: admin, AuthType: "pat", ConfigFile: "none", RetryTimeoutSeconds: 1,
		HostMetadataResolver: func(context.Context, string) (*config.HostMetadata, error) { return nil, nil }})
	b.must(err)
	ctx := t.Context()
	groups, err := a.GroupsV2.ListAll(ctx, iam.ListAccountGroupsRequest{Filter: `displayName eq "readers"`})
	b.must(err)
	users, err := a.UsersV2.ListAll(ctx, iam.ListAccountUsersRequest{Filter: `userName eq "` + bob + `"`})
	b.must(err)
	if len(groups) != 1 || len(users) != 1 {
		t.Fatalf("found %v and %v", groups, users)
	}
	add := []iam.Patch{{Op: iam.PatchOpAdd, Value: map[string]any{"members": []map[string]string{{"value": users[0].Id}}}}}
	schemas := []iam.PatchSchema{iam.PatchSchemaUrnIetfParamsScimApiMessages20PatchOp}
	err = b.client(admin).GroupsV2.Patch(ctx, iam.PatchGroupRequest{Id: groups[0].Id, Operations: add, Schemas: schemas})
	if !errors.Is(err, apierr.ErrPermissionDenied) {
		t.Errorf("through the workspace: %v", err)
	}
	b.must(a.GroupsV2.Patch(ctx, iam.PatchAccountGroupRequest{Id: groups[0].Id, Operations: add, Schemas: schemas}))
	if got := column(b.rows(bob, emails)); got != "ann@example.com ben@example.com" {
		t.Errorf("as a reader bob sees %q", got)
	}
	remove := []iam.Patch{{Op: iam.PatchOpRemove, Path: `members[value eq "` + users[0].Id + `"]`}}
	b.must(a.GroupsV2.Patch(ctx, iam.PatchAccountGroupRequest{Id: groups[0].Id, Operations: remove, Schemas: schemas}))
	if got := column(b.rows(bob, emails)); got != "*** ***" {
		t.Errorf("no longer a reader, bob sees %q", got)
	}
}

func TestServicePrincipalsAreFoundByApplicationID(t *testing.T) {
	b := newBench(t, emulator.Options{})
	b.w.AddServicePrincipal(botID, "bot")
	got, err := b.client(alice).ServicePrincipalsV2.ListAll(t.Context(), iam.ListServicePrincipalsRequest{Filter: `applicationId eq "` + botID + `"`})
	b.must(err)
	if len(got) != 1 || got[0].DisplayName != "bot" || got[0].ApplicationId != botID {
		t.Errorf("got %+v", got)
	}
}
