package files

import (
	"os"
	"path/filepath"
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
		"broken schema":  {"a\n1\n", "{\n\"t\": 3}", "schema.json:2: "},
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
