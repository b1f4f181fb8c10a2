// Package evaluate measures the classifier on a folder of labelled tables: how often it is right, what it takes for
// what, how far its scores can be believed. Such a folder has tables/*.csv, schema.json (see the files package) and
// labels.json:
//
//	{"types": {TYPE: {"family": F}},
//	 "tables": {TABLE: {"columns": {COLUMN: {"type": TYPE or "none", "accept": [TYPE], "hard": WHY, "ignore": true}}}}}
//
// Accept lists other right answers, "none" among them where finding nothing is right too. Hard says why a column of
// nothing looks like something. Columns to be ignored are not counted.
//
// A column of a type counts as a hit if that type or an accepted one was found, and else as a miss of it; what was
// found and is not right is a false finding of what was found.
//
// What is fitted, the line that scores are put through, the score from which something is found and how much each kind
// of evidence counts, is also judged by tables that it was not fitted on: a report has these figures beside the plain
// ones.
package evaluate

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/classify/files"
)

// Label is the truth about one column.
type Label struct {
	Type   string   `json:"type"`
	Accept []string `json:"accept"`
	Hard   string   `json:"hard"`
	Ignore bool     `json:"ignore"`
}

// none is the label of a column of nothing.
const none = "none"

// Labels is the truth about a folder of tables.
type Labels struct {
	Types map[string]struct {
		Family string `json:"family"`
	} `json:"types"`
	Tables map[string]struct {
		Columns map[string]Label `json:"columns"`
	} `json:"tables"`
}

// Case is one labelled column and what was found in it.
type Case struct {
	Table, Column string
	Label         Label
	Found         string  // "" for nothing
	Best          string  // Found, or what came closest
	Score         float64 // of Best
}

// Load reads a labelled folder and classifies its tables, with names or with names hidden. The cases are in the order
// of tables and columns. A table that cannot be read, or whose columns have no label, is an error.
func Load(ctx context.Context, dir string, rules *classify.Rules, hideNames bool) (Labels, []Case, error) {
	s, err := Open(ctx, dir, rules, hideNames)
	if err != nil {
		return s.Labels, nil, err
	}
	cases, err := s.Cases(rules)
	return s.Labels, cases, err
}

// Set is a labelled folder with what was counted in its tables, for Rules to conclude from.
type Set struct {
	Labels Labels
	tables []files.Counted
}

// Open reads a labelled folder and counts, with names or with names hidden.
func Open(ctx context.Context, dir string, rules *classify.Rules, hideNames bool) (Set, error) {
	var s Set
	text, err := os.ReadFile(filepath.Join(dir, "labels.json"))
	if err != nil {
		return s, fmt.Errorf("read labels: %w", err)
	}
	if err := json.Unmarshal(text, &s.Labels); err != nil {
		return s, fmt.Errorf("read labels of %s: %w", dir, err)
	}
	schema, err := files.ReadSchema(filepath.Join(dir, "schema.json"))
	if err != nil {
		return s, err
	}
	s.tables, err = files.Count(ctx, filepath.Join(dir, "tables"), rules, files.Options{Schema: schema, HideNames: hideNames})
	return s, err
}

// Cases concludes from the counts. The cases are in the order of tables and columns. A table that could not be read, or
// whose columns have no label, is an error.
func (s Set) Cases(rules *classify.Rules) ([]Case, error) {
	var tables []files.Table
	for _, t := range s.tables {
		tables = append(tables, t.Decide(rules))
	}
	return s.Labels.cases(tables)
}

func (l Labels) cases(tables []files.Table) ([]Case, error) {
	var out []Case
	for _, t := range tables {
		if t.Err != nil {
			return nil, t.Err
		}
		for _, c := range t.Columns {
			label, ok := l.Tables[t.Name].Columns[c.Name]
			if !ok {
				return nil, fmt.Errorf("table %s, column %s: no label", t.Name, c.Name)
			}
			if label.Ignore {
				continue
			}
			k := Case{Table: t.Name, Column: c.Name, Label: label, Best: c.Decision.RunnerUp, Score: c.Decision.Score}
			if c.Decision.Found {
				k.Found, k.Best, k.Score = c.Decision.Finding.Classifier, c.Decision.Finding.Classifier, c.Decision.Finding.Score
			}
			out = append(out, k)
		}
	}
	return out, nil
}
