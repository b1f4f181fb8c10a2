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
	familyWords = append(typesOfMasks(), "other")
)

func wordsOfFamilies() []string {
	var out []string
	for _, fam := range state.Families() {
		out = append(out, string(fam))
	}
	return append(out, "timestamp")
}

// typesOfMasks are the families and the words for those that each such type of Databricks is one of.
func typesOfMasks() []string { return append(wordsOfFamilies(), "map", "struct") }

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
	f("types", document.Several(document.Word(typesOfMasks()...)), "left out: every type met"), f("session", document.Word("any", "primary"), "any role of the session counts, or the active role alone"),
	f("in", platforms, "only on these platforms"),
	f("databricks", document.With(f("engine", document.Word("column", "abac"), "masks set per column (default), or attribute-based policies of the mask's tag")), databricksDoc),
	f("snowflake", document.With(), "details for Snowflake; there are none yet"))

var filterRule = document.With(
	need("to", principals, "who"),
	need("values", document.AnyOf(document.Word("all"), document.Several(document.Scalar())), "sees rows with these values, or all"))

var lookup = document.With(
	need("table", name, "the table that maps principals to values"),
	need("principal", text, "its column of principals"),
	need("by", document.Word("role", "user", "group"), "what stands in that column"),
	need("value", text, "its column of values"),
	f("all", document.Scalar(), "the value that stands for all"))

var tag = document.With(
	need("name", text, "unique among tags"),
	f("values", texts, "allowed values; left out: any; []: none"),
	f("comment", text, "kept with the tag on the platform"),
	f("in", platforms, inDoc),
	f("snowflake", document.With(
		f("schema", document.Example("GOV.TAGS"), "where the tag lives; left out: home"),
		f("propagate", document.Word("on_dependency", "on_data_movement", "on_dependency_and_data_movement", "none"), "how Snowflake passes the tag on; left out: as it is"),
		f("on_conflict", document.Example("allowed_values_sequence"), "what a place gets that several values are passed on to: allowed_values_sequence, merge, or a value of its own; left out: as it is"),
		f("multi_value", flag, "a tag that is made to take several values of one thing; it cannot be made to take one again")), "details for Snowflake"),
	f("databricks", document.With(f("governed", flag, "a governed tag, with a tag policy")), "details for Databricks"))

const (
	databricksDoc = "details for Databricks"

	inDoc     = "only on these platforms; left out: all"
	exceptDoc = "but not these; always wins"
	ensureDoc = "absent: take exactly this away, whoever set it"
)

var assignment = document.With(
	f("tag", text, "the tag"), f("value", text, "its value"),
	need("on", selectors, "names and globs; ** and tags do not stand here"), f("except", selectors, exceptDoc),
	f("kinds", document.Several(kindWord), "narrows what a glob takes"),
	f("ensure", ensure, ensureDoc), f("in", platforms, inDoc),
	f("tags", document.Keyed(text), "many tags of the securable at once"),
	f("columns", document.Keyed(document.Keyed(text)), "tags of its columns"))

var rowFilter = document.With(
	need("name", text, "unique among row filters"),
	f("on", selectors, "filters these tables and views"), f("tag", text, "filters what carries this tag"),
	f("within", names, "a tag's filter holds only here"), f("except", selectors, exceptDoc),
	need("column", document.AnyOf(text, document.With(need("tag", text, "the tag that the column carries"))), "the column, or the tag of the column, that rows are filtered by"),
	f("rules", document.Several(filterRule), "a row is seen if any rule allows it"),
	f("lookup", lookup, "or if a table of the platform allows it"),
	f("default", document.Word("none", "all"), "rows for those named nowhere; none where left out"),
	f("sql", dialects, "the whole filter as a condition on `val`: opaque, the last resort"),
	f("databricks", document.With(f("engine", document.Word("column", "abac"), "filters set per table (default), or attribute-based policies of the filter's tag")), databricksDoc),
	f("in", platforms, inDoc))

var role = document.With(
	need("name", text, "as the platform calls it; database_role:DB.NAME for a database role"),
	f("in", platforms, "the platforms it is on; needed"),
	f("members", principals, "roles that get it"), f("users", principals, "users that get it"),
	f("member_of", principals, "roles it gets"),
	f("ensure", ensure, "absent: these members must not be"),
	f("comment", text, "kept with the role on the platform"),
	f("for_each", forEach, forEachDoc))

const forEachDoc = "one variable and a glob: a declaration per match, with ${x} and ${x.name}"

var grant = document.With(
	f("to", principals, "who"), f("privileges", texts, "in any case, with space or underscore"),
	f("access", text, "read, write, own or a named level"),
	need("on", selectors, "names, globs, tags, or a kind with names"), f("except", selectors, exceptDoc), f("in", platforms, inDoc),
	f("kinds", document.Several(kindWord), "narrows what a glob takes"),
	f("future", flag, "on objects to come as well; needs a whole container"),
	f("parents", flag, "usage on the containers too; on with access, else off"),
	f("until", until, "from then on as if undeclared"), f("reason", texts, "why; shown wherever the grant is"),
	f("grant_option", flag, "may be passed on"), f("ensure", ensure, ensureDoc), f("for_each", forEach, forEachDoc),
	f("owner", text, "who owns them"), f("managed_access", flag, "the schema's owner alone grants on what is in it"),
	f("exclusive", flag, "nobody else: what no entry declares is revoked"))

