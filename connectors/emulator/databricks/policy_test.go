package databricks_test

import (
	"errors"
	"testing"
	"time"

	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/service/catalog"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

// tagged is guarded with a governed tag on the email column.
func tagged(b *bench) {
	b.t.Helper()
	guarded(b)
	b.exec("CREATE GOVERNED TAG pii VALUES ('email', 'region')", "ALTER TABLE main.s.t ALTER COLUMN email SET TAGS ('pii' = 'email')")
}

const maskPolicy = "CREATE POLICY p ON CATALOG main COLUMN MASK main.gov.mask TO `account users` EXCEPT `" + alice +
	"` FOR TABLES MATCH COLUMNS has_tag_value('pii', 'email') AS m ON COLUMN m"

func TestPolicyMasksTaggedColumns(t *testing.T) {
	b := newBench(t, emulator.Options{})
	tagged(b)
	b.exec(maskPolicy)
	if got := column(b.rows(bob, emails)); got != "*** ***" {
		t.Errorf("bob sees %q", got)
	}
	if got := column(b.rows(alice, emails)); got != "ann@example.com ben@example.com" {
		t.Errorf("alice, who is excepted, sees %q", got)
	}
	b.exec("ALTER TABLE main.s.t ALTER COLUMN email UNSET TAGS ('pii')")
	if got := column(b.rows(bob, emails)); got != "ann@example.com ben@example.com" {
		t.Errorf("without the tag bob sees %q", got)
	}
}

func TestTagsActAfterTheirLag(t *testing.T) {
	c := start()
	b := newBench(t, emulator.Options{Clock: c.now, TagLag: 2 * time.Minute})
	tagged(b)
	b.exec(maskPolicy)
	const listed = "SELECT count(*) FROM system.information_schema.column_tags"
	if got := column(b.rows(bob, emails)); got == "*** ***" {
		t.Error("the tag acts at once")
	}
	if got := column(b.rows(admin, listed)); got != "0" {
		t.Errorf("column_tags shows %s rows at once", got)
	}
	c.at = c.at.Add(3 * time.Minute)
	if got := column(b.rows(bob, emails)); got != "*** ***" {
		t.Errorf("after the lag bob sees %q", got)
	}
	if got := column(b.rows(admin, listed)); got != "1" {
		t.Errorf("after the lag column_tags shows %s rows", got)
	}
}

func TestConflictingMasksBlockQueries(t *testing.T) {
	b := newBench(t, emulator.Options{})
	tagged(b)
	b.exec("CREATE FUNCTION main.gov.other(v STRING) RETURNS STRING RETURN 'x'", maskPolicy, "ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.mask")
	if got := column(b.rows(bob, emails)); got != "*** ***" {
		t.Errorf("the same function twice: %q", got)
	}
	b.exec("ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.other")
	if c := b.refused(bob, emails); c != "COLUMN_MASKS_FEATURE_NOT_SUPPORTED.MULTIPLE_MASKS" {
		t.Errorf("two functions: %s", c)
	}
}

func TestDroppedGovernedTagFailsClosed(t *testing.T) {
	b := newBench(t, emulator.Options{})
	tagged(b)
	b.exec(maskPolicy, "DROP GOVERNED TAG pii")
	if c := b.refused(bob, emails); c != "INVALID_PARAMETER_VALUE.UC_ABAC_UNKNOWN_TAG_POLICY" {
		t.Errorf("got %s", c)
	}
}

func TestPolicyOverREST(t *testing.T) {
	b := newBench(t, emulator.Options{})
	tagged(b)
	ctx, api := t.Context(), b.client(admin).Policies
	made, err := api.CreatePolicy(ctx, catalog.CreatePolicyRequest{PolicyInfo: catalog.PolicyInfo{Name: "f", OnSecurableType: "SCHEMA", OnSecurableFullname: "main.s",
		ForSecurableType: "TABLE", PolicyType: "POLICY_TYPE_ROW_FILTER", ToPrincipals: []string{"account users"}, WhenCondition: "NOT has_tag('pii')",
		MatchColumns: []catalog.MatchColumn{{Alias: "r", Condition: "hasTagValue('pii', 'region')"}},
		RowFilter:    &catalog.RowFilterOptions{FunctionName: "main.gov.only_eu", Using: []catalog.FunctionArgument{{Alias: "r"}}}}})
	b.must(err)
	const q = "SELECT count(*) FROM main.s.t"
	if got := column(b.rows(bob, q)); got != "3" {
		t.Errorf("no column matches, yet bob sees %s rows", got)
	}
	b.exec("ALTER TABLE main.s.t ALTER COLUMN region SET TAGS ('pii' = 'region')")
	if got := column(b.rows(bob, q)); got != "2" {
		t.Errorf("bob sees %s rows", got)
	}
	list, err := api.ListPoliciesAll(ctx, catalog.ListPoliciesRequest{OnSecurableType: "TABLE", OnSecurableFullname: "main.s.t", IncludeInherited: true})
	b.must(err)
	if len(list) != 1 || list[0].Id != made.Id || list[0].OnSecurableFullname != "main.s" {
		t.Errorf("listed: %+v", list)
	}
	next, err := api.UpdatePolicy(ctx, catalog.UpdatePolicyRequest{OnSecurableType: "SCHEMA", OnSecurableFullname: "main.s", Name: "f", UpdateMask: "except_principals,when_condition",
		PolicyInfo: catalog.PolicyInfo{ExceptPrincipals: []string{bob}, ForSecurableType: "TABLE", PolicyType: "POLICY_TYPE_ROW_FILTER", ToPrincipals: []string{}}})
	b.must(err)
	if next.WhenCondition != "" || len(next.ToPrincipals) != 1 {
		t.Errorf("update gives %+v", next)
	}
	if got := column(b.rows(bob, q)); got != "3" {
		t.Errorf("excepted bob sees %s rows", got)
	}
	_, err = api.DeletePolicy(ctx, catalog.DeletePolicyRequest{OnSecurableType: "SCHEMA", OnSecurableFullname: "main.s", Name: "f"})
	b.must(err)
	_, err = api.GetPolicy(ctx, catalog.GetPolicyRequest{OnSecurableType: "SCHEMA", OnSecurableFullname: "main.s", Name: "f"})
	if !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("after delete: %v", err)
	}
}

