package state

// Explanation says how a scan came to its verdict on one column: the types that came closest, each with the evidence
// for and against it. It holds counts and words of names and comments that classifiers look for, never a value.
type Explanation struct {
	Values   int64  `json:"values"`           // looked at, neither NULL nor blank
	Distinct int64  `json:"distinct"`         // approximately
	Passed   string `json:"passed,omitempty"` // why nothing was found; "" where something was
	Cases    []Case `json:"cases,omitempty"`  // strongest first
}

// Case is one type's case for a column.
type Case struct {
	Classifier string    `json:"classifier"`
	Version    int       `json:"version"`            // of the classifier
	Score      float64   `json:"score"`              // 0 to 1
	Weight     float64   `json:"weight"`             // all its evidence together, in log odds; negative speaks against the type
	Evidence   []string  `json:"evidence,omitempty"` // for and against, in words, with counts
	Weights    []float64 `json:"weights,omitempty"`  // of each piece of evidence, in log odds; none where they are not told apart
}
