package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/polsync/polsync/state/declare/document"
)

// Env looks an environment variable up, as os.LookupEnv does.
type Env func(name string) (value string, set bool)

// hidden is what every printed form of a Secret shows.
const hidden = "***"

// The bounds on what a reference may bring: a key of 16 kbit with its armour is 13 kB.
const (
	maxSecret   = 64 << 10
	execTimeout = 30 * time.Second
	execGrace   = 2 * time.Second // between the end of the command and the end of waiting for what it left running
)

// Secret is a reference to a secret. The zero Secret stands for one that was left out.
type Secret struct {
	scheme string // env, file or exec
	ref    string
	dir    string // of the configuration file
	env    Env
}

// parseSecret reads a reference. problem says what is wrong with it and never repeats any of it.
func parseSecret(text, dir string, env Env) (s Secret, problem string) {
	scheme, ref, ok := strings.Cut(text, ":")
	if !ok || scheme != "env" && scheme != "file" && scheme != "exec" {
		return s, document.SecretRule
	}
	ref = strings.TrimSpace(ref)
	switch {
	case ref == "":
		return s, "the reference names nothing; write env:NAME, file:PATH or exec:COMMAND"
	case scheme == "env" && !variableName(ref):
		return s, "env: is followed by the name of an environment variable, which has letters, digits and underscores"
	case scheme == "exec":
		if _, err := words(ref); err != nil {
			return s, "exec: is followed by a command and its arguments: " + err.Error()
		}
	}
	return Secret{scheme: scheme, ref: ref, dir: dir, env: env}, ""
}

func variableName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// Given reports whether a reference was written.
func (s Secret) Given() bool { return s.scheme != "" }

// Source names where the secret comes from without what might be part of it: the variable, the file, or the program
// without its arguments.
func (s Secret) Source() string {
	if s.scheme != "exec" {
		return s.scheme + ":" + s.ref
	}
	argv, err := words(s.ref)
	if err != nil || len(argv) == 0 {
		return "exec:"
	}
	return "exec:" + argv[0]
}

// Resolve reads the secret anew. A line break at its end is not part of it. Errors name the source and never
// contain what was read or printed.
func (s Secret) Resolve(ctx context.Context) (string, error) {
	if !s.Given() {
		return "", errors.New("no secret is configured")
	}
	value, err := s.read(ctx)
	if err != nil {
		return "", fmt.Errorf("secret %s: %w", s.Source(), err)
	}
	value = strings.TrimSuffix(strings.TrimSuffix(value, "\n"), "\r")
	if value == "" {
		return "", fmt.Errorf("secret %s: it is empty", s.Source())
	}
	return value, nil
}

func (s Secret) read(ctx context.Context) (string, error) {
	switch s.scheme {
	case "env":
		value, set := s.env(s.ref)
		if !set {
			return "", errors.New("the environment variable is not set")
		}
		return value, nil
	case "file":
		return readBounded(s.path())
	}
	return s.run(ctx)
}

// path is the file's, relative ones taken from the configuration file's folder.
func (s Secret) path() string {
	if filepath.IsAbs(s.ref) {
		return s.ref
	}
	return filepath.Join(s.dir, s.ref)
}

func readBounded(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", errors.Unwrap(err) // the path is in the source already
	}
	defer f.Close() // read only: nothing can be lost
	info, err := f.Stat()
	if err != nil {
		return "", errors.Unwrap(err)
	}
	if info.Mode().Perm()&0o002 != 0 {
		return "", errors.New("everyone on this machine can write the file; take that right away (chmod o-w)")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxSecret {
		return "", fmt.Errorf("it is longer than %d bytes", maxSecret)
	}
	return string(data), nil
}

// run starts the command without a shell and takes what it prints. What it says on standard error is dropped, since a
// secret may stand there too.
func (s Secret) run(ctx context.Context) (string, error) {
	argv, err := words(s.ref)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, execTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.WaitDelay = s.dir, execGrace
	var out bounded
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("the command did not end in time: %w", ctx.Err())
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return "", fmt.Errorf("the command failed: %s", exit.ProcessState)
		}
		return "", fmt.Errorf("running the command: %w", err)
	}
	if out.more {
		return "", fmt.Errorf("the command printed more than %d bytes", maxSecret)
	}
	return out.taken.String(), nil
}

// bounded takes maxSecret bytes and drops the rest, so that the command is not cut off half-way.
type bounded struct {
	taken bytes.Buffer
	more  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	room := maxSecret - b.taken.Len()
	b.more = b.more || len(p) > room
	b.taken.Write(p[:min(len(p), room)])
	return len(p), nil
}

// words splits a command at spaces; single and double quotes hold together what they enclose, as it is.
func words(s string) ([]string, error) {
	var out []string
	var word strings.Builder
	open, quote := false, rune(0)
	for _, r := range s {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, open = r, true
		case quote == 0 && (r == ' ' || r == '\t' || r == '\n'):
			if open {
				out = append(out, word.String())
				word.Reset()
			}
			open = false
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if quote != 0 {
		return nil, errors.New("a quote is not closed")
	}
	if open {
		out = append(out, word.String())
	}
	return out, nil
}

// warning says what is unsafe about the reference, "" for nothing. A file that everyone can read is a warning and
// no error, because orchestrators mount secrets so by default.
func (s Secret) warning() string {
	if s.scheme != "file" {
		return ""
	}
	info, err := os.Stat(s.path())
	if err == nil && info.Mode().Perm()&0o004 != 0 {
		return "everyone on this machine can read " + s.path() + "; take that right away (chmod o-r)"
	}
	return ""
}

// String returns "***", and so do all the methods below, whatever prints the secret.
func (s Secret) String() string {
	if !s.Given() {
		return ""
	}
	return hidden
}

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return s.String() }

// Format implements fmt.Formatter for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText implements encoding.TextMarshaler.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON implements json.Marshaler.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// MarshalYAML implements the YAML marshaler.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
