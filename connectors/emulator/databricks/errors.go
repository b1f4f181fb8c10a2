package databricks

import (
	"fmt"
	"net/http"
	"strings"
)

// Error is a refusal by the workspace. It is rendered in two ways: over REST as
// {"error_code": Code, "message": Message} with the HTTP Status, and for a SQL
// statement as "[Condition] Message SQLSTATE: SQLState" in a FAILED status.
type Error struct {
	Status    int    // HTTP status over REST
	Code      string // error_code over REST
	Condition string // error condition at the head of a SQL message
	SQLState  string // five characters
	Message   string
}

// Error is the SQL rendering, which holds everything but the HTTP status.
func (e *Error) Error() string {
	return fmt.Sprintf("[%s] %s SQLSTATE: %s", e.Condition, e.Message, e.SQLState)
}

// UnsupportedCode is the error condition of a statement the emulator does not
// know. The real platform has no such condition, so it cannot be mistaken for
// one of its answers.
const UnsupportedCode = "EMULATOR_UNSUPPORTED_STATEMENT"

func errInvalid(format string, args ...any) *Error {
	return &Error{http.StatusBadRequest, "INVALID_PARAMETER_VALUE", "INVALID_PARAMETER_VALUE", "22023", fmt.Sprintf(format, args...)}
}

func errInvalidClass(class, format string, args ...any) *Error {
	e := errInvalid(format, args...)
	e.Condition += "." + class
	e.Message = e.Condition + ": " + e.Message
	return e
}

func errBadRequest(format string, args ...any) *Error {
	return &Error{http.StatusBadRequest, "BAD_REQUEST", "BAD_REQUEST", "42000", fmt.Sprintf(format, args...)}
}

func errDenied(format string, args ...any) *Error {
	return &Error{http.StatusForbidden, "PERMISSION_DENIED", "INSUFFICIENT_PERMISSIONS", "42501", fmt.Sprintf(format, args...)}
}

// errLacks says which privilege is missing, in the platform's words.
func errLacks(privilege string, s *securable) *Error {
	return errDenied("User does not have %s on %s '%s'.", spaced(privilege), title(s.kind), s.fullName())
}

func errReadOnly(s *securable) *Error {
	return errDenied("%s '%s' is read only.", title(s.kind), s.fullName())
}

func errUnauthenticated(format string, args ...any) *Error {
	return &Error{http.StatusUnauthorized, "UNAUTHENTICATED", "UNAUTHENTICATED", "28000", fmt.Sprintf(format, args...)}
}

func errPolicyNotFound(name string, on *securable) *Error {
	return &Error{http.StatusNotFound, "RESOURCE_DOES_NOT_EXIST", "POLICY_NOT_FOUND", "22000",
		fmt.Sprintf("Policy '%s' does not exist on %s '%s'.", name, title(on.kind), on.fullName())}
}

func errResourceNotFound(format string, args ...any) *Error {
	return &Error{http.StatusNotFound, "RESOURCE_DOES_NOT_EXIST", "NOT_FOUND", "42704", fmt.Sprintf(format, args...)}
}

func errAlreadyExists(format string, args ...any) *Error {
	return &Error{http.StatusConflict, "ALREADY_EXISTS", "ALREADY_EXISTS", "42710", fmt.Sprintf(format, args...)}
}

// errSQL is an error only a SQL statement can meet.
func errSQL(condition, state, format string, args ...any) *Error {
	return &Error{http.StatusBadRequest, "BAD_REQUEST", condition, state, fmt.Sprintf(format, args...)}
}

func errUnsupported(format string, args ...any) *Error {
	return errSQL(UnsupportedCode, "0A000", format, args...)
}

// missing gives the condition and SQLSTATE of an absent securable of each kind.
var missing = map[kind][2]string{
	kindMetastore: {"METASTORE_NOT_FOUND", "42704"},
	kindCatalog:   {"NO_SUCH_CATALOG_EXCEPTION", "42704"},
	kindSchema:    {"SCHEMA_NOT_FOUND", "42704"},
	kindTable:     {"TABLE_OR_VIEW_NOT_FOUND", "42P01"},
	kindVolume:    {"VOLUME_NOT_FOUND", "42704"},
	kindFunction:  {"ROUTINE_NOT_FOUND", "42883"},
}

func errNotFound(k kind, name string) *Error {
	m, known := missing[k]
	if !known {
		m = [2]string{string(k) + "_DOES_NOT_EXIST", "42704"}
	}
	return &Error{http.StatusNotFound, string(k) + "_DOES_NOT_EXIST", m[0], m[1],
		fmt.Sprintf("%s '%s' does not exist.", title(k), name)}
}

var existing = map[kind][2]string{
	kindCatalog:  {"CATALOG_ALREADY_EXISTS", "42710"},
	kindSchema:   {"SCHEMA_ALREADY_EXISTS", "42P06"},
	kindTable:    {"TABLE_OR_VIEW_ALREADY_EXISTS", "42P07"},
	kindVolume:   {"VOLUME_ALREADY_EXISTS", "42000"},
	kindFunction: {"ROUTINE_ALREADY_EXISTS", "42723"},
}

func errExists(k kind, name string) *Error {
	x, known := existing[k]
	if !known {
		x = [2]string{string(k) + "_ALREADY_EXISTS", "42710"}
	}
	return &Error{http.StatusConflict, string(k) + "_ALREADY_EXISTS", x[0], x[1],
		fmt.Sprintf("%s '%s' already exists.", title(k), name)}
}

// title spells a kind as messages do: "Table", "Schema".
func title(k kind) string {
	s := strings.ToLower(string(k))
	return strings.ToUpper(s[:1]) + s[1:]
}
