//go:build unix

package main

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors/emulator/databricks/generate"
)

// TestMetastores is TestAccounts for generated Databricks metastores, in which every request takes the latency.
func TestMetastores(t *testing.T) {
	eachSize(t, generate.Sizes, func(program, name string, size generate.Size) {
		fmt.Printf("\nmetastore %s: %d catalogs, %d schemas, %d tables, %d columns, %d of them tagged, %d groups, %d users\n", name, size.Catalogs, size.Schemas, size.Tables, size.Columns, size.Tagged, size.Groups, size.Users)
		// The provider refreshes what it manages one by one: grants of a securable, an assignment of a tag, a policy or function.
		requests := size.Granted() + size.Tagged + size.Governed + len(personalMasks) + size.Masks + size.Filters
		fmt.Printf("  modelled, not measured: %-20s %8d requests to read, %.0f s at 15 a second\n", "Terraform provider", requests, float64(requests)/15)
		for _, latency := range []string{"20ms", "100ms", "300ms"} {
			for _, drift := range []int{0, 1} {
				measureMetastore(t, program, name, latency, drift)
			}
		}
	})
}

// personalMasks are the values that the generated policies mask.
var personalMasks = []string{"email", "phone", "name"}

func measureMetastore(t *testing.T, program, size, latency string, drift int) {
	dir, stop := servedSize(t, program, "--size", size, "--platform", "lake", "--latency", latency, "--drift", fmt.Sprint(drift))
	defer stop()
	p := planned(t, program, dir, "plan")
	what := map[int]string{0: "no change", 1: "1 % drift"}[drift]
	fmt.Printf("  %-5s %-9s %5d requests %5d to run %7.1f s %5d MiB  %s\n", latency, what, p.reads, p.statements, p.seconds, p.memory>>10, requestKinds(p.log))
	if drift == 0 && p.statements > 0 {
		t.Errorf("metastore %s: nothing changed, and %d statements would run", size, p.statements)
	}
}

var viewOf = regexp.MustCompile(`information_schema\.(\w+)`)

// requestKinds counts the requests of a log: statements by the view they read first, others by what is asked.
func requestKinds(log []byte) string {
	counts := map[string]int{}
	for line := range bytes.Lines(log) {
		text := string(line)
		switch {
		case strings.Contains(text, "sql="), strings.Contains(text, `"sql":`):
			if m := viewOf.FindStringSubmatch(text); m != nil {
				counts[m[1]]++
			}
		case strings.Contains(text, "/result/chunks/"):
			counts["further parts"]++
		case strings.Contains(text, "/sql/statements"):
		default:
			for _, kind := range []string{"scim", "effective-permissions", "permissions", "entity-tag-assignments", "tag-policies", "policies", "unity-catalog"} {
				if strings.Contains(text, "/"+kind) {
					counts[kind]++
					break
				}
			}
		}
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", k, counts[k]))
	}
	return strings.Join(parts, ", ")
}
