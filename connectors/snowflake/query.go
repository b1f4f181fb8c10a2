package snowflake

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	sf "github.com/snowflakedb/gosnowflake"
)

// query runs a statement that reads and returns its rows. What is what the caller was about, for the error.
func (a *Account) query(ctx context.Context, what, statement string) (*answer, error) {
	var out *answer
	err := a.on(ctx, a.reads, func(conn *sql.Conn) error {
		a.sent.Add(1)
		a.log.Debug().Str("sql", statement).Msg("read")
		var err error
		out, err = read(ctx, conn, statement)
		return err
	})
	if err != nil {
		return nil, readError(a.opt.Name, what, err)
	}
	return out, nil
}

func read(ctx context.Context, conn *sql.Conn, statement string) (*answer, error) {
	ids := make(chan string, 1)
	rows, err := conn.QueryContext(sf.WithQueryIDChan(ctx, ids), statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out, err := scan(rows)
	if err != nil {
		return nil, err
	}
	select {
	case out.queryID = <-ids:
	default:
	}
	return out, rows.Err()
}

// scan takes every cell as text; accounts differ in which columns SHOW has, so they are found by name.
func scan(rows *sql.Rows) (*answer, error) {
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	out := &answer{columns: make(map[string]int, len(names))}
	for i, n := range names {
		out.columns[strings.ToUpper(n)] = i
	}
	for rows.Next() {
		cells := make([]sql.NullString, len(names))
		into := make([]any, len(names))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("read a row: %w", err)
		}
		out.rows = append(out.rows, cells)
	}
	return out, rows.Err()
}

// yes reads a boolean cell in any of the spellings that SHOW and the two result formats have.
func yes(text string) bool {
	switch strings.ToUpper(text) {
	case "TRUE", "T", "YES", "Y", "ON", "1":
		return true
	}
	return false
}
