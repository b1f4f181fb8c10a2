package databricks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/databricks/databricks-sdk-go/apierr"

	"github.com/polsync/polsync/connectors"
)

// again reports whether a read that failed so may succeed when sent once more.
func again(err error) bool {
	var api *apierr.APIError
	if errors.As(err, &api) {
		switch api.StatusCode {
		case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	var sign *signInError
	if errors.As(err, &sign) {
		return unreachable(sign.cause) && tokenRefused(sign.cause) == nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
	}
	var u *url.Error
	return errors.As(err, &u) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// unreachable reports whether a request got no answer.
func unreachable(err error) bool {
	var u *url.Error
	return errors.As(err, &u) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// classified joins an error of a request to the sentinel of package connectors that says what it means. Codes of Unity
// Catalog count before the status: some refusals of what is not there come as 400.
func classified(err error, wrote bool) error {
	var api *apierr.APIError
	if !errors.As(err, &api) {
		return classifyTransport(err, wrote)
	}
	text := fmt.Sprintf("%s (%s, HTTP %d)", api.Message, api.ErrorCode, api.StatusCode)
	if s := sentinel(api, wrote); s != nil {
		return &connectorError{text, s, err}
	}
	return &connectorError{text, nil, err}
}

// sentinel returns the class of an answer. Codes count before the status, which for one code differs from kind to kind;
// nil is a refusal for good.
func sentinel(api *apierr.APIError, wrote bool) error {
	code, status := api.ErrorCode, api.StatusCode
	switch {
	case status == http.StatusUnauthorized || code == "UNAUTHENTICATED", badToken(api):
		return connectors.ErrAuth
	case strings.HasPrefix(code, "INVALID_PARAMETER_VALUE"), code == "QUOTA_EXCEEDED", alreadyThere(api):
		return nil // also where it names something else that does not exist
	case status == http.StatusForbidden || code == "PERMISSION_DENIED":
		return connectors.ErrDenied
	case code == "ENDPOINT_NOT_FOUND" || status == http.StatusNotImplemented:
		return connectors.ErrUnknown // of a path that the workspace does not have, nothing follows for what is behind it
	case status == http.StatusNotFound || strings.HasSuffix(code, "_DOES_NOT_EXIST") || strings.HasSuffix(code, "NOT_FOUND"):
		return connectors.ErrNotFound
	case status == http.StatusTooManyRequests || status == http.StatusConflict || slices.Contains(forNow, code):
		return connectors.ErrTransient
	case status < 499:
		return nil
	case wrote:
		return connectors.ErrOutcome
	}
	return connectors.ErrTransient
}

// forNow are codes of refusals that pass, whatever the status.
var forNow = []string{"REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED", "ABORTED"}

func alreadyThere(api *apierr.APIError) bool {
	return strings.HasSuffix(api.ErrorCode, "ALREADY_EXISTS")
}

// badToken knows the answer to an access token that does not exist, which comes as 403 without a code of its own.
func badToken(api *apierr.APIError) bool {
	return api.StatusCode == http.StatusForbidden && api.ErrorCode != "PERMISSION_DENIED" && strings.Contains(strings.ToLower(api.Message), "invalid access token")
}

func classifyTransport(err error, wrote bool) error {
	var lost *lostAnswer
	var sign *signInError
	if errors.As(err, &sign) {
		return sign
	}
	switch {
	case errors.As(err, &lost):
		return &connectorError{"no answer came", connectors.ErrOutcome, err}
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		if wrote {
			return &connectorError{"no answer came in time", connectors.ErrOutcome, err}
		}
		return err
	}
	var u *url.Error
	if errors.As(err, &u) {
		return &connectorError{"the workspace cannot be reached", connectors.ErrTransient, err}
	}
	return err
}

// tokenRefused returns the class of an error with which the token endpoint answered, which reaches us as one of transport;
// nil for other errors. The SDK has by then repeated what was refused for now.
func tokenRefused(err error) error {
	for _, e := range [...]error{apierr.ErrTooManyRequests, apierr.ErrTemporarilyUnavailable, apierr.ErrInternalError, apierr.ErrDeadlineExceeded} {
		if errors.Is(err, e) {
			return connectors.ErrTransient
		}
	}
	for _, e := range [...]error{apierr.ErrUnauthenticated, apierr.ErrPermissionDenied, apierr.ErrBadRequest} {
		if errors.Is(err, e) {
			return connectors.ErrAuth
		}
	}
	return nil
}

// connectorError is an error with its class and its cause.
type connectorError struct {
	text     string
	sentinel error // nil for none
	cause    error
}

// Error gives the text and the class; the cause may hold more than may be printed.
func (e *connectorError) Error() string {
	if e.sentinel == nil {
		return e.text
	}
	return e.text + ": " + e.sentinel.Error()
}

// Unwrap gives both class and cause.
func (e *connectorError) Unwrap() []error {
	if e.sentinel == nil {
		return []error{e.cause}
	}
	return []error{e.sentinel, e.cause}
}

// SQLError is a statement that the warehouse refused. Condition is its error class, such as TABLE_OR_VIEW_NOT_FOUND.
type SQLError struct {
	Condition string
	State     string // SQLSTATE, five characters
	Code      string // of the service, such as BAD_REQUEST
	Message   string // may quote what the statement met; "" for statements that read values
}

// Error gives what the warehouse said.
func (e *SQLError) Error() string {
	switch {
	case e.Message != "":
		return e.Message
	case e.Condition != "":
		return "[" + e.Condition + "] SQLSTATE: " + e.State
	}
	return e.Code
}

// Is maps conditions to the errors of package connectors. Unity Catalog says of most what it hides that it is not
// there, so absence is not proven by it.
func (e *SQLError) Is(target error) bool { return target != nil && e.class() == target }

func (e *SQLError) class() error {
	c := e.Condition
	switch {
	case strings.HasPrefix(c, "INVALID_PARAMETER_VALUE"):
		return nil
	case e.State == "42501" || strings.HasPrefix(c, "INSUFFICIENT_PERMISSIONS") || strings.HasPrefix(c, "PERMISSION_DENIED"):
		return connectors.ErrDenied
	case strings.HasSuffix(c, "_NOT_FOUND") || strings.HasPrefix(c, "UNRESOLVED_ROUTINE") || strings.HasSuffix(c, "_DOES_NOT_EXIST"):
		return connectors.ErrUnknown
	case strings.HasPrefix(c, "DELTA_CONCURRENT") || strings.HasPrefix(c, "DELTA_METADATA_CHANGED"):
		return connectors.ErrTransient
	}
	switch e.Code {
	case "TEMPORARILY_UNAVAILABLE", "SERVICE_UNDER_MAINTENANCE", "WORKSPACE_TEMPORARILY_UNAVAILABLE", "RESOURCE_EXHAUSTED", "ABORTED":
		return connectors.ErrTransient
	case "UNAUTHENTICATED":
		return connectors.ErrAuth
	case "NOT_FOUND":
		return connectors.ErrUnknown
	case "INTERNAL_ERROR", "IO_ERROR", "DEADLINE_EXCEEDED", "UNKNOWN":
		return connectors.ErrOutcome // something broke, and it is not said when
	}
	return nil
}

var (
	conditionPattern = regexp.MustCompile(`^\[([A-Z0-9_.]+)\]`)
	statePattern     = regexp.MustCompile(`SQLSTATE: (\w{5})`)
)

func newSQLError(code, message, sqlState string) *SQLError {
	e := &SQLError{Code: code, State: sqlState, Message: message}
	if m := conditionPattern.FindStringSubmatch(message); m != nil {
		e.Condition = m[1]
	}
	if m := statePattern.FindStringSubmatch(message); m != nil && e.State == "" {
		e.State = m[1]
	}
	return e
}

// private returns the error without its message, which may quote values.
func private(err error) error {
	var s *SQLError
	if errors.As(err, &s) {
		return &SQLError{Condition: s.Condition, State: s.State, Code: s.Code}
	}
	return err
}
