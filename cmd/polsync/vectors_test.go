package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/connectors/emulator/sqlengine"
	"github.com/polsync/polsync/state"
)

// vector is one line of the table in docs/masks.md: what a value of a type looks like, shown so. Where the platforms
// differ, the line says so.
type vector struct {
	typ, value, show string
	seen             map[string]string // by platform
	column           string            // that holds it, on both platforms
}

// documentedTable reads the table below a heading of a page: its lines without the head, cell by cell.
func documentedTable(t *testing.T, page, heading string) [][]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n"+heading+"\n")
	if !found {
		t.Fatalf("%s has no %q", page, heading)
	}
	var lines [][]string
	for line := range strings.SplitSeq(rest, "\n") {
		if !strings.HasPrefix(line, "|") {
			if len(lines) > 0 {
				break
			}
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		lines = append(lines, cells)
	}
	if len(lines) < 3 {
		t.Fatalf("%s: no table below %q", page, heading)
	}
	return lines[2:]
}

// sqlTypes are the types that vectors name, by platform; "-" where a platform has none.
func sqlTypes(t *testing.T) map[string]map[string]string {
	t.Helper()
	types := map[string]map[string]string{}
	for _, line := range documentedTable(t, "masks.md", "### Types of the vectors") {
		types[line[0]] = map[string]string{"snow": strings.Trim(line[1], "`"), "lake": strings.Trim(line[2], "`")}
	}
	return types
}

func vectors(t *testing.T, types map[string]map[string]string) []*vector {
	t.Helper()
	var all []*vector
	for _, line := range documentedTable(t, "masks.md", "### What is seen") {
		if len(line) != 5 || types[line[0]] == nil {
			t.Fatalf("a line of the vectors has %d cells, or a type that is not listed: %q", len(line), line)
		}
		for show := range strings.SplitSeq(line[2], "`, `") {
			v := &vector{typ: line[0], value: line[1], show: strings.Trim(show, "`"), column: fmt.Sprintf("V%d", len(all)), seen: map[string]string{}}
			for _, platform := range []string{"snow", "lake"} {
				if types[v.typ][platform] != "-" {
					v.seen[platform] = line[3]
				}
			}
			if line[4] != "" {
				v.seen["lake"] = line[4]
			}
			all = append(all, v)
		}
	}
	return all
}

var repeated = regexp.MustCompile("^`(.*)` × ([0-9]+)$")

// spelled is the value that a cell writes: in backticks, with escapes where it has double quotes; null for NULL.
func spelled(t *testing.T, cell string) (text string, null bool) {
	t.Helper()
	if head, tail, several := strings.Cut(cell, " and "); several {
		one, _ := spelled(t, head)
		other, _ := spelled(t, tail)
		return one + other, false
	}
	times := 1
	if m := repeated.FindStringSubmatch(cell); m != nil {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		cell, times = "`"+m[1]+"`", n
	}
	switch {
	case cell == "NULL":
		return "", true
	case cell == "the empty string":
		return "", false
	case len(cell) < 2 || cell[0] != '`':
		t.Fatalf("%q is no value", cell)
	}
	text = strings.Trim(cell, "`")
	if strings.HasPrefix(text, `"`) && strings.HasSuffix(text, `"`) && len(text) > 1 {
		plain, err := strconv.Unquote(text)
		if err != nil {
			t.Fatalf("%s: %v", cell, err)
		}
		text = plain
	}
	return strings.Repeat(text, times), false
}

// stored is the expression of a value in a platform's SQL.
func stored(t *testing.T, v *vector, platform, typ string) string {
	text, null := spelled(t, v.value)
	if null {
		return "CAST(NULL AS " + typ + ")"
	}
	dialect := map[string]sqlengine.Dialect{"snow": sqlengine.Snowflake, "lake": sqlengine.Databricks}[platform]
	literal := dialect.Literal(text)
	switch base := strings.ToLower(typ); {
	case base == "variant":
		return "PARSE_JSON(" + literal + ")"
	case base == "object" || base == "array":
		return "PARSE_JSON(" + literal + ")::" + typ
	case strings.Contains(base, "<"):
		return text
	case base == "binary" && platform == "lake":
		return "unhex(" + literal + ")"
	}
	return "CAST(" + literal + " AS " + typ + ")"
}

// shown reports whether what was read is what a cell says. Three dots stand for the rest of a SHA-256 of which the first
// digits are written.
func shown(t *testing.T, cell string, got *string) bool {
	want, null := spelled(t, cell)
	if null || got == nil {
		return null == (got == nil)
	}
	head, tail, cut := strings.Cut(want, "...")
	if !cut {
		return *got == want
	}
	rest, ok := strings.CutPrefix(*got, head)
	if !ok || len(head)+56 > len(*got) {
		return false
	}
	return regexp.MustCompile("^[0-9a-f]{56}$").MatchString(rest[:56]) && rest[56:] == tail
}

