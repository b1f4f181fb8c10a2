package document

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxDepth bounds nesting; nothing in the language comes near it.
const maxDepth = 40

// check reports everything in which the node has not the shape.
func (d Node) check(s *Shape, depth int) {
	if depth > maxDepth {
		d.Errorf("nested too deeply")
		return
	}
	if !slices.Contains(plainTags, d.target().Tag) {
		return // reported already
	}
	switch s.Kind {
	case Either:
		d.checkEither(s, depth)
	case List:
		d.checkList(s, depth)
	case Map, Object:
		d.checkMapping(s, depth)
	default:
		d.checkScalar(s)
	}
}

func (d Node) checkEither(s *Shape, depth int) {
	for _, c := range s.Choices {
		if d.fits(c) {
			if c.Kind == String && len(c.Enum) > 0 && !slices.Contains(c.Enum, d.target().Value) && slices.ContainsFunc(s.Choices, func(o *Shape) bool { return o.Kind == List }) {
				d.Errorf("%s is not the word that stands here, which is %s; values are written as a list: [%s]", shown(c, d.target().Value), strings.Join(c.Enum, ", "), d.target().Value)
				return
			}
			d.check(c, depth)
			return
		}
	}
	d.Errorf("expected %s, found %s", d.expected(s), d.found())
}

// fits reports whether the node is of the YAML kind that a shape needs, and for objects whether a key tells them.
func (d Node) fits(s *Shape) bool {
	switch t := d.target(); s.Kind {
	case Object:
		return t.Kind == yaml.MappingNode
	case Map:
		return t.Kind == yaml.MappingNode
	case List:
		return t.Kind == yaml.SequenceNode || d.fits(s.Of)
	case Either:
		return slices.ContainsFunc(s.Choices, d.fits)
	case Bool:
		return t.Kind == yaml.ScalarNode && t.Tag == "!!bool"
	case Integer, Number:
		return t.Kind == yaml.ScalarNode && (t.Tag == "!!int" || t.Tag == "!!float")
	default:
		return t.Kind == yaml.ScalarNode
	}
}

func (d Node) checkList(s *Shape, depth int) {
	t := d.target()
	if t.Kind == yaml.SequenceNode {
		for _, c := range t.Content {
			Node{d.file, c, d.errs}.check(s.Of, depth+1)
		}
		return
	}
	if t.Tag == "!!null" {
		d.Errorf("expected a list, found nothing; write [] for none")
		return
	}
	d.check(s.Of, depth+1)
}

func (d Node) checkMapping(s *Shape, depth int) {
	t := d.target()
	if t.Kind != yaml.MappingNode {
		d.Errorf("expected %s, found %s", d.expected(s), d.found())
		return
	}
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(t.Content); i += 2 {
		key, value := t.Content[i], Node{d.file, t.Content[i+1], d.errs}
		at := Node{d.file, key, d.errs}
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			continue // reported already
		}
		if first := seen[key.Value]; first != nil {
			at.Errorf("%s stands here twice; first at line %d", strconv.Quote(key.Value), first.Line)
			continue
		}
		seen[key.Value] = key
		d.checkPair(s, at, key.Value, value, depth)
	}
	for _, f := range s.Fields {
		if f.Required && seen[f.Name] == nil {
			d.Errorf("%q is missing here", f.Name)
		}
	}
}

func (d Node) checkPair(s *Shape, at Node, key string, value Node, depth int) {
	if s.Kind == Map {
		value.check(s.Of, depth+1)
		return
	}
	f := s.field(key)
	if f == nil {
		at.Errorf("unknown key %s; %s", strconv.Quote(key), OneOf(key, s.names()))
		return
	}
	if value.target().Tag == "!!null" && f.Shape.Kind != List {
		at.Errorf("%q has no value; leave the key out, or give it one", key)
		return
	}
	if f.Required && f.Shape.Kind == List && value.IsList() && len(value.List()) == 0 {
		value.Errorf("%q is empty; name at least one", key)
		return
	}
	if f.Required && f.Shape.Kind == String && value.target().Kind == yaml.ScalarNode && value.Text() == "" {
		value.Errorf("%q is empty; give it a value", key)
		return
	}
	value.check(f.Shape, depth+1)
}

