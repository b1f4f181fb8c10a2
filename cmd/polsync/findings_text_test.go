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

// What people write with a decision drives no terminal and ends no line, wherever text shows it. JSON has it as it is.
func TestReasonsAreEscaped(t *testing.T) {
	dir := t.TempDir()
	if err := lay(filepath.Join("testdata", "base"), dir); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	scan := "apiVersion: polsync/v1\nscans:\n  - {name: crm, on: \"mem:CRM.**\", review: true}\n" +
		"decisions:\n  - {reject: \"mem:CRM.PUBLIC.CUSTOMERS.*\", classifier: email, reason: \"not\\e[1m\\there\"}\n"
	if err := os.WriteFile(filepath.Join("policies", "scans.yaml"), []byte(scan), 0o644); err != nil {
		t.Fatal(err)
	}
	const reason, shown = "\x1b[31mDPO\n12", `\u001b[31mDPO 12`
	const column = "CRM.PUBLIC.ORDERS.CONTACT_EMAIL"
	for _, tt := range []struct {
		line string
		want []string
	}{
		{"classify", nil},
		{"findings approve " + column + " --reason", []string{shown}},
		{"findings approve CRM.PUBLIC.CUSTOMERS.EMAIL --reason", []string{shown, `email stays rejected`, `not\u001b[1m here`}},
		{"findings decisions", []string{shown, `not\u001b[1m here`}},
		{"findings", []string{shown + ")", `not\u001b[1m here)`}},
		{"findings -v", []string{shown + ")"}},
		{"findings explain " + column, []string{shown + ")"}},
		{"findings withdraw 1", []string{shown}},
		{"findings decisions --format json", []string{`"\u001b[31mDPO\n12"`}},
	} {
		args := strings.Fields(tt.line)
		if args[len(args)-1] == "--reason" {
			args = append(args, reason)
		}
		var out bytes.Buffer
		code := run(context.Background(), newApp(&out, &out, os.LookupEnv, time.Now), args)
		if text := out.String(); code != exitDone || strings.Contains(text, "\x1b") || strings.Contains(text, "DPO\n12") {
			t.Errorf("%s: exit %d, %q", tt.line, code, text)
		}
		for _, want := range tt.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in %q", tt.line, want, out.String())
			}
		}
	}
}
