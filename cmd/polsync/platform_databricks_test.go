package main

import (
	"maps"
	"slices"
	"testing"

	"github.com/polsync/polsync/connectors/databricks"
	"github.com/polsync/polsync/state/declare/config"
)

// TestDatabricksWays holds the ways to sign in that the configuration reads to those that the connector knows.
func TestDatabricksWays(t *testing.T) {
	read := config.DatabricksAuths()
	if got, want := slices.Sorted(maps.Keys(read)), databricks.KindNames(); !slices.Equal(got, want) {
		t.Errorf("read are %v, known %v", got, want)
	}
	for name, keys := range read {
		k := databricks.Kinds[name]
		if !slices.Equal(keys[0], k.Needs) || !slices.Equal(keys[1], k.May) {
			t.Errorf("%s: read are %v, known %v and %v", name, keys, k.Needs, k.May)
		}
	}
}
