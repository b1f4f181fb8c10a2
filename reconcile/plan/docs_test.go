package plan_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	quotedText = regexp.MustCompile("`([^`]+)`")
	testName   = regexp.MustCompile(`^([\w/]*_test\.go)?:(Test|Benchmark)(\w+)$`)
)

// TestDocumentedTestsExist reads the tables of docs/semantics.md, docs/snowflake.md and docs/databricks.md and the lists of docs/promises.md:
// each test they name must be there, and each case of TestSemantics must be named.
func TestDocumentedTestsExist(t *testing.T) {
	root := filepath.Join("..", "..")
	rows, err := os.ReadFile(filepath.Join(root, "state/declare/semantics_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, doc := range []string{"docs/semantics.md", "docs/promises.md", "docs/snowflake.md", "docs/databricks.md"} {
		text, err := os.ReadFile(filepath.Join(root, doc))
		if err != nil {
			t.Fatal(err)
		}
		file := "" // :TestName alone stands in the file named last
		for _, m := range quotedText.FindAllStringSubmatch(string(text), -1) {
			ref := m[1]
			row, isRow := strings.CutPrefix(ref, "declare: ")
			name, isCase := strings.CutPrefix(ref, "plan: ")
			test := testName.FindStringSubmatch(ref)
			switch {
			case strings.HasSuffix(ref, " ROW") || strings.HasSuffix(ref, " CASE"): // the forms themselves
			case isRow && !strings.Contains(string(rows), `{"`+row+`",`):
				t.Errorf("%s: no row is called %q", doc, row)
			case isCase:
				named[name] = true
				if _, err := os.Stat(filepath.Join("testdata/semantics", name+".txtar")); err != nil {
					t.Errorf("%s: %v", doc, err)
				}
			case test != nil:
				if test[1] != "" {
					file = test[1]
				}
				source, err := os.ReadFile(filepath.Join(root, file))
				if err != nil || !strings.Contains(string(source), "func "+test[2]+test[3]+"(") {
					t.Errorf("%s: %s has no %s%s (%v)", doc, file, test[2], test[3], err)
				}
			case strings.HasSuffix(ref, ".txtar") && !strings.Contains(ref, "/"):
				if _, err := os.Stat(filepath.Join(root, "cmd/polsync/testdata/script", ref)); err != nil {
					t.Errorf("%s: %v", doc, err)
				}
			}
		}
	}
	everyTrapHasATest(t, filepath.Join(root, "docs/snowflake.md"), 60)
	everyTrapHasATest(t, filepath.Join(root, "docs/databricks.md"), 50)
	cases, err := filepath.Glob("testdata/semantics/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if name := strings.TrimSuffix(filepath.Base(c), ".txtar"); !named[name] {
			t.Errorf("docs/semantics.md does not name the case %s", name)
		}
	}
}

// everyTrapHasATest holds that the traps of a page, so many of them, are numbered without a gap, and that each names what
// it does and a test, or the reason why there can be none.
func everyTrapHasATest(t *testing.T, page string, traps int) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n## Known traps")
	n := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 4 || strings.HasPrefix(line, "| No.") || strings.HasPrefix(line, "| ---") {
			continue
		}
		n++
		if strings.TrimSpace(cells[0]) != strconv.Itoa(n) {
			t.Errorf("%s: trap %d is numbered %s", page, n, cells[0])
		}
		named := strings.HasPrefix(strings.TrimSpace(cells[3]), "none: ")
		for _, m := range quotedText.FindAllStringSubmatch(cells[3], -1) {
			named = named || testName.MatchString(m[1]) || strings.HasPrefix(m[1], "plan: ") || strings.HasPrefix(m[1], "declare: ")
		}
		if !named {
			t.Errorf("%s: trap %d has no test", page, n)
		}
	}
	if n != traps {
		t.Errorf("%s: %d traps, not %d", page, n, traps)
	}
}
