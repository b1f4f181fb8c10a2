package declare

import (
	"slices"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
)

// APIVersion is the version of the policy language that files name.
const APIVersion = "polsync/v1"

func f(name string, shape *document.Shape, doc string) document.Field {
	return document.Field{Name: name, Shape: shape, Doc: doc}
}

func need(name string, shape *document.Shape, doc string) document.Field {
	return document.Field{Name: name, Shape: shape, Doc: doc, Required: true}
}

var (
	text       = document.Text()
	texts      = document.Several(text)
	flag       = document.Flag()
	name       = document.Example("snow:CRM.PUBLIC.CUSTOMERS.EMAIL")
	names      = document.Several(name)
	principals = document.Several(document.Example("role:ANALYST"))
	platforms  = document.Several(document.Example("snow"))
	dialects   = document.With(f("snowflake", text, "the expression for Snowflake"), f("databricks", text, "the expression for Databricks"), f("memory", text, "the expression for the memory platform"))
	until      = document.Time()
	kindWord   = document.Word(state.KindNames()...)
	tagQuery   = document.AnyOf(text, document.Keyed(document.Several(text)))
	selector   = document.AnyOf(name, document.With(
		f("kind", kindWord, "a kind of securable, with names"), f("names", names, "names of that kind"),
		f("tag", tagQuery, "a tag, or a tag with values"), f("under", names, "only below these")))
	selectors = document.Several(selector)
	forEach   = document.Keyed(name)
	ensure    = document.Word("present", "absent")
)

var showWords = append(slices.Sorted(slices.Values(wordsOf(state.ShowWords()))), "none", "null", "last4", "first4", "email", "last4_hash")

func wordsOf(kinds []state.ShowKind) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}

func showShape(words ...string) *document.Shape {
	return document.AnyOf(document.Word(append(slices.Clone(showWords), words...)...), document.With(
		f("last", document.Whole(1, 1000), "the last n characters, the rest hidden"),
		f("first", document.Whole(1, 1000), "the first n characters, the rest hidden"),
		f("last_hash", document.Whole(1, 1000), "a hash and the last n characters"),
		f("const", document.Scalar(), "this constant"),
		f("sql", dialects, "the author's expression of `val`"),
		f("function", document.AnyOf(text, dialects), "a function called with the value"),
		f("args", texts, "sibling columns passed to the function after the value")))
}

var (
	show    = showShape()
	sees    = showShape("refused")
	compare = document.With(need("column", text, "a sibling column"),
		f("in", document.Several(document.Scalar()), "is one of these"), f("not_in", document.Several(document.Scalar()), "is none of these"),
		f("like", text, "is like this, with % and _"), f("gt", document.Scalar(), "is greater"), f("lt", document.Scalar(), "is less"))
	maskRule = document.With(need("to", principals, "who"), f("values", texts, "of which tag values; left out: all"),
		f("when", document.Several(compare), "conditions on sibling columns, all must hold"), need("show", show, "what they see"),
		f("priority", document.Whole(-1000000, 1000000), "higher goes first; 0 where left out"))
	familyWords = append(wordsOfFamilies(), "other")
)

func wordsOfFamilies() []string {
	var out []string
	for _, fam := range state.Families() {
		out = append(out, string(fam))
	}
	return append(out, "timestamp")
}

func defaultFields() []document.Field {
	var out []document.Field
	for _, w := range familyWords {
		out = append(out, f(w, show, "what is seen of values of this type by who is named by no rule"))
	}
	return out
}

var mask = document.With(
	need("name", text, "unique among masks"), f("tag", text, "masks the columns that carry this tag"), f("on", selectors, "masks these columns"),
	f("except", selectors, "but not these"), f("within", names, "a tag's mask holds only here"),
	f("default", document.AnyOf(document.Word(showWords...), document.With(defaultFields()...)), "by type; nothing where left out"),
	f("rules", document.Several(maskRule), "the first that matches decides"), f("sql", dialects, "the whole mask as an expression of `val`: opaque, the last resort"),
	f("types", document.Several(document.Word(wordsOfFamilies()...)), "left out: every type met"), f("session", document.Word("any", "primary"), "any role of the session counts, or the active role alone"),
	f("in", platforms, "only on these platforms"), f("databricks", document.With(f("engine", document.Word("column", "abac"), "")), ""), f("snowflake", document.With(), ""))

var filterRule = document.With(need("to", principals, "who"), need("values", document.AnyOf(document.Word("all"), document.Several(document.Scalar())), "sees rows with these values, or all"))

var lookup = document.With(need("table", name, ""), need("principal", text, ""), need("by", document.Word("role", "user", "group"), ""), need("value", text, ""), f("all", document.Scalar(), "the value that stands for all"))

