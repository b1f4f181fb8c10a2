package databricks

import (
	"fmt"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// statementAnswer is the body of a statement's answers.
type statementAnswer struct {
	ID       string         `json:"statement_id"`
	Status   map[string]any `json:"status"`
	Manifest *manifest      `json:"manifest,omitempty"`
	Result   *chunk         `json:"result,omitempty"`
}

type manifest struct {
	Format    string      `json:"format"`
	Schema    schema      `json:"schema"`
	Chunks    []chunkInfo `json:"chunks,omitempty"`
	ChunkN    int         `json:"total_chunk_count"`
	RowN      int         `json:"total_row_count"`
	Truncated bool        `json:"truncated"`
}

type schema struct {
	N       int          `json:"column_count"`
	Columns []schemaItem `json:"columns,omitempty"`
}

type schemaItem struct {
	Name      string `json:"name"`
	Position  int    `json:"position"`
	TypeName  string `json:"type_name"`
	TypeText  string `json:"type_text"`
	Precision int    `json:"type_precision,omitempty"`
	Scale     int    `json:"type_scale,omitempty"`
}

type chunkInfo struct {
	Index  int `json:"chunk_index"`
	Offset int `json:"row_offset"`
	Rows   int `json:"row_count"`
}

type chunk struct {
	Index  *int    `json:"chunk_index,omitempty"`
	Offset *int    `json:"row_offset,omitempty"`
	Rows   *int    `json:"row_count,omitempty"`
	Data   [][]any `json:"data_array,omitempty"`
	Next   *int    `json:"next_chunk_index,omitempty"`
	Link   string  `json:"next_chunk_internal_link,omitempty"`
}

// truncated is the answer with half the rows gone and marked so.
func (a *statementAnswer) truncated() *statementAnswer {
	if a.Manifest == nil || a.Result == nil || len(a.Result.Data) == 0 {
		return a
	}
	out, m, r := *a, *a.Manifest, *a.Result
	n := len(r.Data) / 2
	r.Data, r.Rows, r.Next, r.Link = r.Data[:n], &n, nil, ""
	m.Truncated, m.RowN, m.ChunkN, m.Chunks = true, n, 1, []chunkInfo{{0, 0, n}}
	out.Manifest, out.Result = &m, &r
	return &out
}

// keep makes the manifest and the rows of a result, within the request's limits.
func (st *statement) keep(r *Result, chunkRows, inlineLimit int) error {
	m := &manifest{Format: "JSON_ARRAY", Schema: schema{N: len(r.Columns)}}
	for i, c := range r.Columns {
		item := schemaItem{Name: c.Name, Position: i, TypeName: resultType(c.Type), TypeText: strings.ToUpper(typeText(c.Type))}
		if item.TypeName == "DECIMAL" {
			item.Precision, item.Scale = c.Type.Precision, c.Type.Scale
		}
		m.Schema.Columns = append(m.Schema.Columns, item)
	}
	size := 0
	for _, row := range r.Rows {
		out, n := wireRow(row, r.Columns)
		if st.req.RowLimit > 0 && len(st.rows) == st.req.RowLimit || st.req.ByteLimit > 0 && size+n > st.req.ByteLimit {
			m.Truncated = true
			break
		}
		if size += n; size > inlineLimit {
			st.rows = nil
			return errSQL("INLINE_RESULT_TOO_LARGE", "54000", "Inline byte limit exceeded. Statements executed with disposition=INLINE can have a result size of at most %d bytes.", inlineLimit)
		}
		st.rows = append(st.rows, out)
	}
	m.RowN = len(st.rows)
	for at := 0; at < len(st.rows); at += chunkRows {
		m.Chunks = append(m.Chunks, chunkInfo{len(m.Chunks), at, min(chunkRows, len(st.rows)-at)})
	}
	m.ChunkN = len(m.Chunks)
	st.answer = &statementAnswer{ID: st.id, Manifest: m}
	return nil
}

// resultType is the type name in a manifest; VARIANT arrives as text.
func resultType(t sqlengine.Type) string {
	switch name := typeName(t); name {
	case "TIMESTAMP_NTZ":
		return "TIMESTAMP"
	case "VARIANT":
		return "STRING"
	default:
		return name
	}
}

func wireRow(row sqlengine.Row, columns []sqlengine.Column) ([]any, int) {
	out, n := make([]any, len(row)), 2
	for i, v := range row {
		if v == nil {
			n += 5
			continue
		}
		s := cell(v, columns[i].Type)
		out[i] = s
		n += len(s) + 3
	}
	return out, n
}

// report is what a statement's answers say now. The lock is held.
func (w *Workspace) report(st *statement) *statementAnswer {
	status := map[string]any{"state": st.state}
	out := &statementAnswer{ID: st.id, Status: status}
	switch {
	case st.err != nil:
		status["error"] = map[string]string{"error_code": serviceCode(st.err), "message": st.err.Error()}
		status["sql_state"] = st.err.SQLState
	case st.state == "SUCCEEDED":
		out.Manifest, out.Result = st.answer.Manifest, st.chunk(0)
	}
	return out
}

// serviceCode: nearly every SQL error is BAD_REQUEST.
func serviceCode(e *Error) string {
	if e.Status >= 500 {
		return "INTERNAL_ERROR"
	}
	return "BAD_REQUEST"
}

// chunk gives part n of the result; an empty object where there is none.
func (st *statement) chunk(n int) *chunk {
	m := st.answer.Manifest
	if n >= len(m.Chunks) {
		return &chunk{}
	}
	info := m.Chunks[n]
	out := &chunk{Index: &info.Index, Offset: &info.Offset, Rows: &info.Rows, Data: st.rows[info.Offset : info.Offset+info.Rows]}
	if n+1 < len(m.Chunks) {
		next := m.Chunks[n+1]
		out.Next = &next.Index
		out.Link = fmt.Sprintf("%s/%s/result/chunks/%d?row_offset=%d", statementsPath, st.id, next.Index, next.Offset)
	}
	return out
}
