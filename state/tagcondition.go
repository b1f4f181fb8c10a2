package state

import (
	"fmt"
	"slices"
	"strings"
)

// TagCondition is a condition on the tags that something carries, as attribute-based policies of Databricks have it.
type TagCondition struct {
	Op    TagOp
	Key   string         // of OpHasTag and OpHasTagValue
	Value string         // of OpHasTagValue
	Parts []TagCondition // two for OpAnd and OpOr, one for OpNot
}

// TagOp is how a TagCondition is made.
type TagOp string

// The conditions.
const (
	OpTrue        TagOp = "TRUE"
	OpFalse       TagOp = "FALSE"
	OpHasTag      TagOp = "has_tag"
	OpHasTagValue TagOp = "has_tag_value"
	OpNot         TagOp = "NOT"
	OpAnd         TagOp = "AND"
	OpOr          TagOp = "OR"
)

// HasTag returns the condition that a tag is carried with that value; with "" and any, with whatever value.
func HasTag(key, value string, any bool) TagCondition {
	if any {
		return TagCondition{Op: OpHasTag, Key: key}
	}
	return TagCondition{Op: OpHasTagValue, Key: key, Value: value}
}

// Not returns the condition that c does not hold.
func (c TagCondition) Not() TagCondition {
	return TagCondition{Op: OpNot, Parts: []TagCondition{c}}
}

// Holds reports whether the condition holds for what carries tags, by key.
func (c TagCondition) Holds(tags map[string]string) bool {
	switch c.Op {
	case OpHasTag:
		_, ok := tags[c.Key]
		return ok
	case OpHasTagValue:
		v, ok := tags[c.Key]
		return ok && v == c.Value
	case OpNot:
		return !c.Parts[0].Holds(tags)
	case OpAnd:
		return c.Parts[0].Holds(tags) && c.Parts[1].Holds(tags)
	case OpOr:
		return c.Parts[0].Holds(tags) || c.Parts[1].Holds(tags)
	}
	return c.Op == OpTrue
}

// Each calls do for every tag that the condition asks about; value is "" and any true where only the key counts.
func (c TagCondition) Each(do func(key, value string, any bool)) {
	if c.Op == OpHasTag || c.Op == OpHasTagValue {
		do(c.Key, c.Value, c.Op == OpHasTag)
	}
	for _, p := range c.Parts {
		p.Each(do)
	}
}

// String writes the condition in the one spelling by which conditions are compared.
func (c TagCondition) String() string { return c.text(0) }

// tagOpRank orders how tightly conditions bind.
var tagOpRank = map[TagOp]int{OpOr: 1, OpAnd: 2, OpNot: 3}

func (c TagCondition) text(outer int) string {
	var s string
	rank := tagOpRank[c.Op]
	switch c.Op {
	case OpHasTag:
		return "has_tag(" + tagLiteral(c.Key) + ")"
	case OpHasTagValue:
		return "has_tag_value(" + tagLiteral(c.Key) + ", " + tagLiteral(c.Value) + ")"
	case OpNot:
		s = "NOT " + c.Parts[0].text(rank)
	case OpAnd, OpOr:
		s = c.Parts[0].text(rank) + " " + string(c.Op) + " " + c.Parts[1].text(rank+1)
	default:
		return string(c.Op)
	}
	if rank < outer {
		return "(" + s + ")"
	}
	return s
}

func tagLiteral(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// ParseTagCondition reads a condition in any of the spellings that platforms give back: hasTag or has_tag, other white
// space, case, quotes and parentheses. An empty text holds always.
func ParseTagCondition(text string) (TagCondition, error) {
	if strings.TrimSpace(text) == "" {
		return TagCondition{Op: OpTrue}, nil
	}
	toks, err := tagTokens(text)
	if err != nil {
		return TagCondition{}, fmt.Errorf("read the condition %q: %w", text, err)
	}
	p := tagParser{toks: toks}
	c, err := p.or()
	if err == nil && len(p.toks) > 0 {
		err = fmt.Errorf("%q is not expected", p.toks[0].text)
	}
	if err != nil {
		return TagCondition{}, fmt.Errorf("read the condition %q: %w", text, err)
	}
	return c, nil
}

// tagToken is a word in upper case without underscores, a sign, or the text of a quoted string.
type tagToken struct {
	text   string
	quoted bool
}

func tagTokens(text string) ([]tagToken, error) {
	var all []tagToken
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '(' || c == ')' || c == ',':
			all = append(all, tagToken{text: string(c)})
			i++
		case c == '\'' || c == '"':
			s, next, ok := tagString(text, i)
			if !ok {
				return nil, fmt.Errorf("a quote is not closed")
			}
			all = append(all, tagToken{s, true})
			i = next
		case isTagLetter(c):
			from := i
			for i < len(text) && isTagLetter(text[i]) {
				i++
			}
			all = append(all, tagToken{text: strings.ToUpper(strings.ReplaceAll(text[from:i], "_", ""))})
		default:
			return nil, fmt.Errorf("%q is not expected", text[i:])
		}
	}
	return all, nil
}

func isTagLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// tagString reads a quoted string that begins at a place: a backslash escapes.
func tagString(text string, at int) (s string, next int, ok bool) {
	var b strings.Builder
	for i := at + 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		case text[i] == text[at]:
			return b.String(), i + 1, true
		default:
			b.WriteByte(text[i])
		}
	}
	return "", 0, false
}

type tagParser struct{ toks []tagToken }

