package document

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Node is a place in a document that was found to have its shape. The zero Node stands for something left out.
type Node struct {
	file string
	n    *yaml.Node
	errs *Errors
}

// maxBytes is the size of a file beyond which it is refused unread.
const maxBytes = 64 << 20

// Parse reads the documents of a file; each must have the shape. Mistakes go to errs; a document with some is
// returned all the same, so that what else is wrong with it can be said in one go.
func Parse(file string, data []byte, shape *Shape, errs *Errors) []Node {
	if err := sane(data); err != "" {
		*errs = append(*errs, Error{File: file, Message: err})
		return nil
	}
	if line := mergeMarker(data); line > 0 {
		*errs = append(*errs, Error{File: file, Line: line, Column: 1, Message: "a merge conflict was left in the file"})
		return nil
	}
	var docs []Node
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	for {
		var y yaml.Node
		err := dec.Decode(&y)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				line, msg := syntax(err)
				*errs = append(*errs, Error{File: file, Line: line, Column: 1, Message: msg})
				return nil
			}
			break
		}
		if len(y.Content) == 0 {
			continue
		}
		before := len(*errs)
		d := Node{file, y.Content[0], errs}
		ok := d.sound()
		if ok {
			d.check(shape, 0)
		}
		for i := before; i < len(*errs); i++ {
			(*errs)[i].shape = true
		}
		if ok {
			docs = append(docs, d)
		}
	}
	if len(docs) == 0 && len(*errs) == 0 {
		*errs = append(*errs, Error{File: file, Message: "the file is empty; an empty file declares nothing by accident, so it is refused"})
	}
	return docs
}

func sane(data []byte) string {
	switch {
	case len(data) > maxBytes:
		return fmt.Sprintf("the file is larger than %d MiB", maxBytes>>20)
	case !utf8.Valid(data):
		return "the file is not valid UTF-8"
	case strings.ContainsRune(string(data), 0):
		return "the file contains a NUL character"
	}
	return ""
}

func mergeMarker(data []byte) int {
	for i, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "<<<<<<< ") || strings.HasPrefix(line, ">>>>>>> ") || line == "=======" {
			return i + 1
		}
	}
	return 0
}

// syntax returns the line and what is wrong, without the library's name or anything from the file.
func syntax(err error) (int, string) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if n, tail, ok := strings.Cut(rest, ": "); ok {
			if v, err := strconv.Atoi(n); err == nil {
				line, text = v, tail
			}
		}
	}
	if strings.Contains(text, "unknown anchor") {
		text = "an alias names an anchor that is not there"
	}
	return line, "not valid YAML: " + text
}

// Errorf reports a mistake at the node.
func (d Node) Errorf(format string, args ...any) {
	e := Error{File: d.file, Message: fmt.Sprintf(format, args...)}
	if d.n != nil {
		e.Line, e.Column = d.n.Line, d.n.Column
	}
	*d.errs = append(*d.errs, e)
}

// Place returns the node's file, line and column.
func (d Node) Place() (file string, line, column int) {
	if d.n == nil {
		return d.file, 0, 0
	}
	return d.file, d.n.Line, d.n.Column
}

// Given reports whether something was written; null counts as nothing.
func (d Node) Given() bool { return d.n != nil && d.target().Tag != "!!null" }

func (d Node) target() *yaml.Node {
	if d.n.Kind == yaml.AliasNode {
		return d.n.Alias
	}
	return d.n
}

// Get returns the value under a key.
func (d Node) Get(key string) Node {
	if d.n == nil || d.target().Kind != yaml.MappingNode {
		return Node{file: d.file, errs: d.errs}
	}
	t := d.target()
	for i := 0; i+1 < len(t.Content); i += 2 {
		if t.Content[i].Value == key {
			return Node{d.file, t.Content[i+1], d.errs}
		}
	}
	return Node{file: d.file, errs: d.errs}
}

// Key returns the place of a key, for errors about its presence.
func (d Node) Key(key string) Node {
	t := d.target()
	for i := 0; i+1 < len(t.Content); i += 2 {
		if t.Content[i].Value == key {
			return Node{d.file, t.Content[i], d.errs}
		}
	}
	return d
}

// Has reports whether a key was written, even with null.
func (d Node) Has(key string) bool { return d.n != nil && d.Get(key).n != nil }

// List returns the elements of a list; of a single value, itself; of nothing, none.
func (d Node) List() []Node {
	if !d.Given() {
		return nil
	}
	t := d.target()
	if t.Kind != yaml.SequenceNode {
		return []Node{d}
	}
	all := make([]Node, len(t.Content))
	for i, c := range t.Content {
		all[i] = Node{d.file, c, d.errs}
	}
	return all
}

// Pair is a key and its value.
type Pair struct {
	Key   Node
	Value Node
}

// Pairs returns the keys and values of a mapping in their order.
func (d Node) Pairs() []Pair {
	if !d.Given() || d.target().Kind != yaml.MappingNode {
		return nil
	}
	t := d.target()
	var all []Pair
	for i := 0; i+1 < len(t.Content); i += 2 {
		all = append(all, Pair{Node{d.file, t.Content[i], d.errs}, Node{d.file, t.Content[i+1], d.errs}})
	}
	return all
}

// IsMap reports whether a mapping was written.
func (d Node) IsMap() bool { return d.Given() && d.target().Kind == yaml.MappingNode }

// IsList reports whether a list was written.
func (d Node) IsList() bool { return d.Given() && d.target().Kind == yaml.SequenceNode }

// Text returns a scalar as written, "" for nothing.
func (d Node) Text() string {
	if !d.Given() {
		return ""
	}
	return d.target().Value
}

// Texts returns the scalars of a list.
func (d Node) Texts() []string {
	var all []string
	for _, e := range d.List() {
		all = append(all, e.Text())
	}
	return all
}

// Bool returns a flag, or what stands where it was left out.
func (d Node) Bool(otherwise bool) bool {
	if !d.Given() {
		return otherwise
	}
	return strings.EqualFold(d.target().Value, "true")
}

// Int returns a whole number, or what stands where it was left out.
func (d Node) Int(otherwise int) int {
	n, err := strconv.Atoi(d.Text())
	if err != nil {
		return otherwise // the shape was checked: it was left out
	}
	return n
}

// Float returns a number, or what stands where it was left out.
func (d Node) Float(otherwise float64) float64 {
	n, err := strconv.ParseFloat(d.Text(), 64)
	if err != nil {
		return otherwise // the shape was checked: it was left out
	}
	return n
}

// IsNumber reports whether a scalar was written as a number.
func (d Node) IsNumber() bool {
	return d.Given() && (d.target().Tag == "!!int" || d.target().Tag == "!!float")
}
