package classify

// Strengths is how much each kind of evidence counts, as factors on the weights it was given. They are few and positive,
// so that fitting them on labelled tables changes how kinds of evidence are weighed against each other and never what
// a piece of it speaks for.
type Strengths struct {
	Prior   float64 // how unlikely every type is before anything is known
	Names   float64 // name and comment, for a type and against
	Context float64 // the table and the columns beside
	For     float64 // values that pass a test of the type
	Against float64 // values that do not, or that are of a shape the type has not
}

// builtinStrengths leave the weights as they are.
var builtinStrengths = Strengths{Prior: 1, Names: 1, Context: 1, For: 1, Against: 1}

// BuiltinStrengths are those of Rules that WithStrengths gave no others.
func BuiltinStrengths() Strengths { return builtinStrengths }

// WithStrengths returns Rules that weigh evidence with other strengths. What a user's own rules say is not weighed.
func (r *Rules) WithStrengths(s Strengths) *Rules {
	c := *r
	c.strengths = s
	return &c
}

// of is a weight of values as it counts: for the type or against it.
func (s Strengths) of(weight float64) float64 {
	if weight > 0 {
		return weight * s.For
	}
	return weight * s.Against
}
