// Package counting writes classify's probes as SQL, one statement for the columns of one table or of several. The
// platforms say nearly all of it alike; what each says its own way is in a Language.
//
// The layers of a statement, from the inside out:
//
//	per table  the sampled rows, only the columns asked for, each value as trimmed text, NULL for blank
//	S          of each row one array: of each text its length and the part of it that checks look at
//	V          a row for each value: the column's number K, length L, text X
//	F          what checks see of X, a column for each form
//	           a row of counts for each K
//
// A check is written once, however many columns it is counted on, so that a statement hardly grows with them. Nothing
// but counts leaves it.
package counting

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/state"
)

// Language is how a platform says what not all say alike.
type Language struct {
	Table   func(state.Securable) (string, error)
	Column  func(name string) (string, error)
	Text    func(column string, t state.DataType) string // a value as text
	Sampled func(columns, table string, rows int) string // SELECT columns FROM table, of at most so many rows; 0: of all
	Array   func(items []string) string
	Explode func(source, array string) (from, position, item string) // FROM what gives an array's items with their positions, from 0, and how these are called

	Literal func(text string) (string, error)            // a text as a literal
	Like    func(column, pattern string) (string, error) // the whole text matches
	Int     func(text string) string                     // the number that digits spell, NULL for what is none
	Luhn    func(column string) string
	IBAN    func(column string) string
}

// Statement is what counts some probes, and what its rows mean.
type Statement struct {
	SQL    string
	probes []classify.Probe
	places []place // by K
	checks []asked
}

// place is a column of a probe.
type place struct{ probe, column int }

// asked is a check and the columns it is asked of.
type asked struct {
	check  classify.Check
	places []int // K, ascending
}

// New writes the statement that answers probes, of which each has a column at least.
func New(l Language, probes []classify.Probe) (*Statement, error) {
	s := &Statement{probes: probes}
	var tables []string
	for i, p := range probes {
		table, err := s.rows(l, i, p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Table, err)
		}
		tables = append(tables, table)
	}
	counts, err := s.counts(l)
	if err != nil {
		return nil, err
	}
	from, position, item := l.Explode("S", "A")
	s.SQL = "WITH S AS (" + strings.Join(tables, "\nUNION ALL ") + "),\n" +
		"E AS (SELECT B + " + position + " AS K, NULLIF(" + item + ", '') AS V FROM " + from + "),\n" +
		"V AS (SELECT K, " + l.Int("SUBSTR(V, 1, POSITION(' ', V) - 1)") + " AS L, SUBSTR(V, POSITION(' ', V) + 1) AS X FROM E),\n" +
		"F AS (SELECT K, L, " + strings.Join(s.forms(), ", ") + " FROM V)\n" +
		"SELECT K, " + strings.Join(counts, ",\n") + "\nFROM F GROUP BY K"
	return s, nil
}

// rows writes the arrays of one table, with the number of its first column, and notes its columns and checks.
func (s *Statement) rows(l Language, number int, p classify.Probe) (string, error) {
	table, err := l.Table(p.Table)
	if err != nil {
		return "", err
	}
	first := len(s.places)
	texts, items := make([]string, len(p.Columns)), make([]string, len(p.Columns))
	for i, c := range p.Columns {
		name, err := l.Column(c.Column.Column)
		if err != nil {
			return "", err
		}
		t := "T" + strconv.Itoa(i)
		texts[i] = "NULLIF(TRIM(" + l.Text(name, c.Type) + "), '') AS " + t
		items[i] = "COALESCE(CONCAT(LENGTH(" + t + "), ' ', LEFT(" + t + ", " + strconv.Itoa(classify.MaxText) + ")), '')"
		for _, check := range c.Checks {
			s.ask(check, len(s.places))
		}
		s.places = append(s.places, place{number, i})
	}
	return "SELECT " + strconv.Itoa(first) + " AS B, " + l.Array(items) + " AS A FROM (" + l.Sampled(strings.Join(texts, ", "), table, p.Rows) + ") R" + strconv.Itoa(number), nil
}

// ask notes that a check is asked of a column.
func (s *Statement) ask(check classify.Check, k int) {
	for i := range s.checks {
		if s.checks[i].check.Name == check.Name && s.checks[i].check.Equal(check) {
			s.checks[i].places = append(s.checks[i].places, k)
			return
		}
	}
	s.checks = append(s.checks, asked{check, []int{k}})
}

// formName is the column of a form.
func formName(f classify.Form) string { return "F" + strconv.Itoa(int(f)) }

// forms writes the forms that checks look at, each once.
func (s *Statement) forms() []string {
	const x, digits = "X", "REGEXP_REPLACE(X, '[ ./()-]', '')"
	spelled := [...]string{classify.FormTrim: x, classify.FormUpper: "UPPER(" + x + ")", classify.FormDigits: digits, classify.FormAlnum: "UPPER(" + digits + ")",
		classify.FormFirstWord: "SPLIT_PART(" + x + ", ' ', 1)", classify.FormLastWord: "SPLIT_PART(" + x + ", ' ', -1)"}
	used := map[classify.Form]bool{classify.FormTrim: true}
	for _, a := range s.checks {
		used[a.check.Form] = true
	}
	var out []string
	for f, sql := range spelled {
		if used[classify.Form(f)] {
			out = append(out, sql+" AS "+formName(classify.Form(f)))
		}
	}
	return out
}

