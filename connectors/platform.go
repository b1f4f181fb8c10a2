package connectors

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Errors a platform's answer is classified as; each is wrapped with what was done to which.
var (
	ErrNotFound  = errors.New("not found")
	ErrDenied    = errors.New("access denied")
	ErrTransient = errors.New("temporary failure")
	ErrUnknown   = errors.New("does not exist or not authorized")
	ErrOutcome   = errors.New("outcome unknown") // the statement was sent, and nothing says whether it took effect
	ErrAuth      = errors.New("could not sign in")
)

// Scope bounds what a snapshot reads.
type Scope struct {
	Within   []state.Securable          // catalogs, schemas or tables; none means everything visible
	Facts    []state.FactKind           // none means all
	Home     state.Securable            // schema that holds what polsync creates
	Roles    []state.Securable          // principals whose memberships are read besides those met
	Kinds    []state.Kind               // of which all are listed, where a platform lists a kind only for who asks
	TagsOf   func(state.Securable) bool // of which securables that are no catalog, schema, relation or column the tags are read; nil for none
	GrantsOf func(state.Securable) bool // of which securables of the Kinds grants are read, where a platform is asked for each; nil for none
	All      bool                       // what everybody holds is asked for: users and shares too, not only roles and groups
	Strict   bool                       // only sources that show the platform's own last write
	Recent   []Recent                   // what polsync changed lately, oldest first, which sources that lag may not show yet

	// Policies says of which schemas and tables the attribute-based policies are read besides those of catalogs; tagged is
	// whether anything in the schema carries a tag. Nil for none.
	Policies func(s state.Securable, tagged bool) bool

	Without []state.FactKind // not these, whatever Facts says

	// Ours is what polsync has set something on, or may have, but for relations and columns, and the catalogs that all of it
	// lies in. What of it does not show is asked after.
	Ours []state.Securable
}

// Recent is a fact as a statement of polsync's own left it.
type Recent struct {
	Key   state.Key
	Value state.Value // nil: it is gone
	At    time.Time
}

// Lag is how long before now a Scope's Recent must begin: longer than any source that a snapshot may use lags.
const Lag = 3 * time.Hour

// Wants reports whether facts of a kind are asked for.
func (s Scope) Wants(k state.FactKind) bool {
	return (len(s.Facts) == 0 || slices.Contains(s.Facts, k)) && !slices.Contains(s.Without, k)
}

// Covers reports whether a securable lies in the scope.
func (s Scope) Covers(o state.Securable) bool {
	for _, w := range s.Within {
		if w.Covers(o) || o.Covers(w) {
			return true
		}
	}
	return len(s.Within) == 0
}

// Outcome is what a platform says of a statement it executed.
type Outcome struct {
	QueryID string // the platform's own id of the statement, for its history
}

// Platform is a Snowflake account, a Databricks workspace or another place that polsync reads and writes.
// Implementations are safe for concurrent use unless said otherwise.
type Platform interface {
	// Dialect returns the platform's dialect.
	Dialect() plan.Dialect

	// Snapshot reads the state within the scope. What rests on sources that may not show the platform's own last write
	// is named in State.Lag; a Strict scope has none. What could not be read completely is named in State.Unknown; an
	// error means that nothing could be read. It may be retried.
	Snapshot(ctx context.Context, scope Scope) (*state.State, error)

	// Count evaluates probes inside the platform, all with one statement, and returns one result per probe, in order.
	// Only counts come back. A table that cannot be counted may fail those asked together with it, which then have Err
	// too; an error means that none could be asked. See classify.Together for how many one statement takes.
	Count(ctx context.Context, probes []classify.Probe) ([]classify.Counts, error)

	// Exec carries out one statement. ErrOutcome says that it may or may not have taken effect.
	Exec(ctx context.Context, s plan.Statement) (Outcome, error)

	// Check tests the connection and returns the privileges that are missing, each with the statement that gives it.
	Check(ctx context.Context, scope Scope) ([]Missing, error)

	// Close releases connections.
	Close() error
}

// Confirmer is implemented by platforms whose snapshots may rest on sources that lag.
type Confirmer interface {
	// Confirm reads what is asked anew, from sources that show the platform's own last write, and puts it into s, which
	// Snapshot returned for the scope, in place of what s said of it. After an error s is of no use. What could not be
	// read is added to State.Unknown. A question for all is not for it: that is another snapshot, a strict one.
	Confirm(ctx context.Context, scope Scope, s *state.State, q plan.Question) error
}

// Missing is a right polsync lacks, and what an administrator runs to give it.
type Missing struct {
	What string // what cannot be done without it
	SQL  string
}

// Reader is implemented by platforms that can read a column as a given principal, for verify and demonstrations.
type Reader interface {
	// ReadAs returns up to limit values of a column as the principal sees them, NULL as nil.
	ReadAs(ctx context.Context, as, column state.Securable, limit int) ([]*string, error)
}
