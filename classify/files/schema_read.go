package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// ReadSchema reads a schema from a JSON file: {table: {"comment", "columns": [{"name", "type", "comment"}]}}, where all
// but names may be left out or null. Other keys are passed over, as programs that write schemas have more to say; but one
// that is a slip of the pen away from these, one that is there twice, a column that is listed twice and a type that is
// none are errors with file, line and column.
func ReadSchema(path string) (Schema, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	r := schemaReader{path: path, data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	s, err := r.schema()
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return s, nil
}

// schemaReader reads the tokens of a schema, knowing where each stands.
type schemaReader struct {
	path string
	data []byte
	dec  *json.Decoder
	at   int64 // where the last token begins
}

func (r *schemaReader) schema() (Schema, error) {
	s := Schema{}
	err := r.object("tables", func(name string) (err error) {
		s[name], err = r.table()
		return err
	})
	if err != nil {
		return nil, err
	}
	if rest := bytes.TrimLeft(r.data[r.dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return nil, r.errorAt(int64(len(r.data)-len(rest)), "something stands behind the tables")
	}
	return s, nil
}

func (r *schemaReader) table() (t SchemaTable, err error) {
	err = r.object("a table", func(key string) (err error) {
		switch key {
		case "comment":
			t.Comment, err = r.text(key)
		case "columns":
			t.Columns, err = r.columns()
		default:
			err = r.other(key, "comment", "columns")
		}
		return err
	})
	return t, err
}

func (r *schemaReader) columns() (all []SchemaColumn, err error) {
	token, err := r.next()
	if err != nil || token == nil {
		return nil, err
	}
	if token != json.Delim('[') {
		return nil, r.errorf("columns is a list")
	}
	for r.dec.More() {
		c, at, err := r.column()
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(o SchemaColumn) bool { return o.Name == c.Name }) {
			return nil, r.errorAt(at, "column %q is listed twice", c.Name)
		}
		all = append(all, c)
	}
	_, err = r.next()
	return all, err
}

// column reads a column; at is where its name stands.
func (r *schemaReader) column() (c SchemaColumn, at int64, err error) {
	begin := r.start()
	at = -1
	err = r.object("a column", func(key string) (err error) {
		switch key {
		case "name":
			c.Name, err = r.text(key)
			at = r.at
		case "comment":
			c.Comment, err = r.text(key)
		case "type":
			if c.Type, err = r.text(key); err == nil && c.Type != "" && !isType(c.Type) {
				err = r.errorf("%q is no SQL type", c.Type)
			}
		default:
			err = r.other(key, "name", "type", "comment")
		}
		return err
	})
	if err == nil && at < 0 {
		err = r.errorAt(begin, "a column needs a name")
	}
	return c, at, err
}

// object reads an object, handing each key to do, which reads its value.
func (r *schemaReader) object(what string, do func(key string) error) error {
	token, err := r.next()
	if err != nil {
		return err
	}
	if token != json.Delim('{') {
		return r.errorf("%s: an object is needed here", what)
	}
	seen := map[string]bool{}
	for r.dec.More() {
		token, err := r.next()
		if err != nil {
			return err
		}
		key, _ := token.(string) // the decoder lets nothing else be one
		if seen[key] {
			return r.errorf("%q is there twice", key)
		}
		seen[key] = true
		if err := do(key); err != nil {
			return err
		}
	}
	_, err = r.next()
	return err
}

// other passes over the value of a key that is none of the known ones, unless it was meant to be one.
func (r *schemaReader) other(key string, known ...string) error {
	for _, k := range known {
		if slip(key, k) {
			return r.errorf("there is no key %q; did you mean %q?", key, k)
		}
	}
	for depth := 0; ; {
		token, err := r.next()
		switch {
		case err != nil:
			return err
		case token == json.Delim('{') || token == json.Delim('['):
			depth++
		case token == json.Delim('}') || token == json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// slip reports whether a word became the other by a letter that is wrong, missing, too many or at another place, or by
// capitals.
func slip(word, other string) bool {
	a, b := []rune(strings.ToLower(word)), []rune(other)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) <= 1 && len(b) <= 1 {
		return true
	}
	slices.Sort(a)
	b = slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// text reads a string, or null for none.
func (r *schemaReader) text(key string) (string, error) {
	token, err := r.next()
	if err != nil || token == nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", r.errorf("%s is a string", key)
	}
	return s, nil
}

func (r *schemaReader) next() (json.Token, error) {
	r.at = r.start()
	token, err := r.dec.Token()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, r.errorAt(int64(len(r.data)), "the file ends too early")
	}
	if err != nil {
		return nil, r.errorf("%w", err)
	}
	return token, nil
}

// start returns where the next token begins.
func (r *schemaReader) start() int64 {
	at := r.dec.InputOffset()
	return at + int64(len(r.data[at:])-len(bytes.TrimLeft(r.data[at:], " \t\r\n,:")))
}

func (r *schemaReader) errorf(format string, args ...any) error {
	return r.errorAt(r.at, format, args...)
}

func (r *schemaReader) errorAt(at int64, format string, args ...any) error {
	before := string(r.data[:min(at, int64(len(r.data)))])
	line := 1 + strings.Count(before, "\n")
	column := 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return fmt.Errorf("%s:%d:%d: %w", r.path, line, column, fmt.Errorf(format, args...))
}
