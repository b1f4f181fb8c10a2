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
	Classifier string  `json:"classifier"`
	Version    int     `json:"version"` // of the classifier
	Score      float64 `json:"score"`   // 0 to 1
	Weight     float64 `json:"weight"`  // log odds against "nothing sensitive": the sum of the pieces'
	Pieces     []Piece `json:"pieces"`
}

// Piece is one piece of evidence. Matched of Of values speak for it; both are 0 where no values were counted.
type Piece struct {
	Says    string  `json:"says"`
	Weight  float64 `json:"weight"` // log odds; negative speaks against the type
	Matched int64   `json:"matched,omitempty"`
	Of      int64   `json:"of,omitempty"`
}
