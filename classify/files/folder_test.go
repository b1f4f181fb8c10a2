package files

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/state"
)

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func rules(t *testing.T) *classify.Rules {
	t.Helper()
	r, err := classify.NewRules(classify.Suite(), nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Types are guessed from all the cells; a schema's go before.
func TestTypes(t *testing.T) {
	dir := folder(t, map[string]string{"t.csv": "\uFEFFn,zip,f,d,ts,b,empty,text,said,n\n" +
		"1,00501,1.5,2024-01-01,2024-01-01 10:00:00,true,,1,5,x\n-20,94025,2,2023-12-31,2024-01-01T10:00Z,FALSE,,b,6,y\n"})
	schema := Schema{"t": {Columns: []SchemaColumn{{Name: "said", Type: "VARCHAR(20)"}, {Name: "n"}}}}
	tables, err := Classify(t.Context(), dir, rules(t), Options{Schema: schema})
	if err != nil || tables[0].Err != nil {
		t.Fatal(err, tables)
	}
	want := map[string]state.Family{"n": state.FamilyNumber, "zip": state.FamilyString, "f": state.FamilyFloat, "d": state.FamilyDate, "ts": state.FamilyTimestampNTZ,
		"b": state.FamilyBoolean, "empty": state.FamilyString, "text": state.FamilyString, "said": state.FamilyString, "n (2)": state.FamilyString}
	for _, c := range tables[0].Columns {
		if c.Type.Family != want[c.Name] {
			t.Errorf("%s: %s, want %s", c.Name, c.Type.Family, want[c.Name])
		}
	}
	for sql, family := range map[string]state.Family{"decimal(10,2)": state.FamilyNumber, "TIMESTAMP_NTZ(9)": state.FamilyTimestampNTZ, "double": state.FamilyFloat, "STRUCT<a:INT>": state.FamilyString, "jsonb": state.FamilyString} {
		if got := dataType(sql).Family; got != family {
			t.Errorf("%s: %s, want %s", sql, got, family)
		}
	}
}

func TestErrorsSayWhere(t *testing.T) {
	for name, tt := range map[string]struct{ csv, schema, want string }{
		"ragged":         {"a,b\n1,2\n\"x\ny\",2,3\n", "", "t.csv:3: the row has more or fewer"},
		"bare quote":     {"a\nx\"y\n", "", "t.csv:2: "},
		"open quote":     {"a\n1\n\"xy\n", "", "t.csv:3: "},
		"empty":          {"", "", "t.csv:1: the file is empty"},
		"unknown column": {"a\n1\n", `{"t": {"columns": [{"name": "b"}]}}`, `t.csv:1: the schema has column "b"`},
		"broken schema":  {"a\n1\n", "{\n\"t\": 3}", "schema.json:2:6: a table: an object is needed"},
		"cut schema":     {"a\n1\n", "{\"t\": {\n", "schema.json:2:1: the file ends too early"},
		"no JSON":        {"a\n1\n", "{\"t\": {\n  x}}", "schema.json:2:3: invalid character"},
		"behind it":      {"a\n1\n", "{}\n {}", "schema.json:2:2: something stands behind"},
		"unknown key":    {"a\n1\n", `{"t": {"colums": []}}`, `schema.json:1:8: there is no key "colums"; did you mean "columns"?`},
		"column's key":   {"a\n1\n", `{"t": {"columns": [{"name": "a", "typ": "INT"}]}}`, `schema.json:1:34: there is no key "typ"; did you mean "type"?`},
		"column twice":   {"a\n1\n", "{\"t\": {\"columns\": [{\"name\": \"a\"},\n {\"type\": \"INT\", \"name\": \"a\"}]}}", `schema.json:2:26: column "a" is listed twice`},
		"table twice":    {"a\n1\n", "{\"t\": {},\n\"t\": {}}", `schema.json:2:1: "t" is there twice`},
		"no name":        {"a\n1\n", `{"t": {"columns": [{"type": "INT"}]}}`, "schema.json:1:20: a column needs a name"},
		"no type":        {"a\n1\n", "{\"t\": {\"columns\": [{\"name\": \"a\",\n\"type\": \"NUMBER(\"}]}}", `schema.json:2:9: "NUMBER(" is no SQL type`},
		"UTF-16":         {"\xff\xfea\x00,\x00b\x00\n\x00", "", "t.csv:1: not UTF-8 but UTF-16"},
		"UTF-16 swapped": {"\xfe\xff\x00a\x00,\x00b\x00\n", "", "t.csv:1: not UTF-8 but UTF-16"},
		"UTF-16 no mark": {"a\x00,\x00b\x00\n\x00", "", "t.csv:1: not UTF-8"},
		"Latin-1 header": {"id,stra\xdfe\n1,x\n", "", "t.csv:1: not UTF-8"},
		"Latin-1 cell":   {"id,name\n1,x\n2,\"y\nM\xfcller\"\n", "", "t.csv:4: not UTF-8"},
		"CR alone":       {"a,b\r1,2\r", "", "t.csv:1: lines end in CR alone"},
		"sep= line":      {"sep=;\nemail;name\nada@example.org;x\n", "", "t.csv:1: a line that names the separator"},
		"two separators": {"\n\na;b|c\n1;2|3\n", "", "t.csv:3: the header has no comma but both ';' and '|'"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, map[string]string{"t.csv": tt.csv, "schema.json": tt.schema})
			var o Options
			err := error(nil)
			if tt.schema != "" {
				o.Schema, err = ReadSchema(filepath.Join(dir, "schema.json"))
			}
			if err == nil {
				var tables []Table
				tables, err = Classify(t.Context(), dir, rules(t), o)
				if err == nil {
					err = tables[0].Err
				}
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// Tables without rows and with thousands of columns, and cells of megabytes, are read to the end.
func TestTablesOfAnySizeAreClassified(t *testing.T) {
	wide := make([]string, 5000)
	for i := range wide {
		wide[i] = "c" + strconv.Itoa(i)
	}
	wide[4321] = "email"
	cells := strings.Repeat(",", 4321) + "ada@example.org" + strings.Repeat(",", 5000-4321-1) + "\n"
	huge := strings.Repeat("a", 10<<20)
	dir := folder(t, map[string]string{
		"wide.csv": strings.Join(wide, ",") + "\n" + strings.Repeat(cells, 12),
		"none.csv": "id,email\n",
		"huge.csv": "id,note,email\n1," + huge + ",ada@example.org\n2,\"a\nb\",bob@example.org\n",
	})
	tables, err := Classify(t.Context(), dir, rules(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name          string
		columns, rows int
	}{{"huge", 3, 2}, {"none", 2, 0}, {"wide", 5000, 12}} {
		got := tables[i]
		if got.Err != nil || got.Name != want.name || len(got.Columns) != want.columns {
			t.Fatalf("%s: %d columns, %v", got.Name, len(got.Columns), got.Err)
		}
		found := map[string]int64{}
		for _, c := range got.Columns {
			if c.Decision.Found {
				found[c.Name+" "+c.Decision.Finding.Classifier] = c.Decision.Finding.Rows
			}
		}
		if rows, ok := found["email email"]; len(found) != 1 || !ok || rows != int64(want.rows) {
			t.Errorf("%s: found %v", want.name, found)
		}
	}
}

// Hidden names leave values, types and nothing else: no name of a column or table, and no comment, decides.
func TestHiddenNames(t *testing.T) {
	dir := folder(t, map[string]string{"passport.csv": "passport_no,kd\nA1234567,Xk9wq2Lp\nB7654321,Zr4tPa7u\n"})
	schema := Schema{"passport": {Comment: "passports", Columns: []SchemaColumn{{Name: "kd", Comment: "password"}}}}
	for _, hide := range []bool{false, true} {
		tables, err := Classify(t.Context(), dir, rules(t), Options{Schema: schema, HideNames: hide})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range tables[0].Columns {
			if c.Decision.Found == hide {
				t.Errorf("hidden %v, %s: %+v", hide, c.Name, c.Decision)
			}
			if hide && (c.Decision.Column.Name != "" || strings.Contains(c.Decision.Column.Column, "passport")) {
				t.Errorf("the name went in: %+v", c.Decision.Column)
			}
		}
	}
}

// The header says what separates columns: a comma outside of quotes, wherever there is one.
func TestSeparators(t *testing.T) {
	for name, tt := range map[string]struct {
		csv  string
		want []string
	}{
		"semicolon":        {"email;name;ssn\nada@example.org;\"L; ovelace\";1,5\nbob@example.org;Bob;2,5\n", []string{"email", "name", "ssn"}},
		"tab":              {"email\tname\nada@example.org\tAda, L;|\nbob@example.org\tBob\n", []string{"email", "name"}},
		"bar":              {"\r\nemail|name\r\nada@example.org|Ada\r\nbob@example.org|Bob\r\n", []string{"email", "name"}},
		"comma wins":       {"email,name;first\nada@example.org,Ada\nbob@example.org,Bob\n", []string{"email", "name;first"}},
		"comma in quotes":  {"\"email\";\"name, \"\"first\"\"\"\nada@example.org;Ada\nbob@example.org;Bob\n", []string{"email", `name, "first"`}},
		"others in quotes": {"\"email\n;|\"\nada@example.org\nbob@example.org\n", []string{"email\n;|"}},
		"marked":           {"\uFEFFemail;name\nada@example.org;Ada\nbob@example.org;Bob", []string{"email", "name"}},
	} {
		t.Run(name, func(t *testing.T) {
			tables, err := Classify(t.Context(), folder(t, map[string]string{"t.csv": tt.csv}), rules(t), Options{})
			if err != nil || tables[0].Err != nil {
				t.Fatal(err, tables)
			}
			if got := columnNames(tables[0]); !slices.Equal(got, tt.want) {
				t.Fatalf("%q, want %q", got, tt.want)
			}
			if d := tables[0].Columns[0].Decision; !d.Found || d.Finding.Classifier != "email" {
				t.Errorf("%+v", d)
			}
		})
	}
}

func columnNames(t Table) (all []string) {
	for _, c := range t.Columns {
		all = append(all, c.Name)
	}
	return all
}

// Numbers put behind names that are there before run into no other name.
func TestNamesDiffer(t *testing.T) {
	for header, want := range map[string][]string{
		"a,a,a":                 {"a", "a (2)", "a (3)"},
		`a,a,"a (2)"`:           {"a", "a (3)", "a (2)"},
		`a,"a (2)",a,"a (2)",a`: {"a", "a (2)", "a (3)", "a (2) (2)", "a (4)"},
	} {
		tables, err := Classify(t.Context(), folder(t, map[string]string{"t.csv": header + "\n"}), rules(t), Options{})
		if err != nil || tables[0].Err != nil {
			t.Fatal(err, tables)
		}
		if got := columnNames(tables[0]); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	_, err := Classify(t.Context(), folder(t, map[string]string{"t.csv": "a\n", "t.CSV": "a\n"}), rules(t), Options{})
	if err == nil || !strings.Contains(err.Error(), "are one table") {
		t.Errorf("two files of one name: %v", err)
	}
}

// A type of the schema that most values contradict hides nothing.
func TestDoubtedTypes(t *testing.T) {
	dir := folder(t, map[string]string{"t.csv": "mail,born,n\nada@example.org,1980-02-01,1\nbob@example.org,2/28/1975,\"1,200.50\"\ncy@example.org,03.04.1990,x\n"})
	for _, sql := range []string{"INT", "FLOAT", "DATE", "timestamp_tz(3)", "BOOLEAN", "TIME", "BINARY"} {
		schema := Schema{"t": {Columns: []SchemaColumn{{Name: "mail", Type: sql}, {Name: "born", Type: "DATE"}, {Name: "n", Type: "NUMBER(10,2)"}}}}
		tables, err := Classify(t.Context(), dir, rules(t), Options{Schema: schema})
		if err != nil || tables[0].Err != nil {
			t.Fatal(err, tables)
		}
		if d := tables[0].Columns[0].Decision; !d.Found || d.Finding.Classifier != "email" {
			t.Errorf("%s: %+v", sql, d)
		}
		if d := tables[0].Doubts; len(d) != 1 || !strings.Contains(d[0], "t.csv: column mail is "+sql) || strings.Contains(d[0], "example.org") {
			t.Errorf("%s: %q", sql, d)
		}
		if c := tables[0].Columns; c[1].Type.Family != state.FamilyDate || c[2].Type.Family != state.FamilyNumber {
			t.Errorf("types of the schema: %+v", c)
		}
	}
}

func TestLooks(t *testing.T) {
	for family, tt := range map[state.Family]struct{ is, not []string }{
		state.FamilyNumber: {[]string{"1", "-1.5", "+.5", "1e9", "00501", "1,234.50", "1.234,5", "1'000", "12."}, []string{"123-45-6789", "192.168.1.1", "ada", "12 34", "1-2", "4111 1111 1111 1111"}},
		state.FamilyDate:   {[]string{"2024-01-31", "31.1.1980", "1/31/80", "20240131", "3 Mar 2020", "Mar 3, 2020", "2024-01-31 00:00:00"}, []string{"123-45-6789", "555-123-4567", "10.1.20.5", "ada", "19991"}},
		state.FamilyTimestampTZ: {[]string{"2024-01-31T10:00:00.123456Z", "2024-01-31 10:00:00 +0200", "1/31/2024 1:05 PM", "2024-01-31", "1700000000", "2024-01-31 10:00 Europe/Paris"},
			[]string{"123456789", "2025550123", "ada@example.org"}},
		state.FamilyTime: {[]string{"10:00", "1:05:59.5 pm", "10:00+02"}, []string{"10", "ada"}},
	} {
		for _, s := range tt.is {
			if !looks[family].MatchString(s) {
				t.Errorf("%s is no %s", s, family)
			}
		}
		for _, s := range tt.not {
			if looks[family].MatchString(s) {
				t.Errorf("%s is a %s", s, family)
			}
		}
	}
}

// Keys of other programs are passed over, whatever they hold; slips are told apart from them.
func TestOtherKeys(t *testing.T) {
	dir := folder(t, map[string]string{"schema.json": `{"t": {"file": "t.csv", "rows": 3, "more": {"columns": [{"colums": [[]]}]}, "columns": [{"size": [1, {}], "name": "a", "nullable": null, "type": "INT", "description": "x"}]}}`})
	s, err := ReadSchema(filepath.Join(dir, "schema.json"))
	if err != nil || len(s["t"].Columns) != 1 || s["t"].Columns[0] != (SchemaColumn{Name: "a", Type: "INT"}) {
		t.Errorf("%+v, %v", s, err)
	}
	for word, of := range map[string]string{"colums": "columns", "Columns": "columns", "column": "columns", "nmae": "name", "tpye": "type", "types": "type", "coment": "comment", "comments": "comment"} {
		if !slip(word, of) {
			t.Errorf("%s is a slip for %s", word, of)
		}
	}
	for _, word := range []string{"file", "rows", "size", "mode", "time", "nullable", "description", "data_type"} {
		for _, of := range []string{"columns", "name", "type", "comment"} {
			if slip(word, of) {
				t.Errorf("%s is no slip for %s", word, of)
			}
		}
	}
}

func TestIsType(t *testing.T) {
	for _, sql := range []string{"INT", "number (10, -2)", "DECIMAL(10,2) NOT NULL", "STRUCT<a:INT,b:ARRAY<STRING>>", "timestamp(3) with time zone", "ENUM('a)','b')", "int[]", "VARCHAR(MAX)", "character varying(20)", "NUMBR"} {
		if !isType(sql) {
			t.Errorf("%s is a type", sql)
		}
	}
	for _, sql := range []string{" ", "NUMBER(", "NUMBER)", "NUMBER()", "NUMBER(x)", "ARRAY<INT", "ARRAY<INT)", "(10)", "10", "ENUM('a", "INT;"} {
		if isType(sql) {
			t.Errorf("%s is no type", sql)
		}
	}
}

// countdown ends after it was asked so many times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// An interruption ends a file between its rows; what was done before stays, and the others say that they were not.
func TestInterrupted(t *testing.T) {
	dir := folder(t, map[string]string{"a.csv": "mail\nada@example.org\nbob@example.org\n", "b.csv": "mail\n" + strings.Repeat("ada@example.org\n", 1000), "c.csv": "mail\n"})
	tables, err := Classify(&countdown{t.Context(), 100}, dir, rules(t), Options{})
	if err != nil || len(tables) != 3 {
		t.Fatal(err, tables)
	}
	if a := tables[0]; a.Err != nil || !a.Columns[0].Decision.Found {
		t.Errorf("%+v", a)
	}
	for _, one := range tables[1:] {
		if !errors.Is(one.Err, context.Canceled) || one.Columns != nil {
			t.Errorf("%+v", one)
		}
	}
}

// Deciding about many columns is not waited for.
func TestUnlessDone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	begun, end := make(chan bool), make(chan bool)
	defer close(end)
	go func() { <-begun; cancel() }()
	if _, err := unlessDone(ctx, func() int { close(begun); <-end; return 1 }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n, err := unlessDone(t.Context(), func() int { return 1 }); n != 1 || err != nil {
		t.Error(n, err)
	}
}
