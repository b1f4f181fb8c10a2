package databricks_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/reconcile/plan"
)

// classes are all that an error can be; of a refusal for good it is none.
var classes = []error{connectors.ErrAuth, connectors.ErrDenied, connectors.ErrNotFound, connectors.ErrUnknown, connectors.ErrTransient, connectors.ErrOutcome}

func classOf(err error) string {
	all := ""
	for _, c := range classes {
		if errors.Is(err, c) {
			all += c.Error() + ";"
		}
	}
	return all
}

func class(want error) string {
	if want == nil {
		return ""
	}
	return want.Error() + ";"
}

// TestAnswersAreClassified goes through the codes that the service is known to answer with, over the wire and the SDK.
func TestAnswersAreClassified(t *testing.T) {
	f := &emulator.Faults{}
	w := newWorkspace(t, emulator.Options{Faults: f})
	p := w.open(t, emulator.DefaultAdmin, func(o *databricks.Options) { o.RetryTimeout = time.Millisecond })
	snapshot(t, p, scope) // makes contact
	write := plan.Statement{Method: "PATCH", Path: "/api/2.1/unity-catalog/permissions/table/main.crm.orders", Body: `{"changes":[{"principal":"readers-a","add":["SELECT"]}]}`}
	for _, c := range []struct {
		status      int
		code        string
		read, wrote error // the class of each
	}{
		{400, "BAD_REQUEST", nil, nil},
		{400, "INVALID_PARAMETER_VALUE", nil, nil},
		{400, "INVALID_PARAMETER_VALUE.CANNOT_DROP_TAGGED_COLUMN", nil, nil},
		{400, "INVALID_PARAMETER_VALUE.UC_DEPENDENCY_DOES_NOT_EXIST", nil, nil},
		{400, "INVALID_PARAMETER_VALUE.UC_ABAC_UNKNOWN_TAG_POLICY", nil, nil},
		{400, "INVALID_STATE", nil, nil},
		{400, "QUOTA_EXCEEDED", nil, nil},
		{400, "ALREADY_EXISTS", nil, nil},
		{400, "RESOURCE_ALREADY_EXISTS", nil, nil},
		{400, "CATALOG_ALREADY_EXISTS", nil, nil},
		{400, "POLICY_ALREADY_EXISTS", nil, nil},
		{400, "POLICY_ON_SECURABLE_TYPE_NOT_SUPPORTED", nil, nil},
		{400, "POLICY_NOT_FOUND", connectors.ErrNotFound, connectors.ErrNotFound},
		{400, "TABLE_DOES_NOT_EXIST", connectors.ErrNotFound, connectors.ErrNotFound},
		{400, "CATALOG_DOES_NOT_EXIST", connectors.ErrNotFound, connectors.ErrNotFound},
		{400, "SCHEMA_DOES_NOT_EXIST", connectors.ErrNotFound, connectors.ErrNotFound},
		{400, "FUNCTION_DOES_NOT_EXIST", connectors.ErrNotFound, connectors.ErrNotFound},
		{400, "METASTORE_DOES_NOT_EXIST", connectors.ErrNotFound, connectors.ErrNotFound},
		{400, "PRINCIPAL_DOES_NOT_EXIST", connectors.ErrNotFound, connectors.ErrNotFound},
		{400, "PERMISSION_DENIED", connectors.ErrDenied, connectors.ErrDenied},
		{400, "REQUEST_LIMIT_EXCEEDED", connectors.ErrTransient, connectors.ErrTransient},
		{400, "RESOURCE_EXHAUSTED", connectors.ErrTransient, connectors.ErrTransient},
		{401, "UNAUTHENTICATED", connectors.ErrAuth, connectors.ErrAuth},
		{403, "PERMISSION_DENIED", connectors.ErrDenied, connectors.ErrDenied},
		{404, "NOT_FOUND", connectors.ErrNotFound, connectors.ErrNotFound},
		{404, "RESOURCE_DOES_NOT_EXIST", connectors.ErrNotFound, connectors.ErrNotFound},
		{404, "TABLE_DOES_NOT_EXIST", connectors.ErrNotFound, connectors.ErrNotFound},
		{404, "ENDPOINT_NOT_FOUND", connectors.ErrUnknown, connectors.ErrUnknown},
		{409, "ALREADY_EXISTS", nil, nil},
		{409, "ABORTED", connectors.ErrTransient, connectors.ErrTransient},
		{409, "RESOURCE_CONFLICT", connectors.ErrTransient, connectors.ErrTransient},
		{429, "REQUEST_LIMIT_EXCEEDED", connectors.ErrTransient, connectors.ErrTransient},
		{429, "RESOURCE_EXHAUSTED", connectors.ErrTransient, connectors.ErrTransient},
		{499, "CANCELLED", connectors.ErrTransient, connectors.ErrOutcome},
		{500, "INTERNAL_ERROR", connectors.ErrTransient, connectors.ErrOutcome},
		{500, "DATA_LOSS", connectors.ErrTransient, connectors.ErrOutcome},
		{500, "UNKNOWN", connectors.ErrTransient, connectors.ErrOutcome},
		{501, "NOT_IMPLEMENTED", connectors.ErrUnknown, connectors.ErrUnknown},
		{502, "BAD_GATEWAY", connectors.ErrTransient, connectors.ErrOutcome},
		{503, "TEMPORARILY_UNAVAILABLE", connectors.ErrTransient, connectors.ErrOutcome},
		{504, "DEADLINE_EXCEEDED", connectors.ErrTransient, connectors.ErrOutcome},
	} {
		remove := f.Add(emulator.Fault{Status: c.status, Code: c.code})
		_, wrote := p.Exec(t.Context(), write)
		_, read := p.Snapshot(t.Context(), scope)
		remove()
		if classOf(wrote) != class(c.wrote) || classOf(read) != class(c.read) || wrote == nil || read == nil {
			t.Errorf("%d %s: a write is %q and a read %q, want %q and %q", c.status, c.code, classOf(wrote), classOf(read), class(c.wrote), class(c.read))
		}
	}
}

