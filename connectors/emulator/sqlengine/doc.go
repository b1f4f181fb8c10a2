// Package sqlengine parses and executes the SELECT statements and scalar expressions of two SQL dialects, Snowflake's and Databricks'.
// The embedded warehouses are built on it: they own the catalogue, the statements other than SELECT, privileges and vendor error codes;
// the engine owns lexing, expressions, static result types, three-valued logic, built-in functions and a small row executor.
//
// # Parsing
//
// A [Parser] is a cursor over the tokens of a text. It serves the engine's own grammar ([Parser.Query], [Parser.Expr], [Parser.Type]) and
// the DDL parsers of the warehouses, which walk it with [Parser.AcceptKeyword], [Parser.Name], [Parser.StringLiteral] and the like. Lexing
// errors surface where the cursor meets them. [Split] cuts a script into statements. All syntax errors are [*SyntaxError].
//
//	p := sqlengine.NewParser(sqlengine.Snowflake, "ALTER TABLE db.s.t SET TAG gov.pii = 'email'")
//	if p.AcceptKeyword("ALTER", "TABLE") {
//		name, err := p.Name()
//		...
//	}
//
// # Executing
//
// A [Session] holds what one statement sees: dialect, [Catalog], clock, time zone, binds, random seed. [Session.Prepare] resolves names and
// types and yields a [Statement], whose columns are known before any row is read; [Statement.Run] reads the rows. [Session.PrepareExpr] does
// the same for one scalar expression over named parameters: DEFAULT expressions, INSERT values, policy bodies.
//
// # Values
//
// A [Value] is one of
//
//	nil          NULL
//	bool         BOOLEAN
//	int64        exact numbers of scale 0 that fit
//	Decimal      all other exact numbers, with their scale
//	float64      FLOAT, DOUBLE
//	string       text
//	[]byte       BINARY
//	Date         DATE, days since 1970-01-01
//	TimeOfDay    TIME, nanoseconds since midnight
//	time.Time    all timestamps; wall clock in UTC for the NTZ kinds, an instant for LTZ, an instant with fixed zone for TZ
//	Array        ARRAY
//	*Map         OBJECT, MAP, STRUCT (ordered)
//	JSONNull     the JSON null inside VARIANT data, which is not SQL NULL
//	Interval     INTERVAL, in arithmetic with dates
//
// The static [Type] tells VARIANT from the plain kinds: a VARIANT holding text is a string.
//
// # Policies
//
// A [Table] may carry masks and a row filter. The filter is evaluated first, on raw rows; masks then replace their column wherever the query
// uses it: output, predicates, joins, grouping, order. A mask's arguments see the raw values of its row. Masks on columns that the query does
// not touch are never evaluated. Each policy has a Catalog of its own, so that its body runs with its owner's rights and knows its column.
//
// # Errors
//
// Errors of the Catalog pass through unchanged. The engine's own are [*SyntaxError] and [*Error], whose Code the warehouses map to vendor
// codes. What the engine does not support is refused with [ErrUnsupported] and its name; nothing is accepted and ignored.
package sqlengine
