package plan

import (
	"errors"

	"github.com/polsync/polsync/state"
)

// ErrUnsupported is returned, wrapped with the reason, by Dialect.Compile for a change that the platform cannot make,
// or cannot make without a moment in which data is in clear.
var ErrUnsupported = errors.New("not supported by the platform")

// AnySort is the sort of objects to come: any that their kind has.
const AnySort = "any"

// Dialect is what is peculiar to a kind of platform and can be known without asking one. All methods are pure.
type Dialect interface {
	// Name returns the dialect as policy files spell it: snowflake, databricks or memory.
	Name() string

	// FoldPart returns a written name part in the spelling the platform stores.
	FoldPart(p state.Part) string

	// Fold returns a securable, principal or tag in the platform's spelling: kinds that the platform calls
	// otherwise are renamed, parts are taken as already folded. It is idempotent.
	Fold(s state.Securable) state.Securable

	// Tag returns the securable of a tag by its logical name; home is the configured home schema.
	Tag(name string, schema, home state.Securable) state.Securable

	// TagDefined reports whether a tag is something of its own that is created and dropped, or only a key on what
	// carries it.
	TagDefined(governed bool) bool

	// Policy returns the securable of the policy that carries out a declared mask for a family of types.
	Policy(mask string, family state.Family, home state.Securable) state.Securable

	// Privileges returns the privileges that a written one stands for on a kind of securable, in the platform's
	// spelling, and an error if the kind has no such privilege. ALL is expanded.
	Privileges(written string, on state.Kind) ([]string, error)

	// Sift returns those of privileges on a kind that a thing of a sort of it takes, such as a stage whose files lie
	// elsewhere; "" is a sort that is not known, AnySort that of objects to come. It returns an error where they depend
	// on what is not known.
	Sift(privileges []string, on state.Kind, sort string) ([]string, error)

	// Access returns the privileges of a built-in access level (read, write, own) on a kind, none where it has none.
	Access(level string, on state.Kind) []string

	// Usage returns the privilege that a principal needs on a container of that kind to reach what is in it, or "".
	Usage(container state.Kind) string

	// Body returns the policy's body in the platform's language, and the signature's sibling columns filled into the
	// policy. It returns an error that says why when a rule cannot be said for the family.
	Body(p *state.MaskingPolicy) (string, error)

	// SameBody reports whether two bodies are one, whatever the platform did to white space, case of keywords and
	// quoting of names.
	SameBody(a, b string) bool

	// RowPolicy returns the securable of the policy that carries out a declared row filter for columns of a family.
	RowPolicy(filter string, family state.Family, home state.Securable) state.Securable

	// RowBody returns the policy's body in the platform's language: a condition on its argument. It returns an error
	// that says why when a rule cannot be said for the family.
	RowBody(p *state.RowPolicy) (string, error)

	// RowArgument returns what a row policy calls its argument, as a column of that name would be stored.
	RowArgument() string

	// Filterable returns why rows of a kind of relation cannot be filtered, "" where they can.
	Filterable(on state.Kind) string

	// ConstraintPolicy returns the securable of a policy of a kind (aggregation, projection, join) that says what
	// content, a few plain words, names.
	ConstraintPolicy(kind state.Kind, content string, home state.Securable) state.Securable

	// ConstraintBody returns the policy's body in the platform's language, and an error where the platform has no such
	// policies.
	ConstraintBody(p *state.ConstraintPolicy) (string, error)

	// TagMasks reports whether a policy can be bound to a tag. Where it cannot, the planner masks column by column.
	TagMasks() bool

	// FutureContainers reports whether a future grant is a grant of its own on objects to come (Snowflake), or the
	// grant on the container already reaches them (Databricks).
	FutureContainers() bool

	// Compile returns the steps that carry out changes, which all are of one phase and in order. It may join changes
	// of one securable into fewer statements but must not move a change across another of the same securable. It
	// returns ErrUnsupported, wrapped, naming the change.
	Compile(phase Phase, changes []Change) ([]Step, error)
}
