package declare

import (
	"strings"

	"github.com/polsync/polsync/state"
)

// split cuts a written name at its dots; quoted parts, ${...}, {a,b} and (argument types) hold together. problem says
// what is wrong, "" for nothing.
func split(text string) (parts []state.Part, problem string) {
	var b strings.Builder
	quoted, wasQuoted, depth := false, false, 0
	end := func() {
		parts = append(parts, state.Part{Text: b.String(), Quoted: wasQuoted})
		if b.Len() == 0 {
			problem = "a part of the name is empty"
		}
		b.Reset()
		wasQuoted = false
	}
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		c := runes[i]
		switch {
		case quoted && c == '"' && i+1 < len(runes) && runes[i+1] == '"':
			b.WriteRune('"')
			i++
		case c == '"' && depth == 0:
			if !quoted && b.Len() > 0 || quoted && i+1 < len(runes) && runes[i+1] != '.' {
				return nil, "a quoted part must be quoted as a whole"
			}
			quoted, wasQuoted = !quoted, true
		case quoted:
			b.WriteRune(c)
		case c == '.' && depth == 0:
			end()
		default:
			depth += strings.Count("{(", string(c)) - strings.Count("})", string(c))
			b.WriteRune(c)
		}
	}
	if quoted {
		return nil, "a quote is not closed"
	}
	if depth != 0 {
		return nil, "a brace is not closed"
	}
	end()
	for _, p := range parts {
		if len([]rune(p.Text)) > 255 {
			problem = "a part of the name is longer than 255 characters"
		}
	}
	return parts, problem
}

// parsePattern reads `platform:catalog.schema.table.column`.
func parsePattern(text string) (state.Pattern, string) {
	p := state.Pattern{Text: text}
	rest := text
	if !strings.HasPrefix(text, "${") {
		platform, tail, ok := strings.Cut(text, ":")
		if !ok || strings.ContainsAny(platform, `."{`) {
			return p, "a name begins with its platform, as in snow:CRM.PUBLIC.CUSTOMERS"
		}
		p.Platform, rest = platform, tail
	}
	if rest == "" {
		return p, ""
	}
	parts, problem := split(rest)
	if problem != "" {
		return p, problem
	}
	for i, part := range parts {
		if part.Quoted || !strings.Contains(part.Text, "**") {
			continue
		}
		if part.Text != "**" || i != len(parts)-1 {
			return p, "** stands alone as the last part"
		}
		p.Deep, parts = true, parts[:i]
		break
	}
	if len(parts) > 4 {
		return p, "a name has four parts at most: catalog, schema, table, column"
	}
	p.Parts = parts
	return p, ""
}

var principalKinds = map[string]state.Kind{
	"role": state.KindRole, "database_role": state.KindDatabaseRole, "group": state.KindGroup, "user": state.KindUser, "service_principal": state.KindServicePrincipal,
}

// parsePrincipal reads a principal; bare ones are logical, or with physical as they are called on the platform.
func parsePrincipal(text string, physical bool) (ref state.PrincipalRef, problem string) {
	switch text {
	case "everyone", "PUBLIC", "account users":
		return state.PrincipalRef{Kind: state.KindEveryone, Name: text}, ""
	}
	kind, rest, ok := strings.Cut(text, ":")
	if !ok {
		if physical {
			return unquoted(state.PrincipalRef{Name: text})
		}
		return state.PrincipalRef{Name: text}, ""
	}
	k, known := principalKinds[kind]
	if !known {
		return ref, "kind"
	}
	if k == state.KindDatabaseRole {
		return state.PrincipalRef{Kind: k, Name: rest}, ""
	}
	return unquoted(state.PrincipalRef{Kind: k, Name: rest})
}

func unquoted(ref state.PrincipalRef) (state.PrincipalRef, string) {
	if n := len(ref.Name); n >= 2 && ref.Name[0] == '"' && ref.Name[n-1] == '"' {
		ref.Name, ref.Quoted = strings.ReplaceAll(ref.Name[1:n-1], `""`, `"`), true
	}
	if ref.Name == "" {
		return ref, "the name is empty"
	}
	return ref, ""
}

// SplitName cuts a name without its platform, such as `GOV."My Schema"`, into its parts. problem says what is wrong
// with it, "" for nothing.
func SplitName(text string) (parts []state.Part, problem string) { return split(text) }

// PlatformPrincipal reads a principal as it is called on its platform: kind:name, PUBLIC, or a bare name, which is a
// role on Snowflake and a group on Databricks.
func PlatformPrincipal(text string) (ref state.PrincipalRef, problem string) {
	ref, problem = parsePrincipal(text, true)
	if problem == "kind" {
		problem = "a principal is written role:NAME, group:NAME, user:NAME or as a bare name"
	}
	return ref, problem
}

// ParseName reads a written name with its platform, such as snow:CRM.*.*.EMAIL. problem says what is wrong with it, ""
// for nothing; whether there is such a platform is for the caller to look at.
func ParseName(text string) (p state.Pattern, problem string) { return parsePattern(text) }
