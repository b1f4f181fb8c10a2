package main

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
)

// TestSetupSQL: the statements that are printed, run once by an administrator on an account that knows nothing of
// polsync, leave nothing for doctor to miss; those for plan and scan run too. They can be run again.
func TestSetupSQL(t *testing.T) {
	a := emulator.New(emulator.Options{})
	srv := httptest.NewServer(a)
	t.Cleanup(func() { a.Close(); srv.CloseClientConnections(); srv.Close() })
	if err := a.Script("ACCOUNTADMIN", "CREATE WAREHOUSE W; CREATE DATABASE CRM; CREATE TABLE CRM.PUBLIC.T (EMAIL VARCHAR); CREATE VIEW CRM.PUBLIC.V AS SELECT EMAIL FROM CRM.PUBLIC.T;"); err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := map[string]string{
		"polsync.yaml": fmt.Sprintf(`platforms:
  snow:
    snowflake: {account: EMULATOR, user: POLSYNC_SVC, role: POLSYNC, warehouse: POLSYNC_WH, auth: pat, token: file:token, host: %s, port: %s, protocol: http}
    home: GOV.POLSYNC
policies: p.yaml
`, at.Hostname(), at.Port()),
		"p.yaml": `apiVersion: polsync/v1
tags: [{name: pii}]
tag_assignments: [{tag: pii, value: email, on: "snow:CRM.PUBLIC.T.EMAIL"}]
masks: [{name: pii, tag: pii, rules: {to: everyone, show: nothing}}]
`,
		"token": "setup-token",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	call := func(args ...string) (int, string) {
		var out output
		code := run(t.Context(), newApp(&out, &out, os.LookupEnv, time.Now), append([]string{"-c", filepath.Join(dir, "polsync.yaml")}, args...))
		return code, out.String()
	}
	for _, identity := range []string{"scan", "plan", "apply"} {
		code, script := call("doctor", "--setup-sql", identity)
		if code != exitDone || !strings.Contains(script, `ON ALL TABLES IN DATABASE "CRM"`) {
			t.Fatalf("%s: %d\n%s", identity, code, script)
		}
		if identity != "apply" && (strings.Contains(script, "MANAGE GRANTS") || strings.Contains(script, "APPLY MASKING")) {
			t.Errorf("%s gets rights to change something:\n%s", identity, script)
		}
		for range 2 {
			for line := range strings.Lines(script) {
				if line = strings.TrimSuffix(strings.TrimSpace(line), ";"); strings.HasPrefix(line, "--") {
					continue
				}
				if err := a.Exec("ACCOUNTADMIN", line); err != nil {
					t.Fatalf("%s: %s: %v", identity, line, err)
				}
			}
		}
	}
	if err := a.AddAccessToken("POLSYNC_SVC", "T", files["token"], "POLSYNC"); err != nil {
		t.Fatal(err)
	}
	if code, said := call("doctor"); code != exitDone || !strings.Contains(said, "no right is missing") {
		t.Errorf("doctor after apply's statements: %d\n%s", code, said)
	}
	if code, said := call("reconcile"); code != exitDone {
		t.Errorf("a run with these rights: %d\n%s", code, said)
	}
	if code, _ := call("doctor", "--setup-sql", "everything"); code != exitCannot {
		t.Errorf("an identity that is not known: %d", code)
	}
}
