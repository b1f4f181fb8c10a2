package state

import (
	"strings"
	"time"
)

// Part is one part of a written name. Unquoted parts fold as the platform folds; a part with wildcards matches any
// case; quoted parts are literal.
type Part struct {
	Text   string
	Quoted bool
}

// Wild reports whether the part has a wildcard: *, ?, or a list in braces.
func (p Part) Wild() bool { return !p.Quoted && strings.ContainsAny(p.Text, "*?{") }

// Pattern is a written name, "platform:catalog.schema.table.column", any part of which may be wild. Deep is true
// when the name ended in "**": everything below, of the kind the declaration takes.
type Pattern struct {
	Platform string // "*" only in within
	Parts    []Part
	Deep     bool
	Text     string // as written, for reports
}

// Wild reports whether the pattern may match more than one name.
func (p Pattern) Wild() bool {
	for _, part := range p.Parts {
		if part.Wild() {
			return true
		}
	}
	return p.Deep
}

// Selector is one entry of an `on:` list: a name or glob; a kind with names; or a tag.
type Selector struct {
	Pattern   Pattern   // the name or glob; zero with Tag
	Kind      Kind      // said with {kind:, names:}; KindNone where the number of parts decides
	Tag       string    // logical name of the tag, for {tag: ...}
	TagValues []string  // the values asked for; none means any
	Under     []Pattern // narrows a tag selector
	Origin    Origin
}

// PrincipalRef is a written principal: a logical name from `principals`, "everyone", "PUBLIC", or "kind:name".
type PrincipalRef struct {
	Kind   Kind // KindNone for a logical name
	Name   string
	Quoted bool
	Origin Origin
}

// String returns the reference as written.
func (r PrincipalRef) String() string {
	if r.Kind == KindNone {
		return r.Name
	}
	if r.Kind == KindEveryone {
		return "everyone"
	}
	return r.Kind.String() + ":" + r.Name
}

// PrincipalMapping is a logical principal: what it is called on each platform. Names may carry a "kind:" prefix;
// bare ones are account roles on Snowflake and groups on Databricks.
type PrincipalMapping struct {
	Name   string
	On     map[string][]PrincipalRef // by platform
	Origin Origin
}

// TagDeclaration defines a tag.
type TagDeclaration struct {
	Name       string // logical
	Values     []string
	AnyValue   bool // no list was written
	Comment    string
	In         []string // platforms; none means all
	Schema     *Pattern // snowflake: where it lives; nil means home
	Propagate  string   // snowflake: how the tag is passed on; "none" for not at all, "" leaves what is there
	OnConflict string   // snowflake: see Tag; "" leaves what is there
	MultiValue bool     // snowflake: the tag is made to take several values
	Governed   bool
	Origin     Origin
}

// What OnConflict says besides a value of its own.
const (
	ConflictSequence = "allowed_values_sequence" // the first of the allowed values that are there
	ConflictMerge    = "merge"                   // all of them, for a tag that takes several
)

// AssignmentDeclaration sets a tag on securables, or with Absent takes it off.
type AssignmentDeclaration struct {
	Tag, Value string
	On         []Selector
	Except     []Selector
	Kinds      []Kind // narrows what globs take; none means any kind
	Absent     bool
	Origin     Origin
}

// ShowDeclaration is a `show` before a platform's dialect is known.
type ShowDeclaration struct {
	Show
	SQL map[string]string // by dialect (snowflake, databricks), for ShowSQL
}

// RuleDeclaration is one rule of a mask.
type RuleDeclaration struct {
	To       []PrincipalRef
	Values   []string
	When     []Condition
	Show     ShowDeclaration
	Priority int
	Origin   Origin
}

// MaskDeclaration masks by tag or on columns.
type MaskDeclaration struct {
	Name    string
	Tag     string     // logical; "" for a direct mask
	On      []Selector // direct masks
	Except  []Selector
	Within  []Pattern
	Default map[Family]ShowDeclaration // FamilyOther for `other`; none means nothing
	Rules   []RuleDeclaration
	SQL     map[string]string // whole body by dialect, instead of rules: opaque
	Types   []Family
	Primary bool
	ABAC    bool // databricks: by attribute-based policies, not column by column
	In      []string
	Origin  Origin
}