var policyFile = document.With(
	need("apiVersion", document.Word(APIVersion), "version of the policy language"),
	f("vars", document.Keyed(document.Scalar()), "constants for ${name}"),
	f("principals", document.Keyed(document.Keyed(principals)), "logical name -> platform -> what it is called there"),
	f("tags", document.Several(document.With(need("name", text, ""), f("values", texts, "allowed values; left out: any; []: none"), f("comment", text, ""), f("in", platforms, ""),
		f("snowflake", document.With(f("schema", document.Example("GOV.TAGS"), "where the tag lives"), f("propagate", document.Word("on_dependency", "on_data_movement", "on_dependency_and_data_movement"), "")), ""),
		f("databricks", document.With(f("governed", flag, "a governed tag, with a tag policy")), ""))), "tag definitions"),
	f("tag_assignments", document.Several(document.With(f("tag", text, ""), f("value", text, ""), need("on", selectors, ""), f("except", selectors, ""), f("ensure", ensure, ""), f("in", platforms, ""),
		f("tags", document.Keyed(text), "many tags of the securable at once"), f("columns", document.Keyed(document.Keyed(text)), "tags of its columns"))), "tags on securables"),
	f("masks", document.Several(mask), "column masks"),
	f("row_filters", document.Several(document.With(need("name", text, ""), f("on", selectors, ""), f("tag", text, ""), f("within", names, ""), f("except", selectors, ""),
		need("column", document.AnyOf(text, document.With(need("tag", text, ""))), "the column, or the tag of the column, that rows are filtered by"),
		f("rules", document.Several(filterRule), ""), f("lookup", lookup, ""), f("default", document.Word("none", "all"), ""), f("in", platforms, ""))), "row filters"),
	f("roles", document.Several(document.With(need("name", text, ""), f("in", platforms, ""), f("members", principals, "roles that get it"), f("users", principals, "users that get it"),
		f("member_of", principals, "roles it gets"), f("ensure", ensure, "absent: these members must not be"), f("comment", text, ""), f("for_each", forEach, ""))), "roles and membership"),
	f("access_levels", document.Keyed(document.Keyed(texts)), "name -> kind -> privileges"),
	f("grants", document.Several(document.With(f("to", principals, ""), f("privileges", texts, ""), f("access", text, "read, write, own or a named level"), need("on", selectors, ""), f("except", selectors, ""),
		f("kinds", document.Several(kindWord), "narrows what a glob takes"), f("future", flag, "on objects to come as well"), f("parents", flag, "usage on the containers"), f("until", until, ""),
		f("reason", texts, ""), f("grant_option", flag, ""), f("ensure", ensure, ""), f("for_each", forEach, ""), f("owner", text, "who owns them"), f("managed_access", flag, ""), f("exclusive", flag, "nobody else"))), "privileges"),
	f("constraints", document.Several(document.With(need("on", selectors, ""), f("aggregate", document.With(need("min_group", document.Whole(1, 1e9), "")), ""), f("project", document.With(f("allow", flag, "")), ""),
		f("join", document.With(f("required", flag, "")), ""), f("except_to", principals, ""))), "aggregation, projection and join policies"),
	f("classifiers", document.Several(classifier), "classifiers of one's own"),
	f("collections", document.Keyed(texts), "named sets of classifiers"),
	f("scans", document.Several(document.With(need("name", text, ""), need("on", selectors, ""), f("except", selectors, ""), f("collection", text, ""), f("rows", document.Whole(0, 1e9), "rows looked at per table; 0: all"),
		f("mode", document.Word("full", "incremental"), ""), f("values", document.Word("pushdown", "sample", "names"), "how values are looked at"), f("review", flag, ""),
		f("budget", document.With(f("statements", document.Whole(1, 1e9), "")), ""))), "which columns to classify"),
	f("autotag", document.Several(document.With(need("scans", texts, ""), need("map", document.Several(document.With(need("classifier", text, ""), need("tag", text, ""), f("value", text, ""), f("min_score", document.Decimal(0, 1), ""))), ""),
		f("conflict", document.Word("keep-manual", "replace", "fail"), ""))), "findings that become tags"),
	f("exceptions", document.Several(document.With(need("mask", text, ""), need("to", principals, ""), need("until", until, ""), f("reason", texts, ""))), "clear for a time"),
	f("tests", document.Several(document.With(need("as", text, ""), need("read", name, ""), f("sees", sees, ""), f("rows", document.AnyOf(document.Word("all", "none"), document.Several(document.Scalar())), ""))), "what must hold"),
)

var predicate = document.With(f("value", text, "a regular expression over the whole value"), f("column", text, "over the column's name"), f("table", text, "over the table's name"),
	f("comment", text, "over the column's comment"), f("type", document.Word(wordsOfFamilies()...), "the column's type"), f("checksum", text, "luhn, iban, ..."), f("dictionary", texts, "one of these words"),
	f("min_ratio", document.Decimal(0, 1), "share of the values that must match"), f("min_length", document.Whole(0, 1e6), ""), f("max_length", document.Whole(0, 1e6), ""))

var classifier = document.With(need("name", text, ""), f("all", document.Several(predicate), "all must hold"), f("any", document.Several(predicate), "one must hold"), f("not", document.Several(predicate), "none may hold"),
	f("disabled", flag, "switches a built-in one off"))

// Schema returns the JSON Schema of policy files.
func Schema() map[string]any {
	return document.JSONSchema("urn:polsync:schema:policy:v1", "polsync policy file", policyFile)
}
