package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Values returns the documents of a file as JSON has them: maps, lists, strings, float64, bool and nil. Times and
// words that only some readers take for booleans are what Parse takes them for, so that a JSON Schema can be held
// against the reader.
func Values(data []byte) ([]any, error) {
	var all []any
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var n yaml.Node
		err := dec.Decode(&n)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			_, what := syntax(err)
			return nil, errors.New(what)
		}
		d := Node{n: n.Content[0], errs: &Errors{}}
		if !d.sound() {
			return nil, fmt.Errorf("reading values: %w", *d.errs)
		}
		all = append(all, d.value())
	}
}

func (d Node) value() any {
	t := d.target()
	switch t.Kind {
	case yaml.SequenceNode:
		list := make([]any, len(t.Content))
		for i, c := range t.Content {
			list[i] = Node{d.file, c, d.errs}.value()
		}
		return list
	case yaml.MappingNode:
		out := map[string]any{}
		for _, p := range d.Pairs() {
			out[p.Key.Text()] = p.Value.value()
		}
		return out
	}
	return d.scalar()
}

func (d Node) scalar() any {
	t := d.target()
	switch {
	case t.Tag == "!!null":
		return nil
	case t.Tag == "!!bool":
		return strings.EqualFold(t.Value, "true")
	case oldBool(t):
		return true
	case d.IsNumber():
		if v, err := strconv.ParseFloat(t.Value, 64); err == nil {
			return v
		}
	}
	return t.Value
}
