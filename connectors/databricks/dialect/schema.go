package dialect

import "github.com/polsync/polsync/state"

// MakeSchema returns the statement that makes a schema for the functions that polsync creates.
func (Dialect) MakeSchema(schema state.Securable) string {
	return "CREATE SCHEMA " + QualifiedName(schema.Parts()...)
}
