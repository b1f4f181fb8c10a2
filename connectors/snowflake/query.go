package snowflake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	sf "github.com/snowflakedb/gosnowflake"
)

// query runs a statement that reads and returns its rows. What is what the caller was about, for the error.
func (a *Account) query(ctx context.Context, what, statement string) (*answer, error) {
	out := &answer{}
	err := a.send(ctx, what, statement, func(r *answer) {
		out.columns, out.rows = r.columns, append(out.rows, r.rows[0])
		r.rows[0] = nil // it is ours now
	}, out)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// stream runs a statement that reads and calls each for every row as it comes, so that a large answer is never in memory
// as a whole. The answer that each gets has one row and is good until each returns. After an error a part of the rows
// may have come.
func (a *Account) stream(ctx context.Context, what, statement string, each func(r *answer, row int)) error {
	return a.send(ctx, what, statement, func(r *answer) { each(r, 0) }, &answer{})
}

func (a *Account) send(ctx context.Context, what, statement string, row func(*answer), head *answer) error {
	if err := a.gate.enter(ctx); err != nil {
		return readError(a.opt.Name, what, err)
	}
	err := a.on(ctx, a.reads, func(conn *sql.Conn) error {
		a.sent.Add(1)
		a.log.Debug().Str("sql", statement).Msg("read")
		return read(ctx, conn, statement, row, head)
	})
	a.gate.leave(err == nil)
	if err == nil {
		return nil
	}
	if crowded(err) {
		a.gate.jam()
	}
	return readError(a.opt.Name, what, err)
}

// crowded reports an answer by which the account asks for less at a time.
func crowded(err error) bool {
	var e *sf.SnowflakeError
	return errors.As(err, &e) && (e.Number == sf.ErrCodeServiceUnavailable || e.Number == 630 || e.Number == 200001)
}

// read runs a statement and calls row for each row, with an answer that has this one. The columns and the query's id
// are in head too.
func read(ctx context.Context, conn *sql.Conn, statement string, row func(*answer), head *answer) error {
	ids := make(chan string, 1)
	rows, err := conn.QueryContext(sf.WithQueryIDChan(ctx, ids), statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := scanEach(rows, row, head); err != nil {
		return err
	}
	select {
	case head.queryID = <-ids:
	default:
	}
	return rows.Err()
}

// scan takes all rows.
func scan(rows *sql.Rows) (*answer, error) {
	out := &answer{}
	err := scanEach(rows, func(r *answer) { out.rows, r.rows[0] = append(out.rows, r.rows[0]), nil }, out)
	return out, err
}

// scanEach takes every cell as text; accounts differ in which columns SHOW has, so they are found by name.
func scanEach(rows *sql.Rows, row func(*answer), head *answer) error {
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	head.columns = make(map[string]int, len(names))
	for i, n := range names {
		head.columns[strings.ToUpper(n)] = i
	}
	one := &answer{columns: head.columns, rows: make([][]sql.NullString, 1)}
	into := make([]any, len(names))
	for rows.Next() {
		if one.rows[0] == nil { // somebody kept the last
			one.rows[0] = make([]sql.NullString, len(names))
			for i := range into {
				into[i] = &one.rows[0][i]
			}
		}
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("read a row: %w", err)
		}
		row(one)
	}
	return rows.Err()
}

// yes reads a boolean cell in any of the spellings that SHOW and the two result formats have.
func yes(text string) bool {
	switch strings.ToUpper(text) {
	case "TRUE", "T", "YES", "Y", "ON", "1":
		return true
	}
	return false
}
