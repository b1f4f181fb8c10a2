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
		return private(a.opt.Name, what, readError(a.opt.Name, what, err))
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
	handed := false
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return errRow
		}
		for i, c := range cells {
			row[i] = classify.Value{Text: c.String, Null: !c.Valid}
		}
		each(row)
		handed = true
	}
	if rows.Err() != nil && handed {
		return errRow // what was handed over cannot be taken back: the statement must not be sent again
	}
	return rows.Err()
}

// sampleStatement writes the reading of rows: the sampled rows, and each value's trimmed text, NULL for blank, cut.
func sampleStatement(table state.Securable, columns []classify.Column, n int) (string, error) {
	from, err := dialect.Quoted(table)
	if err != nil {
		return "", err
	}
	texts, cells := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		name, err := language.Column(c.Column.Column)
		if err != nil {
			return "", err
		}
		k := strconv.Itoa(i)
		texts[i] = "NULLIF(TRIM(" + text(name, c.Type) + "), '') AS T" + k
		cells[i] = "LEFT(T" + k + ", " + strconv.Itoa(connectors.MaxSampledText) + ") AS X" + k
	}
	return "SELECT " + strings.Join(cells, ", ") + "\nFROM (" + language.Sampled(strings.Join(texts, ", "), from, n) + ") R", nil
}