// plain is a value as the vectors write it: dates and times are handed over in forms of the clients' own.
func plain(typ string, v *string) *string {
	if v == nil {
		return nil
	}
	text := *v
	switch typ {
	case "boolean":
		text = strings.NewReplacer("1", "true", "0", "false").Replace(text)
	case "binary":
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			raw = []byte(text)
		}
		text = strings.ToUpper(hex.EncodeToString(raw))
	case "variant", "object", "array":
		var tight bytes.Buffer
		if json.Compact(&tight, []byte(text)) == nil {
			text = tight.String()
		}
	}
	if strings.Contains(typ, "date") {
		text, _, _ = strings.Cut(text, "T")
	}
	if form := map[bool]string{true: "2006-01-02 15:04:05.999999999 -0700", false: "2006-01-02 15:04:05.999999999"}[typ == "timestamp with offset"]; strings.Contains(typ, "time") {
		for _, wire := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
			if at, err := time.Parse(wire, text); err == nil {
				text = at.Format(form)
			}
		}
		text = strings.TrimPrefix(text, map[bool]string{true: "0001-01-01 "}[typ == "time"])
	}
	return &text
}

func (v *vector) on(platform string) state.Securable {
	name := "VECTORS_" + strings.Trim(regexp.MustCompile("[^A-Z0-9]+").ReplaceAllString(strings.ToUpper(v.typ), "_"), "_")
	s := state.Securable{Kind: state.KindColumn, Catalog: "CRM_PROD", Schema: "PUBLIC", Name: name, Column: v.column}
	if platform == "lake" {
		s.Catalog, s.Schema, s.Name, s.Column = "main", "crm", strings.ToLower(name), strings.ToLower(s.Column)
	}
	return s
}

// fill makes a table for each type: a column for each vector, a row with the values and one of NULL.
func (r *recorded) fill(all []*vector, types map[string]map[string]string) {
	r.t.Helper()
	for _, platform := range []string{"snow", "lake"} {
		tables := map[string][]*vector{}
		var names []string
		for _, v := range all {
			if _, has := v.seen[platform]; has {
				table := strings.Join(v.on(platform).Table().Parts(), ".")
				if tables[table] == nil {
					names = append(names, table)
				}
				tables[table] = append(tables[table], v)
			}
		}
		for _, table := range names {
			columns, values, nulls := make([]string, len(tables[table])), make([]string, len(tables[table])), make([]string, len(tables[table]))
			for i, v := range tables[table] {
				typ := types[v.typ][platform]
				columns[i], values[i], nulls[i] = v.column+" "+typ, stored(r.t, v, platform, typ), "NULL"
			}
			r.execute(platform, "CREATE TABLE "+table+" ("+strings.Join(columns, ", ")+")",
				"INSERT INTO "+table+" SELECT "+strings.Join(values, ", "), "INSERT INTO "+table+" SELECT "+strings.Join(nulls, ", "))
			r.open(platform, table)
		}
	}
}

// open lets everybody read a table.
func (r *recorded) open(platform, table string) {
	r.t.Helper()
	if platform == "lake" {
		r.execute(platform, "GRANT SELECT ON TABLE "+table+" TO `account users`", "GRANT USE CATALOG ON CATALOG main TO `account users`", "GRANT USE SCHEMA ON SCHEMA main.crm TO `account users`")
		return
	}
	r.execute(platform, "GRANT SELECT ON TABLE "+table+" TO ROLE PUBLIC", "GRANT SELECT ON TABLE "+table+" TO ROLE GOVERNANCE_ADMIN",
		"GRANT USAGE ON DATABASE CRM_PROD TO ROLE PUBLIC", "GRANT USAGE ON SCHEMA CRM_PROD.PUBLIC TO ROLE PUBLIC")
}

