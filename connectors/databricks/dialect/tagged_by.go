package dialect

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// TaggedBy returns what a statement of Compile sets tags on or takes tags off, and false for any other statement.
// Relations of every kind come back as tables.
func TaggedBy(sql string) (state.Securable, bool) {
	toks, err := tokens(sql)
	if err != nil || len(toks) < 6 || toks[0] != "alter" {
		return state.Securable{}, false
	}
	kind, at := state.KindTable, 2
	switch toks[1] {
	case "materialized", "streaming":
		at = 3
	case "catalog", "schema", "volume":
		kind, _ = state.ParseKind(toks[1])
	}
	s := state.Securable{Kind: kind}
	fields := []*string{&s.Catalog, &s.Schema, &s.Name}
	for i := 0; i < len(fields) && at < len(toks); i++ {
		*fields[i] = toks[at]
		if at++; at >= len(toks) || toks[at] != "." {
			break
		}
		at++
	}
	if at+2 < len(toks) && slices.Equal(toks[at:at+2], []string{"alter", "column"}) {
		s.Kind, s.Column = state.KindColumn, toks[at+2]
		at += 3
	}
	if at+1 >= len(toks) || toks[at+1] != "tags" || toks[at] != "set" && toks[at] != "unset" {
		return state.Securable{}, false
	}
	return s, true
}