func (d Node) checkScalar(s *Shape) {
	t := d.target()
	if t.Kind != yaml.ScalarNode {
		d.Errorf("expected %s, found %s", d.expected(s), d.found())
		return
	}
	if s.Secret && t.Tag != "!!str" {
		d.Errorf("%s", SecretRule)
		return
	}
	switch s.Kind {
	case String:
		d.checkString(s)
	case Bool:
		if t.Tag != "!!bool" || !strings.EqualFold(t.Value, "true") && !strings.EqualFold(t.Value, "false") {
			if oldBool(t) || t.Tag == "!!bool" {
				d.Errorf("expected true or false, found %s, which only some readers of YAML take for one of them", shown(s, t.Value))
				return
			}
			d.Errorf("expected true or false, found %s", d.found())
		}
	case Integer, Number:
		d.checkNumber(s)
	case Moment:
		if t.Tag != "!!timestamp" && t.Tag != "!!str" {
			d.Errorf("expected %s, found %s", d.expected(s), d.found())
		}
	case Constant:
		if t.Tag == "!!null" || t.Tag == "!!timestamp" || oldBool(t) || d.IsNumber() && !decimal.MatchString(t.Value) {
			d.Errorf("expected a constant; write a string in quotes: %s", d.quoted(s))
		}
	}
}

// SecretRule is what is said of a secret that was written out. It does not repeat it.
const SecretRule = "a secret is never written here; write env:NAME, file:PATH or exec:COMMAND"

// decimal is a number that every reader takes for the same one.
var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]*)([.][0-9]+)?$`)

// checkString wants a string that every YAML reader takes for one: what an old or a strict reader would take for a
// number, a boolean or a date needs quotes.
func (d Node) checkString(s *Shape) {
	t := d.target()
	if t.Tag != "!!str" || oldBool(t) && !s.Secret {
		d.Errorf("expected a string, found %s; put it in quotes: %s", d.found(), d.quoted(s))
		return
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, t.Value) {
		d.Errorf("%s is not one of the words that stand here; %s", shown(s, t.Value), OneOf(t.Value, s.Enum))
	}
}

func (d Node) quoted(s *Shape) string { return shown(s, d.target().Value) }

func shown(s *Shape, value string) string {
	if s.Secret {
		return `"..."`
	}
	if len(value) > 60 {
		value = value[:60] + "..."
	}
	return strconv.Quote(value)
}

// oldBool reports a plain word that YAML 1.1 reads as a boolean.
func oldBool(t *yaml.Node) bool {
	if t.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 || t.Tag != "!!str" {
		return false
	}
	switch strings.ToLower(t.Value) {
	case "yes", "no", "on", "off":
		return true
	}
	return false
}

func (d Node) checkNumber(s *Shape) {
	t := d.target()
	v, err := strconv.ParseFloat(t.Value, 64)
	whole := t.Tag == "!!int" || t.Tag == "!!float" && s.Kind == Number
	if err != nil || !whole {
		d.Errorf("expected %s, found %s", d.expected(s), d.found())
		return
	}
	if v < s.Min || s.Max != 0 && v > s.Max {
		d.Errorf("expected %s", d.expected(s))
	}
}

func (d Node) expected(s *Shape) string {
	switch s.Kind {
	case Moment:
		return "a time with its zone, such as 2027-01-31T00:00:00Z"
	case String:
		if s.Example != "" {
			return "a string such as " + s.Example
		}
		return "a string"
	case Bool:
		return "true or false"
	case Integer, Number:
		what := map[Kind]string{Integer: "a whole number", Number: "a number"}[s.Kind]
		if s.Max != 0 {
			return fmt.Sprintf("%s from %v to %v", what, s.Min, s.Max)
		}
		return fmt.Sprintf("%s of at least %v", what, s.Min)
	case List:
		return "a list, or one: " + d.expected(s.Of)
	case Object:
		return "a mapping with the keys " + strings.Join(s.names(), ", ")
	case Map:
		return "a mapping"
	case Either:
		var all []string
		for _, c := range s.Choices {
			all = append(all, d.expected(c))
		}
		return strings.Join(all, ", or ")
	}
	return "a constant"
}

func (d Node) found() string {
	switch t := d.target(); {
	case t.Kind == yaml.MappingNode:
		return "a mapping"
	case t.Kind == yaml.SequenceNode:
		return "a list"
	case t.Tag == "!!null":
		return "nothing"
	case t.Tag == "!!bool" || oldBool(t):
		return "what YAML reads as a boolean"
	case t.Tag == "!!int" || t.Tag == "!!float":
		return "a number"
	case t.Tag == "!!timestamp":
		return "a date"
	}
	return "a string"
}
