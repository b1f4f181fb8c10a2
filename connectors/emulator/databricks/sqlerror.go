package databricks

import (
	"errors"
	"fmt"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

func lower(s string) string { return strings.ToLower(s) }

func errUnresolvedColumn(name string) *Error {
	return errSQL("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703",
		"A column, variable, or function parameter with name %s cannot be resolved.", sqlengine.Databricks.Quote(name))
}

// asError turns whatever parsing and executing gave into a refusal with the
// platform's condition and SQLSTATE.
func asError(err error) *Error {
	var own *Error
	var syntax *sqlengine.SyntaxError
	var engine *sqlengine.Error
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &syntax):
		return errSQL("PARSE_SYNTAX_ERROR", "42601", "Syntax error at or near %s: %s. (line %d, pos %d)",
			near(syntax.Near), syntax.Message, syntax.Line, syntax.Column-1)
	case errors.As(err, &engine):
		return engineError(engine)
	}
	return &Error{500, "INTERNAL_ERROR", "INTERNAL_ERROR", "XX000", err.Error()}
}

func near(token string) string {
	if token == "<EOF>" {
		return "end of input"
	}
	return "'" + token + "'"
}

// conditions maps the engine's errors to the platform's conditions and SQLSTATEs.
var conditions = map[sqlengine.ErrorCode][2]string{
	sqlengine.ErrUnsupported:      {UnsupportedCode, "0A000"},
	sqlengine.ErrUnknownColumn:    {"UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703"},
	sqlengine.ErrAmbiguousColumn:  {"AMBIGUOUS_REFERENCE", "42704"},
	sqlengine.ErrUnknownAlias:     {"CANNOT_RESOLVE_STAR_EXPAND", "42704"},
	sqlengine.ErrUnknownFunction:  {"UNRESOLVED_ROUTINE", "42883"},
	sqlengine.ErrUnknownTable:     {"TABLE_OR_VIEW_NOT_FOUND", "42P01"},
	sqlengine.ErrUnknownParameter: {"UNBOUND_SQL_PARAMETER", "42P02"},
	sqlengine.ErrArgumentCount:    {"WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605"},
	sqlengine.ErrArgumentType:     {"DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09"},
	sqlengine.ErrTypeMismatch:     {"DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "42K09"},
	sqlengine.ErrInvalidArgument:  {"INVALID_PARAMETER_VALUE", "22023"},
	sqlengine.ErrDivisionByZero:   {"DIVIDE_BY_ZERO", "22012"},
	sqlengine.ErrBadCast:          {"CAST_INVALID_INPUT", "22018"},
	sqlengine.ErrOutOfRange:       {"NUMERIC_VALUE_OUT_OF_RANGE", "22003"},
	sqlengine.ErrTooLong:          {"EXCEED_LIMIT_LENGTH", "54006"},
	sqlengine.ErrAggregateMisuse:  {"INVALID_WHERE_CONDITION", "42903"},
	sqlengine.ErrNotGrouped:       {"MISSING_AGGREGATION", "42803"},
	sqlengine.ErrSubqueryRows:     {"SCALAR_SUBQUERY_TOO_MANY_ROWS", "21000"},
	sqlengine.ErrSubqueryColumns:  {"INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", "42823"},
	sqlengine.ErrSetColumns:       {"NUM_COLUMNS_MISMATCH", "42826"},
	sqlengine.ErrBadRegex:         {"INVALID_PARAMETER_VALUE.PATTERN", "22023"},
	sqlengine.ErrUnsupportedRegex: {UnsupportedCode, "0A000"},
	sqlengine.ErrDuplicateAlias:   {"AMBIGUOUS_REFERENCE", "42704"},
	sqlengine.ErrBadOrdinal:       {"GROUP_BY_POS_OUT_OF_RANGE", "42805"},
	sqlengine.ErrTooDeep:          {"FAILED_TO_PARSE_TOO_COMPLEX", "54001"},
}

func engineError(e *sqlengine.Error) *Error {
	c, ok := conditions[e.Code]
	if !ok {
		return &Error{500, "INTERNAL_ERROR", "INTERNAL_ERROR", "XX000", fmt.Sprintf("engine error %d: %s", e.Code, e.Message)}
	}
	return errSQL(c[0], c[1], "%s", sentence(e.Message))
}

func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}
