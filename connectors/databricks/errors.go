package databricks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/databricks/databricks-sdk-go/apierr"

	"github.com/polsync/polsync/connectors"
)

// classify wraps an error of the client with the sentinel that says what it means. The service's code counts, never
// its message.
func classify(err error) error {
	var api *apierr.APIError
	if errors.As(err, &api) {
		if s := sentinel(api.StatusCode, api.ErrorCode); s != nil {
			return fmt.Errorf("%w: %w", s, err)
		}
		return err
	}
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "connection re") || strings.Contains(err.Error(), "EOF") {
		return fmt.Errorf("%w: %w", connectors.ErrOutcome, err)
	}
	return err
}

func sentinel(status int, code string) error {
	switch {
	case status == 401:
		return connectors.ErrAuth
	case status == 403 || code == "PERMISSION_DENIED":
		return connectors.ErrDenied
	case status == 404 || strings.HasSuffix(code, "_DOES_NOT_EXIST") || code == "NOT_FOUND":
		return connectors.ErrNotFound
	case status == 429 || status == 503 || code == "ABORTED" || code == "RESOURCE_EXHAUSTED" || code == "TEMPORARILY_UNAVAILABLE":
		return connectors.ErrTransient
	case status >= 500:
		return connectors.ErrOutcome
	}
	return nil
}

// StatementError is a statement that the SQL warehouse refused.
type StatementError struct {
	Code      string // BAD_REQUEST, ...
	Condition string // the bracketed one, such as TABLE_OR_VIEW_NOT_FOUND
	Message   string
}

// Error returns the service's message, cut to a line's length.
func (e *StatementError) Error() string {
	msg := strings.Join(strings.Fields(e.Message), " ")
	if len(msg) > 300 {
		msg = msg[:300] + "..."
	}
	return msg
}

// Unwrap returns the sentinel that the condition stands for.
func (e *StatementError) Unwrap() error {
	switch {
	case strings.HasPrefix(e.Condition, "INSUFFICIENT_PERMISSIONS"):
		return connectors.ErrDenied
	case strings.HasSuffix(e.Condition, "_NOT_FOUND") || strings.HasPrefix(e.Condition, "UNRESOLVED_COLUMN"):
		return connectors.ErrNotFound
	case e.Code == "TEMPORARILY_UNAVAILABLE" || e.Code == "RESOURCE_EXHAUSTED" || e.Code == "ABORTED" || e.Code == "SERVICE_UNDER_MAINTENANCE":
		return connectors.ErrTransient
	case e.Code == "DEADLINE_EXCEEDED" || e.Code == "INTERNAL_ERROR" || e.Code == "UNKNOWN":
		return connectors.ErrOutcome
	}
	return nil
}

// condition returns the bracketed condition that a message begins with.
func condition(message string) string {
	rest, ok := strings.CutPrefix(message, "[")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "]")
	return name
}
