package connectors

import (
	"context"

	"github.com/polsync/polsync/state"
)

// Native is what a platform's own classification says of a column: never a value.
type Native struct {
	Column state.Securable
	Says   string  // in the platform's words, such as NATIONAL_IDENTIFIER
	Detail string  // the narrower word, such as US_SSN; "" for none
	Score  float64 // 0 to 1, how sure the platform is
	How    string  // the same in words, for people
}

// NativeClassifier is implemented by platforms whose own classification keeps what it found, besides the tags it may
// set on columns, which a Snapshot has.
type NativeClassifier interface {
	// Native returns the last results on columns within the scope. They may be hours old. An error means that they
	// could not be read.
	Native(ctx context.Context, scope Scope) ([]Native, error)
}
