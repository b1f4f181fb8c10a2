package ledger

import (
	"context"
	"database/sql/driver"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// pgConnector makes connections that take SQLite's placeholders.
type pgConnector struct{ config *pgx.ConnConfig }

// Connect implements driver.Connector.
func (c *pgConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := stdlib.GetConnector(*c.config).Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &pgConn{conn.(*stdlib.Conn)}, nil
}

// Driver implements driver.Connector.
func (c *pgConnector) Driver() driver.Driver { return stdlib.GetDefaultDriver() }

// pgConn is pgx's connection for database/sql, but for how statements and texts are spelt.
type pgConn struct{ *stdlib.Conn }

// PrepareContext implements driver.ConnPrepareContext.
func (c *pgConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.PrepareContext(ctx, numbered(query))
}

// ExecContext implements driver.ExecerContext.
func (c *pgConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.ExecContext(ctx, numbered(query), args)
}

// QueryContext implements driver.QueryerContext.
func (c *pgConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.Conn.QueryContext(ctx, numbered(query), args)
}

// CheckNamedValue implements driver.NamedValueChecker. PostgreSQL stores no text that is not UTF-8 or has a NUL; such
// characters, which only messages of others can have, become U+FFFD.
func (c *pgConn) CheckNamedValue(v *driver.NamedValue) error {
	value, err := driver.DefaultParameterConverter.ConvertValue(v.Value)
	if err != nil {
		return err
	}
	if s, ok := value.(string); ok {
		value = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	}
	v.Value = value
	return nil
}

// spelt remembers statements as PostgreSQL takes them; there are a few dozen.
var spelt sync.Map

// numbered turns the placeholders ? and ?1 into $1. No statement here has a question mark elsewhere.
func numbered(query string) string {
	if s, ok := spelt.Load(query); ok {
		return s.(string)
	}
	var b strings.Builder
	next := 1
	for i := 0; i < len(query); i++ {
		if query[i] != '?' {
			b.WriteByte(query[i])
			continue
		}
		b.WriteByte('$')
		if i+1 < len(query) && query[i+1] >= '0' && query[i+1] <= '9' {
			continue // its number follows
		}
		b.WriteString(strconv.Itoa(next))
		next++
	}
	spelt.Store(query, b.String())
	return b.String()
}
