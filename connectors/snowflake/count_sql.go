package snowflake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors/counting"
	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// maxSample is the most rows that SAMPLE takes by number; Snowflake's SAMPLE page, checked November 2026.
const maxSample = 1_000_000

// language is how Snowflake says what not every platform says alike.
var language = counting.Language{
	Table: dialect.Quoted,
	Column: func(name string) (string, error) {
		return dialect.Quoted(state.Securable{Kind: state.KindColumn, Column: name})
	},
	Text: text,
	Sampled: func(columns, table string, rows int) string {
		if rows > 0 {
			table += " SAMPLE (" + strconv.Itoa(min(rows, maxSample)) + " ROWS)"
		}
		return "SELECT " + columns + " FROM " + table
	},
	Array: func(items []string) string { return "ARRAY_CONSTRUCT(" + strings.Join(items, ", ") + ")" },
	Explode: func(source, array string) (from, position, item string) {
		return source + ", LATERAL FLATTEN(INPUT => " + source + "." + array + ") I", "I.INDEX", "CAST(I.VALUE AS VARCHAR)"
	},
	Literal: dialect.Literal,
	Like: func(column, pattern string) (string, error) {
		p, err := regex(pattern)
		return "REGEXP_LIKE(" + column + ", " + p + ")", err // stands for the whole value by itself
	},
	Int:  func(text string) string { return "TRY_TO_NUMBER(" + text + ")" },
	Luhn: luhn,
	IBAN: func(x string) string { return iban(x, ibanDigits(x)) },
}

// text writes a value as text; a float without a trailing .0.
func text(column string, t state.DataType) string {
	switch t.Family {
	case state.FamilyString:
		return column
	case state.FamilyFloat:
		return "REGEXP_REPLACE(CAST(" + column + " AS VARCHAR), '[.]0+$', '')"
	case state.FamilyBinary:
		return "HEX_ENCODE(" + column + ")"
	case state.FamilyDate: // a cast would follow the account's DATE_OUTPUT_FORMAT
		return "TO_VARCHAR(" + column + ", 'YYYY-MM-DD')"
	case state.FamilyTimestampNTZ, state.FamilyTimestampLTZ, state.FamilyTimestampTZ:
		return "TO_VARCHAR(" + column + ", 'YYYY-MM-DD HH24:MI:SS')"
	}
	return "CAST(" + column + " AS VARCHAR)"
}

// regex writes a pattern so that no backslash is lost: verbatim between dollar signs where that can hold it.
func regex(pattern string) (string, error) {
	if strings.Contains(pattern, "$$") || strings.HasSuffix(pattern, "$") || strings.ContainsRune(pattern, 0) {
		return dialect.Literal(pattern)
	}
	return "$$" + pattern + "$$", nil
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
