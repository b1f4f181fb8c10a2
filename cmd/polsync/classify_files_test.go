package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// classifyFolder runs classify on files of the given names, and returns exit code and output.
func classifyFolder(t *testing.T, ctx context.Context, contents map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range contents {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	env := func(string) (string, bool) { return "", false }
	code = run(ctx, newApp(&out, &errs, env, time.Now), append([]string{"classify", "--files", dir}, args...))
	return code, out.String(), errs.String()
}

// Headers are printed as names of platforms are: none drives the terminal or ends the line.
func TestFileNamesAreEscaped(t *testing.T) {
	files := map[string]string{"t\x1b[1m.csv": "\"e\x1b[31m\tmail\n2\",x\nada@example.org,1\nbob@example.org,2\n"}
	for _, args := range [][]string{nil, {"-v"}} {
		code, out, errs := classifyFolder(t, t.Context(), files, args...)
		if code != 0 || strings.Contains(out, "\x1b") || !strings.Contains(out, `"t\u001b[1m"  "e\u001b[31m\u0009mail\u000a2"  `) {
			t.Errorf("%v: exit %d, %q, %q", args, code, out, errs)
		}
	}
	if code, out, _ := classifyFolder(t, t.Context(), files, "--format", "json"); code != 0 || !strings.Contains(out, `"e\u001b[31m\tmail\n2": {`) {
		t.Errorf("JSON has another name: exit %d, %q", code, out)
	}
}

// What cannot be read does not hide behind what can.
func TestFilesNotUTF8(t *testing.T) {
	code, out, errs := classifyFolder(t, t.Context(), map[string]string{"good.csv": "mail\nada@example.org\nbob@example.org\n",
		"\x1b[1mlatin.csv": "id,stra\xdfe\n1,2\n", "wide.csv": "\xff\xfea\x00,\x00b\x00\n\x00"}, "--format", "json")
	if code != exitPartly || !strings.Contains(errs, `\u001b[1mlatin.csv:1: not UTF-8`) || !strings.Contains(errs, "wide.csv:1: not UTF-8 but UTF-16") ||
		!strings.Contains(out, `"type": "email"`) || strings.Contains(out, "latin") {
		t.Errorf("exit %d, %s, %s", code, out, errs)
	}
}

// An interruption is partly done, and says what is left.
func TestFilesInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code, out, errs := classifyFolder(t, ctx, map[string]string{"a.csv": "mail\n", "b.csv": "mail\n"})
	if code != exitPartly || !strings.HasPrefix(out, "TABLE") || !strings.Contains(errs, "interrupted; not looked at") || !strings.Contains(errs, "a.csv\n") ||
		!strings.Contains(errs, "b.csv\n") || strings.Contains(errs, "context canceled") {
		t.Errorf("exit %d, %s, %s", code, out, errs)
	}
}
