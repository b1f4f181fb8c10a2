package files

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// sheet is a CSV file whose header was read.
type sheet struct {
	path      string
	separator rune
	names     []string // of the columns, no two alike
}

// openSheet finds out how a file is written and reads its header.
func openSheet(path string) (sheet, error) {
	s := sheet{path: path}
	f, err := os.Open(path)
	if err != nil {
		return s, fmt.Errorf("read header: %w", err)
	}
	defer f.Close() // only read
	if s.separator, err = findSeparator(path, unmarked(f)); err != nil {
		return s, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return s, fmt.Errorf("read header: %w", err)
	}
	r := s.reader(f)
	row, err := r.Read()
	if errors.Is(err, io.EOF) {
		return s, fmt.Errorf("%s:1: the file is empty, a header row is needed", path)
	}
	if err != nil {
		return s, located(path, err)
	}
	if err := s.isUTF8(r, row); err != nil {
		return s, err
	}
	if i := slices.IndexFunc(row, func(n string) bool { return strings.Contains(n, "\x00") }); i >= 0 {
		line, _ := r.FieldPos(i)
		return s, fmt.Errorf("%s:%d: not UTF-8 text: the header has zero bytes, as UTF-16 has", path, line)
	}
	if len(row) == 2 && strings.EqualFold(row[0], "sep=") && row[1] == "" {
		line, _ := r.FieldPos(0)
		return s, fmt.Errorf("%s:%d: a line that names the separator stands where the header has to; take it away", path, line)
	}
	s.names = numbered(row)
	return s, nil
}

// numbered returns the names with " (2)", " (3)" ... behind those that stood before, passing over what is a name itself.
func numbered(row []string) []string {
	taken := map[string]bool{}
	for _, n := range row {
		taken[n] = true
	}
	last := map[string]int{}
	out := slices.Clone(row)
	for i, n := range out {
		last[n]++
		if last[n] == 1 {
			continue
		}
		for taken[fmt.Sprintf("%s (%d)", n, last[n])] {
			last[n]++
		}
		out[i] = fmt.Sprintf("%s (%d)", n, last[n])
		taken[out[i]] = true
	}
	return out
}

// eachRow calls do with every row below the header until the context ends. The cells are only good until do returns.
func (s sheet) eachRow(ctx context.Context, do func(cells []string)) error {
	f, err := os.Open(s.path)
	if err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	defer f.Close() // only read
	r := s.reader(f)
	for first := true; ; first = false {
		if err := ctx.Err(); err != nil {
			return err
		}
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return located(s.path, err)
		}
		if err := s.isUTF8(r, row); err != nil {
			return err
		}
		if !first {
			do(row)
		}
	}
}

// isUTF8 reports the first cell of the row just read that is not UTF-8, without its text.
func (s sheet) isUTF8(r *csv.Reader, row []string) error {
	for i, cell := range row {
		if utf8.ValidString(cell) {
			continue
		}
		line, _ := r.FieldPos(i)
		valid := 0
		for valid < len(cell) {
			c, n := utf8.DecodeRuneInString(cell[valid:])
			if c == utf8.RuneError && n == 1 {
				break
			}
			valid += n
		}
		line += strings.Count(cell[:valid], "\n")
		return fmt.Errorf("%s:%d: not UTF-8 (Latin-1 or Windows-1252, perhaps); the file has to be converted", s.path, line)
	}
	return nil
}

func (s sheet) reader(f io.Reader) *csv.Reader {
	r := csv.NewReader(unmarked(f))
	r.Comma, r.ReuseRecord = s.separator, true
	return r
}

// unmarked reads past the byte order mark of UTF-8.
func unmarked(f io.Reader) *bufio.Reader {
	b := bufio.NewReaderSize(f, 1<<16)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\uFEFF" {
		_, _ = b.Discard(3) // what was peeked is there
	}
	return b
}

// separators that a header may have; the comma goes before the others.
const separators = ",;\t|"

// findSeparator reads a header up to its end: a comma wherever it has one outside of quotes, else what it has of the
// others, and the comma again where it has none. Two of the others are an error, and so are lines that end in CR alone,
// of which a reader would see one.
func findSeparator(path string, r *bufio.Reader) (rune, error) {
	if mark, err := r.Peek(2); err == nil && (string(mark) == "\xff\xfe" || string(mark) == "\xfe\xff") {
		return 0, fmt.Errorf("%s:1: not UTF-8 but UTF-16, as its byte order mark says; the file has to be converted", path)
	}
	var found []rune
	line, empty, quoted := 1, true, false
	for {
		c, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			return chosen(path, line, found)
		}
		if err != nil {
			return 0, fmt.Errorf("read header of %s: %w", path, err)
		}
		next, _ := r.Peek(1) // none at the end
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n' && (quoted || empty):
			line++
			continue
		case quoted:
		case c == '\n':
			return chosen(path, line, found)
		case c == '\r' && bytes.Equal(next, []byte("\n")):
			continue
		case c == '\r' && len(next) > 0:
			return 0, fmt.Errorf("%s:%d: lines end in CR alone; LF or CR LF is needed", path, line)
		case strings.IndexByte(separators, c) >= 0 && !slices.Contains(found, rune(c)):
			found = append(found, rune(c))
		}
		empty = false
	}
}

func chosen(path string, line int, found []rune) (rune, error) {
	switch {
	case len(found) == 0 || slices.Contains(found, ','):
		return ',', nil
	case len(found) == 1:
		return found[0], nil
	}
	return 0, fmt.Errorf("%s:%d: the header has no comma but both %q and %q, so what separates columns is not clear; quote names that have either", path, line, found[0], found[1])
}

// located puts file and line in front of a CSV error, and takes the line out of its text.
func located(path string, err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return fmt.Errorf("%s: %w", path, err)
	}
	line := cmp.Or(p.StartLine, p.Line)
	if errors.Is(p.Err, csv.ErrFieldCount) {
		return fmt.Errorf("%s:%d: the row has more or fewer fields than the header", path, p.Line)
	}
	return fmt.Errorf("%s:%d: %w", path, line, p.Err)
}
