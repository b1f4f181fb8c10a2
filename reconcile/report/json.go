package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Version is the version of the JSON form. It rises when a field changes its meaning or goes away.
const Version = 1

type document struct {
	Version   int        `json:"version"`
	Platforms []platform `json:"platforms"`
}

type platform struct {
	Platform   string            `json:"platform"`
	Run        string            `json:"run,omitempty"`
	Base       string            `json:"base,omitempty"`
	Digest     string            `json:"digest,omitempty"`
	Refused    string            `json:"refused,omitempty"` // what the guards say, where they let nothing run
	Steps      []step            `json:"steps"`
	Kept       []kept            `json:"kept"`
	Notices    []notice          `json:"notices"`
	Sights     []plan.Sight      `json:"sights,omitempty"` // who gains and who loses sight of sensitive columns
	Unchanged  int               `json:"unchanged"`
	Statements int               `json:"statements"`
	Reads      int               `json:"reads"`
	Freshness  []state.Freshness `json:"freshness,omitempty"`
	Settled    int               `json:"settled,omitempty"` // statements of an interrupted run of which reading has told what came of them
	Left       *int              `json:"left,omitempty"`    // changes still to make after the run; absent where it was not read again
	ElapsedMS  int64             `json:"elapsed_ms"`
}

type step struct {
	Phase      plan.Phase       `json:"phase"`
	Changes    []change         `json:"changes"`
	Statements []plan.Statement `json:"statements"`
	Status     reconcile.Status `json:"status,omitempty"`
	Error      string           `json:"error,omitempty"`
	QueryID    string           `json:"query_id,omitempty"`
}

type change struct {
	Verb string          `json:"verb"`
	Key  state.Key       `json:"key"`
	Was  json.RawMessage `json:"was"`
	Want json.RawMessage `json:"want"`
	Why  origin          `json:"why,omitzero"`
	Note string          `json:"note,omitempty"`
}

type kept struct {
	Key    state.Key       `json:"key"`
	Value  json.RawMessage `json:"value"`
	Reason string          `json:"reason"`
}

type notice struct {
	Level  plan.Level      `json:"level"`
	On     state.Securable `json:"on,omitzero"`
	Text   string          `json:"text"`
	Origin origin          `json:"origin,omitzero"`
}

// origin is where something was declared, with the layer in words.
type origin struct {
	Layer   string   `json:"layer,omitempty"` // file, store or finding
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitempty"`   // from 1
	Column  int      `json:"column,omitempty"` // from 1
	Row     string   `json:"row,omitempty"`
	Finding string   `json:"finding,omitempty"` // the classifier
	Score   float64  `json:"score,omitempty"`   // 0 to 1
	Reasons []string `json:"reasons,omitempty"`
}

func (o origin) IsZero() bool {
	return o.Layer == "" && o.File == "" && o.Row == "" && o.Finding == "" && len(o.Reasons) == 0
}

var layers = map[state.Layer]string{state.LayerYAML: "file", state.LayerStore: "store", state.LayerClassification: "finding"}

func originOf(o state.Origin) origin {
	return origin{layers[o.Layer], o.File, o.Line, o.Column, o.Row, o.Finding, o.Score, o.Reasons}
}

func writeJSON(w io.Writer, results []*reconcile.Result) error {
	doc := document{Version: Version, Platforms: []platform{}}
	for _, r := range results {
		p, err := platformOf(r)
		if err != nil {
			return fmt.Errorf("write a report: %w", err)
		}
		doc.Platforms = append(doc.Platforms, p)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}

func platformOf(r *reconcile.Result) (platform, error) {
	p := platform{Platform: r.Platform, Run: r.Run, Steps: []step{}, Kept: []kept{}, Notices: []notice{}, ElapsedMS: r.Elapsed.Milliseconds()}
	if r.Plan == nil {
		return p, nil
	}
	p.Base, p.Digest, p.Unchanged = r.Plan.Base, reconcile.Digest(r.Plan), r.Plan.Unchanged
	p.Statements, p.Reads, p.Freshness, p.Sights = r.Plan.Statements(), r.Plan.Reads, r.Plan.Freshness, r.Plan.Sights
	p.Settled = len(r.Settled)
	if r.Refused != nil {
		p.Refused = r.Refused.Error()
	}
	if r.Left != nil {
		left := len(r.Left.Changes())
		p.Left = &left
	}
	for i, s := range r.Plan.Steps {
		one, err := stepOf(s)
		if err != nil {
			return p, err
		}
		if i < len(r.Steps) {
			one.Status, one.QueryID = r.Steps[i].Status, r.Steps[i].QueryID
			if r.Steps[i].Err != nil {
				one.Error = r.Steps[i].Err.Error()
			}
		}
		p.Steps = append(p.Steps, one)
	}
	for _, k := range r.Plan.Kept {
		v, err := state.EncodeValue(k.Fact.Value)
		if err != nil {
			return p, err
		}
		p.Kept = append(p.Kept, kept{k.Fact.Key, v, k.Reason})
	}
	for _, n := range r.Plan.Notices {
		p.Notices = append(p.Notices, notice{n.Level, n.On, n.Text, originOf(n.Origin)})
	}
	return p, nil
}

func stepOf(s plan.Step) (step, error) {
	one := step{Phase: s.Phase, Changes: []change{}, Statements: append([]plan.Statement{}, s.Statements...)}
	for _, c := range s.Changes {
		was, err := state.EncodeValue(c.Was)
		if err != nil {
			return one, err
		}
		want, err := state.EncodeValue(c.Want)
		if err != nil {
			return one, err
		}
		one.Changes = append(one.Changes, change{c.Verb().String(), c.Key, was, want, originOf(c.Why), c.Note})
	}
	return one, nil
}
