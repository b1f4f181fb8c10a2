package sqlengine

import "strings"

// Part is one part of a dotted name. Text is the stored form (see Dialect.Fold).
type Part struct {
	Text   string
	Quoted bool
}

// Name is a dotted name, outermost part first.
type Name []Part

// NameOf makes a name of stored parts.
func NameOf(parts ...string) Name {
	n := make(Name, len(parts))
	for i, p := range parts {
		n[i] = Part{Text: p, Quoted: true}
	}
	return n
}

// String joins the stored parts with dots, without quotes: for messages, not for SQL.
func (n Name) String() string { return strings.Join(n.Texts(), ".") }

// Texts gives the stored parts.
func (n Name) Texts() []string {
	out := make([]string, len(n))
	for i, p := range n {
		out[i] = p.Text
	}
	return out
}

// Last gives the stored last part, "" of an empty name.
func (n Name) Last() string {
	if len(n) == 0 {
		return ""
	}
	return n[len(n)-1].Text
}

// Expr is a node of a scalar expression.
type Expr interface{ Pos() Pos }

// At is the place of a node.
type At struct{ Place Pos }

// Pos gives the place of the node's first token.
func (a At) Pos() Pos { return a.Place }

// The nodes of scalar expressions.
type (
	// Literal is a constant.
	Literal struct {
		At
		Value Value
		Type  Type
	}
	// ColumnRef is a column, or a parameter of a function body: name, t.name, s.t.name, d.s.t.name.
	ColumnRef struct {
		At
		Name Name
	}
	// PositionRef is Snowflake's $1.
	PositionRef struct {
		At
		Qualifier Name
		Index     int // from 1
	}
	// Star is * or t.*, in select lists and COUNT(*). Except are Databricks' EXCEPT and Snowflake's EXCLUDE columns, ILike Snowflake's pattern.
	Star struct {
		At
		Qualifier Name
		Except    []Name
		ILike     string
		Rename    []SelectItem
		Replace   []SelectItem
	}
	// Bind is ? (Index from 1) or :name.
	Bind struct {
		At
		Index int
		Name  string
	}
	// Variable is Snowflake's $name.
	Variable struct {
		At
		Name string
	}
	// Call is a function call.
	Call struct {
		At
		Name     Name
		Args     []Expr
		Named    []NamedArg
		Distinct bool
		OrderBy  []OrderItem // WITHIN GROUP
		Filter   Expr        // FILTER (WHERE ...)
		Nulls    string      // "IGNORE" or "RESPECT" NULLS
		Over     *Window
		Bare     bool // written without parentheses: CURRENT_DATE
	}
	// NamedArg is x => e.
	NamedArg struct {
		Name  string
		Value Expr
	}
	// Window is the OVER clause.
	Window struct {
		PartitionBy []Expr
		OrderBy     []OrderItem
		Frame       *Frame
	}
	// Frame is the frame of a window.
	Frame struct {
		Rows       bool // else RANGE
		Start, End Bound
	}
	// Bound is one end of a frame: Offset rows before (negative) or behind, or unbounded.
	Bound struct {
		Unbounded bool
		Offset    int
	}
	// Unary is -x, +x, NOT x, ~x.
	Unary struct {
		At
		Op string
		X  Expr
	}
	// Binary is an operator between two expressions, AND and OR included.
	Binary struct {
		At
		Op   string
		L, R Expr
	}
	// Is is x IS [NOT] NULL, TRUE, FALSE, UNKNOWN.
	Is struct {
		At
		X    Expr
		Not  bool
		What string
	}
	// IsDistinct is l IS [NOT] DISTINCT FROM r.
	IsDistinct struct {
		At
		L, R Expr
		Not  bool
	}
	// In is x [NOT] IN (list) or (query).
	In struct {
		At
		X     Expr
		Not   bool
		List  []Expr
		Query *Query
	}
	// Between is x [NOT] BETWEEN lo AND hi.
	Between struct {
		At
		X, Low, High Expr
		Not          bool
	}
	// Like is x [NOT] LIKE, ILIKE, RLIKE pattern. Quantifier is "", "ANY" or "ALL", with several Patterns.
	Like struct {
		At
		X          Expr
		Op         string
		Not        bool
		Patterns   []Expr
		Quantifier string
		Escape     Expr
	}
	// Exists is EXISTS (query).
	Exists struct {
		At
		Query *Query
	}
	// Subquery is a query in place of a scalar.
	Subquery struct {
		At
		Query *Query
	}
	// Case is CASE [operand] WHEN ... END.
	Case struct {
		At
		Operand Expr
		Whens   []When
		Else    Expr
	}
	// When is one branch of a Case.
	When struct{ Cond, Then Expr }
	// Cast is CAST, TRY_CAST and ::.
	Cast struct {
		At
		X    Expr
		Type Type
		Try  bool
	}
	// Access is x:name, x.name and x[index] into nested data.
	Access struct {
		At
		X     Expr
		Field string // "" where Index is used
		Index Expr
		Colon bool // written with a colon: a path into VARIANT or JSON text
	}
	// Lambda is x -> e, (x, y) -> e.
	Lambda struct {
		At
		Params []string
		Body   Expr
	}
	// Tuple is (a, b).
	Tuple struct {
		At
		Items []Expr
	}
	// ArrayLit is [a, b].
	ArrayLit struct {
		At
		Items []Expr
	}
	// ObjectLit is {'k': v}.
	ObjectLit struct {
		At
		Keys   []string
		Values []Expr
	}
)

