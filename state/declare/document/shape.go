package document

// Kind is what a value must be.
type Kind uint8

// The kinds of value.
const (
	String Kind = iota
	Bool
	Integer
	Number
	List     // of Of; a single Of is accepted wherever a list stands
	Map      // from any key to Of
	Object   // with Fields
	Either   // one of Choices, told apart by what is written
	Moment   // a time, in quotes or not
	Constant // a string, number or boolean as it is
)

// Shape describes a value.
type Shape struct {
	Kind    Kind
	Enum    []string // strings only
	Of      *Shape
	Fields  []Field
	Choices []*Shape
	Example string // of a string's form, for messages and the schema
	Min     float64
	Max     float64 // 0 for no bound
	Secret  bool    // its value is never shown
}

// Field describes a key of an object.
type Field struct {
	Name     string
	Shape    *Shape
	Doc      string
	Required bool
}

// Text is a string without further rules.
func Text() *Shape { return &Shape{Kind: String} }

// Example is a string of a form that the example shows.
func Example(e string) *Shape { return &Shape{Kind: String, Example: e} }

// Word is one of a set of strings.
func Word(words ...string) *Shape { return &Shape{Kind: String, Enum: words} }

// Flag is true or false.
func Flag() *Shape { return &Shape{Kind: Bool} }

// Whole is a whole number within bounds.
func Whole(low, high float64) *Shape { return &Shape{Kind: Integer, Min: low, Max: high} }

// Decimal is a number within bounds.
func Decimal(low, high float64) *Shape { return &Shape{Kind: Number, Min: low, Max: high} }

// Several is a list, or a single one.
func Several(of *Shape) *Shape { return &Shape{Kind: List, Of: of} }

// Keyed is a mapping with free keys.
func Keyed(of *Shape) *Shape { return &Shape{Kind: Map, Of: of} }

// With is a mapping with the given keys only.
func With(fields ...Field) *Shape { return &Shape{Kind: Object, Fields: fields} }

// AnyOf is one of several shapes; the first whose kind of YAML fits is the one that errors are told of.
func AnyOf(choices ...*Shape) *Shape { return &Shape{Kind: Either, Choices: choices} }

// Time is a time with its zone.
func Time() *Shape { return &Shape{Kind: Moment} }

// Scalar is a constant: a string, a number or a boolean.
func Scalar() *Shape { return &Shape{Kind: Constant} }

// names lists an object's keys.
func (s *Shape) names() []string {
	all := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		all[i] = f.Name
	}
	return all
}

func (s *Shape) field(name string) *Field {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return &s.Fields[i]
		}
	}
	return nil
}