// TestFailedStatementsAreClassified does the same for statements, which fail with HTTP 200.
func TestFailedStatementsAreClassified(t *testing.T) {
	f := &emulator.Faults{}
	w := newWorkspace(t, emulator.Options{Faults: f})
	p := w.open(t, emulator.DefaultAdmin)
	for _, c := range []struct {
		condition, state string
		want             error
	}{
		{"INSUFFICIENT_PERMISSIONS", "42501", connectors.ErrDenied},
		{"PERMISSION_DENIED", "42000", connectors.ErrDenied},
		{"TABLE_OR_VIEW_NOT_FOUND", "42P01", connectors.ErrUnknown},
		{"ROUTINE_NOT_FOUND", "42883", connectors.ErrUnknown},
		{"SCHEMA_NOT_FOUND", "42704", connectors.ErrUnknown},
		{"POLICY_NOT_FOUND", "22000", connectors.ErrUnknown},
		{"CATALOG_DOES_NOT_EXIST", "42704", connectors.ErrUnknown},
		{"UNRESOLVED_ROUTINE", "42883", connectors.ErrUnknown},
		{"DELTA_CONCURRENT_WRITE", "2D521", connectors.ErrTransient},
		{"DELTA_METADATA_CHANGED", "2D521", connectors.ErrTransient},
		{"ROUTINE_ALREADY_EXISTS", "42723", nil},
		{"POLICY_ALREADY_EXISTS", "42000", nil},
		{"PARSE_SYNTAX_ERROR", "42601", nil},
		{"UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703", nil},
		{"INVALID_PARAMETER_VALUE.CANNOT_DROP_TAGGED_COLUMN", "22023", nil},
		{"INVALID_PARAMETER_VALUE.UC_ABAC_UNKNOWN_TAG_POLICY", "22023", nil},
		{"INVALID_PARAMETER_VALUE.UC_DEPENDENCY_DOES_NOT_EXIST", "22023", nil},
		{"QUOTA_EXCEEDED", "54000", nil},
	} {
		remove := f.Add(emulator.Fault{FailSQL: c.condition, SQLState: c.state})
		_, err := p.Exec(t.Context(), plan.Statement{SQL: "ALTER TABLE main.crm.orders SET TAGS ('a' = 'b')"})
		remove()
		var refused *databricks.SQLError
		if !errors.As(err, &refused) || refused.Condition != c.condition || refused.State != c.state || classOf(err) != class(c.want) {
			t.Errorf("%s: %v is %q, want %q", c.condition, err, classOf(err), class(c.want))
		}
	}
	for code, want := range map[string]error{
		"BAD_REQUEST": nil, "ALREADY_EXISTS": nil, "CANCELLED": nil, "NOT_FOUND": connectors.ErrUnknown, "UNAUTHENTICATED": connectors.ErrAuth,
		"TEMPORARILY_UNAVAILABLE": connectors.ErrTransient, "SERVICE_UNDER_MAINTENANCE": connectors.ErrTransient, "WORKSPACE_TEMPORARILY_UNAVAILABLE": connectors.ErrTransient,
		"RESOURCE_EXHAUSTED": connectors.ErrTransient, "ABORTED": connectors.ErrTransient,
		"INTERNAL_ERROR": connectors.ErrOutcome, "IO_ERROR": connectors.ErrOutcome, "DEADLINE_EXCEEDED": connectors.ErrOutcome, "UNKNOWN": connectors.ErrOutcome,
	} {
		if err := fmt.Errorf("wrapped: %w", &databricks.SQLError{Code: code}); classOf(err) != class(want) {
			t.Errorf("%s is %q, want %q", code, classOf(err), class(want))
		}
	}
}
