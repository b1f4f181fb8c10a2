package sqlengine

import "strings"

// Dialect is the vendor whose SQL is spoken.
type Dialect uint8

// The dialects.
const (
	Snowflake Dialect = iota
	Databricks
)

func (d Dialect) String() string {
	if d == Databricks {
		return "databricks"
	}
	return "snowflake"
}

// Fold gives the stored form of an unquoted identifier: upper case on Snowflake, as written on Databricks, whose names keep their case and
// are compared without it.
func (d Dialect) Fold(ident string) string {
	if d == Snowflake {
		return strings.ToUpper(ident)
	}
	return ident
}

// SameName tells whether two stored identifiers name the same thing.
func (d Dialect) SameName(a, b string) bool {
	if d == Databricks {
		return strings.EqualFold(a, b)
	}
	return a == b
}

// key is the form of a stored identifier under which it is looked up in maps.
func (d Dialect) key(ident string) string {
	if d == Databricks {
		return strings.ToLower(ident)
	}
	return ident
}

// Quote writes a stored identifier so that the dialect reads it back unchanged.
func (d Dialect) Quote(ident string) string {
	q := `"`
	if d == Databricks {
		q = "`"
	}
	return q + strings.ReplaceAll(ident, q, q+q) + q
}

// Literal writes a text literal that the dialect reads back unchanged.
func (d Dialect) Literal(s string) string {
	r := strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\x00", `\0`)
	return "'" + r.Replace(s) + "'"
}

// IsReserved tells whether an unquoted word cannot be an identifier.
func (d Dialect) IsReserved(word string) bool {
	w := strings.ToUpper(word)
	if d == Databricks {
		return databricksReserved[w]
	}
	return snowflakeReserved[w]
}

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// Words Snowflake refuses as unquoted identifiers anywhere (reserved keywords page); those it only refuses as a table alias or as a column
// in an expression are in aliasStop and in the expression grammar.
var snowflakeReserved = wordSet(`ALL ALTER AND ANY AS BETWEEN BY CHECK COLUMN CONNECT CREATE CURRENT DELETE DISTINCT DROP ELSE EXISTS
	FOLLOWING FOR FROM GRANT GROUP HAVING ILIKE IN INCREMENT INSERT INTERSECT INTO IS LIKE MINUS NOT NULL OF ON OR ORDER QUALIFY REGEXP
	REVOKE RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE TABLESAMPLE THEN TO TRIGGER UNION UNIQUE UPDATE VALUES WHENEVER WHERE WITH
	CASE CAST TRY_CAST TRUE FALSE WHEN`)

// Databricks reserves next to nothing; these would make the grammar ambiguous as bare identifiers.
var databricksReserved = wordSet(`SELECT FROM WHERE GROUP HAVING ORDER UNION EXCEPT INTERSECT MINUS CASE WHEN THEN ELSE AND OR NOT NULL
	TRUE FALSE IN IS LIKE BETWEEN AS ON`)

// aliasStop are the words that end an item in place of starting an implicit alias.
var aliasStop = wordSet(`CROSS FULL INNER JOIN LEFT LATERAL NATURAL RIGHT USING ANTI SEMI EXCEPT INTERSECT UNION MINUS ON WHERE GROUP
	HAVING ORDER LIMIT OFFSET FETCH QUALIFY WINDOW SAMPLE TABLESAMPLE FROM WITH AS SELECT PIVOT UNPIVOT ASOF AT BEFORE MATCH_RECOGNIZE
	CLUSTER DISTRIBUTE SORT THEN ELSE END WHEN AND OR NOT IN IS LIKE ILIKE RLIKE REGEXP BETWEEN INTO VALUES SET ASC DESC NULLS ESCAPE OUTER
	CHANGES VERSION TIMESTAMP FOR RETURN MATCH_CONDITION CONNECT START`)
