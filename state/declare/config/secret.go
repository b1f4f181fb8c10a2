package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Secret is a reference to a secret: env:NAME, file:PATH or exec:CMD. However it is printed, it shows ***.
type Secret struct {
	kind, what string
}

// secretTimeout bounds a command that gives a secret.
const secretTimeout = 30 * time.Second

// maxSecret is the size beyond which a file or an answer is no secret, in bytes.
const maxSecret = 64 << 10

// ParseSecret reads a reference. It never repeats what it was given, which may be a secret written in by mistake.
func ParseSecret(text string) (Secret, error) {
	kind, what, ok := strings.Cut(text, ":")
	if !ok || what == "" || kind != "env" && kind != "file" && kind != "exec" {
		return Secret{}, errors.New("a secret stands here by reference only: env:NAME, file:PATH or exec:COMMAND")
	}
	return Secret{kind, what}, nil
}

// Given reports whether there is a reference.
func (s Secret) Given() bool { return s.kind != "" }

// Resolve returns the secret. Errors name the reference, never what it gave.
func (s Secret) Resolve(ctx context.Context) (string, error) {
	switch s.kind {
	case "env":
		v, ok := os.LookupEnv(s.what)
		if !ok || v == "" {
			return "", fmt.Errorf("the environment variable %s is not set", s.what)
		}
		return v, nil
	case "file":
		return s.fromFile()
	case "exec":
		return s.fromCommand(ctx)
	}
	return "", errors.New("no secret is configured")
}

func (s Secret) fromFile() (string, error) {
	info, err := os.Stat(s.what)
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	if info.Mode().Perm()&0o004 != 0 {
		return "", fmt.Errorf("everybody can read %s; take the right away: chmod o-r", s.what)
	}
	if info.Size() > maxSecret {
		return "", fmt.Errorf("%s is too large for a secret", s.what)
	}
	data, err := os.ReadFile(s.what)
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	return s.trimmed(data, "the file "+s.what)
}

// fromCommand runs the command without a shell: its words are separated by spaces.
func (s Secret) fromCommand(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, secretTimeout)
	defer cancel()
	words := strings.Fields(s.what)
	if len(words) == 0 {
		return "", errors.New("the command that gives the secret is empty")
	}
	out, err := exec.CommandContext(ctx, words[0], words[1:]...).Output()
	if err != nil {
		return "", fmt.Errorf("the command %s, which gives a secret, failed: %w", words[0], err)
	}
	return s.trimmed(out, "the command "+words[0])
}

func (s Secret) trimmed(data []byte, from string) (string, error) {
	if data = bytes.TrimRight(data, "\r\n"); len(data) == 0 {
		return "", fmt.Errorf("%s gave nothing", from)
	}
	return string(data), nil
}

const hidden = "***"

// String and the methods below keep the reference out of everything that prints.
func (Secret) String() string               { return hidden }
func (Secret) GoString() string             { return hidden }
func (Secret) Format(f fmt.State, _ rune)   { fmt.Fprint(f, hidden) }
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }
func (Secret) MarshalYAML() (any, error)    { return hidden, nil }
