package snowflake

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

type rowType struct {
	Name       string  `json:"name"`
	Database   string  `json:"database"`
	Schema     string  `json:"schema"`
	Table      string  `json:"table"`
	Type       string  `json:"type"`
	Length     *int    `json:"length"`
	ByteLength *int    `json:"byteLength"`
	Precision  *int    `json:"precision"`
	Scale      *int    `json:"scale"`
	Nullable   bool    `json:"nullable"`
	Collation  *string `json:"collation"`
}

type chunkInfo struct {
	URL              string `json:"url"`
	RowCount         int    `json:"rowCount"`
	UncompressedSize int    `json:"uncompressedSize"`
	CompressedSize   int    `json:"compressedSize"`
}

type resultJSON struct {
	Parameters     []nameValue       `json:"parameters"`
	RowType        []rowType         `json:"rowtype"`
	RowSet         [][]*string       `json:"rowset"`
	Total          int               `json:"total"`
	Returned       int               `json:"returned"`
	QueryID        string            `json:"queryId"`
	SQLState       string            `json:"sqlState"`
	Provider       *string           `json:"databaseProvider"`
	FinalDatabase  *string           `json:"finalDatabaseName"`
	FinalSchema    *string           `json:"finalSchemaName"`
	FinalWarehouse *string           `json:"finalWarehouseName"`
	FinalRole      *string           `json:"finalRoleName"`
	Binds          int               `json:"numberOfBinds"`
	ArrayBind      bool              `json:"arrayBindSupported"`
	TypeID         int               `json:"statementTypeId"`
	Version        int               `json:"version"`
	SendTime       int64             `json:"sendResultTime"`
	Format         string            `json:"queryResultFormat"`
	Chunks         []chunkInfo       `json:"chunks,omitempty"`
	ChunkHeaders   map[string]string `json:"chunkHeaders,omitempty"`
	ResultIDs      string            `json:"resultIds,omitempty"`
	ResultTypes    string            `json:"resultTypes,omitempty"`
}

// wireTypes are the types as rowtype names them, in lower case.
var wireTypes = map[sqlengine.Kind]string{sqlengine.KindNull: "text", sqlengine.KindBoolean: "boolean", sqlengine.KindNumber: "fixed", sqlengine.KindFloat: "real",
	sqlengine.KindText: "text", sqlengine.KindBinary: "binary", sqlengine.KindDate: "date", sqlengine.KindTime: "time", sqlengine.KindTimestampNTZ: "timestamp_ntz",
	sqlengine.KindTimestampLTZ: "timestamp_ltz", sqlengine.KindTimestampTZ: "timestamp_tz", sqlengine.KindInterval: "text", sqlengine.KindVariant: "variant",
	sqlengine.KindArray: "array", sqlengine.KindObject: "object", sqlengine.KindMap: "object", sqlengine.KindStruct: "object"}

func describeColumn(c sqlengine.Column) rowType {
	t := rowType{Name: c.Name, Type: wireTypes[c.Type.Kind], Nullable: c.Nullable}
	set := func(n int) *int { return &n }
	switch c.Type.Kind {
	case sqlengine.KindNumber:
		t.Precision, t.Scale = set(c.Type.Precision), set(c.Type.Scale)
	case sqlengine.KindText, sqlengine.KindNull:
		t.Length, t.ByteLength = set(textLength(c.Type)), set(min(4*textLength(c.Type), sqlengine.MaxText))
	case sqlengine.KindBinary:
		t.Length, t.ByteLength = set(binaryLength(c.Type)), set(binaryLength(c.Type))
	case sqlengine.KindTime, sqlengine.KindTimestampNTZ, sqlengine.KindTimestampLTZ, sqlengine.KindTimestampTZ:
		t.Precision, t.Scale = set(0), set(c.Type.Scale)
	}
	return t
}

