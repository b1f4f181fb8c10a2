package snowflake

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	sf "github.com/snowflakedb/gosnowflake"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile/plan"
)

// Error is what Snowflake answered to a statement.
type Error struct {
	Number   int    // such as 2003
	SQLState string // such as 42S02
	QueryID  string // for the query history; "" where there is none
	Message  string // cut to a bounded length, without the statement's text
}

// Error returns number, state and message as Snowflake's clients print them.
func (e *Error) Error() string {
	s := fmt.Sprintf("%06d (%s): %s", e.Number, e.SQLState, e.Message)
	if e.QueryID != "" {
		s += " [query " + e.QueryID + "]"
	}
	return s
}

// numbers maps Snowflake's error numbers to what a caller can do about them. What is missing has no class: it is
// permanent and says for itself what is wrong.
var numbers = map[int]error{
	unsupportedFeature: plan.ErrUnsupported,                                // the edition has no such thing
	2003:               connectors.ErrUnknown, 2043: connectors.ErrUnknown, // "does not exist or not authorized": nobody can tell which
	3001: connectors.ErrDenied, 3011: connectors.ErrDenied, 3041: connectors.ErrDenied,
	604: connectors.ErrOutcome, 630: connectors.ErrTransient, 625: connectors.ErrTransient, // cancelled; timed out; lock queue full
	200001: connectors.ErrTransient, 90073: connectors.ErrTransient, // service unavailable; warehouse cannot be resumed just now
	606:    connectors.ErrDenied, // no active warehouse: not usable by the role, or none configured
	390100: connectors.ErrAuth, 390101: connectors.ErrAuth, 390110: connectors.ErrAuth, 390144: connectors.ErrAuth, 390189: connectors.ErrAuth,
	390201: connectors.ErrAuth, 390303: connectors.ErrAuth, 390318: connectors.ErrAuth, 394400: connectors.ErrAuth,
	390104: connectors.ErrTransient, 390111: connectors.ErrTransient, 390112: connectors.ErrTransient, 390113: connectors.ErrTransient,
	390114: connectors.ErrTransient, 390115: connectors.ErrTransient,
	sf.ErrFailedToAuth: connectors.ErrAuth, sf.ErrCodeEmptyAccountCode: connectors.ErrAuth, sf.ErrCodeFailedToConnect: connectors.ErrAuth,
	sf.ErrCodeServiceUnavailable: connectors.ErrTransient, sf.ErrFailedToPostQuery: connectors.ErrOutcome,
}

// sessionNumbers are answered before execution by a server that knows the session no more.
var sessionNumbers = map[int]bool{390104: true, 390111: true, 390113: true, 390114: true, 390115: true}

func sessionGone(err error) bool {
	var e *sf.SnowflakeError
	return errors.As(err, &e) && sessionNumbers[e.Number]
}

// broken reports an error after which the session's state is not known: anything that is no answer of the server.
func broken(err error) bool {
	if err == nil {
		return false
	}
	var e *sf.SnowflakeError
	return !errors.As(err, &e) || e.Number >= 260000 && e.Number < 390000
}

// classed turns an error of the driver into one of ours. Whether the statement took effect, where no answer says so,
// is for the caller to know: lost is the class of such errors.
func classed(err error, lost error) error {
	var e *sf.SnowflakeError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, connectors.ErrAuth), errors.Is(err, connectors.ErrTransient):
		return err // has its class from the sign-in
	case errors.As(err, &e):
		return classified(e, lost)
	case errors.Is(err, driver.ErrBadConn):
		return fmt.Errorf("%w: the session was lost", connectors.ErrTransient)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		if lost == connectors.ErrOutcome {
			return fmt.Errorf("%w: %w", lost, err)
		}
		return err
	}
	// The rest are failures of transport: retries that ran out, a broken answer. Their text may hold addresses with
	// query strings, so it is cleaned too.
	return fmt.Errorf("%w: %s", lost, clean(err.Error()))
}

func classified(e *sf.SnowflakeError, lost error) error {
	out := &Error{Number: e.Number, SQLState: e.SQLState, QueryID: e.QueryID, Message: clean(e.Message)}
	if out.QueryID == "-1" {
		out.QueryID = ""
	}
	class, known := numbers[e.Number]
	if class == connectors.ErrOutcome {
		class = lost
	}
	if !known && lockConflict(e) {
		class = connectors.ErrTransient
	}
	if class == nil {
		return out
	}
	return fmt.Errorf("%w: %w", class, out)
}

func lockConflict(e *sf.SnowflakeError) bool {
	return e.SQLState == "57014" && strings.Contains(e.Message, "lock") || strings.Contains(e.Message, "has locked")
}

// readError classifies the error of a statement that changes nothing: whatever was lost on the way can be asked again.
func readError(name, what string, err error) error {
	return fmt.Errorf("%s: %s: %w", name, what, classed(err, connectors.ErrTransient))
}

// private is an error of a statement that reads rows, without what may quote a cell of them: a view's casts, external
// tables and the bodies of policies fail with the value in the message. What Snowflake says by known numbers is about
// names and rights, and stays.
func private(name, what string, err error) error {
	var e *Error
	if !errors.As(err, &e) || numbers[e.Number] != nil {
		return err
	}
	return fmt.Errorf("%s: %s: %w", name, what, &Error{Number: e.Number, SQLState: e.SQLState, QueryID: e.QueryID, Message: "the text is left out, since it may quote values"})
}

func signInError(err error) error {
	var e *sf.SnowflakeError
	if errors.As(err, &e) && numbers[e.Number] != connectors.ErrTransient {
		return fmt.Errorf("%w: %w", connectors.ErrAuth, &Error{Number: e.Number, SQLState: e.SQLState, Message: clean(e.Message)})
	}
	return classed(err, connectors.ErrTransient)
}

// tooMuchData is the number of "Information schema query returned too much data".
const tooMuchData = 90030

// number returns Snowflake's number of an error, 0 where it has none.
func number(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Number
	}
	return 0
}

const maxMessage = 600 // characters of an error's text

// The parts of a message that can carry what must not be printed: literals (tag values, cells that a cast failed on)
// and addresses with tokens.
var (
	quotedValue = regexp.MustCompile(`(?i)((?:numeric|boolean|date|timestamp|time) value|string)( is not recognized)? '[^']*'`)
	secretQuery = regexp.MustCompile(`(?i)(token|password|requestId|request_guid|sig|signature)=[^&\s"]+`)
	address     = regexp.MustCompile(`https?://[^\s"]+`)
)

// clean makes a message fit to be logged: no cell values, no tokens, no control characters, of bounded length.
func clean(text string) string {
	text = address.ReplaceAllString(text, "the account's address")
	text = secretQuery.ReplaceAllString(text, "$1=...")
	text = quotedValue.ReplaceAllString(text, "$1$2 '...'")
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		if !strconv.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if utf8.RuneCountInString(text) > maxMessage {
		text = string([]rune(text)[:maxMessage]) + "..."
	}
	return strings.TrimSpace(text)
}
