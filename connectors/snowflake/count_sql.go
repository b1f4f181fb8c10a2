package snowflake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors/formula"
	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// countStatement writes a probe as one SELECT. Nothing but counts leaves it. Its layers are
//
//	s  the sampled rows, only the columns asked for
//	t  each value's trimmed text, NULL for blank (T), and what checks see of it (F_form, and digits for IBAN)
//	   one row of counts
func countStatement(p classify.Probe) (string, error) {
	table, err := dialect.Quoted(p.Table)
	if err != nil {
		return "", err
	}
	var sampled, texts, forms []string
	counts := []string{"COUNT(*) AS N"}
	for i, c := range p.Columns {
		col := probed{index: strconv.Itoa(i), probe: c}
		name, err := dialect.Quoted(state.Securable{Kind: state.KindColumn, Column: c.Column.Column})
		if err != nil {
			return "", err
		}
		sampled = append(sampled, name+" AS C"+col.index)
		texts = append(texts, col.text())
		forms = append(forms, col.forms()...)
		more, err := col.counts()
		if err != nil {
			return "", err
		}
		counts = append(counts, more...)
	}
	from := table
	if p.Rows > 0 {
		from += " SAMPLE (" + strconv.Itoa(min(p.Rows, maxSample)) + " ROWS)"
	}
	return "WITH S AS (SELECT " + strings.Join(sampled, ", ") + " FROM " + from + "),\n" +
		"T AS (SELECT " + strings.Join(texts, ", ") + " FROM S),\n" +
		"F AS (SELECT *, " + strings.Join(forms, ", ") + " FROM T)\n" +
		"SELECT " + strings.Join(counts, ",\n") + "\nFROM F", nil
}

// maxSample is the most rows that SAMPLE takes by number; Snowflake's SAMPLE page, checked November 2026.
const maxSample = 1_000_000

// probed is one column of a probe, with its number in the names of the statement's inner columns.
type probed struct {
	index string
	probe classify.ColumnProbe
}

// text writes the trimmed text of a value; of a float without a trailing .0.
func (c probed) text() string {
	v := "C" + c.index
	switch c.probe.Type.Family {
	case state.FamilyString:
	case state.FamilyFloat:
		v = "REGEXP_REPLACE(CAST(" + v + " AS VARCHAR), '[.]0+$', '')"
	case state.FamilyBinary:
		v = "HEX_ENCODE(" + v + ")"
	default:
		v = "CAST(" + v + " AS VARCHAR)"
	}
	return "NULLIF(TRIM(" + v + "), '') AS T" + c.index
}

// forms writes the forms that the column's checks look at, each once.
func (c probed) forms() []string {
	x := "LEFT(T" + c.index + ", " + strconv.Itoa(classify.MaxText) + ")"
	digits := "REGEXP_REPLACE(" + x + ", '[ ./()-]', '')"
	spelled := map[classify.Form]string{
		classify.FormTrim: x, classify.FormUpper: "UPPER(" + x + ")", classify.FormDigits: digits, classify.FormAlnum: "UPPER(" + digits + ")",
		classify.FormFirstWord: "SPLIT_PART(" + x + ", ' ', 1)", classify.FormLastWord: "SPLIT_PART(" + x + ", ' ', -1)",
	}
	used := map[classify.Form]bool{classify.FormTrim: true}
	iban := map[classify.Form]bool{}
	for _, check := range c.probe.Checks {
		used[check.Form] = true
		iban[check.Form] = iban[check.Form] || check.Checksum == "iban"
	}
	var out []string
	for f := classify.FormTrim; f <= classify.FormLastWord; f++ {
		if used[f] {
			out = append(out, spelled[f]+" AS "+c.form(f))
		}
		if iban[f] {
			out = append(out, ibanDigits(spelled[f])+" AS "+c.ibanName(f))
		}
	}
	return out
}

func (c probed) form(f classify.Form) string { return "F" + c.index + "_" + strconv.Itoa(int(f)) }

func (c probed) ibanName(f classify.Form) string {
	return "I" + c.index + "_" + strconv.Itoa(int(f))
}

func (c probed) counts() ([]string, error) {
	t := "T" + c.index
	out := []string{
		"COUNT(" + t + ") AS V" + c.index,
		"APPROX_COUNT_DISTINCT(" + t + ") AS D" + c.index,
		"MIN(LENGTH(" + t + ")) AS A" + c.index,
		"MAX(LENGTH(" + t + ")) AS B" + c.index,
	}
	for j, check := range c.probe.Checks {
		holds, err := c.holds(check)
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", check.Name, err)
		}
		out = append(out, "COUNT_IF("+holds+") AS M"+c.index+"_"+strconv.Itoa(j))
	}
	return out, nil
}