// ExceptionDeclaration shows a mask's values in clear to someone until a time.
type ExceptionDeclaration struct {
	Mask    string
	To      []PrincipalRef
	Until   time.Time
	Reasons []string
	In      []string // platforms; none means all
	Origin  Origin
}

// RowRuleDeclaration opens rows to principals: those with one of Values, or all.
type RowRuleDeclaration struct {
	To     []PrincipalRef
	Values []string
	All    bool
	Origin Origin
}

// LookupDeclaration opens rows by a table that maps principals to values.
type LookupDeclaration struct {
	Table     Pattern
	Principal string // column, as written
	By        LookupBy
	Value     string  // column, as written
	All       *string // the value that stands for every row; nil for none
	Origin    Origin
}

// RowFilterDeclaration filters the rows of relations by the value of a column.
type RowFilterDeclaration struct {
	Name      string
	Tag       string     // logical; "" for a filter on tables
	On        []Selector // filters on tables and views
	Except    []Selector
	Within    []Pattern
	Column    string // as written; "" with ColumnTag
	ColumnTag string // logical tag that the column carries
	Rules     []RowRuleDeclaration
	Lookup    *LookupDeclaration
	Default   bool              // every row for those named nowhere
	SQL       map[string]string // whole body by dialect, instead of rules: opaque
	ABAC      bool              // databricks: by attribute-based policies, not table by table
	In        []string
	Origin    Origin
}

// ConstraintDeclaration limits what may be done with relations or columns.
type ConstraintDeclaration struct {
	On       []Selector
	MinGroup int   // aggregate: rows or more in each group; 0 for none said
	Project  *bool // whether the columns may be in a result; nil for none said
	Join     *bool // whether a join is needed; nil for none said
	ExceptTo []PrincipalRef
	In       []string
	Origin   Origin
}

// Sorts returns the sorts of constraint that the declaration asks for.
func (c ConstraintDeclaration) Sorts() []string {
	var all []string
	if c.MinGroup > 0 {
		all = append(all, SortAggregation)
	}
	if c.Project != nil {
		all = append(all, SortProjection)
	}
	if c.Join != nil {
		all = append(all, SortJoin)
	}
	return all
}

// RoleDeclaration declares a role with its members and what it is a member of.
type RoleDeclaration struct {
	Name     Part
	Kind     Kind // KindRole or KindDatabaseRole (then Name is in Catalog)
	Catalog  Part
	In       []string
	Members  []PrincipalRef // roles that get it
	Users    []PrincipalRef
	MemberOf []PrincipalRef
	Absent   []PrincipalRef // members that must not be
	Bare     bool           // only Absent is said: the role itself is not declared
	Comment  string
	ForEach  *Template
	Origin   Origin
}

// Template makes one declaration for each match of a glob.
type Template struct {
	Var     string
	Pattern Pattern
}

// GrantDeclaration grants privileges.
type GrantDeclaration struct {
	To          []PrincipalRef
	Privileges  []string // upper case, words separated by spaces
	Access      string   // a named access level, instead of Privileges
	On          []Selector
	Except      []Selector
	Kinds       []Kind
	Future      bool
	Parents     bool
	GrantOption bool
	Until       time.Time // zero for no end
	Reasons     []string
	Absent      bool
	ForEach     *Template
	Origin      Origin
}

// ExclusiveDeclaration says that nobody holds privileges but who is declared to.
type ExclusiveDeclaration struct {
	Privileges []string // upper case, words separated by spaces
	On         []Selector
	Except     []Selector
	Kinds      []Kind
	Reasons    []string
	ForEach    *Template
	Origin     Origin
}

// OwnerDeclaration says who owns securables, and which schemas have managed access.
type OwnerDeclaration struct {
	Owner   *PrincipalRef // nil where only Managed is said
	Managed bool
	Below   bool // of a container: each table and view in it, as `access: own` has it
	Future  bool // what is created in the containers too
	On      []Selector
	Except  []Selector
	Kinds   []Kind
	Reasons []string
	ForEach *Template
	Origin  Origin
}

// AccessLevel names privileges by kind of securable.
type AccessLevel struct {
	Name       string
	Privileges map[Kind][]string
	Origin     Origin
}

