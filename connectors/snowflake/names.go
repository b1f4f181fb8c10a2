package snowflake

import (
	"strings"

	"github.com/polsync/polsync/state"
)

// splitName splits a dotted name as SHOW prints it. Quoted parts keep dots and case; parts without quotes are already
// as stored.
func splitName(name string) []string {
	var parts []string
	var b strings.Builder
	quoted := false
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '"' && quoted && i+1 < len(name) && name[i+1] == '"':
			b.WriteByte('"')
			i++
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			parts = append(parts, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(parts, b.String())
}

// grantedOn is what SHOW GRANTS calls the kinds; the last word of a pair is what polsync calls them. What is missing
// is a kind that polsync does not know.
var grantedOn = map[string]state.Kind{
	"ACCOUNT": state.KindAccount, "DATABASE": state.KindCatalog, "SCHEMA": state.KindSchema, "WAREHOUSE": state.KindWarehouse,
	"INTEGRATION": state.KindIntegration, "CONNECTION": state.KindConnection,
	"TABLE": state.KindTable, "HYBRID_TABLE": state.KindTable, "ICEBERG_TABLE": state.KindTable, "EVENT_TABLE": state.KindTable, "INTERACTIVE_TABLE": state.KindTable,
	"VIEW": state.KindView, "MATERIALIZED_VIEW": state.KindMaterializedView, "DYNAMIC_TABLE": state.KindDynamicTable, "EXTERNAL_TABLE": state.KindExternalTable,
	"STAGE": state.KindStage, "FUNCTION": state.KindFunction, "PROCEDURE": state.KindProcedure, "SEQUENCE": state.KindSequence, "STREAM": state.KindStream,
	"TASK": state.KindTask, "PIPE": state.KindPipe, "FILE_FORMAT": state.KindFileFormat, "MODULE": state.KindModel, "MODEL": state.KindModel,
	"TAG": state.KindTag, "MASKING_POLICY": state.KindMaskingPolicy, "ROW_ACCESS_POLICY": state.KindRowPolicy,
	"SECRET": state.KindSecret, "ALERT": state.KindAlert, "STREAMLIT": state.KindStreamlit, "NOTEBOOK": state.KindNotebook,
	"RESOURCE_MONITOR": state.KindResourceMonitor, "COMPUTE_POOL": state.KindComputePool, "NETWORK_POLICY": state.KindNetworkPolicy, "VOLUME": state.KindExternalVolume,
	"SHARE": state.KindShare, "ROLE": state.KindRole, "DATABASE_ROLE": state.KindDatabaseRole, "USER": state.KindUser,
}

// kindWord returns the kind of a granted_on or grant_on cell, whether its words are joined by blanks or underscores.
func kindWord(text string) state.Kind {
	return grantedOn[strings.ReplaceAll(strings.ToUpper(text), " ", "_")]
}

// securable returns what a kind and a dotted name stand for, and false where they do not fit together.
func securable(kind state.Kind, name string) (state.Securable, bool) {
	s := state.Securable{Kind: kind}
	if kind == state.KindAccount {
		return s, true
	}
	parts := splitName(name)
	switch kind {
	case state.KindCatalog:
		s.Catalog = parts[0]
		return s, len(parts) == 1 && parts[0] != ""
	case state.KindSchema:
		if len(parts) == 2 {
			s.Catalog, s.Schema = parts[0], parts[1]
		}
		return s, len(parts) == 2
	case state.KindDatabaseRole:
		if len(parts) == 2 {
			s.Catalog, s.Name = parts[0], parts[1]
		}
		return s, len(parts) == 2
	case state.KindWarehouse, state.KindIntegration, state.KindConnection, state.KindResourceMonitor, state.KindComputePool, state.KindNetworkPolicy, state.KindExternalVolume,
		state.KindRole, state.KindUser, state.KindShare:
		s.Name = strings.Join(parts, ".") // these names are printed raw
		return s, s.Name != ""
	case state.KindFunction, state.KindProcedure:
		return function(s, parts)
	case state.KindNone:
		return s, false
	}
	if len(parts) != 3 {
		return s, false
	}
	s.Catalog, s.Schema, s.Name = parts[0], parts[1], parts[2]
	return s, true
}

// function takes a signature such as F(A NUMBER, B VARCHAR(10)):NUMBER for F(NUMBER, VARCHAR): GRANT wants types alone.
func function(s state.Securable, parts []string) (state.Securable, bool) {
	if len(parts) < 3 {
		return s, false
	}
	s.Catalog, s.Schema = parts[0], parts[1]
	text := strings.Join(parts[2:], ".")
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return s, false
	}
	// The return type may have brackets of its own.
	if colon := strings.Index(text[open:], "):"); colon >= 0 {
		end = open + colon
	}
	var types []string
	for _, a := range splitArguments(text[open+1 : end]) {
		types = append(types, a.typ)
	}
	s.Name = text[:open] + "(" + strings.Join(types, ", ") + ")"
	return s, true
}