var constraint = document.With(
	need("on", selectors, "tables, views and columns"),
	f("aggregate", document.With(need("min_group", document.Whole(1, 1e9), "rows that a group has at least")), "only aggregates may be read"),
	f("project", document.With(f("allow", flag, "whether the column may be in a result")), "the column may be used but not shown"),
	f("join", document.With(f("required", flag, "whether a join is needed")), "readable only in a join"),
	f("except_to", principals, "does not hold for these"), f("in", platforms, inDoc))

var scan = document.With(
	need("name", text, "unique among scans"),
	need("on", selectors, "which columns to look at"), f("except", selectors, exceptDoc), f("in", platforms, inDoc),
	f("collection", text, "which classifiers to use; left out: the built-in set"),
	f("rows", document.Whole(0, 1e9), "rows looked at per table, 1000 where left out; 0: all"),
	f("mode", document.Word("full", "incremental"), "incremental looks at what is new, changed or was looked at too long ago; full where left out"),
	f("recheck_days", document.Whole(0, 3650), "incremental: days after which a column is looked at again as if it were new; 30 where left out, 0: never"),
	f("values", document.Word("pushdown", "sample", "names"), "how values are looked at; pushdown, counting in the warehouse, where left out; sample reads rows into this process"),
	f("review", flag, "findings wait for a person's yes"),
	f("parallel", document.Whole(1, 64), "statements at a time on a platform; 4 where left out"),
	f("budget", document.With(
		f("statements", document.Whole(1, 1e9), "statements at most"), f("rows", document.Whole(1, 1e12), "rows looked at, at most"),
		f("minutes", document.Decimal(0, 1e6), "minutes at most"),
		f("warehouse_seconds", document.Decimal(0, 1e9), "seconds that statements take at most, all added up")), "what a run may cost; the next one goes on where it ended"))

var decision = document.With(
	f("approve", names, "columns, tables and globs whose findings may become tags"), f("reject", names, "and those whose findings never do"), f("except", names, exceptDoc),
	f("classifier", text, "only findings of this classifier; left out: of any"), f("reason", texts, "why; shown with the finding"))

var autotag = document.With(
	need("scans", texts, "whose findings"),
	need("map", document.Several(document.With(
		need("classifier", text, "what was found"), need("tag", text, "the tag it becomes"), f("value", text, "and its value"),
		f("min_score", document.Decimal(0, 1), "0.8 where left out"))), "the first that fits decides"),
	f("conflict", document.Word("keep-manual", "replace", "fail"), "where another value was set by hand; keep-manual where left out"))

var exception = document.With(
	need("mask", text, "of which mask"), need("to", principals, "who sees clear"), need("until", until, "until when"), f("reason", texts, "why"), f("in", platforms, inDoc))

var test = document.With(
	need("as", text, "that principal alone"), need("read", name, "a column, or for rows a table"),
	f("sees", sees, "a word of show, or refused"),
	f("rows", document.AnyOf(document.Word("all", "none"), document.Several(document.Scalar())), "which rows, by the filtered column's values"))

var predicate = document.With(
	f("value", text, "a regular expression over the whole value"), f("column", text, "over the column's name"),
	f("table", text, "over the table's name"), f("comment", text, "over the column's comment"),
	f("type", document.Word(wordsOfFamilies()...), "the column's type"), f("checksum", text, "luhn, iban, ..."),
	f("dictionary", texts, "one of these words"), f("min_ratio", document.Decimal(0, 1), "share of the values that must match"),
	f("min_length", document.Whole(0, 1e6), "characters at least"), f("max_length", document.Whole(0, 1e6), "characters at most"))

var classifier = document.With(
	need("name", text, "unique among classifiers; the name of a built-in one replaces it"),
	f("all", document.Several(predicate), "all must hold"), f("any", document.Several(predicate), "one must hold"),
	f("not", document.Several(predicate), "none may hold"), f("disabled", flag, "switches a built-in one off"))

var policyFile = document.With(
	need("apiVersion", document.Word(APIVersion), "version of the policy language"),
	f("vars", document.Keyed(document.Scalar()), "constants for ${name}"),
	f("principals", document.Keyed(document.Keyed(principals)), "logical name -> platform -> what it is called there"),
	f("tags", document.Several(tag), "tag definitions"),
	f("tag_assignments", document.Several(assignment), "tags on securables"),
	f("masks", document.Several(mask), "column masks"),
	f("row_filters", document.Several(rowFilter), "row filters"),
	f("roles", document.Several(role), "roles and membership"),
	f("access_levels", document.Keyed(document.Keyed(texts)), "name -> kind -> privileges"),
	f("grants", document.Several(grant), "privileges"),
	f("constraints", document.Several(constraint), "aggregation, projection and join policies"),
	f("classifiers", document.Several(classifier), "classifiers of one's own"),
	f("collections", document.Keyed(texts), "named sets of classifiers"),
	f("decisions", document.Several(decision), "what people decided about findings"),
	f("scans", document.Several(scan), "which columns to classify"),
	f("autotag", document.Several(autotag), "findings that become tags"),
	f("exceptions", document.Several(exception), "clear for a time"),
	f("tests", document.Several(test), "what must hold"))

// Schema returns the JSON Schema of policy files.
func Schema() map[string]any {
	return document.JSONSchema("urn:polsync:schema:policy:v1", "polsync policy file", policyFile)
}
