package dialect

import (
	"cmp"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Dialect is Snowflake's.
type Dialect struct{}

var _ plan.Dialect = Dialect{}

// Name implements plan.Dialect.
func (Dialect) Name() string { return "snowflake" }

// FoldPart implements plan.Dialect: what is not quoted is stored in upper case. The argument types of a function are
// written as SHOW lists them, however they were spelled.
func (Dialect) FoldPart(p state.Part) string {
	if p.Quoted {
		return p.Text
	}
	name, types, routine := strings.Cut(strings.ToUpper(p.Text), "(")
	if !routine || !strings.HasSuffix(types, ")") {
		return strings.ToUpper(p.Text)
	}
	return name + "(" + strings.Join(argumentTypes(strings.TrimSuffix(types, ")")), ", ") + ")"
}

// argumentTypes splits types at commas outside of brackets, leaves lengths off and gives synonyms the name that
// Snowflake stores.
func argumentTypes(list string) []string {
	var types []string
	depth, from := 0, 0
	add := func(t string) {
		t = strings.TrimSpace(t)
		if word, _, long := strings.Cut(t, "("); long && word != "VECTOR" {
			t = strings.TrimSpace(word)
		}
		if t != "" {
			types = append(types, cmp.Or(synonyms[t], t))
		}
	}
	for i, c := range list {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			add(list[from:i])
			from = i + 1
		}
	}
	add(list[from:])
	return types
}

// synonyms are the other names of Snowflake's types; its page of data types, checked November 2026.
var synonyms = map[string]string{"STRING": "VARCHAR", "TEXT": "VARCHAR", "CHAR": "VARCHAR", "CHARACTER": "VARCHAR", "NVARCHAR": "VARCHAR", "INT": "NUMBER", "INTEGER": "NUMBER",
	"BIGINT": "NUMBER", "SMALLINT": "NUMBER", "TINYINT": "NUMBER", "BYTEINT": "NUMBER", "DECIMAL": "NUMBER", "NUMERIC": "NUMBER", "DOUBLE": "FLOAT", "REAL": "FLOAT", "FLOAT4": "FLOAT",
	"FLOAT8": "FLOAT", "VARBINARY": "BINARY", "DATETIME": "TIMESTAMP_NTZ", "TIMESTAMP": "TIMESTAMP_NTZ"}

// Fold implements plan.Dialect: everyone is the role PUBLIC, and there are no groups but roles.
func (Dialect) Fold(s state.Securable) state.Securable {
	switch s.Kind {
	case state.KindEveryone:
		return state.Securable{Kind: state.KindRole, Name: "PUBLIC"}
	case state.KindGroup:
		s.Kind = state.KindRole
	case state.KindServicePrincipal:
		s.Kind = state.KindUser
	}
	return s
}

// Tag implements plan.Dialect: a tag lives in a schema.
func (d Dialect) Tag(name string, schema, home state.Securable) state.Securable {
	if schema == (state.Securable{}) {
		schema = home
	}
	return state.Securable{Kind: state.KindTag, Catalog: schema.Catalog, Schema: schema.Schema, Name: d.FoldPart(state.Part{Text: name})}
}

// TagDefined implements plan.Dialect.
func (Dialect) TagDefined(bool) bool { return true }

// Policy implements plan.Dialect: POLSYNC_MASK_FAMILY in the home schema.
func (d Dialect) Policy(mask string, family state.Family, home state.Securable) state.Securable {
	name := d.FoldPart(state.Part{Text: "polsync_" + mask + "_" + string(family)})
	return state.Securable{Kind: state.KindMaskingPolicy, Catalog: home.Catalog, Schema: home.Schema, Name: name}
}

// TagMasks implements plan.Dialect.
func (Dialect) TagMasks() bool { return true }

// FutureContainers implements plan.Dialect.
func (Dialect) FutureContainers() bool { return true }

// Usage implements plan.Dialect.
func (Dialect) Usage(container state.Kind) string {
	if container == state.KindCatalog || container == state.KindSchema {
		return "USAGE"
	}
	return ""
}
