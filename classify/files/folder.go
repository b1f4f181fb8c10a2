package files

import (
	"context"
	"fmt"
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
	Path    string
	Columns []Column
	Doubts  []string // what was not taken as the schema has it, with file and column
	Err     error    // why the file could not be read, with file and line, or the context's error where it ended before the file was done; Columns is then empty
}

// Column is what was concluded about one column.
type Column struct {
	Name     string
	Type     state.DataType
	Decision classify.Decision // its Column has no name where names are hidden
}

// Classify classifies every CSV file of a folder, in the order of names. A file that cannot be read has its error in
// its Table, and so has one that was not looked at, or not to its end, because the context ended. The error is of the
// whole: a folder that cannot be read or has no CSV file, two files of one name, a schema that does not fit.
func Classify(ctx context.Context, dir string, rules *classify.Rules, o Options) ([]Table, error) {
	paths, err := listFor(dir, o)
	if err != nil {
		return nil, err
	}
	out := make([]Table, 0, len(paths))
	for _, p := range paths {
		out = append(out, countFile(ctx, p, rules, o).decide(ctx, rules, o.Seen))
	}
	return out, nil
}

// Counted is what was counted in one file, before anything is concluded from it.
type Counted struct {
	file  Table // without decisions
	table classify.TableColumns
	count []classify.Counts
}

// Count counts what Classify does and concludes nothing yet, so that several Rules of the same classifiers can conclude
// from the same counts. Errors are as of Classify.
func Count(ctx context.Context, dir string, rules *classify.Rules, o Options) ([]Counted, error) {
	paths, err := listFor(dir, o)
	if err != nil {
		return nil, err
	}
	var out []Counted
	for _, p := range paths {
		out = append(out, countFile(ctx, p, rules, o))
	}
	return out, nil
}

// Decide concludes about the file's columns. The rules have the classifiers that were counted for.
func (c Counted) Decide(rules *classify.Rules) Table {
	return c.decide(context.Background(), rules, time.Time{})
}

