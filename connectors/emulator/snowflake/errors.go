package snowflake

import (
	"errors"
	"fmt"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// UnsupportedCode is the number of the error for statements that Snowflake may know and the emulator does not. Snowflake itself does not use it.
const UnsupportedCode = 999001

// Error numbers as Snowflake gives them. Those marked with * are the emulator's choice: the text is Snowflake's, the number was not to be found.
const (
	codeUnsupportedFeature = 2
	codeStatementCount     = 8
	codeCanceled           = 604
	codeNotExecuting       = 605
	codeNoWarehouse        = 606
	codeLockWaiters        = 625
	codeStatementTimeout   = 630
	codeNoSuchStatement    = 709
	codeInvalidIdentifier  = 904
	codeCompilation        = 1003
	codeInvalidValue       = 1008
	codeInvalidProperty    = 1422
	codeWrongObject        = 2203 // *
	codeExists             = 2002
	codeMissing            = 2003
	codeParentMissing      = 2043
	codeDenied             = 3001
	codePartialGrant       = 3011
	codeDependentGrant     = 3036
	codePolicyInUse        = 3531
	codePolicyConflict     = 3534 // *
	codePolicyMismatch     = 3540 // *
	codeManyPolicies       = 3542 // *
	codeNotBoolean         = 3551
	codePolicyOverlap      = 3553 // *
	codeJoin               = 506037
	codeJoinKey            = 506038
	codeProjection         = 506034 // *
	codeAggregation        = 506036 // *
	codeTooMuchData        = 90030
	codeArgumentTypes      = 90208
	codeNoDatabase         = 90105
	codeNoSchema           = 90106
	codePolicyAssociation  = 98507
	codeMultiStatement     = 100132
	codeBadCast            = 100038
	codeDivision           = 100051
	codeTooLong            = 100078
	codeNotNull            = 100072
	codeInternal           = 300002
	codeTagValue           = 391817 // *
	codeTagQuota           = 391818 // *
	codeTagging            = 391801
)

// Error is an error as Snowflake reports it.
type Error struct {
	Code     int    // six digits on the wire
	SQLState string // five characters
	Message  string
	Line     int // of the statement, 0 where unknown
	Pos      int
}

func (e *Error) Error() string { return fmt.Sprintf("%06d (%s): %s", e.Code, e.SQLState, e.Message) }

func errorf(code int, state, format string, args ...any) *Error {
	return &Error{Code: code, SQLState: state, Message: fmt.Sprintf(format, args...)}
}

// compilation makes an error whose text starts as those of the compiler do.
func compilation(code int, state, format string, args ...any) *Error {
	return errorf(code, state, "SQL compilation error:\n"+format, args...)
}

func errUnsupported(format string, args ...any) *Error {
	return errorf(UnsupportedCode, "0A000", "Not supported by this emulator: "+format, args...)
}

// errMissing says that an object is not there or not visible: the two are never told apart.
func errMissing(k kind, name string) *Error {
	state := "02000"
	if k.isRelation() {
		return compilation(codeMissing, "42S02", "Object '%s' does not exist or not authorized.", name)
	}
	return compilation(codeMissing, state, "%s '%s' does not exist or not authorized.", k.title(), name)
}

func errExists(name string) *Error {
	return compilation(codeExists, "42710", "Object '%s' already exists.", name)
}

func errDenied(o *object) *Error {
	if o.kind == kindAccount {
		return errorf(codeDenied, "42501", "SQL access control error:\nInsufficient privileges to operate on account '%s'.", o.name)
	}
	return errorf(codeDenied, "42501", "SQL access control error:\nInsufficient privileges to operate on %s '%s'.", o.kind.words(), o.name)
}

func errInvalidIdentifier(name string) *Error {
	return errorf(codeInvalidIdentifier, "42000", "SQL compilation error: error line 1 at position 0\ninvalid identifier '%s'", name)
}

// asError turns any error of a statement into Snowflake's form.
func asError(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var syntax *sqlengine.SyntaxError
	if errors.As(err, &syntax) {
		e := compilation(codeCompilation, "42000", "syntax error line %d at position %d unexpected '%s'.", syntax.Line, syntax.Column-1, syntax.Near)
		e.Line, e.Pos = syntax.Line, syntax.Column-1
		return e
	}
	var engine *sqlengine.Error
	if errors.As(err, &engine) {
		return engineError(engine)
	}
	return errorf(codeInternal, "XX000", "Processing aborted: %v", err)
}

// engineCodes maps the engine's errors that need no text of their own.
var engineCodes = map[sqlengine.ErrorCode]struct {
	code  int
	state string
}{
	sqlengine.ErrArgumentCount: {938, "22023"}, sqlengine.ErrArgumentType: {1044, "42P13"}, sqlengine.ErrTypeMismatch: {1065, "22000"},
	sqlengine.ErrInvalidArgument: {1210, "22023"}, sqlengine.ErrDivisionByZero: {codeDivision, "22012"}, sqlengine.ErrBadCast: {codeBadCast, "22018"},
	sqlengine.ErrOutOfRange: {100039, "22003"}, sqlengine.ErrTooLong: {codeTooLong, "22000"}, sqlengine.ErrAggregateMisuse: {1045, "42601"},
	sqlengine.ErrNotGrouped: {979, "42601"}, sqlengine.ErrSubqueryRows: {90150, "22000"}, sqlengine.ErrSubqueryColumns: {2015, "42601"},
	sqlengine.ErrSetColumns: {1789, "42601"}, sqlengine.ErrBadRegex: {100048, "2201B"}, sqlengine.ErrDuplicateAlias: {2021, "42601"},
	sqlengine.ErrBadOrdinal: {1005, "42601"}, sqlengine.ErrTooDeep: {2140, "42601"}, sqlengine.ErrUnknownParameter: {2211, "02000"},
}

func engineError(e *sqlengine.Error) *Error {
	at := fmt.Sprintf("error line %d at position %d", max(e.Near.Line, 1), max(e.Near.Column-1, 0))
	out := &Error{Line: e.Near.Line, Pos: max(e.Near.Column-1, 0)}
	switch e.Code {
	case sqlengine.ErrUnsupported, sqlengine.ErrUnsupportedRegex:
		return errUnsupported("%s", e.Message)
	case sqlengine.ErrUnknownColumn, sqlengine.ErrUnknownAlias:
		out.Code, out.SQLState, out.Message = codeInvalidIdentifier, "42000", "SQL compilation error: "+at+"\ninvalid identifier '"+e.Name+"'"
	case sqlengine.ErrAmbiguousColumn:
		out.Code, out.SQLState, out.Message = 2025, "42601", "SQL compilation error:\nambiguous column name '"+e.Name+"'"
	case sqlengine.ErrProjection:
		out.Code, out.SQLState, out.Message = codeProjection, "23001", "SQL compilation error: Projection policy violation, column '"+e.Name+"' cannot be projected."
	case sqlengine.ErrGrouping:
		out.Code, out.SQLState, out.Message = codeAggregation, "23001", "SQL compilation error: Aggregation policy violation: "+e.Message+"."
	case sqlengine.ErrJoining:
		out.Code, out.SQLState, out.Message = codeJoin, "23001", "SQL compilation error: Join Policy violation, please contact the policy admin for details"
	case sqlengine.ErrJoinKey:
		out.Code, out.SQLState, out.Message = codeJoinKey, "23001", "SQL compilation error: Join Policy violation, invalid join condition with reason: Disallowed join key used."
	case sqlengine.ErrUnknownFunction:
		out.Code, out.SQLState, out.Message = 2140, "42601", "SQL compilation error:\nUnknown function "+strings.ToUpper(e.Name)
	case sqlengine.ErrDivisionByZero:
		out.Code, out.SQLState, out.Message = codeDivision, "22012", "Division by zero"
	default:
		c, ok := engineCodes[e.Code]
		if !ok {
			c.code, c.state = 2014, "42601"
		}
		out.Code, out.SQLState, out.Message = c.code, c.state, "SQL compilation error: "+at+"\n"+e.Message
	}
	return out
}
