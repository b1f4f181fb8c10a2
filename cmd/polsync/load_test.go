package main

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
)

// TestDeclarationsAreKeptWhole: the last good load is kept as JSON, and stands in for files that cannot be read.
func TestDeclarationsAreKeptWhole(t *testing.T) {
	o := declare.Options{Platforms: map[string]string{"snow": "snowflake", "lake": "databricks", "dev": "snowflake"}, Checksums: classify.Checksums()}
	for _, k := range classify.Suite() {
		o.Classifiers = append(o.Classifiers, k.Name)
	}
	for _, files := range []string{"examples/policies/*.yaml", "cmd/polsync/sample/*.yaml"} {
		d, err := declare.Load(os.DirFS("../.."), []string{files}, o)
		if err != nil {
			t.Fatalf("%s: %v", files, err)
		}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		back := &state.Declarations{}
		if err := json.Unmarshal(raw, back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(d, back) {
			t.Errorf("%s: what is kept differs from what was read", files)
		}
	}
}
