package dialect

import "github.com/polsync/polsync/state"

// MakeSchema returns the statement that makes a schema for what polsync creates. With managed access nobody but the
// schema's owner can hand on rights to what is in it.
func (Dialect) MakeSchema(schema state.Securable) string {
	name, err := Quoted(schema)
	if err != nil {
		name = schema.Path() // a part that no identifier can hold: there is no such schema to make
	}
	return "CREATE SCHEMA IF NOT EXISTS " + name + " WITH MANAGED ACCESS"
}