// resultData makes the data of an answer; rows behind the first go into chunks.
func (a *Account) resultData(x *exchange, q *query) *resultJSON {
	r := q.result
	inline := r.Rows[:min(len(r.Rows), a.opt.InlineRows)]
	out := &resultJSON{Parameters: q.client, RowSet: encodeRows(r.Columns, inline, q.indent), Total: len(r.Rows), Returned: len(r.Rows),
		QueryID: q.id, FinalDatabase: q.info.Database, FinalSchema: q.info.Schema, FinalWarehouse: q.info.Warehouse, FinalRole: q.info.Role,
		TypeID: r.typeID, Version: 1, SendTime: a.opt.Clock().UnixMilli(), Format: "json", ResultIDs: r.ids, ResultTypes: r.types}
	for _, c := range r.Columns {
		out.RowType = append(out.RowType, describeColumn(c))
	}
	for from := len(inline); from < len(r.Rows); from += a.chunkRows() {
		n := min(a.chunkRows(), len(r.Rows)-from)
		out.Chunks = append(out.Chunks, chunkInfo{URL: fmt.Sprintf("http://%s/chunks/%s/%d", x.r.Host, q.id, from), RowCount: n, UncompressedSize: 100 * n, CompressedSize: 50 * n})
		out.ChunkHeaders = map[string]string{"X-Chunk": "1"}
	}
	return out
}

func (a *Account) chunkRows() int { return 10 * a.opt.InlineRows }

// chunk sends a part of a large result: rows separated by commas, without brackets around them.
func (a *Account) chunk(x *exchange, rest string) {
	id, at, _ := strings.Cut(rest, "/")
	from, err := strconv.Atoi(at)
	q := a.query(id)
	if err != nil || q == nil || q.result == nil || from >= len(q.result.Rows) {
		http.NotFound(x.w, x.r)
		return
	}
	rows := q.result.Rows[from:min(from+a.chunkRows(), len(q.result.Rows))]
	b, err := json.Marshal(encodeRows(q.result.Columns, rows, q.indent))
	if err != nil {
		http.Error(x.w, "internal error", http.StatusInternalServerError)
		return
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(b[1 : len(b)-1]); err == nil && z.Close() == nil {
		x.w.Header().Set("Content-Encoding", "gzip") // as stores keep it: not every client looks at the first bytes
		_, _ = x.w.Write(zipped.Bytes())
	}
}

// encodeRows writes cells as texts; NULL is null.
func encodeRows(cols []sqlengine.Column, rows []sqlengine.Row, indent int) [][]*string {
	enc := encoder{&sqlengine.Session{Dialect: sqlengine.Snowflake}, indent}
	out := make([][]*string, len(rows))
	for i, row := range rows {
		out[i] = make([]*string, len(cols))
		for j, v := range row {
			if v != nil {
				text := enc.cell(v, cols[j].Type)
				out[i][j] = &text
			}
		}
	}
	return out
}

type encoder struct {
	engine *sqlengine.Session
	indent int
}

func (e encoder) cell(v sqlengine.Value, t sqlengine.Type) string {
	switch wireTypes[t.Kind] {
	case "variant", "object", "array":
		return e.nested(v)
	}
	switch x := v.(type) {
	case string:
		return x
	case bool:
		if x {
			return "1"
		}
		return "0"
	case []byte:
		return strings.ToUpper(hex.EncodeToString(x))
	case sqlengine.Date:
		return strconv.Itoa(int(x))
	case sqlengine.TimeOfDay:
		return secondsCell(int64(x)/1e9, int(int64(x)%1e9), t.Scale)
	case time.Time:
		return timestampCell(x, t)
	}
	return e.engine.Format(v, t)
}

// timestampCell writes seconds since 1970 with as much of their fraction as the type has; those with a zone add it in minutes, 1440 for UTC.
func timestampCell(x time.Time, t sqlengine.Type) string {
	unit := time.Second
	for range min(t.Scale, 9) {
		unit /= 10
	}
	x = x.Truncate(unit)
	seconds, nanos := x.Unix(), x.Nanosecond()
	text := secondsCell(seconds, nanos, t.Scale)
	if seconds < 0 && nanos > 0 {
		text = "-" + secondsCell(-(seconds+1), 1_000_000_000-nanos, t.Scale)
	}
	if t.Kind == sqlengine.KindTimestampTZ {
		_, offset := x.Zone()
		text += " " + strconv.Itoa(offset/60+1440)
	}
	return text
}

// secondsCell writes seconds with the digits of their fraction that a type keeps.
func secondsCell(seconds int64, nanos, scale int) string {
	if scale == 0 {
		return strconv.FormatInt(seconds, 10)
	}
	return strconv.FormatInt(seconds, 10) + "." + fmt.Sprintf("%09d", nanos)[:min(scale, 9)]
}

func (e encoder) nested(v sqlengine.Value) string {
	text := e.engine.JSON(v)
	if e.indent == 0 {
		return text
	}
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", strings.Repeat(" ", e.indent)) != nil {
		return text
	}
	return b.String()
}
