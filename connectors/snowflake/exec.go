package snowflake

import (
	"context"
	"database/sql"
	"fmt"

	sf "github.com/snowflakedb/gosnowflake"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Exec implements connectors.Platform. The server ends the statement after Options.WriteTimeout. An answer that was
// lost is asked for by the driver under the same request id, for which the server never executes twice; what is lost
// for good is ErrOutcome.
func (a *Account) Exec(ctx context.Context, st plan.Statement) (connectors.Outcome, error) {
	if st.SQL == "" {
		return connectors.Outcome{}, fmt.Errorf("%s: a request (%s %s) is not for Snowflake, which takes SQL", a.opt.Name, st.Method, st.Path)
	}
	var out connectors.Outcome
	sent := false
	err := a.on(ctx, a.writes, func(conn *sql.Conn) error {
		sent = true
		a.sent.Add(1)
		ids := make(chan string, 1) // the driver closes it
		_, err := conn.ExecContext(sf.WithQueryIDChan(ctx, ids), st.SQL)
		select {
		case out.QueryID = <-ids:
		default:
		}
		if sessionGone(err) {
			sent = false
		}
		return err
	})
	if err == nil {
		return out, nil
	}
	lost := connectors.ErrTransient
	if sent {
		lost = connectors.ErrOutcome
	}
	return out, fmt.Errorf("%s: execute: %w", a.opt.Name, classed(err, lost))
}

// ReadAs implements connectors.Reader. It signs in anew, so that the role it takes on stays with nobody else; the user
// must have been granted the role.
func (a *Account) ReadAs(ctx context.Context, as, column state.Securable, limit int) ([]*string, error) {
	if as.Kind != state.KindRole {
		return nil, fmt.Errorf("%s: read %s as %s: only a role can be taken on", a.opt.Name, column, as)
	}
	use, read, err := readStatements(as, column, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: read %s as %s: %w", a.opt.Name, column, as, err)
	}
	db := a.pool(append(a.opt.Session(false), use))
	defer db.Close()
	db.SetMaxOpenConns(1)
	a.sent.Add(1)
	rows, err := db.QueryContext(ctx, read)
	if err != nil {
		return nil, readError(a.opt.Name, fmt.Sprintf("read %s as %s", column, as), err)
	}
	defer rows.Close()
	answer, err := scan(rows)
	if err != nil {
		return nil, readError(a.opt.Name, fmt.Sprintf("read %s as %s", column, as), err)
	}
	values := make([]*string, len(answer.rows))
	for i, r := range answer.rows {
		if r[0].Valid {
			values[i] = &r[0].String
		}
	}
	return values, nil
}

func readStatements(as, column state.Securable, limit int) (use, read string, err error) {
	role, err := dialect.Quoted(as)
	if err != nil {
		return "", "", err
	}
	name, err := dialect.Quoted(state.Securable{Kind: state.KindColumn, Column: column.Column})
	if err != nil {
		return "", "", err
	}
	table, err := dialect.Quoted(column.Table())
	if err != nil {
		return "", "", err
	}
	return "USE ROLE " + role, fmt.Sprintf("SELECT %s FROM %s LIMIT %d", name, table, max(limit, 0)), nil
}
