package state

import (
	"cmp"
	"fmt"
	"strings"
)

// Kind says what a securable is. The zero Kind stands for "not said".
type Kind uint8

// The kinds of securable. A catalog is what Snowflake calls a database. The order is the canonical one: containers
// come before what they hold, principals last.
const (
	KindNone Kind = iota
	KindAccount
	KindMetastore
	KindCatalog
	KindSchema
	KindTable
	KindView
	KindMaterializedView
	KindDynamicTable
	KindExternalTable
	KindColumn
	KindVolume
	KindStage
	KindFunction
	KindProcedure
	KindSequence
	KindStream
	KindTask
	KindPipe
	KindFileFormat
	KindModel
	KindWarehouse
	KindIntegration
	KindConnection
	KindExternalLocation
	KindStorageCredential
	KindServiceCredential
	KindCleanRoom
	KindRecipient
	KindProvider
	KindTag
	KindMaskingPolicy
	KindRowPolicy
	KindAggregationPolicy
	KindProjectionPolicy
	KindJoinPolicy
	KindSecret
	KindAlert
	KindStreamlit
	KindNotebook
	KindResourceMonitor
	KindComputePool
	KindNetworkPolicy
	KindExternalVolume
	KindRole
	KindDatabaseRole
	KindGroup
	KindUser
	KindServicePrincipal
	KindShare
	KindEveryone
	kindEnd
)

var kindNames = [...]string{
	KindNone: "", KindAccount: "account", KindMetastore: "metastore", KindCatalog: "catalog", KindSchema: "schema",
	KindTable: "table", KindView: "view", KindMaterializedView: "materialized_view", KindDynamicTable: "dynamic_table",
	KindExternalTable: "external_table", KindColumn: "column", KindVolume: "volume", KindStage: "stage",
	KindFunction: "function", KindProcedure: "procedure", KindSequence: "sequence", KindStream: "stream",
	KindTask: "task", KindPipe: "pipe", KindFileFormat: "file_format", KindModel: "model", KindWarehouse: "warehouse",
	KindIntegration: "integration", KindConnection: "connection", KindExternalLocation: "external_location",
	KindStorageCredential: "storage_credential", KindServiceCredential: "service_credential", KindCleanRoom: "clean_room",
	KindRecipient: "recipient", KindProvider: "provider", KindTag: "tag", KindMaskingPolicy: "masking_policy",
	KindRowPolicy: "row_access_policy", KindAggregationPolicy: "aggregation_policy", KindProjectionPolicy: "projection_policy",
	KindJoinPolicy: "join_policy", KindRole: "role", KindDatabaseRole: "database_role", KindGroup: "group",
	KindUser: "user", KindServicePrincipal: "service_principal", KindShare: "share", KindEveryone: "everyone",
	KindSecret: "secret", KindAlert: "alert", KindStreamlit: "streamlit", KindNotebook: "notebook", KindResourceMonitor: "resource_monitor",
	KindComputePool: "compute_pool", KindNetworkPolicy: "network_policy", KindExternalVolume: "external_volume",
}

// String returns the kind as policy files spell it, such as "dynamic_table".
func (k Kind) String() string {
	if k < kindEnd {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// ParseKind returns the kind that policy files spell s, and whether there is one.
func ParseKind(s string) (Kind, bool) {
	for k, name := range kindNames {
		if name == s && s != "" {
			return Kind(k), true
		}
	}
	return KindNone, false
}

// KindNames lists every kind's spelling in canonical order.
func KindNames() []string { return append([]string(nil), kindNames[1:]...) }

// MarshalText spells the kind for JSON and YAML.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *Kind) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*k = KindNone
		return nil
	}
	got, ok := ParseKind(string(text))
	if !ok {
		return fmt.Errorf("no kind of securable is called %q", text)
	}
	*k = got
	return nil
}

// Relation reports whether the kind has columns.
func (k Kind) Relation() bool { return k >= KindTable && k <= KindExternalTable }

// Unlisted reports whether securables of the kind are known by the privileges on them alone, such as stages and
// functions; the others are listed with their owners.
func (k Kind) Unlisted() bool { return k >= KindVolume && k <= KindModel }

// Principal reports whether the kind can be granted privileges.
func (k Kind) Principal() bool { return k >= KindRole && k <= KindEveryone }