func TestPolicyIsRefused(t *testing.T) {
	b := newBench(t, emulator.Options{})
	tagged(b)
	b.exec(maskPolicy)
	for statement, want := range map[string]string{
		maskPolicy: "POLICY_ALREADY_EXISTS",
		"CREATE POLICY q ON CATALOG main COLUMN MASK main.gov.mask TO `account users` FOR TABLES MATCH COLUMNS has_tag('free') AS m ON COLUMN m": "INVALID_PARAMETER_VALUE.UC_ABAC_UNKNOWN_TAG_POLICY",
		"CREATE POLICY q ON CATALOG main COLUMN MASK main.gov.mask TO `account users` FOR TABLES MATCH COLUMNS has_tag('pii') AS m ON COLUMN n":  "INVALID_PARAMETER_VALUE",
		"CREATE POLICY q ON CATALOG main COLUMN MASK main.gov.mask TO `ghosts` FOR TABLES MATCH COLUMNS has_tag('pii') AS m ON COLUMN m":         "PRINCIPAL_DOES_NOT_EXIST",
		"DROP POLICY q ON CATALOG main": "POLICY_NOT_FOUND",
	} {
		if got := b.refused(admin, statement); got != want {
			t.Errorf("%s: %s, want %s", statement, got, want)
		}
	}
	if got := b.refused(alice, "DROP POLICY p ON CATALOG main"); got != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("alice drops it: %s", got)
	}
}