// newUnrecorded is newRecorded without the wire between.
func newUnrecorded(t *testing.T) *recorded {
	t.Helper()
	r := &recorded{t: t, dir: t.TempDir(), log: "error"}
	var err error
	if r.box, err = openSandbox(r.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.box.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// execute runs statements on a platform as its administrator.
func (r *recorded) execute(platform string, statements ...string) {
	r.t.Helper()
	for _, e := range r.box.warehouses {
		for _, sql := range statements {
			var err error
			switch at := e.handler.(type) {
			case *snowflake.Account:
				if e.name == platform {
					err = at.Exec("ACCOUNTADMIN", sql)
				}
			case *databricks.Workspace:
				if e.name == platform {
					err = at.Exec(databricks.DefaultAdmin, sql)
				}
			}
			if err != nil {
				r.t.Fatalf("%s: %v", platform, err)
			}
		}
	}
}

// seers are who reads in a test, by what the policies call them.
var seers = map[string]map[string]string{
	"cleared":  {"snow": "PII_READER", "lake": "alice@example.com"},
	"reader":   {"snow": "SUPPORT", "lake": "carol@example.com"},
	"stranger": {"snow": "ANALYST", "lake": "frank@example.com"},
}

func (r *recorded) read(platform, as string, v *vector) ([]*string, error) {
	values, err := r.box.warehouse(platform).readAs(r.t.Context(), seers[as][platform], v.on(platform))
	for i := range values {
		values[i] = plain(v.typ, values[i])
	}
	return values, err
}

// vectorMasks declares a mask for each type and word over the columns that hold its vectors.
func vectorMasks(all []*vector) string {
	type key struct{ typ, show string }
	columns := map[key][]string{}
	var keys []key
	for _, v := range all {
		k := key{v.typ, v.show}
		if columns[k] == nil {
			keys = append(keys, k)
		}
		for platform := range v.seen {
			columns[k] = append(columns[k], strconv.Quote(platform+":"+strings.Join(v.on(platform).Parts(), ".")))
		}
	}
	var b strings.Builder
	b.WriteString("principals:\n  cleared: {snow: PII_READER, lake: pii-readers}\n  readers: {snow: SUPPORT, lake: support-lead}\nmasks:\n")
	for i, k := range keys {
		slices.Sort(columns[k])
		types := map[string]string{"array of numbers": "types: [string, array], default: {array: nothing, other: clear}, ", "map": "types: map, default: {map: nothing, other: clear}, ",
			"struct": "types: [struct], default: {struct: nothing, other: clear}, "}[k.typ]
		fmt.Fprintf(&b, "  - {name: m%d, "+types+"on: [%s], rules: [{to: cleared, show: clear}, {to: readers, show: %s}]}\n", i, strings.Join(columns[k], ", "), k.show)
	}
	return b.String()
}

// TestVectorsHoldOnBothPlatforms reads the documented vectors, masks them by one policy file with the program, and reads
// them through both clients: both platforms show what the page says.
func TestVectorsHoldOnBothPlatforms(t *testing.T) {
	if testing.Short() {
		t.Skip("some hundred columns on two platforms")
	}
	types := sqlTypes(t)
	all := vectors(t, types)
	r := newUnrecorded(t)
	r.fill(all, types)
	raw := map[string]map[*vector][]*string{"snow": {}, "lake": {}}
	for _, v := range all {
		for platform := range v.seen {
			values, err := r.read(platform, "cleared", v)
			if err != nil || len(values) != 2 {
				t.Fatalf("%s %s: %d values, %v", platform, v.typ, len(values), err)
			}
			raw[platform][v] = values
		}
	}
	r.policies(vectorMasks(all))
	said := r.run(exitDone, "reconcile")
	for _, v := range all {
		for platform, cell := range v.seen {
			if cell == "the query fails" && v.show != "email_domain" && !strings.Contains(said, "fail for those who are shown it so: "+v.on(platform).Path()+" ") {
				t.Errorf("reconcile does not say that reading %s fails:\n%s", v.on(platform), said)
			}
			t.Run(fmt.Sprintf("%s/%s/%s/%s", platform, v.typ, v.show, v.column), func(t *testing.T) {
				r.vector(t, platform, v, cell, raw[platform][v])
			})
		}
	}
	r.run(exitDone, "plan")
}

// vector checks what three readers see of a value, and of NULL, in a column that held raw before it was masked.
func (r *recorded) vector(t *testing.T, platform string, v *vector, cell string, raw []*string) {
	cleared, err := r.read(platform, "cleared", v)
	if err != nil || !equalValues(cleared, raw) {
		t.Errorf("who sees clear sees %s, which was %s; %v", quoted(cleared), quoted(raw), err)
	}
	nobody, err := r.read(platform, "stranger", v)
	if err != nil || !equalValues(nobody, []*string{nil, nil}) {
		t.Errorf("who is named by no rule sees %s; %v", quoted(nobody), err)
	}
	got, err := r.read(platform, "reader", v)
	if cell == "the query fails" {
		if err == nil {
			t.Errorf("%s is seen", quoted(got))
		}
		return
	}
	if err != nil || len(got) != 2 {
		t.Fatalf("%s; %v", quoted(got), err)
	}
	if !shown(t, cell, got[0]) {
		t.Errorf("%s is seen as %s", v.value, quoted(got[:1]))
	}
	null := "NULL"
	if strings.Contains(v.show, "const") {
		null = cell
	}
	if !shown(t, null, got[1]) {
		t.Errorf("NULL is seen as %s", quoted(got[1:]))
	}
}

func equalValues(a, b []*string) bool {
	return slices.EqualFunc(a, b, func(a, b *string) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) })
}

func quoted(values []*string) string {
	out := make([]string, len(values))
	for i, v := range values {
		if out[i] = "NULL"; v != nil {
			out[i] = strconv.Quote(*v)
			if len(out[i]) > 200 {
				out[i] = out[i][:200] + "..."
			}
		}
	}
	return strings.Join(out, ", ")
}
