package schema_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/declare/document"
	"github.com/polsync/polsync/state/declare/schema"
)

var update = flag.Bool("update", false, "rewrite the committed schemas")

var root = filepath.Join("..", "..", "..")

func TestCommittedSchemasAreFresh(t *testing.T) {
	for file, make := range map[string]func() ([]byte, error){"policy.schema.json": schema.Policy, "config.schema.json": schema.Config} {
		want, err := make()
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the reader reads (%v); run this test with -update", file, err)
		}
	}
}

func compiled(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// accepts reports whether every document of a file is valid by the schema.
func accepts(t *testing.T, s *jsonschema.Schema, data string) bool {
	t.Helper()
	values, err := document.Values([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		if s.Validate(v) != nil {
			return false
		}
	}
	return true
}

var platforms = map[string]string{"snow": "snowflake", "lake": "databricks"}

func loads(data string) error {
	fsys := fstest.MapFS{"p.yaml": &fstest.MapFile{Data: []byte(data)}}
	_, err := declare.Load(fsys, []string{"p.yaml"}, declare.Options{Platforms: platforms, Vars: map[string]string{"crm": "CRM"}})
	return err
}

func TestExamplesAreValidByReaderAndSchema(t *testing.T) {
	if _, err := declare.Load(os.DirFS(filepath.Join(root, "examples")), []string{"policies/*.yaml"}, declare.Options{Platforms: platforms}); err != nil {
		t.Errorf("the examples do not load:\n%v", err)
	}
	policy := compiled(t, "policy.schema.json")
	files, err := filepath.Glob(filepath.Join(root, "examples", "policies", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !accepts(t, policy, string(data)) {
			t.Errorf("%s is not valid by the schema", file)
		}
	}
	example, err := os.ReadFile(filepath.Join(root, "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if !accepts(t, compiled(t, "config.schema.json"), string(example)) {
		t.Error("config.example.yaml is not valid by the schema")
	}
}

// TestBadFilesAreRefusedByBoth has one file for each way in which a form can be wrong.
func TestBadFilesAreRefusedByBoth(t *testing.T) {
	policy := compiled(t, "policy.schema.json")
	for _, line := range []string{
		"tagz: []", "tags: {name: 5}", "tags: [{values: a}]", "tags: [{name: [a]}]", "tags: null", "tags: [{name: a, values: [1]}]",
		"tags: [{name: a, values: [NO]}]", "tags: [{name: a, databricks: {governed: \"true\"}}]", "tag_assignments: [{tag: a, value: b}]",
		"masks: [{name: m, tag: a, rules: [{to: everyone, show: claer}]}]", "masks: [{name: m, tag: a, rules: [{to: everyone, show: {last: 0}}]}]",
		"masks: [{name: m, tag: a, session: secondary}]", "masks: [{name: m, tag: a, default: {text: clear}}]",
		"grants: [{to: a, privileges: SELECT}]", "grants: [{to: a, on: x, ensure: gone}]", "grants: [{to: a, on: [{kind: tabel, names: x}]}]",
		"scans: [{name: a, on: x, mode: fast}]", "autotag: [{scans: a, map: {classifier: a, tag: b, min_score: 2}}]",
		"exceptions: [{mask: a, to: b}]", "classifiers: [{name: a, any: [{valeu: x}]}]", "row_filters: [{name: a, on: x}]",
		"constraints: [{on: x, aggregate: {min_group: 0}}]", "principals: {a: [b]}", "vars: {a: [b]}", "access_levels: {a: [SELECT]}",
		"exceptions: [{mask: a, to: everyone, until: [x]}]", "grants: [{to: everyone, privileges: SELECT, on: []}]",
	} {
		data := "apiVersion: polsync/v1\n" + line + "\n"
		if accepts(t, policy, data) {
			t.Errorf("the schema accepts %s", line)
		}
		if err := loads(data); err == nil {
			t.Errorf("the reader accepts %s", line)
		}
	}
	if accepts(t, policy, "tags: []\n") || loads("tags: []\n") == nil {
		t.Error("a file without apiVersion is accepted")
	}
	cfg := compiled(t, "config.schema.json")
	for _, line := range []string{"polices: x", "guards: {removals: many}", "guards: {removal_share: 2}", "daemon: {reconcil: \"* * * * *\"}",
		"http: {tls: {cert: a}}", "notify: [{name: a}]", "platforms: {a: {memory: {}}}", "state: 5"} {
		data := "policies: p\n" + line + "\n"
		if !strings.Contains(line, "platforms") {
			data += "platforms: {m: {memory: {file: w}}}\n"
		}
		if accepts(t, cfg, data) {
			t.Errorf("the schema accepts %s", line)
		}
		if _, err := config.Parse("polsync.yaml", []byte(data), func(string) (string, bool) { return "", false }); err == nil {
			t.Errorf("the reader accepts %s", line)
		}
	}
}

// TestEveryKeyIsExplained: a key without a description is of no help in an editor.
func TestEveryKeyIsExplained(t *testing.T) {
	for name, s := range map[string]map[string]any{"policy": declare.Schema(), "config": config.Schema()} {
		unexplained(t, name, s)
	}
}

func unexplained(t *testing.T, path string, v any) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			unexplained(t, path, e)
		}
	case map[string]any:
		properties, _ := v["properties"].(map[string]any)
		for name, p := range properties {
			if p.(map[string]any)["description"] == nil {
				t.Errorf("%s.%s has no description", path, name)
			}
		}
		for key, e := range v {
			unexplained(t, path+"."+key, e)
		}
	}
}
