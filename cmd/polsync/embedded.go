package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

//go:embed sample generated/snow generated/lake
var samples embed.FS

// embedded is a warehouse that this process serves on loopback, filled with sample data.
type embedded struct {
	name    string // of the platform
	handler http.Handler
	close   func()
	secrets map[string]string              // file below secrets/ -> content
	config  func(host, port string) string // the platform's entry in polsync.yaml

	// reader opens the warehouse so that a column can be read as a principal, a user or a role.
	reader func(ctx context.Context, host, port, as string) (connectors.Platform, state.Securable, error)

	server *http.Server
	listen net.Listener
}

// embeddings makes every embedded warehouse, by the name its platform has.
var embeddings = []func() (*embedded, error){embedSnowflake, embedDatabricks}

// sandbox is a folder with a configuration and policies for embedded warehouses that are being served.
type sandbox struct {
	dir        string
	policies   []string // folders of samples with the policy files that go with the warehouses
	warehouses []*embedded
	failed     chan error
}

// openSandbox starts every embedded warehouse and writes what is needed to use them into a folder. A configuration
// that is there is replaced, policy files that are there stay.
func openSandbox(dir string) (*sandbox, error) {
	return openSandboxOf(dir, []string{"sample"}, embeddings)
}

// openSandboxOf is openSandbox with other warehouses, and the policy files that go with these.
func openSandboxOf(dir string, policies []string, warehouses []func() (*embedded, error)) (*sandbox, error) {
	s := &sandbox{dir: dir, policies: policies, failed: make(chan error, len(warehouses))}
	for _, make := range warehouses {
		e, err := make()
		if err == nil {
			s.warehouses = append(s.warehouses, e)
			err = s.serve(e)
		}
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	if err := s.write(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *sandbox) serve(e *embedded) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve %s: %w", e.name, err)
	}
	e.listen = l
	e.server = &http.Server{Handler: e.handler, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := e.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("serve %s: %w", e.name, err)
		}
	}()
	return nil
}

// write puts the configuration, the secrets and the policies into the folder.
func (s *sandbox) write() error {
	var b strings.Builder
	b.WriteString("# Embedded warehouses with sample data. Written anew by each `polsync dev`.\nplatforms:\n")
	for _, e := range s.warehouses {
		host, port, err := net.SplitHostPort(e.listen.Addr().String())
		if err != nil {
			return err
		}
		b.WriteString(e.config(host, port))
		for name, secret := range e.secrets {
			if err := put(filepath.Join(s.dir, "secrets", name), secret, 0o600); err != nil {
				return err
			}
		}
	}
	for _, folder := range s.policies {
		if err := s.writePolicies(folder); err != nil {
			return err
		}
	}
	b.WriteString("\npolicies: policies/*.yaml\nstate: state/polsync.db\n\ndaemon: {reconcile: \"*/5 * * * *\", classify: \"@hourly\", refresh_tags: \"@hourly\"}\n")
	return put(filepath.Join(s.dir, "polsync.yaml"), b.String(), 0o644)
}

// writePolicies writes the sample policies of a folder, but for those that are there.
func (s *sandbox) writePolicies(folder string) error {
	entries, err := samples.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		to := filepath.Join(s.dir, "policies", entry.Name())
		if _, err := os.Lstat(to); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		data, err := samples.ReadFile(path.Join(folder, entry.Name()))
		if err != nil {
			return err
		}
		if err := put(to, string(data), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func put(path, content string, perm os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return writeWhole(path, []byte(content), perm)
}

// Close ends the warehouses; what they held is gone.
func (s *sandbox) Close() error {
	var errs []error
	for _, e := range s.warehouses {
		if e.server != nil {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			if err := e.server.Shutdown(ctx); err != nil {
				errs = append(errs, e.server.Close())
			}
			cancel()
		}
		e.close()
	}
	return errors.Join(errs...)
}

// warehouse returns the one of that name, nil where there is none.
func (s *sandbox) warehouse(name string) *embedded {
	for _, e := range s.warehouses {
		if e.name == name {
			return e
		}
	}
	return nil
}

// looked is how many values a demonstration reads of a column.
const looked = 5

// readAs returns some values of a column as a principal sees them.
func (e *embedded) readAs(ctx context.Context, as string, column state.Securable) (values []*string, err error) {
	host, port, err := net.SplitHostPort(e.listen.Addr().String())
	if err != nil {
		return nil, err
	}
	p, who, err := e.reader(ctx, host, port, as)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	r, ok := p.(connectors.Reader)
	if !ok {
		return nil, fmt.Errorf("%s: columns cannot be read as somebody", e.name)
	}
	return r.ReadAs(ctx, who, column, looked)
}
