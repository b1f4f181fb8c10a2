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
	var (
		dir  string
		made generated
	)
	c := &cobra.Command{
		Use:   "dev",
		Short: "Serves embedded warehouses with sample data, to try things out",
		Long: `Serves a sample warehouse of each kind on this machine until it is stopped, and writes into a folder a configuration,
credentials and policy files that use them. No account is needed and nothing leaves the machine. Policy files that are
in the folder already stay as they are; the warehouses begin anew each time, and so does the state. The file "ready"
is in the folder while they are being served.

With --size a generated Snowflake account and a generated Databricks metastore are served instead, or one of them: s has
800 tables, m 5,000, l 60,000 with a million columns, each with the roles or groups, users, tags and policies that go
with it.` + exitHelp,
		Example: "  polsync dev --dir /tmp/try &\n  polsync -c /tmp/try/polsync.yaml plan\n  polsync dev --size m --platform lake --drift 1 --latency 100ms",
		GroupID: "try",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.dev(c.Context(), dir, made) },
	}
	c.Flags().StringVar(&dir, "dir", "polsync-dev", "write configuration, policies and state into this `folder`")
	c.Flags().StringVar(&made.size, "size", "", "serve generated platforms of this `size`: s, m or l")
	c.Flags().StringVar(&made.platform, "platform", "", "serve only one generated platform, by `name`: snow or lake")
	c.Flags().IntVar(&made.drift, "drift", 0, "leave so many `per cent` of what the policies declare out of generated platforms")
	c.Flags().DurationVar(&made.latency, "latency", 0, "let each statement or request take so much more `time` on generated platforms")
	c.Flags().DurationVar(&made.lag, "usage-lag", 0, "how `late` the account usage views of a generated account are; 0 is as documented, up to 3h, negative not at all")
	return c
}

func (a *app) dev(ctx context.Context, dir string, made generated) (err error) {
	ready := filepath.Join(dir, "ready")
	if err := errors.Join(gone(ready), os.RemoveAll(filepath.Join(dir, "state"))); err != nil {
		return err
	}
	s, err := made.open(dir)
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

// open serves what is asked for: a generated account, or the samples.
func (g generated) open(dir string) (*sandbox, error) {
	if g.size == "" {
		if g != (generated{}) {
			return nil, refusef("--platform, --drift, --latency and --usage-lag are for generated platforms: give their --size")
		}
		return openSandbox(dir)
	}
	made := map[string]func() (*embedded, error){"snow": g.embed, "lake": g.embedMetastore}
	switch make := made[g.platform]; {
	case make != nil:
		return openSandboxOf(dir, []string{"generated/" + g.platform}, []func() (*embedded, error){make})
	case g.platform != "":
		return nil, refusef("no platform is called %q; there are snow and lake", g.platform)
	}
	return openSandboxOf(dir, []string{"generated/snow", "generated/lake"}, []func() (*embedded, error){g.embed, g.embedMetastore})
}

func gone(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