func (s *Statement) counts(l Language) ([]string, error) {
	out := []string{"COUNT(*) AS N", "COUNT(L) AS V", "APPROX_COUNT_DISTINCT(" + formName(classify.FormTrim) + ") AS D", "MIN(L) AS A", "MAX(L) AS B"}
	for i, a := range s.checks {
		holds, err := condition(l, a.check)
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", a.check.Name, err)
		}
		if len(a.places) <= len(s.places)/2 {
			holds = "K IN (" + numbers(a.places) + ") AND " + holds
		}
		out = append(out, "COUNT_IF("+holds+") AS M"+strconv.Itoa(i))
	}
	return out, nil
}

func numbers(all []int) string {
	text := make([]string, len(all))
	for i, n := range all {
		text[i] = strconv.Itoa(n)
	}
	return strings.Join(text, ", ")
}

// condition writes a check; for a blank value, of which length and text are NULL, it does not hold.
func condition(l Language, c classify.Check) (string, error) {
	x := formName(c.Form)
	all := []string{"L IS NOT NULL"}
	if c.MinLen > 0 {
		all = append(all, "L >= "+strconv.Itoa(c.MinLen))
	}
	if c.MaxLen > 0 {
		all = append(all, "L <= "+strconv.Itoa(c.MaxLen))
	}
	if c.Pattern != "" {
		like, err := l.Like(x, c.Pattern)
		if err != nil {
			return "", err
		}
		all = append(all, like)
	}
	if c.Checksum != "" {
		sum, err := checksum(l, c.Checksum, x)
		if err != nil {
			return "", err
		}
		all = append(all, sum)
	}
	if len(c.Words) > 0 {
		words := make([]string, len(c.Words))
		for i, w := range c.Words {
			literal, err := l.Literal(w)
			if err != nil {
				return "", err
			}
			words[i] = literal
		}
		all = append(all, "LOWER("+x+") IN ("+strings.Join(words, ", ")+")")
	}
	return strings.Join(all, " AND "), nil
}

func checksum(l Language, name, x string) (string, error) {
	switch name {
	case "luhn":
		return l.Luhn(x), nil
	case "iban":
		return l.IBAN(x), nil
	}
	f, ok := classify.FormulaOf(name)
	if !ok {
		return "", fmt.Errorf("the checksum %s cannot be computed in SQL", name)
	}
	return formula(l, f, x)
}

// Read puts the counts together from the rows of an answer. Cell returns the text of a cell, "" and false for NULL. A
// column of which there is no row belongs to a table without rows.
func (s *Statement) Read(rows int, cell func(row int, column string) (string, bool)) ([]classify.Counts, error) {
	out := make([]classify.Counts, len(s.probes))
	for i, p := range s.probes {
		out[i] = classify.Counts{Table: p.Table, Columns: make([]classify.ColumnCounts, len(p.Columns))}
		for j, c := range p.Columns {
			one := classify.ColumnCounts{Column: c.Column, Matched: make(map[string]int64, len(c.Checks))}
			for _, check := range c.Checks {
				one.Matched[check.Name] = 0
			}
			out[i].Columns[j] = one
		}
	}
	var err error
	number := func(row int, column string) int64 {
		text, there := cell(row, column)
		if !there {
			return 0 // the shortest and longest of no values
		}
		n, bad := strconv.ParseInt(text, 10, 64)
		if bad != nil {
			err = fmt.Errorf("the count %s is no number", column)
		}
		return n
	}
	seen := make([]bool, len(s.places))
	for row := range rows {
		k := number(row, "K")
		if _, there := cell(row, "K"); !there || k < 0 || k >= int64(len(s.places)) || seen[k] {
			return nil, fmt.Errorf("row %d of the answer belongs to no column", row+1)
		}
		seen[k] = true
		at := s.places[k]
		table := &out[at.probe]
		table.Rows = number(row, "N")
		c := &table.Columns[at.column]
		c.Values, c.Distinct, c.MinLen, c.MaxLen = number(row, "V"), number(row, "D"), number(row, "A"), number(row, "B")
		for i, a := range s.checks {
			if _, wanted := c.Matched[a.check.Name]; wanted && a.of(int(k)) {
				c.Matched[a.check.Name] = number(row, "M"+strconv.Itoa(i))
			}
		}
	}
	return out, err
}

// of reports whether a check is asked of a column.
func (a asked) of(k int) bool {
	for _, p := range a.places {
		if p == k {
			return true
		}
	}
	return false
}

// Answer is what became of probes, with an error in each where they had none.
func Answer(probes []classify.Probe, counts []classify.Counts, err error) []classify.Counts {
	if err == nil {
		return counts
	}
	out := make([]classify.Counts, len(probes))
	for i, p := range probes {
		out[i] = classify.Counts{Table: p.Table, Err: err}
	}
	return out
}