// Query is a complete query: WITH, body, ORDER BY, LIMIT.
type Query struct {
	At
	With      []CTE
	Recursive bool
	Body      QueryBody
	OrderBy   []OrderItem
	OrderAll  bool
	Limit     Expr
	Offset    Expr
}

// CTE is one WITH entry.
type CTE struct {
	Name    Part
	Columns []Part
	Query   *Query
}

// QueryBody is *Select, *SetOp, *Values or *Query (in parentheses).
type QueryBody interface{ Pos() Pos }

// SetOp is UNION, EXCEPT (MINUS), INTERSECT.
type SetOp struct {
	At
	Op     string
	All    bool
	ByName bool
	L, R   QueryBody
}

// Values is VALUES (a, b), (c, d).
type Values struct {
	At
	Rows [][]Expr
}

// Select is one SELECT block.
type Select struct {
	At
	Distinct   bool
	Items      []SelectItem
	From       []TableExpr // comma-separated
	Where      Expr
	GroupBy    []Expr
	GroupByAll bool
	Having     Expr
	Qualify    Expr
	Laterals   []LateralView
}

// SelectItem is one entry of a select list. Alias is zero where none is given; Text is the expression as written.
type SelectItem struct {
	Expr  Expr
	Alias Part
	Names []Part // Databricks: AS (a, b), of a function that gives several columns
	Text  string
}

// OrderItem is one ORDER BY entry. Nulls is "", "FIRST" or "LAST".
type OrderItem struct {
	Expr  Expr
	Desc  bool
	Nulls string
}

// TableExpr is an entry of FROM: *TableName, *TableFunc, *Derived, *Join.
type TableExpr interface{ Pos() Pos }

// Alias is [AS] t [(a, b)].
type Alias struct {
	Name    Part
	Columns []Part
}

// Sample is SAMPLE or TABLESAMPLE: Rows or Percent, the other nil.
type Sample struct {
	Rows, Percent Expr
	Block         bool
	Seed          Expr
}

// The entries of FROM.
type (
	// TableName is a table, view or CTE.
	TableName struct {
		At
		Name   Name
		Alias  Alias
		Sample *Sample
	}
	// TableFunc is TABLE(f(...)), f(...) and FLATTEN, with Lateral where it may see the tables before it.
	TableFunc struct {
		At
		Call    *Call
		Lateral bool
		Outer   bool // Databricks LATERAL VIEW OUTER
		Alias   Alias
		Sample  *Sample
	}
	// Derived is a query in parentheses.
	Derived struct {
		At
		Query   *Query
		Lateral bool
		Alias   Alias
		Sample  *Sample
	}
	// Join is a join of two entries. Kind is INNER, LEFT, RIGHT, FULL, CROSS, SEMI, ANTI.
	Join struct {
		At
		Kind    string
		Natural bool
		L, R    TableExpr
		On      Expr
		Using   []Part
	}
	// LateralView is Databricks' LATERAL VIEW [OUTER] f(...) t AS a, b.
	LateralView struct {
		Outer bool
		Call  *Call
		Alias Alias
	}
)