func (c Counted) decide(ctx context.Context, rules *classify.Rules, seen time.Time) Table {
	t := c.file
	if t.Err != nil {
		return t
	}
	decisions, err := unlessDone(ctx, func() []classify.Decision {
		return classify.Decide(state.ScanDeclaration{Values: classify.ValuesSample}, "", c.table, c.count, rules, seen)
	})
	if err != nil {
		t.Columns, t.Doubts, t.Err = nil, nil, err
		return t
	}
	t.Columns = slices.Clone(t.Columns)
	for i, d := range decisions {
		t.Columns[i].Decision = d
	}
	return t
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
	for i := 1; i < len(out); i++ {
		if j := slices.IndexFunc(out[:i], func(p string) bool { return tableName(p) == tableName(out[i]) }); j >= 0 {
			return nil, fmt.Errorf("classify files: %s and %s are one table", out[j], out[i])
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("classify files: %s has no file that ends in .csv", dir)
	}
	return out, nil
}

// listFor is list of a folder that the schema fits.
func listFor(dir string, o Options) ([]string, error) {
	paths, err := list(dir)
	if err != nil {
		return nil, err
	}
	return paths, o.Schema.fits(dir, paths)
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

func countFile(ctx context.Context, path string, rules *classify.Rules, o Options) Counted {
	c := Counted{file: Table{Name: tableName(path), Path: path, Err: ctx.Err()}}
	if c.file.Err == nil {
		c.file.Err = c.read(ctx, rules, o)
	}
	return c
}

func (c *Counted) read(ctx context.Context, rules *classify.Rules, o Options) error {
	s, err := openSheet(c.file.Path)
	if err != nil {
		return err
	}
	name := c.file.Name
	described, doubts, err := describe(ctx, s, name, o.Schema[name])
	if err != nil {
		return err
	}
	c.table = classify.TableColumns{Table: state.Securable{Kind: state.KindTable, Name: name}, Comment: o.Schema[name].Comment, Columns: described}
	if o.HideNames {
		c.table = hidden(c.table)
	}
	counter, err := newCounter(ctx, state.ScanDeclaration{Values: classify.ValuesSample}, c.table, rules)
	if err != nil {
		return err
	}
	if err := count(ctx, s, counter); err != nil {
		return err
	}
	c.count, c.file.Doubts = counter.Counts(), doubts
	for i, n := range s.names {
		c.file.Columns = append(c.file.Columns, Column{Name: n, Type: described[i].Type})
	}
	return nil
}

func newCounter(ctx context.Context, scan state.ScanDeclaration, table classify.TableColumns, rules *classify.Rules) (*classify.Counter, error) {
	type made struct {
		counter *classify.Counter
		err     error
	}
	m, err := unlessDone(ctx, func() (m made) {
		m.counter, m.err = classify.NewCounter(classify.Probes(scan, []classify.TableColumns{table}, rules), table.Columns)
		return m
	})
	if err != nil {
		return nil, err
	}
	return m.counter, m.err
}

// unlessDone returns what do returns, or the context's error as soon as it ends. What is done for thousands of columns
// at once takes long and asks for no context; do then comes to its end unheard, and must touch only what nobody else
// does.
func unlessDone[T any](ctx context.Context, do func() T) (T, error) {
	result := make(chan T, 1)
	go func() { result <- do() }()
	select {
	case r := <-result:
		return r, nil
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

func count(ctx context.Context, s sheet, counter *classify.Counter) error {
	var row []classify.Value
	return s.eachRow(ctx, func(cells []string) {
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

// describe puts together what is known of the columns before what they hold is looked for, and says of which the
// schema's type was not believed.
func describe(ctx context.Context, s sheet, table string, known SchemaTable) (out []classify.Column, doubts []string, err error) {
	said := map[string]SchemaColumn{}
	for _, c := range known.Columns {
		if !slices.Contains(s.names, c.Name) {
			return nil, nil, fmt.Errorf("%s:1: the schema has column %q, the header has not", s.path, c.Name)
		}
		said[c.Name] = c
	}
	types, doubted, err := findTypes(ctx, s, said)
	if err != nil {
		return nil, nil, err
	}
	for i, n := range s.names {
		if doubted[i] {
			doubts = append(doubts, fmt.Sprintf("%s: column %s is %s in the schema, but most of its values are not; it is taken as text", s.path, state.QuotePart(n), said[n].Type))
		}
		out = append(out, classify.Column{Column: state.Securable{Kind: state.KindColumn, Name: table, Column: n}, Type: types[i], Comment: said[n].Comment})
	}
	return out, doubts, nil
}

// findTypes returns the columns' types, reading the file for those that the schema says none of and for those that it
// says are no text, and which of the latter are text all the same.
func findTypes(ctx context.Context, s sheet, said map[string]SchemaColumn) (types []state.DataType, doubted []bool, err error) {
	guesses, claims := make([]guess, len(s.names)), make([]claim, len(s.names))
	needed := false
	for i, n := range s.names {
		claims[i].looks = looks[dataType(said[n].Type).Family]
		needed = needed || said[n].Type == "" || claims[i].looks != nil
	}
	if needed {
		err := s.eachRow(ctx, func(cells []string) {
			for i, c := range cells {
				if said[s.names[i]].Type == "" {
					guesses[i].add(c)
				} else {
					claims[i].add(c)
				}
			}
		})
		if err != nil {
			return nil, nil, err
		}
	}
	types, doubted = make([]state.DataType, len(s.names)), make([]bool, len(s.names))
	for i, n := range s.names {
		switch {
		case said[n].Type == "":
			types[i] = guesses[i].dataType()
		case claims[i].false():
			types[i], doubted[i] = text, true
		default:
			types[i] = dataType(said[n].Type)
		}
	}
	return types, doubted, nil
}