// Securable names one thing on a platform by the parts the platform stores, already folded to its spelling, so that
// two spellings of one column cannot exist. It is comparable and serves as a map key. Parts that a kind does not
// have are empty: a warehouse or an account role has only a Name, a database role has a Catalog and a Name, a column
// has all four. A Databricks tag has its key as Name.
type Securable struct {
	Kind    Kind   `json:"kind,omitempty" yaml:"kind,omitempty"`
	Catalog string `json:"catalog,omitempty" yaml:"catalog,omitempty"`
	Schema  string `json:"schema,omitempty" yaml:"schema,omitempty"`
	Name    string `json:"name,omitempty" yaml:"name,omitempty"`
	Column  string `json:"column,omitempty" yaml:"column,omitempty"`
}

// Everyone is the principal that every session has: PUBLIC on Snowflake, "account users" on Databricks.
var Everyone = Securable{Kind: KindEveryone}

// Parts returns the non-empty parts from the outside in.
func (s Securable) Parts() []string {
	parts := make([]string, 0, 4)
	for _, p := range [...]string{s.Catalog, s.Schema, s.Name, s.Column} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

// Path returns the parts joined by dots, each quoted where it would not read back as one part.
func (s Securable) Path() string {
	parts := s.Parts()
	for i, p := range parts {
		parts[i] = QuotePart(p)
	}
	return strings.Join(parts, ".")
}

// String returns the path, with the kind before it for what has no dotted path of its own, such as "role ANALYST".
func (s Securable) String() string {
	switch {
	case s.Kind == KindEveryone:
		return "everyone"
	case s.Kind <= KindColumn && s.Kind != KindAccount && s.Kind != KindMetastore || s.Kind == KindNone:
		return s.Path()
	case len(s.Parts()) == 0:
		return s.Kind.String()
	}
	return s.Kind.String() + " " + s.Path()
}

// QuotePart returns a name part as a person would have to write it: bare when it has only letters, digits,
// underscores, dollar signs and dashes, else in double quotes with quotes doubled and control characters escaped.
func QuotePart(p string) string {
	for _, r := range p {
		bare := r == '_' || r == '$' || r == '-' || r == '@' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !bare {
			return `"` + strings.ReplaceAll(printable(p), `"`, `""`) + `"`
		}
	}
	if p == "" {
		return `""`
	}
	return p
}

// printable escapes what could drive a terminal or reorder a line: control, format and bidi characters.
func printable(p string) string {
	var b strings.Builder
	for _, r := range p {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Table returns the relation a column stands in; its Kind is KindTable, since a column does not know whether it is a
// view's. For anything else it returns s.
func (s Securable) Table() Securable {
	if s.Kind != KindColumn {
		return s
	}
	s.Kind, s.Column = KindTable, ""
	return s
}

// Relation returns where a relation stands, or what a column stands in, with KindTable whatever its kind; the zero
// Securable for anything else.
func (s Securable) Relation() Securable {
	if s.Kind != KindColumn && !s.Kind.Relation() {
		return Securable{}
	}
	s.Kind, s.Column = KindTable, ""
	return s
}

// Parent returns the securable s stands directly in, and false for what stands in nothing but the account.
func (s Securable) Parent() (Securable, bool) {
	switch {
	case s.Column != "":
		return s.Table(), true
	case s.Kind == KindSchema:
		return Securable{Kind: KindCatalog, Catalog: s.Catalog}, true
	case s.Schema != "":
		return Securable{Kind: KindSchema, Catalog: s.Catalog, Schema: s.Schema}, true
	case s.Catalog != "" && s.Kind != KindCatalog:
		return Securable{Kind: KindCatalog, Catalog: s.Catalog}, true
	}
	return Securable{}, false
}

// Covers reports whether s is o or a container above it. The account and metastore cover everything; the zero
// Securable does too. Kinds of one place are not told apart: a table covers the view of the same name.
func (s Securable) Covers(o Securable) bool {
	switch {
	case s.Kind == KindAccount || s.Kind == KindMetastore || s == (Securable{}):
		return true
	case s.Kind.Principal() || s.Catalog == "" && s.Name != "":
		return s == o
	}
	return s.Catalog == o.Catalog && (s.Schema == "" && s.Name == "" || s.Schema == o.Schema) &&
		(s.Name == "" || s.Name == o.Name) && (s.Column == "" || s.Column == o.Column)
}

// Compare orders securables: by place from the outside in, then by kind.
func (s Securable) Compare(o Securable) int {
	return cmp.Or(strings.Compare(s.Catalog, o.Catalog), strings.Compare(s.Schema, o.Schema),
		strings.Compare(s.Name, o.Name), strings.Compare(s.Column, o.Column), cmp.Compare(s.Kind, o.Kind))
}
