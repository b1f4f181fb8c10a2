package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

func (a *app) devCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "dev",
		Short: "Serves embedded warehouses with sample data, to try things out",
		Long: `Serves a sample warehouse of each kind on this machine until it is stopped, and writes into a folder a configuration,
credentials and policy files that use them. No account is needed and nothing leaves the machine. Policy files that are
in the folder already stay as they are; the warehouses begin anew each time, and so does the state. The file "ready"
is in the folder while they are being served.` + exitHelp,
		Example: "  polsync dev --dir /tmp/try &\n  polsync -c /tmp/try/polsync.yaml plan",
		GroupID: "try",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.dev(c.Context(), dir) },
	}
	c.Flags().StringVar(&dir, "dir", "polsync-dev", "write configuration, policies and state into this `folder`")
	return c
}

func (a *app) dev(ctx context.Context, dir string) (err error) {
	ready := filepath.Join(dir, "ready")
	if err := errors.Join(gone(ready), os.RemoveAll(filepath.Join(dir, "state"))); err != nil {
		return err
	}
	s, err := openSandbox(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, gone(ready), s.Close()) }()
	conf := filepath.Join(dir, "polsync.yaml")
	if err := put(ready, conf+"\n", 0o644); err != nil {
		return err
	}
	for _, e := range s.warehouses {
		fmt.Fprintf(a.out, "%s is served at %s\n", e.name, e.listen.Addr())
	}
	fmt.Fprintf(a.out, "try: polsync -c %s plan\n", conf)
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.failed:
		return err
	}
}

func gone(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
