package state

import (
	"cmp"
	"fmt"
	"strings"
)

// Layer says how strong an origin is. A stronger layer decides where two speak of one fact.
type Layer uint8

// The layers, weakest first.
const (
	LayerNone Layer = iota
	LayerClassification
	LayerStore
	LayerYAML
)

// Origin says where a declaration comes from: a place in a file, a row of a governance store, or a finding.
type Origin struct {
	Layer   Layer    `json:"layer,omitempty"`
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitempty"`   // from 1
	Column  int      `json:"column,omitempty"` // from 1
	Row     string   `json:"row,omitempty"`    // a store's own key of the row
	Finding string   `json:"finding,omitempty"`
	Score   float64  `json:"score,omitempty"` // 0 to 1, with Finding
	Reasons []string `json:"reasons,omitempty"`
}

// String returns the origin as reports print it: "policies/crm.yaml:14", "store/row", or "classifier email 0.93".
func (o Origin) String() string {
	var s string
	switch {
	case o.Finding != "":
		s = fmt.Sprintf("classifier %s %.2f", o.Finding, o.Score)
	case o.Row != "":
		s = o.File + "/" + o.Row
	case o.File != "" && o.Line > 0:
		s = fmt.Sprintf("%s:%d", o.File, o.Line)
	default:
		s = o.File
	}
	if len(o.Reasons) > 0 {
		s += " [" + strings.Join(o.Reasons, ", ") + "]"
	}
	return s
}

// Place returns "file:line:column", as errors print it.
func (o Origin) Place() string { return fmt.Sprintf("%s:%d:%d", o.File, o.Line, o.Column) }

// Compare orders origins by file, line and column, then by what else tells them apart.
func (o Origin) Compare(p Origin) int {
	return cmp.Or(strings.Compare(o.File, p.File), cmp.Compare(o.Line, p.Line), cmp.Compare(o.Column, p.Column),
		strings.Compare(o.Row, p.Row), strings.Compare(o.Finding, p.Finding))
}