// Predicate is one test of a classifier the user wrote.
type Predicate struct {
	Value, Column, Table, Comment, Type string // regular expressions; exactly one of the fields of a Predicate is set
	Checksum                            string
	Dictionary                          []string
	MinRatio                            float64 // 0 to 1, with Value, Checksum and Dictionary
	MinLength, MaxLength                int
	Origin                              Origin
}

// ClassifierDeclaration is a classifier the user wrote.
type ClassifierDeclaration struct {
	Name          string
	All, Any, Not []Predicate
	Disabled      bool
	Origin        Origin
}

// ScanDeclaration says which columns to classify and how.
type ScanDeclaration struct {
	Name       string
	On         []Selector
	Except     []Selector
	Collection string // "" for the built-in set
	Rows       int
	Mode       string        // full or incremental
	Recheck    time.Duration // incremental: age at which a column is looked at again; 0 for never
	Values     string        // pushdown, sample or names
	Review     bool
	Parallel   int // statements at a time; 0 means 1
	Budget     Budget
	Origin     Origin
}

// Budget bounds what one run of a scan may cost. Zero fields do not bound. What is under way when a bound is met is
// ended, so that it may be passed by as much.
type Budget struct {
	Statements int
	Rows       int64
	Elapsed    time.Duration // from the first statement on
	Compute    time.Duration // time that statements take, added up over those that run at once
}

// Ruling is what was decided about a finding.
type Ruling string

// The rulings.
const (
	Approved Ruling = "approved" // it may become a tag, also where its scan waits for a person
	Rejected Ruling = "rejected" // it never does
)

// DecisionDeclaration approves or rejects the findings of columns.
type DecisionDeclaration struct {
	Ruling     Ruling
	On         []Selector
	Except     []Selector
	Classifier string // "" for any
	Reasons    []string
	Origin     Origin
}

// AutotagMap turns a classifier's findings into a tag.
type AutotagMap struct {
	Classifier string
	Tag, Value string
	MinScore   float64
	Origin     Origin
}

// AutotagDeclaration says which scans' findings become tags.
type AutotagDeclaration struct {
	Scans    []string
	Map      []AutotagMap
	Conflict string // keep-manual, replace, fail
	Origin   Origin
}

// Expectation is one of the policy's own tests.
type Expectation struct {
	As     PrincipalRef
	Read   Pattern
	Sees   ShowDeclaration
	Refuse bool
	Rows   *RowsSeen // nil where the test does not ask
	Origin Origin
}

// RowsSeen is which rows of a table somebody sees, by the value of the column that they are filtered by.
type RowsSeen struct {
	All    bool
	Values []string // sorted; none with All false means no row at all
}

// Declarations is everything the sources state, before it meets a platform. Slices keep the order of files and lines.
type Declarations struct {
	Principals  map[string]PrincipalMapping
	Tags        []TagDeclaration
	Assignments []AssignmentDeclaration
	Masks       []MaskDeclaration
	Exceptions  []ExceptionDeclaration
	RowFilters  []RowFilterDeclaration
	Constraints []ConstraintDeclaration
	Roles       []RoleDeclaration
	Grants      []GrantDeclaration
	Exclusives  []ExclusiveDeclaration
	Owners      []OwnerDeclaration
	Access      map[string]AccessLevel
	Classifiers []ClassifierDeclaration
	Collections map[string][]string
	Scans       []ScanDeclaration
	Autotag     []AutotagDeclaration
	Decisions   []DecisionDeclaration
	Tests       []Expectation
	Findings    []Finding // of the classification layer
	Count       int       // of declarations, for the guard on shrinking sources
}

// Finding is what a scan concluded about one column: never a value, only counts.
type Finding struct {
	Platform   string    `json:"platform"`
	Column     Securable `json:"column"`
	Scan       string    `json:"scan"`
	Classifier string    `json:"classifier"`
	Score      float64   `json:"score"` // 0 to 1
	Rows       int64     `json:"rows"`  // non-NULL values looked at
	Matched    int64     `json:"matched"`
	Evidence   []string  `json:"evidence,omitempty"` // name, type, values: in words, with counts
	Rules      string    `json:"rules"`              // version of the classifier set
	How        string    `json:"how,omitempty"`      // pushdown, sample or names: how values were looked at
	Seen       time.Time `json:"seen"`
}