func (p *tagParser) accept(word string) bool {
	if len(p.toks) == 0 || p.toks[0].quoted || p.toks[0].text != word {
		return false
	}
	p.toks = p.toks[1:]
	return true
}

func (p *tagParser) or() (TagCondition, error)  { return p.joined(OpOr, "OR", p.and) }
func (p *tagParser) and() (TagCondition, error) { return p.joined(OpAnd, "AND", p.not) }

func (p *tagParser) joined(op TagOp, word string, part func() (TagCondition, error)) (TagCondition, error) {
	left, err := part()
	for err == nil && p.accept(word) {
		var right TagCondition
		if right, err = part(); err == nil {
			left = TagCondition{Op: op, Parts: []TagCondition{left, right}}
		}
	}
	return left, err
}

func (p *tagParser) not() (TagCondition, error) {
	if !p.accept("NOT") {
		return p.one()
	}
	c, err := p.not()
	return c.Not(), err
}

func (p *tagParser) one() (TagCondition, error) {
	switch {
	case p.accept("TRUE"):
		return TagCondition{Op: OpTrue}, nil
	case p.accept("FALSE"):
		return TagCondition{Op: OpFalse}, nil
	case p.accept("HASTAG"):
		args, err := p.arguments(1)
		return TagCondition{Op: OpHasTag, Key: args[0]}, err
	case p.accept("HASTAGVALUE"):
		args, err := p.arguments(2)
		return TagCondition{Op: OpHasTagValue, Key: args[0], Value: args[1]}, err
	case p.accept("("):
		c, err := p.or()
		if err == nil && !p.accept(")") {
			err = fmt.Errorf("a parenthesis is not closed")
		}
		return c, err
	case len(p.toks) == 0:
		return TagCondition{}, fmt.Errorf("something is missing at its end")
	}
	return TagCondition{}, fmt.Errorf("%q is not expected", p.toks[0].text)
}

// arguments reads n quoted strings in parentheses.
func (p *tagParser) arguments(n int) ([2]string, error) {
	var args [2]string
	ok := p.accept("(")
	for i := 0; ok && i < n; i++ {
		if ok = len(p.toks) > 0 && p.toks[0].quoted; ok {
			args[i], p.toks = p.toks[0].text, p.toks[1:]
			ok = i == n-1 || p.accept(",")
		}
	}
	if !ok || !p.accept(")") {
		return args, fmt.Errorf("a tag is asked for with %d texts in parentheses", n)
	}
	return args, nil
}

// ABAC is an attribute-based policy of Databricks: a mask or row filter for the tables at or below what it stands on,
// chosen by tags. It is in force on a table for somebody when When holds for the tags of the table and of what contains
// it, each of Columns is met by a column at least, by that column's own tags, and To names him and Except does not.
type ABAC struct {
	Policy  Securable    `json:"policy" yaml:"policy"` // what masks or filters, by its kind which
	To      []Securable  `json:"to" yaml:"to"`         // sorted
	Except  []Securable  `json:"except,omitempty" yaml:"except,omitempty"`
	When    string       `json:"when,omitempty" yaml:"when,omitempty"` // a TagCondition as String writes it; "" holds always
	Columns []ABACColumn `json:"columns,omitempty" yaml:"columns,omitempty"`
	Mask    string       `json:"mask,omitempty" yaml:"mask,omitempty"`   // of a mask: the alias of the columns that it masks
	Using   []ABACArg    `json:"using,omitempty" yaml:"using,omitempty"` // further arguments of the policy, in signature order
	Unread  string       `json:"unread,omitempty" yaml:"unread,omitempty"`
	// Unread is why it cannot be told what the policy is in force on, such as a condition of an unknown form.
}

// ABACColumn gives the columns that meet a condition a name within the policy.
type ABACColumn struct {
	Alias string `json:"alias" yaml:"alias"`
	Tags  string `json:"tags" yaml:"tags"` // a TagCondition as String writes it
}

// ABACArg is a column by its alias, or a constant as the platform writes it.
type ABACArg struct {
	Alias    string `json:"alias,omitempty" yaml:"alias,omitempty"`
	Constant string `json:"constant,omitempty" yaml:"constant,omitempty"`
}

func (ABAC) isValue() {}

// Equal reports whether two policies are the same.
func (a ABAC) Equal(b ABAC) bool {
	return a.Policy == b.Policy && slices.Equal(a.To, b.To) && slices.Equal(a.Except, b.Except) && a.SameReach(b) &&
		slices.Equal(a.Using, b.Using) && a.Unread == b.Unread
}

// SameReach reports whether two policies are in force on the same columns, or tables.
func (a ABAC) SameReach(b ABAC) bool {
	return a.Filters() == b.Filters() && a.When == b.When && slices.Equal(a.Columns, b.Columns) && a.Mask == b.Mask
}

// Filters reports whether the policy filters rows; else it masks columns.
func (a ABAC) Filters() bool { return a.Policy.Kind == KindRowPolicy }

// Conditions returns what the policy asks of tags: first of the table's, then of the columns'. Texts that are no
// conditions are left out, see Unread.
func (a ABAC) Conditions() []TagCondition {
	var all []TagCondition
	for _, text := range append([]string{a.When}, a.columnTexts()...) {
		if c, err := ParseTagCondition(text); err == nil {
			all = append(all, c)
		}
	}
	return all
}

func (a ABAC) columnTexts() []string {
	all := make([]string, len(a.Columns))
	for i, c := range a.Columns {
		all[i] = c.Tags
	}
	return all
}
