package databricks

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors/counting"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

// Count implements connectors.Platform. Only the end of the context is an error.
func (p *Platform) Count(ctx context.Context, probes []classify.Probe) ([]classify.Counts, error) {
	out, err := p.count(ctx, probes)
	if ctx.Err() != nil {
		return nil, p.wrap("count values", ctx.Err())
	}
	return counting.Answer(probes, out, err), nil
}

func (p *Platform) count(ctx context.Context, probes []classify.Probe) ([]classify.Counts, error) {
	s, err := counting.New(language, probes)
	var out []classify.Counts
	if err == nil {
		var t *table
		if t, _, err = p.client.run(ctx, reads, s.SQL); err == nil {
			out, err = s.Read(len(t.rows), func(row int, column string) (string, bool) {
				return t.text(row, column), t.cell(row, column) != nil
			})
		}
	}
	if err != nil {
		what := "count values of " + probes[0].Table.String()
		if len(probes) > 1 {
			what += fmt.Sprintf(" and %d others", len(probes)-1)
		}
		return nil, p.wrap(what, private(err)) // messages may quote values
	}
	return out, nil
}

// language is how Databricks says what not every platform says alike.
var language = counting.Language{
	Table:  func(s state.Securable) (string, error) { return dialect.QualifiedName(s.Parts()...), nil },
	Column: func(name string) (string, error) { return dialect.QuoteName(name), nil },
	Text:   text,
	Sampled: func(columns, table string, rows int) string {
		sql := "SELECT " + columns + " FROM " + table
		if rows > 0 {
			sql += " LIMIT " + strconv.Itoa(rows)
		}
		return sql
	},
	Array: func(items []string) string { return "array(" + strings.Join(items, ", ") + ")" },
	Explode: func(source, array string) (from, position, item string) {
		return source + " LATERAL VIEW posexplode(" + array + ") I AS position, item", "position", "item"
	},
	Literal: func(text string) (string, error) { return dialect.Literal(text), nil },
	Like:    func(column, pattern string) (string, error) { return column + " RLIKE " + whole(pattern), nil },
	Int:     func(text string) string { return "TRY_CAST(" + text + " AS BIGINT)" },
	Luhn:    luhn,
	IBAN:    iban,
}

// text writes a value as text; a float without a trailing .0. Strings are cast too: texts of columns with different
// collations cannot stand in one array.
func text(column string, t state.DataType) string {
	s := "CAST(" + column + " AS STRING)"
	if t.Family == state.FamilyFloat {
		return "regexp_replace(" + s + ", '[.]0+$', '')"
	}
	return s
}

// whole writes a pattern that the whole text has to match: $ would also match before a line break at the end.
func whole(pattern string) string { return dialect.Literal(`^(?:` + pattern + `)\z`) }

// luhn writes the Luhn sum of a text of digits that are not all zero.
func luhn(x string) string {
	return "(" + x + " RLIKE '^[0-9]*[1-9][0-9]*$' AND aggregate(sequence(1, length(" + x + ")), 0, (a, i) -> a + " +
		luhnDigit("try_cast(substr(reverse("+x+"), i, 1) AS INT)") + ") % 10 = 0)"
}

// iban writes remainder 1 by 97 of the text with its first four characters at the end and letters as numbers from 10.
func iban(x string) string {
	turned := "concat(substr(" + x + ", 5), left(" + x + ", 4))"
	char := "substr(" + turned + ", i, 1)"
	return "(length(" + x + ") BETWEEN 15 AND 34 AND " + x + " RLIKE '^[0-9A-Z]+$' AND aggregate(sequence(1, length(" + x + ")), 0, (a, i) -> " +
		"if(" + char + " RLIKE '[0-9]', a * 10 + ascii(" + char + ") - 48, a * 100 + ascii(" + char + ") - 55) % 97) = 1)"
}

// luhnDigit returns what the digit d at position i from the right adds.
func luhnDigit(d string) string {
	return "if(i % 2 = 1, " + d + ", if(" + d + " > 4, " + d + " * 2 - 9, " + d + " * 2))"
}
