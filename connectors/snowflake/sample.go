package snowflake

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

var _ connectors.Sampler = (*Account)(nil)

// Sample implements connectors.Sampler with the rows that Count would look at: drawn at random, in the same text.
func (a *Account) Sample(ctx context.Context, table state.Securable, columns []classify.Column, n int, each func([]classify.Value)) error {
	what := "sample " + table.String()
	statement, err := sampleStatement(table, columns, n)
	if err != nil {
		return readError(a.opt.Name, what, err)
	}
	err = a.on(ctx, a.reads, func(conn *sql.Conn) error {
		a.sent.Add(1)
		a.log.Debug().Str("sql", statement).Msg("read")
		rows, err := conn.QueryContext(ctx, statement)
		if err != nil {
			return err
		}
		defer rows.Close()
		return handOver(rows, len(columns), each)
	})
	if err != nil {
		return readError(a.opt.Name, what, err)
	}
	return nil
}

// errRow stands for an error of the driver about a row, which may quote the row.
var errRow = errors.New("a row could not be read")

func handOver(rows *sql.Rows, columns int, each func([]classify.Value)) error {
	cells := make([]sql.NullString, columns)
	into := make([]any, columns)
	for i := range cells {
		into[i] = &cells[i]
	}
	row := make([]classify.Value, columns)
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return errRow
		}
		for i, c := range cells {
			row[i] = classify.Value{Text: c.String, Null: !c.Valid}
		}
		each(row)
	}
	return rows.Err()
}

// sampleStatement writes the reading of rows: the sampled rows, and each value's trimmed text, NULL for blank, cut.
func sampleStatement(table state.Securable, columns []classify.Column, n int) (string, error) {
	from, err := dialect.Quoted(table)
	if err != nil {
		return "", err
	}
	var sampled, texts, cells []string
	for i, c := range columns {
		col := probed{index: strconv.Itoa(i), probe: classify.ColumnProbe{Column: c.Column, Type: c.Type}}
		name, err := dialect.Quoted(state.Securable{Kind: state.KindColumn, Column: c.Column.Column})
		if err != nil {
			return "", err
		}
		sampled = append(sampled, name+" AS C"+col.index)
		texts = append(texts, col.text())
		cells = append(cells, "LEFT(T"+col.index+", "+strconv.Itoa(connectors.MaxSampledText)+") AS X"+col.index)
	}
	return "WITH S AS (SELECT " + strings.Join(sampled, ", ") + " FROM " + from + " SAMPLE (" + strconv.Itoa(min(n, maxSample)) + " ROWS)),\n" +
		"T AS (SELECT " + strings.Join(texts, ", ") + " FROM S)\n" +
		"SELECT " + strings.Join(cells, ", ") + "\nFROM T", nil
}