// argument is one argument of a signature. A signature of types alone has no names.
type argument struct{ name, typ string }

// splitArguments splits what stands between the brackets of a signature; types can have brackets and commas. Lengths
// and precisions are left off.
func splitArguments(text string) []argument {
	var out []argument
	for _, a := range splitTop(text) {
		a = strings.TrimSpace(a)
		if a == "" {
			continue
		}
		name, typ, named := cutName(a)
		if !named {
			name, typ = "", a
		}
		if i := strings.IndexByte(typ, '('); i > 0 && !strings.HasPrefix(typ, "VECTOR") {
			typ = typ[:i]
		}
		out = append(out, argument{name, strings.TrimSpace(typ)})
	}
	return out
}

func cutName(a string) (name, typ string, ok bool) {
	if !strings.HasPrefix(a, `"`) {
		return strings.Cut(a, " ")
	}
	for i := 1; i < len(a); i++ {
		if a[i] != '"' {
			continue
		}
		if i+1 < len(a) && a[i+1] == '"' {
			i++
			continue
		}
		return strings.ReplaceAll(a[1:i], `""`, `"`), strings.TrimSpace(a[i+1:]), true
	}
	return "", a, false
}

// splitTop splits at commas outside brackets and quotes.
func splitTop(text string) []string {
	var out []string
	depth, from, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			out = append(out, text[from:i])
			from = i + 1
		}
	}
	return append(out, text[from:])
}

// families is how Snowflake spells each family's types.
var families = map[string]state.Family{
	"TEXT": state.FamilyString, "VARCHAR": state.FamilyString, "STRING": state.FamilyString, "CHAR": state.FamilyString, "CHARACTER": state.FamilyString,
	"NUMBER": state.FamilyNumber, "FIXED": state.FamilyNumber, "DECIMAL": state.FamilyNumber, "NUMERIC": state.FamilyNumber, "INT": state.FamilyNumber, "INTEGER": state.FamilyNumber, "BIGINT": state.FamilyNumber,
	"FLOAT": state.FamilyFloat, "REAL": state.FamilyFloat, "DOUBLE": state.FamilyFloat, "BOOLEAN": state.FamilyBoolean, "DATE": state.FamilyDate, "TIME": state.FamilyTime,
	"TIMESTAMP_NTZ": state.FamilyTimestampNTZ, "TIMESTAMP_LTZ": state.FamilyTimestampLTZ, "TIMESTAMP_TZ": state.FamilyTimestampTZ,
	"BINARY": state.FamilyBinary, "VARIANT": state.FamilyVariant, "OBJECT": state.FamilyObject, "ARRAY": state.FamilyArray, "GEOGRAPHY": state.FamilyGeography,
}

// family returns the family of a type as Snowflake spells it, with or without a length.
func family(typ string) state.Family {
	typ, _, _ = strings.Cut(strings.ToUpper(strings.TrimSpace(typ)), "(")
	if f, ok := families[strings.TrimSpace(typ)]; ok {
		return f
	}
	return state.FamilyOther
}