// holds writes a check as a condition; for a blank value, which is NULL, none is true.
func (c probed) holds(check classify.Check) (string, error) {
	t, x := "T"+c.index, c.form(check.Form)
	all := []string{t + " IS NOT NULL"}
	if check.MinLen > 0 {
		all = append(all, "LENGTH("+t+") >= "+strconv.Itoa(check.MinLen))
	}
	if check.MaxLen > 0 {
		all = append(all, "LENGTH("+t+") <= "+strconv.Itoa(check.MaxLen))
	}
	if check.Pattern != "" {
		pattern, err := regex(check.Pattern)
		if err != nil {
			return "", err
		}
		all = append(all, "REGEXP_LIKE("+x+", "+pattern+")") // stands for the whole value by itself
	}
	if check.Checksum != "" {
		sum, err := c.checksum(check)
		if err != nil {
			return "", err
		}
		all = append(all, sum)
	}
	if len(check.Words) > 0 {
		words := make([]string, len(check.Words))
		for i, w := range check.Words {
			literal, err := dialect.Literal(w)
			if err != nil {
				return "", err
			}
			words[i] = literal
		}
		all = append(all, "LOWER("+x+") IN ("+strings.Join(words, ", ")+")")
	}
	return strings.Join(all, " AND "), nil
}

// regex writes a pattern so that no backslash is lost: verbatim between dollar signs where that can hold it.
func regex(pattern string) (string, error) {
	if strings.Contains(pattern, "$$") || strings.HasSuffix(pattern, "$") || strings.ContainsRune(pattern, 0) {
		return dialect.Literal(pattern)
	}
	return "$$" + pattern + "$$", nil
}

func (c probed) checksum(check classify.Check) (string, error) {
	x := c.form(check.Form)
	switch check.Checksum {
	case "luhn":
		return luhn(x), nil
	case "iban":
		return iban(x, c.ibanName(check.Form)), nil
	}
	f, ok := classify.FormulaOf(check.Checksum)
	if !ok {
		return "", fmt.Errorf("the checksum %s cannot be computed in the account", check.Checksum)
	}
	return formula.Write(language, f, x)
}

// language is how Snowflake says what not every platform says alike.
var language = formula.Language{
	Literal: dialect.Literal,
	Like: func(column, pattern string) (string, error) {
		p, err := regex(pattern)
		return "REGEXP_LIKE(" + column + ", " + p + ")", err
	},
	Int: func(text string) string { return "TRY_TO_NUMBER(" + text + ")" },
}

// luhnDigits is the longest number whose Luhn sum is computed; longer ones have none. ISO/IEC 7812 ends at 19, IMEI
// at 16.
const luhnDigits = 32

// luhn writes the Luhn sum of a text of digits that are not all zero. Zeros in front change no sum, so a text padded
// to an even length has its doubled digits at the odd places.
func luhn(x string) string {
	padded := "LPAD(" + x + ", " + strconv.Itoa(luhnDigits) + ", '0')"
	terms := make([]string, luhnDigits)
	for i := range terms {
		d := "SUBSTR(" + padded + ", " + strconv.Itoa(i+1) + ", 1)"
		if i%2 == 0 {
			// The sum of the digits of twice d stands at place d of the table.
			d = "SUBSTR('0246813579', TRY_TO_NUMBER(" + d + ") + 1, 1)"
		}
		terms[i] = "TRY_TO_NUMBER(" + d + ")"
	}
	return "LENGTH(" + x + ") <= " + strconv.Itoa(luhnDigits) + " AND REGEXP_LIKE(" + x + ", '[0-9]*[1-9][0-9]*') AND MOD(" + strings.Join(terms, " + ") + ", 10) = 0"
}

const (
	ibanMin, ibanMax = 15, 34 // characters of an IBAN
	ibanChunk        = 9      // digits that are one number at a time
	ibanWidth        = 72     // twice ibanMax, up to whole chunks
)

// ibanDigits moves the first four characters to the end, spells letters as numbers from 10 and pads with zeros.
func ibanDigits(x string) string {
	x = "LEFT(" + x + ", " + strconv.Itoa(ibanMax+1) + ")"
	d := "SUBSTR(" + x + ", 5) || LEFT(" + x + ", 4)"
	for l := 'A'; l <= 'Z'; l++ {
		d = "REPLACE(" + d + ", '" + string(l) + "', '" + strconv.Itoa(int(l-'A')+10) + "')"
	}
	return "LPAD(" + d + ", " + strconv.Itoa(ibanWidth) + ", '0')"
}

// iban writes remainder 1 by 97, chunk by chunk: each chunk counts as often as its power of ten leaves by 97.
func iban(x, digits string) string {
	var terms []string
	weight := 1
	for from := ibanWidth - ibanChunk + 1; from >= 1; from -= ibanChunk {
		terms = append(terms, fmt.Sprintf("%d * TRY_TO_NUMBER(SUBSTR(%s, %d, %d))", weight, digits, from, ibanChunk))
		for range ibanChunk {
			weight = weight * 10 % 97
		}
	}
	slices.Reverse(terms)
	return fmt.Sprintf("LENGTH(%s) BETWEEN %d AND %d AND REGEXP_LIKE(%s, '[A-Z0-9]+') AND MOD(%s, 97) = 1", x, ibanMin, ibanMax, x, strings.Join(terms, " + "))
}
