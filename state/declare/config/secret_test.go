package config_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/polsync/polsync/state/declare/config"
)

const canary = "c4n4ry-s3cr3t"

// secretFrom returns the secret that a configuration in dir refers to.
func secretFrom(t *testing.T, dir, reference string, env map[string]string) (*config.Config, config.Secret) {
	t.Helper()
	quoted, err := json.Marshal(reference)
	if err != nil {
		t.Fatal(err)
	}
	text := minimal + "http: {webhook_secret: " + string(quoted) + "}\n"
	c, err := config.Parse(filepath.Join(dir, "polsync.yaml"), []byte(text), environment(env))
	if err != nil {
		t.Fatal(err)
	}
	return c, c.HTTP.WebhookSecret
}

func TestSecretResolves(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key"), []byte(canary+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, reference := range []string{"env:NAME", "file:key", "file:" + filepath.Join(dir, "key"), "exec:cat key", `exec:sh -c "cat 'key'"`} {
		_, s := secretFrom(t, dir, reference, map[string]string{"NAME": canary})
		if got, err := s.Resolve(context.Background()); got != canary || err != nil {
			t.Errorf("%s gave another secret, and %v", reference, err)
		}
	}
}

func TestSecretFailsWithoutSayingIt(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, mode os.FileMode) {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(canary), mode), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	write("open", 0o602)
	write("empty", 0o600)
	if err := os.Truncate(filepath.Join(dir, "empty"), 0); err != nil {
		t.Fatal(err)
	}
	for reference, want := range map[string]string{
		"env:NONE":   "secret env:NONE: the environment variable is not set",
		"file:none":  "secret file:none: no such file or directory",
		"file:open":  "everyone on this machine can write the file",
		"file:empty": "secret file:empty: it is empty",
		"exec:sh -c 'echo " + canary + "; exit 3'": "secret exec:sh: the command failed: exit status 3",
		"exec:no-such-command-here " + canary:      "secret exec:no-such-command-here: running the command:",
		"exec:head -c 70000 /dev/zero":             "printed more than 65536 bytes",
	} {
		_, s := secretFrom(t, dir, reference, nil)
		got, err := s.Resolve(context.Background())
		if err == nil || got != "" || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %q", want, err)
		}
	}
}

func TestSecretEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, s := secretFrom(t, t.TempDir(), "exec:sleep 60", nil)
	if _, err := s.Resolve(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	_, s := secretFrom(t, t.TempDir(), "exec:echo "+canary, nil)
	asJSON, err := json.Marshal(map[string]any{"s": s, "p": &s})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "s", s)
	asText, err := s.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := s.MarshalYAML()
	if err != nil {
		t.Fatal(err)
	}
	all := []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s), fmt.Sprintf("%+v", struct{ S config.Secret }{s}),
		fmt.Sprintf("%#v", &s), string(asJSON), log.String(), string(asText), fmt.Sprint(asYAML), s.Source()}
	for _, form := range all {
		if strings.Contains(form, canary) || strings.Contains(form, "echo "+canary) {
			t.Errorf("a secret is shown: %s", form)
		}
	}
	if !strings.Contains(string(asJSON), `"s":"***"`) {
		t.Errorf("JSON is %s", asJSON)
	}
}

func TestSecretInAFileForEveryoneIsAWarning(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	if err := errors.Join(os.WriteFile(path, []byte(canary), 0o644), os.Chmod(path, 0o644)); err != nil {
		t.Fatal(err)
	}
	c, s := secretFrom(t, dir, "file:key", nil)
	if w := c.Warnings(); len(w) != 1 || !strings.Contains(w[0], "can read "+path) {
		t.Errorf("warnings are %q", w)
	}
	if _, err := s.Resolve(context.Background()); err != nil {
		t.Errorf("a readable file is refused: %v", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if w := c.Warnings(); len(w) != 0 {
		t.Errorf("warnings are %q", w)
	}
}
