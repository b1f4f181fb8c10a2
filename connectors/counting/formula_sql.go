package counting

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/polsync/polsync/classify"
)

// formula writes a checksum over the text x, a column, as a condition. What cannot be computed is NULL, and no condition
// over it holds.
func formula(l Language, f classify.Formula, x string) (string, error) {
	w := formulaWriter{Language: l, x: x}
	sql := w.condition(f)
	return sql, w.err
}

type formulaWriter struct {
	Language
	x   string
	err error
}

func (w *formulaWriter) condition(f classify.Formula) string {
	switch f := f.(type) {
	case classify.All:
		return "(" + join(f, w.condition, " AND ") + ")"
	case classify.Any:
		return "(" + join(f, w.condition, " OR ") + ")"
	case classify.Like:
		return w.keep(w.Like(w.x, f.Pattern))
	case classify.Same:
		return w.text(f.A) + " = " + w.text(f.B)
	}
	w.err = fmt.Errorf("a condition of a checksum, %T, is not known", f)
	return ""
}

func (w *formulaWriter) text(t classify.FormulaText) string {
	switch t := t.(type) {
	case classify.Part:
		return substr(w.x, strconv.Itoa(t.From), t.Len)
	case classify.LastPart:
		return substr("RIGHT(REGEXP_REPLACE("+w.x+", '[^0-9]', ''), "+strconv.Itoa(t.Of)+")", strconv.Itoa(t.From), t.Len)
	case classify.Spelled:
		return "TRANSLATE(" + substr(w.x, strconv.Itoa(t.From), t.Len) + ", " + w.literal(t.Old) + ", " + w.literal(t.New) + ")"
	case classify.Join:
		return "CONCAT(" + join(t, w.text, ", ") + ")"
	case classify.Pick:
		at := w.number(t.N) + " + 1"
		if t.Width > 1 {
			at = strconv.Itoa(t.Width) + " * (" + w.number(t.N) + ") + 1"
		}
		return substr(w.literal(t.Table), at, t.Width)
	case classify.Constant:
		return w.literal(string(t))
	}
	w.err = fmt.Errorf("a text of a checksum, %T, is not known", t)
	return ""
}

func (w *formulaWriter) number(n classify.FormulaNumber) string {
	switch n := n.(type) {
	case classify.Int:
		return w.Int(w.text(n.Text))
	case classify.Find:
		// POSITION is 0 for a character that is not in the alphabet.
		return "NULLIF(POSITION(NULLIF(" + w.text(n.Text) + ", ''), " + w.literal(n.Alphabet) + "), 0) - 1"
	case classify.Count:
		p := substr(w.x, strconv.Itoa(n.From), n.Len)
		return "LENGTH(" + p + ") - LENGTH(REPLACE(" + p + ", " + w.literal(n.Char) + ", ''))"
	case classify.Sum:
		return "(" + join(n, w.number, " + ") + ")"
	case classify.Times:
		if n.K == 1 {
			return w.number(n.N)
		}
		return strconv.Itoa(n.K) + " * (" + w.number(n.N) + ")"
	case classify.Mod:
		return "MOD(" + w.number(n.N) + ", " + strconv.Itoa(n.M) + ")"
	case classify.Whole:
		return strconv.Itoa(int(n))
	}
	w.err = fmt.Errorf("a number of a checksum, %T, is not known", n)
	return ""
}

func (w *formulaWriter) literal(text string) string { return w.keep(w.Literal(text)) }

func (w *formulaWriter) keep(sql string, err error) string {
	if err != nil {
		w.err = err
	}
	return sql
}

func substr(t, from string, n int) string {
	return "SUBSTR(" + t + ", " + from + ", " + strconv.Itoa(n) + ")"
}

func join[S ~[]E, E any](all S, write func(E) string, between string) string {
	parts := make([]string, len(all))
	for i, one := range all {
		parts[i] = write(one)
	}
	return strings.Join(parts, between)
}
