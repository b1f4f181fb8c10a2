package dialect

import (
	"errors"
	"fmt"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// maxPairs is how many (tag, column) pairs one ALTER TABLE may carry; Snowflake's object tagging page, checked
// November 2026. Masks and privileges are held to it too.
const maxPairs = 100

// Marker is the comment of what is created without one of its own. It helps to find such things when the ledger is
// lost; it proves nothing.
const Marker = "managed by polsync"

// Compile implements plan.Dialect. Changes that one statement can make are one step; no change moves across another.
func (d Dialect) Compile(phase plan.Phase, changes []plan.Change) ([]plan.Step, error) {
	var steps []plan.Step
	for len(changes) > 0 {
		n := batch(changes)
		statements, err := compile(changes[:n:n])
		if err != nil {
			var u *plan.UnsupportedError
			if errors.As(err, &u) {
				return nil, err
			}
			return nil, &plan.UnsupportedError{Change: changes[0], Reason: err.Error()}
		}
		steps = append(steps, plan.Step{Phase: phase, Changes: changes[:n:n], Statements: statements})
		changes = changes[n:]
	}
	return steps, nil
}

// batch returns how many of the first changes one statement can make.
func batch(changes []plan.Change) int {
	n := 1
	if listBegins(changes[0]) {
		for n < len(changes) && changes[n].Key.Fact == state.FactAllowedValue && changes[n].Key.On == changes[0].Key.On && changes[n].Want != nil {
			n++
		}
		return n
	}
	for n < len(changes) && n < maxPairs && together(changes[0], changes[n]) {
		n++
	}
	return n
}

// together reports whether two changes fit into one statement.
func together(a, b plan.Change) bool {
	if a.Key.Fact != b.Key.Fact || a.Verb() != b.Verb() && (a.Want == nil || b.Want == nil) {
		return false
	}
	switch a.Key.Fact {
	case state.FactTagged, state.FactMask:
		return a.Key.On == b.Key.On || a.Key.On.Kind == state.KindColumn && b.Key.On.Kind == state.KindColumn && a.Key.On.Table() == b.Key.On.Table()
	case state.FactAllowedValue, state.FactBinding:
		return a.Key.On == b.Key.On
	case state.FactGrant:
		return a.Key.Name != "OWNERSHIP" && b.Key.Name != "OWNERSHIP" && a.Verb() == b.Verb() && a.Key.On == b.Key.On && a.Key.With == b.Key.With && a.Key.Future == b.Key.Future && (a.Want == nil || a.Want == b.Want)
	}
	return false
}

// compile returns the statements of changes that batch put together.
func compile(changes []plan.Change) ([]plan.Statement, error) {
	switch first := changes[0]; first.Key.Fact {
	case state.FactTag:
		return tag(changes)
	case state.FactTagged:
		return one(changes, tagged)
	case state.FactMask:
		return one(changes, masked)
	case state.FactAllowedValue:
		return one(changes, allowed)
	case state.FactPolicy:
		return one(changes, policy)
	case state.FactBinding:
		return one(changes, binding)
	case state.FactRole:
		return one(changes, role)
	case state.FactMember:
		return one(changes, member)
	case state.FactGrant:
		return one(changes, grant)
	case state.FactOwner:
		return one(changes, ownership)
	case state.FactManaged:
		return one(changes, managed)
	case state.FactRowPolicy:
		return one(changes, rowPolicy)
	case state.FactFilter:
		return one(changes, filtered)
	case state.FactConstraintPolicy:
		return one(changes, constraintPolicy)
	case state.FactConstraint:
		return one(changes, constrained)
	}
	return nil, fmt.Errorf("a %s is nothing that can be changed", changes[0].Key.Fact)
}

// one returns the one statement that write puts together, with the comment it returns.
func one(changes []plan.Change, write func(*builder, []plan.Change) (string, error)) ([]plan.Statement, error) {
	b := new(builder)
	comment, err := write(b, changes)
	if err != nil {
		return nil, err
	}
	sql, err := b.done()
	if err != nil {
		return nil, err
	}
	return []plan.Statement{{SQL: sql, Comment: comment, Idempotent: idempotent(changes[0])}}, nil
}

// idempotent reports whether the statement may be sent twice: everything that sets, but not what creates or drops, and
// not what takes off what may be gone.
func idempotent(c plan.Change) bool {
	switch c.Key.Fact {
	case state.FactPolicy, state.FactRole, state.FactRowPolicy, state.FactConstraintPolicy:
		return c.Was != nil && c.Want != nil
	case state.FactMask, state.FactBinding, state.FactConstraint:
		return c.Want != nil
	case state.FactAllowedValue, state.FactFilter:
		return false
	}
	return true
}

// keywords are the words ALTER and GRANT want for a kind.
var keywords = map[state.Kind]string{
	state.KindAccount: "ACCOUNT", state.KindCatalog: "DATABASE", state.KindSchema: "SCHEMA", state.KindTable: "TABLE", state.KindView: "VIEW",
	state.KindMaterializedView: "MATERIALIZED VIEW", state.KindDynamicTable: "DYNAMIC TABLE", state.KindExternalTable: "EXTERNAL TABLE", state.KindStage: "STAGE",
	state.KindFunction: "FUNCTION", state.KindProcedure: "PROCEDURE", state.KindSequence: "SEQUENCE", state.KindStream: "STREAM", state.KindTask: "TASK",
	state.KindPipe: "PIPE", state.KindFileFormat: "FILE FORMAT", state.KindModel: "MODEL", state.KindWarehouse: "WAREHOUSE", state.KindIntegration: "INTEGRATION",
	state.KindConnection: "CONNECTION", state.KindTag: "TAG", state.KindMaskingPolicy: "MASKING POLICY", state.KindRowPolicy: "ROW ACCESS POLICY",
	state.KindSecret: "SECRET", state.KindAlert: "ALERT", state.KindStreamlit: "STREAMLIT", state.KindNotebook: "NOTEBOOK", state.KindResourceMonitor: "RESOURCE MONITOR",
	state.KindComputePool: "COMPUTE POOL", state.KindNetworkPolicy: "NETWORK POLICY", state.KindExternalVolume: "EXTERNAL VOLUME",
	state.KindAggregationPolicy: "AGGREGATION POLICY", state.KindProjectionPolicy: "PROJECTION POLICY", state.KindJoinPolicy: "JOIN POLICY",
	state.KindRole: "ROLE", state.KindDatabaseRole: "DATABASE ROLE", state.KindUser: "USER",
}

// alter begins an ALTER of what a change stands on. Views of all sorts are VIEW there, external tables TABLE; Iceberg tables have a
// statement of their own. A column
// whose relation is not known is altered as a table's.
func alter(b *builder, c plan.Change) error {
	on := c.Key.On
	word := keywords[on.Kind]
	if on.Kind == state.KindColumn && c.Table != state.KindNone {
		table := c
		table.Key.On = on.Table()
		table.Key.On.Kind = c.Table
		return alter(b, table)
	}
	if c.Sort == "iceberg" && on.Kind == state.KindTable {
		b.raw("ALTER ICEBERG TABLE ").on(on)
		return nil
	}
	switch on.Kind {
	case state.KindMaterializedView:
		word = "VIEW"
	case state.KindExternalTable, state.KindColumn:
		word = "TABLE"
	case state.KindAccount:
		b.raw("ALTER ACCOUNT")
		return nil
	case state.KindFunction, state.KindProcedure:
		b.raw("ALTER ")
		return signature(b, word, on)
	case state.KindConnection:
		word = ""
	}
	if word == "" {
		return fmt.Errorf("a %s cannot carry this on Snowflake", on.Kind)
	}
	b.raw("ALTER ", word, " ").on(on.Table())
	return nil
}

// columns writes one action for each column of a table, in the order met: MODIFY COLUMN a ..., COLUMN b ...
func columns(b *builder, changes []plan.Change, each func(plan.Change)) {
	for i, c := range changes {
		if i == 0 {
			b.raw(" MODIFY COLUMN ")
		} else {
			b.raw(", COLUMN ")
		}
		b.name(c.Key.On.Column)
		each(c)
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func comment(b *builder, text string) {
	if text == "" {
		text = Marker
	}
	b.raw(" COMMENT = ").literal(text)
}
