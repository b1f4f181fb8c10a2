package snowflake

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// classification is what SYSTEM$CLASSIFY last said of a table.
type classification struct {
	result *sqlengine.Map
	at     time.Time
}

// The sample that SYSTEM$CLASSIFY looks at, and the share of valid values from which a category is recommended and is
// held for certain. The vendor does not say where it draws these lines.
const (
	classifySample  = 10000
	longestValid    = 256 // characters; a longer value is not a valid one
	recommendedFrom = 0.5
	certainFrom     = 0.8
)

// classifyOptions are those of SYSTEM$CLASSIFY.
type classifyOptions struct {
	sample int64
	tag    bool
}

// classifyStatement is SYSTEM$CLASSIFY('<table>', <options>) behind CALL.
func (c *cursor) classifyStatement() (action, error) {
	var args []sqlengine.Expr
	err := c.Parens(func() error {
		e, err := c.Expr()
		args = append(args, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(args) != 2 {
		return nil, compilation(938, "22023", "not the right number of arguments for function [SYSTEM$CLASSIFY], expected 2, got %d", len(args))
	}
	return func(ctx context.Context) (*Result, error) {
		var values [2]sqlengine.Value
		for i, e := range args {
			p, err := c.s.engine().PrepareExpr(ctx, e, nil)
			if err != nil {
				return nil, err
			}
			if values[i], err = p.Eval(ctx, nil); err != nil {
				return nil, err
			}
		}
		result, err := c.s.classify(ctx, values[0], values[1])
		if err != nil {
			return nil, err
		}
		r := &Result{Columns: []sqlengine.Column{{Name: "SYSTEM$CLASSIFY", Type: sqlengine.TypeVariant, Nullable: true}}, typeID: typeSelect}
		r.Rows = []sqlengine.Row{{result}}
		return r, nil
	}, nil
}

func readClassifyOptions(v sqlengine.Value) (classifyOptions, error) {
	out := classifyOptions{sample: classifySample}
	if v == nil {
		return out, nil
	}
	m, ok := v.(*sqlengine.Map)
	if !ok {
		return out, errUnsupported("SYSTEM$CLASSIFY with a classification profile")
	}
	for i, key := range m.Keys {
		switch value := m.Values[i].(type) {
		case int64:
			if key == "sample_count" && value >= 1 && value <= classifySample {
				out.sample = value
				continue
			}
		case bool:
			if key == "auto_tag" {
				out.tag = value
				continue
			}
			if !value {
				continue // use_all_custom_classifiers, ai_mode: off
			}
		}
		return out, compilation(codeInvalidValue, "22023", "invalid value for option '%s' of SYSTEM$CLASSIFY", key)
	}
	return out, nil
}

// classify looks at a table as the session's role sees it, and keeps and returns what it says.
func (s *session) classify(ctx context.Context, table, options sqlengine.Value) (*sqlengine.Map, error) {
	if s.a.opt.Edition == Standard {
		return nil, errorf(codeUnsupportedFeature, "0A000", "Unsupported feature 'SYSTEM$CLASSIFY'.")
	}
	opt, err := readClassifyOptions(options)
	if err != nil {
		return nil, err
	}
	o, err := s.classified(table)
	if err != nil {
		return nil, err
	}
	if opt.tag && !s.may().owns(o.schema()) {
		return nil, errDenied(o.schema())
	}
	q, err := parseQuery("SELECT * FROM " + quotedPath(o))
	if err != nil {
		return nil, err
	}
	read, err := s.query(ctx, q)
	if err != nil {
		return nil, err
	}
	rows := read.Rows[:min(int64(len(read.Rows)), opt.sample)]
	columns := &sqlengine.Map{}
	for i, col := range o.rel.columns {
		columns.Set(col.name, s.classifyColumn(o, col, s.columnTexts(rows, i, read.Columns[i].Type), len(rows), opt.tag))
	}
	result := &sqlengine.Map{}
	result.Set("classification_result", columns)
	o.rel.classified = &classification{result, s.a.now()}
	s.a.dirty = append(s.a.dirty, o) // for ACCOUNT_USAGE; nothing of the table changed
	return result, nil
}

// classified resolves the table whose name is given as text.
func (s *session) classified(table sqlengine.Value) (*object, error) {
	text, _ := table.(string)
	name, err := sqlengine.ParseName(sqlengine.Snowflake, text)
	if err != nil {
		return nil, err
	}
	o, err := s.scope().relation(name)
	if err != nil {
		return nil, err
	}
	return o, s.may().require(o, privSelect)
}

func quotedPath(o *object) string {
	parts := o.path()
	for i, p := range parts {
		parts[i] = sqlengine.Snowflake.Quote(p)
	}
	return strings.Join(parts, ".")
}

func parseQuery(sql string) (*sqlengine.Query, error) {
	return sqlengine.NewParser(sqlengine.Snowflake, sql).Query()
}

// columnTexts gives the valid values of a column as text.
func (s *session) columnTexts(rows []sqlengine.Row, at int, t sqlengine.Type) []string {
	var out []string
	for _, r := range rows {
		if text := strings.TrimSpace(s.engine().Format(r[at], t)); text != "" && len([]rune(text)) <= longestValid {
			out = append(out, text)
		}
	}
	return out
}

// classifyColumn says of one column what it may be, and sets the system's tags where that was asked for.
func (s *session) classifyColumn(o *object, col *column, values []string, rows int, tag bool) *sqlengine.Map {
	out := &sqlengine.Map{}
	found := categoriesOf(col, values)
	alternates := sqlengine.Array{}
	for i, f := range found {
		said := f.verdict()
		if i > 0 {
			alternates = append(alternates, said)
			continue
		}
		said.Set("tags", s.systemTags(o, col, f.category, tag))
		out.Set("recommendation", said)
	}
	if len(found) == 0 {
		out.Set("recommendation", &sqlengine.Map{})
	}
	out.Set("alternates", alternates)
	ratio := 0.0
	if rows > 0 {
		ratio = float64(len(values)) / float64(rows)
	}
	out.Set("valid_value_ratio", round4(ratio))
	return out
}

// systemTags names the tags of a recommendation. A value that somebody set stays.
func (s *session) systemTags(o *object, col *column, c *category, set bool) sqlengine.Array {
	var out sqlengine.Array
	core := s.a.root.child("database", systemDatabase).child("schema", "CORE")
	for _, pair := range [][2]string{{"SEMANTIC_CATEGORY", c.name}, {"PRIVACY_CATEGORY", c.privacy}} {
		t := core.child("tag", pair[0])
		applied := false
		if set && !manuallyTagged(col, t) {
			setTag(&col.tags, &tagging{tag: t, value: pair[1], method: "CLASSIFIED", at: s.a.now()})
			s.a.touch(o)
			applied = true
		}
		m := &sqlengine.Map{}
		m.Set("tag_name", "snowflake.core."+strings.ToLower(pair[0]))
		m.Set("tag_value", pair[1])
		m.Set("tag_applied", applied)
		out = append(out, m)
	}
	return out
}

func manuallyTagged(col *column, tag *object) bool {
	for _, t := range col.tags {
		if t.tag == tag && t.method == "MANUAL" {
			return true
		}
	}
	return false
}

// verdict writes a category and how much of the column fits it.
func (f foundCategory) verdict() *sqlengine.Map {
	m := &sqlengine.Map{}
	m.Set("semantic_category", f.name)
	m.Set("privacy_category", f.privacy)
	confidence := "MEDIUM"
	switch {
	case f.coverage >= certainFrom:
		confidence = "HIGH"
	case f.coverage < recommendedFrom:
		confidence = "LOW"
	}
	m.Set("confidence", confidence)
	m.Set("coverage", round4(f.coverage))
	details := sqlengine.Array{}
	if f.detail != "" {
		d := &sqlengine.Map{}
		d.Set("semantic_category", f.detail)
		d.Set("coverage", round4(f.coverage))
		details = append(details, d)
	}
	m.Set("details", details)
	return m
}

func round4(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// classificationResult is SYSTEM$GET_CLASSIFICATION_RESULT: what was last said of a table.
func classificationResult(c *catalog, _ context.Context, a []sqlengine.Value) (sqlengine.Value, error) {
	o, err := c.s.classified(a[0])
	if err != nil || o.rel.classified == nil {
		return nil, err
	}
	return o.rel.classified.result, nil
}

// classificationUsage is the row of DATA_CLASSIFICATION_LATEST.
func classificationUsage(o *object) sqlengine.Row {
	sch, db, at := o.schema(), o.database(), o.rel.classified.at
	return sqlengine.Row{o.id, o.name, sch.id, sch.name, db.id, db.name, o.rel.classified.result, "CLASSIFIED", "MANUAL", at, at, nil}
}
