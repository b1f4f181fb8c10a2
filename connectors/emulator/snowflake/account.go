package snowflake

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Editions.
const (
	Standard   = "STANDARD" // no policies
	Enterprise = "ENTERPRISE"
)

// The user an account starts with. It has the role ACCOUNTADMIN.
const (
	AdminUser     = "ADMIN"
	AdminPassword = "admin"
)

// Options are the properties of an account. The zero value is usable.
type Options struct {
	Account string           // the account's name; "": EMULATOR
	Edition string           // "": Enterprise
	Clock   func() time.Time // nil: time.Now
	Faults  *Faults          // nil: a new one, see Account.Faults
	Log     *slog.Logger     // of statements the emulator does not know; nil: none

	// AccountUsageLag is how far the views of SNOWFLAKE.ACCOUNT_USAGE are behind the clock. Zero is what the documentation says of each, at most
	// three hours; negative is none.
	AccountUsageLag time.Duration
	// TagsKeepLastDDL leaves LAST_DDL of a table alone when a tag is set or unset on it or on a column. The documentation says that every
	// ALTER TABLE changes it.
	TagsKeepLastDDL bool
	// TagPropagationDelay is how long a tag takes to get to what depends on its source, or was made of it. Zero is none.
	TagPropagationDelay time.Duration
	// LongPoll is how long a request waits for a statement before it is told to ask again. Zero is 45 seconds of real time.
	LongPoll time.Duration
	// SessionValidity and MasterValidity are the lives of tokens by the clock. Zero is one hour and four hours.
	SessionValidity, MasterValidity time.Duration
	// ShowLimit is the number of rows after which SHOW stops. Zero is 10,000. With ShowOverflowFails it refuses instead.
	ShowLimit         int
	ShowOverflowFails bool
	// InformationSchemaLimit is the number of rows after which a query of an information schema is refused. Zero is none.
	InformationSchemaLimit int
	// InformationSchemaManageGrants lets MANAGE GRANTS and RESOLVE ALL show everything in information schemas, as from bundle 2026_07.
	InformationSchemaManageGrants bool
	// BareDatabaseRoles names database roles without their database in SHOW GRANTS OF DATABASE ROLE, as from bundle 2026_06.
	BareDatabaseRoles bool
	// InlineRows is the number of rows sent with the answer; the rest of a result comes in chunks of that size. Zero is 1,000.
	InlineRows int
}

func (o Options) withDefaults() Options {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&o.LongPoll, 45*time.Second)
	set(&o.SessionValidity, time.Hour)
	set(&o.MasterValidity, 4*time.Hour)
	if o.Account == "" {
		o.Account = "EMULATOR"
	}
	if o.Edition == "" {
		o.Edition = Enterprise
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Faults == nil {
		o.Faults = &Faults{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.ShowLimit == 0 {
		o.ShowLimit = 10000
	}
	if o.InlineRows == 0 {
		o.InlineRows = 1000
	}
	return o
}

// Account is an embedded Snowflake account. It is safe for concurrent use.
type Account struct {
	inherited bool // there was a GRANT INHERITED
	opt       Options

	// mu guards the catalogue: statements that change it hold it alone, the others share it.
	mu         sync.RWMutex
	root       *object // of kind ACCOUNT; its children are databases, roles, users, warehouses
	lastID     int64
	version    int64              // of the catalogue, for caches
	shift      atomic.Int64       // nanoseconds added to the clock while old times are seeded
	gone       []*object          // dropped, for UNDROP
	propagates bool               // some tag is passed on, or was
	due        []passing          // tags on their way
	offers     map[string]*object // what other accounts share, by account and share
	dirty      []*object          // changed by the statement that runs
	regrant    []*grant           // made, changed or taken away by it
	usage      *usageLog

	server
}

// accountAge is how old the account itself is, so that the usage views have the system's roles.
const accountAge = 365 * 24 * time.Hour

// New makes an account with the system's roles, the SNOWFLAKE database and AdminUser.
func New(opt Options) *Account {
	a := &Account{opt: opt.withDefaults(), usage: newUsageLog()}
	a.server = newServer()
	a.shift.Store(int64(-accountAge))
	a.bootstrap()
	a.shift.Store(0)
	return a
}

// Faults gives the faults of the account.
func (a *Account) Faults() *Faults { return a.opt.Faults }

func (a *Account) now() time.Time { return a.opt.Clock().Add(time.Duration(a.shift.Load())).UTC() }

// nextID gives ids that grow with time and tell two objects of one name apart.
func (a *Account) nextID() int64 {
	a.lastID++
	return a.lastID
}

// SetAccountUsageLag changes how far SNOWFLAKE.ACCOUNT_USAGE is behind the clock.
func (a *Account) SetAccountUsageLag(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.opt.AccountUsageLag = d
}

// SetTagPropagationDelay changes how long tags take to be passed on.
func (a *Account) SetTagPropagationDelay(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.opt.TagPropagationDelay = d
}

// Exec runs statements as AdminUser with a role, without the wire and without the log. It stops at the first that fails.
func (a *Account) Exec(role string, statements ...string) error {
	s, err := a.innerSession(AdminUser, role)
	if err != nil {
		return err
	}
	for _, sql := range statements {
		if _, err := s.run(context.Background(), sql, nil); err != nil {
			return fmt.Errorf("executing %q: %w", firstLine(sql), err)
		}
	}
	return nil
}

// Script runs the statements of a script as Exec does; USE ROLE and the like hold for those that follow.
func (a *Account) Script(role, script string) error {
	statements, err := sqlengine.Split(sqlengine.Snowflake, script)
	if err != nil {
		return asError(err)
	}
	return a.Exec(role, statements...)
}

// Query runs one statement as a user with a role, without the wire and without the log. Secondary roles are off.
func (a *Account) Query(ctx context.Context, user, role, sql string) (*Result, error) {
	s, err := a.innerSession(user, role)
	if err != nil {
		return nil, err
	}
	return s.run(ctx, sql, nil)
}

// innerSession makes a session that no token leads to. Any role will do, granted to the user or not.
func (a *Account) innerSession(user, role string) (*session, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	u := a.root.child("user", user)
	if u == nil {
		return nil, errMissing(kindUser, user)
	}
	r := a.root.child("role", role)
	if r == nil {
		return nil, errMissing(kindRole, role)
	}
	s := a.newSession(u)
	s.role = r
	s.secondary, s.inner = secondaryNone, true
	if w := a.root.list("warehouse"); len(w) > 0 {
		s.warehouse = w[0]
	}
	return s, nil
}

func firstLine(sql string) string {
	for i, r := range sql {
		if r == '\n' || i > 120 {
			return sql[:i]
		}
	}
	return sql
}

// Backdate runs f with the account's clock set back, so that what f makes is old.
func (a *Account) Backdate(by time.Duration, f func() error) error {
	a.shift.Add(int64(-by))
	defer a.shift.Add(int64(by))
	return f()
}

// seed gives a seed for sampling that differs between statements and is the same in every run.
func (a *Account) seed() uint64 { return rand.NewPCG(a.counter.Add(1), 99).Uint64() }
