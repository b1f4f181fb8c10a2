package files

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/state"
)

// Options say what a run looks at.
type Options struct {
	Schema Schema // nil for none: types are guessed, and there are no comments
	// HideNames keeps names of tables and columns, and comments, from the classifiers: values and types alone decide.
	HideNames bool
	Seen      time.Time // put into findings
}

// Table is what was concluded about one file.
type Table struct {
	Name    string
	Columns []Column
	Err     error // why the file could not be read, with file and line; Columns is then empty
}

// Column is what was concluded about one column.
type Column struct {
	Name     string
	Type     state.DataType
	Decision classify.Decision // its Column has no name where names are hidden
}

// Classify classifies every CSV file of a folder, in the order of names. A file that cannot be read has its error in
// its Table. The error is of the whole: a folder that cannot be read or has no CSV file, a schema that does not fit.
func Classify(ctx context.Context, dir string, rules *classify.Rules, o Options) ([]Table, error) {
	paths, err := list(dir)
	if err != nil {
		return nil, err
	}
	if err := o.Schema.fits(dir, paths); err != nil {
		return nil, err
	}
	out := make([]Table, 0, len(paths))
	for _, p := range paths {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t := Table{Name: tableName(p)}
		t.Columns, t.Err = classifyFile(p, rules, o)
		out = append(out, t)
	}
	return out, nil
}

func tableName(path string) string {
	base := filepath.Base(path)
	return base[:len(base)-len(".csv")]
}

// list returns the paths of the CSV files right in the folder, sorted.
func list(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("classify files: %w", err)
	}
	var out []string
	for _, e := range entries {
		if !e.IsDir() && strings.EqualFold(filepath.Ext(e.Name()), ".csv") && len(e.Name()) > len(".csv") {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("classify files: %s has no file that ends in .csv", dir)
	}
	return out, nil
}

// fits reports a table of the schema that no file is of.
func (s Schema) fits(dir string, paths []string) error {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if !slices.ContainsFunc(paths, func(p string) bool { return tableName(p) == name }) {
			return fmt.Errorf("the schema has table %s, but %s has no %s.csv", name, dir, name)
		}
	}
	return nil
}

func classifyFile(path string, rules *classify.Rules, o Options) ([]Column, error) {
	names, err := header(path)
	if err != nil {
		return nil, err
	}
	name := tableName(path)
	columns, err := describe(path, name, names, o.Schema[name])
	if err != nil {
		return nil, err
	}
	table := classify.TableColumns{Table: state.Securable{Kind: state.KindTable, Name: name}, Comment: o.Schema[name].Comment, Columns: columns}
	if o.HideNames {
		table = hidden(table)
	}
	scan := state.ScanDeclaration{Values: classify.ValuesSample}
	counter, err := classify.NewCounter(classify.Probes(scan, []classify.TableColumns{table}, rules), table.Columns)
	if err != nil {
		return nil, err
	}
	if err := readRows(path, counter); err != nil {
		return nil, err
	}
	decisions := classify.Decide(scan, "", table, counter.Counts(), rules, o.Seen)
	out := make([]Column, len(names))
	for i, d := range decisions {
		out[i] = Column{Name: names[i], Type: columns[i].Type, Decision: d}
	}
	return out, nil
}

func readRows(path string, counter *classify.Counter) error {
	var row []classify.Value
	return eachRow(path, func(cells []string) {
		row = row[:0]
		for _, c := range cells {
			row = append(row, classify.Value{Text: c, Null: c == ""})
		}
		counter.Add(row)
	})
}

// hidden returns the table with every name and comment taken away. Columns are numbered, to be told apart.
func hidden(t classify.TableColumns) classify.TableColumns {
	out := classify.TableColumns{Table: state.Securable{Kind: t.Table.Kind}}
	for i, c := range t.Columns {
		c.Column.Name, c.Column.Column, c.Comment = "", strconv.Itoa(i+1), ""
		out.Columns = append(out.Columns, c)
	}
	return out
}

// describe puts together what is known of the columns before their values are looked at.
func describe(path, table string, names []string, known SchemaTable) ([]classify.Column, error) {
	said := map[string]SchemaColumn{}
	for _, c := range known.Columns {
		if !slices.Contains(names, c.Name) {
			return nil, fmt.Errorf("%s:1: the schema has column %q, the header has not", path, c.Name)
		}
		said[c.Name] = c
	}
	out := make([]classify.Column, len(names))
	types, err := guessTypes(path, names, said)
	if err != nil {
		return nil, err
	}
	for i, n := range names {
		out[i] = classify.Column{Column: state.Securable{Kind: state.KindColumn, Name: table, Column: n}, Type: types[i], Comment: said[n].Comment}
	}
	return out, nil
}

// guessTypes returns the columns' types, reading the file for those that the schema says none of.
func guessTypes(path string, names []string, said map[string]SchemaColumn) ([]state.DataType, error) {
	guesses := make([]guess, len(names))
	missing := slices.ContainsFunc(names, func(n string) bool { return said[n].Type == "" })
	if missing {
		err := eachRow(path, func(cells []string) {
			for i, c := range cells {
				guesses[i].add(c)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	out := make([]state.DataType, len(names))
	for i, n := range names {
		out[i] = guesses[i].dataType()
		if said[n].Type != "" {
			out[i] = dataType(said[n].Type)
		}
	}
	return out, nil
}

// header returns the names in the first row. Of columns of one name, the later ones get " (2)", " (3)" ... behind it.
func header(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read header: %w", err)
	}
	defer f.Close() // only read
	row, err := newReader(f).Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: the file is empty, a header row is needed", path)
	}
	if err != nil {
		return nil, located(path, err)
	}
	seen := map[string]int{}
	out := slices.Clone(row)
	for i, n := range out {
		seen[n]++
		if seen[n] > 1 {
			out[i] = fmt.Sprintf("%s (%d)", n, seen[n])
		}
	}
	return out, nil
}

// eachRow calls do with every row below the header. The cells are only good until it returns.
func eachRow(path string, do func(cells []string)) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	defer f.Close() // only read
	r := newReader(f)
	for first := true; ; first = false {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return located(path, err)
		}
		if !first {
			do(row)
		}
	}
}

// newReader reads CSV past a byte order mark.
func newReader(f io.Reader) *csv.Reader {
	b := bufio.NewReaderSize(f, 1<<16)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\uFEFF" {
		_, _ = b.Discard(3) // what was peeked is there
	}
	r := csv.NewReader(b)
	r.ReuseRecord = true
	return r
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
