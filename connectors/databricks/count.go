package databricks

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/connectors/formula"
	"github.com/polsync/polsync/state"
)

// Count implements connectors.Platform: one statement for each probe, several at once. What a table refuses is in its
// Counts; only the end of the context ends the whole.
func (p *Platform) Count(ctx context.Context, probes []classify.Probe) ([]classify.Counts, error) {
	all := make([]classify.Counts, len(probes))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(p.opt.Concurrency)
	for i, probe := range probes {
		g.Go(func() error {
			all[i] = p.count(gctx, probe)
			return gctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, p.wrap("count values", err)
	}
	return all, nil
}

func (p *Platform) count(ctx context.Context, probe classify.Probe) classify.Counts {
	out := classify.Counts{Table: probe.Table}
	sql, err := countSQL(probe)
	if err == nil {
		var t *table
		if t, _, err = p.client.run(ctx, reads, sql); err == nil {
			err = readCounts(&out, probe, t)
		}
	}
	if err != nil {
		out.Err = p.wrap("count values of "+probe.Table.String(), private(err)) // messages may quote values
	}
	return out
}

// countSQL returns the statement that counts. Inside out: the rows, their values as trimmed text, the part of it that
// checks look at, the counts.
func countSQL(p classify.Probe) (string, error) {
	var texts, parts []string
	counts := []string{"count(*) AS n"}
	for i, c := range p.Columns {
		t := "t" + strconv.Itoa(i)
		x := "x" + strconv.Itoa(i)
		texts = append(texts, textOf(c)+" AS "+t)
		parts = append(parts, t)
		for _, f := range formsOf(c.Checks) {
			parts = append(parts, formOf(f, "left("+t+", "+strconv.Itoa(classify.MaxText)+")")+" AS "+formName(x, f))
		}
		id := "c" + strconv.Itoa(i)
		counts = append(counts, "count("+t+") AS "+id+"_n", "approx_count_distinct("+t+") AS "+id+"_d", "min(length("+t+")) AS "+id+"_min", "max(length("+t+")) AS "+id+"_max")
		for j, check := range c.Checks {
			test, err := checkSQL(check, t, x)
			if err != nil {
				return "", fmt.Errorf("check %s of %s: %w", check.Name, c.Column, err)
			}
			counts = append(counts, "count_if("+test+") AS "+id+"_"+strconv.Itoa(j))
		}
	}
	rows := "SELECT " + strings.Join(texts, ", ") + " FROM " + dialect.QualifiedName(p.Table.Parts()...)
	if len(texts) == 0 {
		rows = "SELECT 1 AS one FROM " + dialect.QualifiedName(p.Table.Parts()...)
		parts = []string{"one"}
	}
	if p.Rows > 0 {
		rows += " LIMIT " + strconv.Itoa(p.Rows)
	}
	return "SELECT " + strings.Join(counts, ", ") + " FROM (SELECT " + strings.Join(parts, ", ") + " FROM (" + rows + "))", nil
}

// textOf returns a column's values as trimmed text, blank ones as NULL.
func textOf(c classify.ColumnProbe) string {
	v := dialect.QuoteName(c.Column.Column)
	if c.Type.Family != state.FamilyString {
		v = "CAST(" + v + " AS STRING)"
	}
	v = "trim(" + v + ")"
	if c.Type.Family == state.FamilyFloat {
		v = "regexp_replace(" + v + ", '[.]0+$', '')"
	}
	return "nullif(" + v + ", '')"
}

const separators = "'[ ./()-]'"

// formOf returns the SQL of a form of the text x.
func formOf(f classify.Form, x string) string {
	switch f {
	case classify.FormUpper:
		return "upper(" + x + ")"
	case classify.FormDigits:
		return "regexp_replace(" + x + ", " + separators + ", '')"
	case classify.FormAlnum:
		return "upper(regexp_replace(" + x + ", " + separators + ", ''))"
	case classify.FormFirstWord:
		return "split_part(" + x + ", ' ', 1)"
	case classify.FormLastWord:
		return "split_part(" + x + ", ' ', -1)"
	}
	return x
}

// formsOf lists the forms that checks look at, each once.
func formsOf(checks []classify.Check) []classify.Form {
	var forms []classify.Form
	for _, c := range checks {
		if !slices.Contains(forms, c.Form) {
			forms = append(forms, c.Form)
		}
	}
	return forms
}

func formName(x string, f classify.Form) string { return x + "_" + strconv.Itoa(int(f)) }

// checkSQL returns the condition under which a check holds for the trimmed text t, of which checks look at forms of x.
func checkSQL(c classify.Check, t, x string) (string, error) {
	tests := []string{t + " IS NOT NULL"}
	form := formName(x, c.Form)
	if c.MinLen > 0 {
		tests = append(tests, "length("+t+") >= "+strconv.Itoa(c.MinLen))
	}
	if c.MaxLen > 0 {
		tests = append(tests, "length("+t+") <= "+strconv.Itoa(c.MaxLen))
	}
	if c.Pattern != "" {
		tests = append(tests, form+" RLIKE "+whole(c.Pattern))
	}
	if len(c.Words) > 0 {
		tests = append(tests, "lower("+form+") IN ("+literals(c.Words)+")")
	}
	if c.Checksum != "" {
		sum, err := checksumSQL(c.Checksum, form)
		if err != nil {
			return "", err
		}
		tests = append(tests, sum)
	}
	return strings.Join(tests, " AND "), nil
}

// checksumSQL returns the condition that a checksum holds. Characters that are no digits make a sum NULL.
func checksumSQL(name, form string) (string, error) {
	switch name {
	case "luhn":
		return "(" + form + " RLIKE '^[0-9]*[1-9][0-9]*$' AND aggregate(sequence(1, length(" + form + ")), 0, (a, i) -> a + " +
			luhnDigit("try_cast(substr(reverse("+form+"), i, 1) AS INT)") + ") % 10 = 0)", nil
	case "iban":
		turned := "concat(substr(" + form + ", 5), left(" + form + ", 4))"
		char := "substr(" + turned + ", i, 1)"
		return "(length(" + form + ") BETWEEN 15 AND 34 AND " + form + " RLIKE '^[0-9A-Z]+$' AND aggregate(sequence(1, length(" + form + ")), 0, (a, i) -> " +
			"if(" + char + " RLIKE '[0-9]', a * 10 + ascii(" + char + ") - 48, a * 100 + ascii(" + char + ") - 55) % 97) = 1)", nil
	}
	f, ok := classify.FormulaOf(name)
	if !ok {
		return "", fmt.Errorf("the checksum %s is not computed in SQL", name)
	}
	return formula.Write(language, f, form)
}

// language is how Databricks says what not every platform says alike.
var language = formula.Language{
	Literal: func(text string) (string, error) { return dialect.Literal(text), nil },
	Like:    func(column, pattern string) (string, error) { return column + " RLIKE " + whole(pattern), nil },
	Int:     func(text string) string { return "TRY_CAST(" + text + " AS BIGINT)" },
}

// whole writes a pattern that the whole text has to match: $ would also match before a line break at the end.
func whole(pattern string) string { return dialect.Literal(`^(?:` + pattern + `)\z`) }

// luhnDigit returns what the digit d at position i from the right adds.
func luhnDigit(d string) string {
	return "if(i % 2 = 1, " + d + ", if(" + d + " > 4, " + d + " * 2 - 9, " + d + " * 2))"
}

// readCounts reads the one row of a count.
func readCounts(out *classify.Counts, p classify.Probe, t *table) error {
	if len(t.rows) != 1 {
		return fmt.Errorf("%d rows of counts: %w", len(t.rows), errCut)
	}
	var err error
	number := func(column string) int64 {
		cell := t.cell(0, column)
		if cell == nil {
			return 0 // the shortest and longest of no values
		}
		n, bad := strconv.ParseInt(*cell, 10, 64)
		if bad != nil {
			err = fmt.Errorf("the count %s is no number", column)
		}
		return n
	}
	out.Rows = number("n")
	for i, c := range p.Columns {
		id := "c" + strconv.Itoa(i)
		counts := classify.ColumnCounts{Column: c.Column, Values: number(id + "_n"), Distinct: number(id + "_d"), MinLen: number(id + "_min"), MaxLen: number(id + "_max"),
			Matched: make(map[string]int64, len(c.Checks))}
		for j, check := range c.Checks {
			counts.Matched[check.Name] = number(id + "_" + strconv.Itoa(j))
		}
		out.Columns = append(out.Columns, counts)
	}
	return err
}
