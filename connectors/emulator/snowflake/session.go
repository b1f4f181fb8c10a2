package snowflake

import (
	"context"
	"sync"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

const (
	secondaryAll  = "ALL"
	secondaryNone = "NONE"
)

// session is what one login sees. One statement runs in it at a time.
type session struct {
	a  *Account
	id int64
	mu sync.Mutex

	user      *object
	role      *object
	secondary string // secondaryAll or secondaryNone
	restrict  *object
	warehouse *object
	database  *object
	schema    *object
	params    map[string]string
	lastQuery string
	tx        *transaction
	inner     bool // made by Exec and the like: needs no warehouse

	// What a statement is given for its run.
	binds  []sqlengine.Parameter
	named  map[string]sqlengine.Parameter
	seed   uint64
	now    time.Time
	rights *rights
	rev    int64 // of the catalogue rights were computed for
	self   rightsKey
}

// rightsKey is what rights depend on besides the catalogue.
type rightsKey struct {
	role      *object
	secondary string
}

// newSession makes a session with the user's defaults. The caller holds the lock.
func (a *Account) newSession(u *object) *session {
	s := &session{a: a, id: a.sessionIDs.Add(1) + 1000, user: u, params: map[string]string{}, secondary: secondaryNone}
	if u.prop("DEFAULT_SECONDARY_ROLES", "") == secondaryAll {
		s.secondary = secondaryAll
	}
	return s
}

// may gives what the session's active roles may do.
func (s *session) may() *rights {
	key := rightsKey{s.role, s.secondary}
	if s.rights != nil && s.rev == s.a.version && s.self == key {
		return s.rights
	}
	start := []*object{s.role}
	if s.secondary == secondaryAll {
		start = append(start, s.user)
		for _, g := range s.user.roles {
			start = append(start, g.on)
		}
	}
	s.rights = s.a.newRights(s.role, s.a.closure(start...))
	s.rev, s.self = s.a.version, key
	return s.rights
}

// available tells whether the user has been granted a role, directly or through others.
func (s *session) available(role *object) bool {
	return role.name == rolePublic || s.a.closure(s.user)[role]
}

// run parses and carries out one statement. The error is an *Error, or a context's.
func (s *session) run(ctx context.Context, sql string, binds *bindings) (*Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runLocked(ctx, sql, binds)
}

// runLocked is run for those who hold the session's lock.
func (s *session) runLocked(ctx context.Context, sql string, binds *bindings) (*Result, error) {
	s.setBinds(binds)
	sql = s.prepare(sql)
	do, changes, err := s.parse(sql)
	if err != nil {
		return nil, s.failed(sql, err)
	}
	r, err := s.execute(ctx, do, changes)
	if err != nil {
		return nil, s.failed(sql, err)
	}
	return r, nil
}

// prepare sets what a statement sees of time and chance, and folds its text where the session says so.
func (s *session) prepare(sql string) string {
	s.a.mu.RLock()
	defer s.a.mu.RUnlock()
	s.seed, s.now = s.a.seed(), s.a.now()
	if s.ignoresCase() {
		return foldQuoted(sql)
	}
	return sql
}

// execute runs an action under the lock it needs.
func (s *session) execute(ctx context.Context, do action, changes bool) (*Result, error) {
	s.a.catchUp()
	if !changes {
		s.a.mu.RLock()
		defer s.a.mu.RUnlock()
		return do(ctx)
	}
	s.a.mu.Lock()
	defer s.a.mu.Unlock()
	defer s.a.settle()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return do(ctx)
}

func (s *session) failed(sql string, err error) error {
	if ctxErr := contextError(err); ctxErr != nil {
		return ctxErr
	}
	e := asError(err)
	if e.Code == UnsupportedCode {
		s.a.opt.Log.Warn("statement not supported by the emulator", "sql", sql, "reason", e.Message)
	}
	return e
}

// ignoresCase tells whether quoted identifiers fold like unquoted ones.
func (s *session) ignoresCase() bool { return s.param("QUOTED_IDENTIFIERS_IGNORE_CASE") == "true" }

// foldQuoted puts the quoted identifiers of a text in upper case.
func foldQuoted(sql string) string {
	p := sqlengine.NewParser(sqlengine.Snowflake, sql)
	out := []byte(sql)
	for {
		t := p.Next()
		switch t.Kind {
		case sqlengine.TokenEOF, sqlengine.TokenInvalid:
			return string(out)
		case sqlengine.TokenQuoted:
			for i := t.Pos.Offset; i < t.End; i++ {
				if out[i] >= 'a' && out[i] <= 'z' {
					out[i] -= 'a' - 'A'
				}
			}
		}
	}
}

// engine makes the session the SQL engine runs expressions in.
func (s *session) engine() *sqlengine.Session {
	return &sqlengine.Session{Dialect: sqlengine.Snowflake, Catalog: s.catalog(), Now: s.now, Location: s.location(), Seed: s.seed,
		Positional: s.binds, Named: s.named, Formats: s.formats()}
}

// formats are those that the session, or the user or account, has set.
func (s *session) formats() sqlengine.Formats {
	set := func(name string) string {
		if v := s.param(name); v != sessionParams[name].def {
			return v
		}
		return ""
	}
	return sqlengine.Formats{DateIn: set("DATE_INPUT_FORMAT"), DateOut: set("DATE_OUTPUT_FORMAT"), TimestampIn: set("TIMESTAMP_INPUT_FORMAT")}
}

func (s *session) location() *time.Location {
	loc, err := time.LoadLocation(s.param("TIMEZONE"))
	if err != nil {
		return time.UTC
	}
	return loc
}
