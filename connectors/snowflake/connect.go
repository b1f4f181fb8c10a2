package snowflake

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	sf "github.com/snowflakedb/gosnowflake"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/reconcile/plan"
)

// Account is a Snowflake account that one user reaches with one role. It is safe for concurrent use.
type Account struct {
	opt    Options
	log    zerolog.Logger
	reads  *sql.DB
	writes *sql.DB
	sent   atomic.Int64 // statements since Open
	gate   *gate        // of reads
	warmed atomic.Bool

	contact *connectors.Contact
}

var (
	_ connectors.Platform  = (*Account)(nil)
	_ connectors.Reader    = (*Account)(nil)
	_ connectors.Confirmer = (*Account)(nil)
)

// silence keeps the driver from printing to stderr, once for the process. SetLogLevel("off") would not do: entries
// with a context are printed all the same.
var silence = sync.OnceFunc(func() {
	logger := sf.GetLogger()
	logger.SetOutput(io.Discard)
})

// Open returns the account. It signs in with the first statement, not before.
func Open(o Options) (*Account, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, fmt.Errorf("open %s: %w", o.Name, err)
	}
	silence()
	a := &Account{opt: o, log: o.Logger.With().Str("warehouse", o.Name).Logger(), gate: newGate(o.Concurrency, o.Rate)}
	if o.Transporter != nil {
		a.opt.Transporter = watch{o.Transporter, a.gate}
	}
	url, err := o.address()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.Name, err)
	}
	a.contact = &connectors.Contact{URL: url, Transport: o.Transporter, Limit: o.ContactTimeout}
	if o.Transporter == nil {
		a.contact.Transport = &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
	}
	a.reads = a.pool(o.Session(false))
	a.writes = a.pool(o.Session(true))
	for _, db := range [...]*sql.DB{a.reads, a.writes} {
		db.SetMaxOpenConns(o.Concurrency)
		db.SetMaxIdleConns(o.Concurrency)
		db.SetConnMaxIdleTime(10 * time.Minute)
		db.SetConnMaxLifetime(3 * time.Hour) // below the four hours after which Snowflake ends a session
	}
	return a, nil
}

// pool returns sessions that are set up by the statements.
func (a *Account) pool(setup []string) *sql.DB {
	return sql.OpenDB(&connector{opt: a.opt, setup: setup, contact: a.contact})
}

// Dialect implements connectors.Platform.
func (a *Account) Dialect() plan.Dialect { return dialect.Dialect{} }

// Close implements connectors.Platform.
func (a *Account) Close() error { return errors.Join(a.reads.Close(), a.writes.Close()) }

// Statements returns the number of statements sent since Open, those that set up sessions left out.
func (a *Account) Statements() int64 { return a.sent.Load() }

// connector signs in with the credentials of the moment and makes each session what it must be.
type connector struct {
	opt     Options
	setup   []string
	contact *connectors.Contact
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return sf.SnowflakeDriver{} }

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	cred, err := c.opt.Credentials(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: read the credentials: %w", connectors.ErrAuth, err)
	}
	cfg, err := c.opt.config(cred)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", connectors.ErrAuth, err)
	}
	if err := c.contact.Make(ctx); err != nil {
		return nil, err
	}
	conn, err := sf.NewConnector(sf.SnowflakeDriver{}, cfg).Connect(ctx)
	if err != nil {
		return nil, signInError(err)
	}
	for _, statement := range c.setup {
		if _, err := conn.(driver.ExecerContext).ExecContext(ctx, statement, nil); err != nil {
			return nil, errors.Join(fmt.Errorf("set up the session: %w", err), conn.Close())
		}
	}
	return conn, nil
}

// on runs f on a session of the pool. A session that the server has given up is dropped and f is run once more on
// another: the server refuses before it executes.
func (a *Account) on(ctx context.Context, db *sql.DB, f func(*sql.Conn) error) error {
	for attempt := 0; ; attempt++ {
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		err = f(conn)
		gone := sessionGone(err)
		if gone || broken(err) {
			discard(conn)
		}
		if cerr := conn.Close(); cerr != nil && !errors.Is(cerr, sql.ErrConnDone) && err == nil {
			a.log.Debug().Err(cerr).Msg("returning a session")
		}
		if !gone || attempt > 0 {
			return err
		}
	}
}

// discard takes the session out of the pool. The driver itself never reports a session as bad; what Raw returns is the
// error given to it.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // it returns ErrBadConn, or that the session is gone already
}

// warm signs the sessions of reading in side by side, but for one that is left to who reads meanwhile. It is for after the
// first statement: credentials that are wrong have ended everything by then. What does not succeed is tried again by who
// needs a session. It does so once: two that held what the other waits for would never end. The function returned waits
// until it is over.
func (a *Account) warm(ctx context.Context) (wait func()) {
	var signed, all sync.WaitGroup
	if a.warmed.Swap(true) {
		return all.Wait
	}
	for range a.opt.Concurrency - 1 {
		signed.Add(1)
		all.Go(func() {
			conn, err := a.reads.Conn(ctx)
			signed.Done()
			if err != nil {
				a.log.Debug().Err(err).Msg("sign in ahead")
				return
			}
			signed.Wait() // one that is given back at once would be taken for the next
			if err := conn.Close(); err != nil {
				a.log.Debug().Err(err).Msg("returning a session")
			}
		})
	}
	return all.Wait
}

// answer is the rows of a statement, as text.
type answer struct {
	columns map[string]int // by name in upper case
	rows    [][]sql.NullString
	queryID string
}

// text returns a cell, "" for NULL and for a column that this account does not have.
func (r *answer) text(row int, column string) string {
	s, _ := r.cell(row, column)
	return s
}

// cell returns a cell and whether it is there and not NULL.
func (r *answer) cell(row int, column string) (string, bool) {
	i, ok := r.columns[column]
	if !ok {
		return "", false
	}
	c := r.rows[row][i]
	return c.String, c.Valid
}
