package sqlengine

import (
	"errors"
	"fmt"
)

// Pos is a place in a SQL text: Offset in bytes from 0, Line and Column from 1 (Column counts characters).
type Pos struct{ Offset, Line, Column int }

// SyntaxError is a text that cannot be lexed or parsed. Near is the offending token as written, or "<EOF>".
type SyntaxError struct {
	Line, Column int
	Near         string
	Message      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("syntax error at line %d column %d near %q: %s", e.Line, e.Column, e.Near, e.Message)
}

// ErrorCode tells one kind of engine error from another.
type ErrorCode uint8

// The kinds of engine errors. Name in the Error is what the comment says.
const (
	ErrUnsupported      ErrorCode = iota + 1 // a construct the engine does not have; its name
	ErrUnknownColumn                         // the column as written
	ErrAmbiguousColumn                       // the column as written
	ErrUnknownAlias                          // the qualifier of a t.* that names nothing
	ErrUnknownFunction                       // the function as written
	ErrUnknownTable                          // the table, where no Catalog was given
	ErrUnknownParameter                      // a bind or named parameter without a value
	ErrArgumentCount                         // the function
	ErrArgumentType                          // the function or operator
	ErrTypeMismatch                          // the operator or construct whose operands do not fit
	ErrInvalidArgument                       // the function given a value outside its domain
	ErrDivisionByZero                        // the operator
	ErrBadCast                               // the target type
	ErrOutOfRange                            // the type that cannot hold the value
	ErrTooLong                               // the type a text is too long for
	ErrAggregateMisuse                       // the aggregate or window function used where none is allowed
	ErrNotGrouped                            // the column neither grouped nor aggregated
	ErrSubqueryRows                          // a scalar subquery gave more than one row
	ErrSubqueryColumns                       // a subquery gives another number of columns than its place takes
	ErrSetColumns                            // the two sides of a set operation differ in columns; the operation
	ErrBadRegex                              // the pattern is not one of the vendor's
	ErrUnsupportedRegex                      // the pattern is the vendor's, but not one the engine can run
	ErrDuplicateAlias                        // the table alias used twice
	ErrBadOrdinal                            // GROUP BY or ORDER BY position outside the select list
	ErrProjection                            // a result has a column that must not be returned; the column
	ErrGrouping                              // rows that may be read in groups only are read otherwise
	ErrJoining                               // a table that must be joined is not, or not as it may be
	ErrJoinKey                               // a table that must be joined is joined on something else than its keys
	ErrTooDeep                               // views, functions or expressions nested too deep
)

// Error is an error of the engine's own. Near is its place in the statement, zero where none is known. Message never holds a cell value.
type Error struct {
	Code    ErrorCode
	Name    string
	Message string
	Near    Pos
}

func (e *Error) Error() string { return e.Message }

// Is makes errors.Is match two Errors by Code alone, so that errors.Is(err, &Error{Code: ErrDivisionByZero}) asks for the kind.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Message == ""
}

// CodeOf gives the code of the engine error in err's chain, or 0.
func CodeOf(err error) ErrorCode {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func errorf(code ErrorCode, name string, at Pos, format string, args ...any) *Error {
	return &Error{Code: code, Name: name, Near: at, Message: fmt.Sprintf(format, args...)}
}

func unsupported(name string, at Pos) *Error {
	return errorf(ErrUnsupported, name, at, "%s is not supported", name)
}
