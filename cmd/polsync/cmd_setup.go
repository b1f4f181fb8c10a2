package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/schema"
	"github.com/polsync/polsync/state/declare/starter"
)

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [dir]",
		Short: "Writes a configuration and a first policy file",
		Long: `Writes polsync.yaml and policies/ into a folder, the current one where none is named. Files that are there are never
overwritten; with one in the way nothing is written.` + exitHelp,
		GroupID: "try",
		Args:    atMostOne("folder"),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.init(slices.Concat(args, []string{"."})[0])
		},
	}
}

func (a *app) init(dir string) error {
	files := starter.Starter()
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		switch _, err := os.Lstat(filepath.Join(dir, name)); {
		case err == nil:
			return fmt.Errorf("write %s: it is there already, and is not overwritten", filepath.Join(dir, name))
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := writeWhole(path, files[name], 0o644); err != nil {
			return err
		}
		fmt.Fprintln(a.out, path)
	}
	return nil
}

func atMostOne(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usagef("%s takes one %s at most: %s", c.CommandPath(), what, args[1])
		}
		return nil
	}
}

func (a *app) validateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "validate",
		Short: "Checks the configuration and the policy files, without a platform",
		Long: `Reads the configuration and all policy files and reports every mistake with its place. No platform is asked, no
secret is read; what only a platform knows, such as whether a role exists, plan says.` + exitHelp,
		GroupID: "write",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.validate(c.Context()) },
	}
}

func (a *app) validate(context.Context) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	d, err := a.loadPolicies(c)
	if err != nil {
		return err
	}
	if err := a.unplanned(c, d); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: %d declarations: %s\n", c.File, d.Count, contents(d))
	return nil
}

func contents(d *state.Declarations) string {
	return fmt.Sprintf("%d tags, %d tag assignments, %d masks, %d row filters, %d constraints, %d roles, %d grants, %d scans",
		len(d.Tags), len(d.Assignments), len(d.Masks), len(d.RowFilters), len(d.Constraints), len(d.Roles), len(d.Grants)+len(d.Exclusives)+len(d.Owners), len(d.Scans))
}

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "schema [policy|config]",
		Short:     "Prints the JSON Schema of policy files or of the configuration",
		Long:      "Prints a JSON Schema (draft 2020-12) for editors: of policy files, or with config of polsync.yaml." + exitHelp,
		GroupID:   "try",
		ValidArgs: []string{"policy", "config"},
		Args:      atMostOne("word"),
		RunE: func(_ *cobra.Command, args []string) error {
			render := map[string]func() ([]byte, error){"policy": schema.Policy, "config": schema.Config}[slices.Concat(args, []string{"policy"})[0]]
			if render == nil {
				return usagef("schema %s: it is policy or config", args[0])
			}
			text, err := render()
			if err != nil {
				return err
			}
			_, err = a.out.Write(append(bytes.TrimRight(text, "\n"), '\n'))
			return err
		},
	}
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Prints the version",
		Long:    "Prints the version, the commit it was built from, and the Go release." + exitHelp,
		GroupID: "try",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "polsync %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// version returns the module's version, or the commit for a build from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				v = "devel-" + s.Value[:12]
			}
		}
	}
	return v
}
