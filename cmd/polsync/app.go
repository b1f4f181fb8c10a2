package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/polsync/polsync/reconcile/report"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
)

// app is one invocation: where it writes, what it was told, and the clock.
type app struct {
	out, err io.Writer
	env      config.Env
	now      func() time.Time
	log      zerolog.Logger
	flags    flags
}

// flags are those that every command takes.
type flags struct {
	config    string
	platforms []string
	only      []string
	on        []string
	format    string
	vars      []string
	logLevel  string
	verbose   bool
	lease     time.Duration
	strict    bool // read only from live sources
	grace     time.Duration
}

func newApp(out, err io.Writer, env config.Env, now func() time.Time) *app {
	return &app{out: out, err: err, env: env, now: now, log: zerolog.Nop()}
}

// run carries out one command line and returns the exit code. An error is printed once, here.
func run(ctx context.Context, a *app, args []string) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	if text := message(err); text != "" {
		fmt.Fprintln(a.err, "polsync: "+strings.ReplaceAll(text, "\n", "\npolsync: "))
	}
	return exitCode(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "polsync",
		Short:         "Keeps tags, masks, row filters, roles and grants of Snowflake and Databricks as policy files declare them",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },

		PersistentPreRunE: func(c *cobra.Command, _ []string) error { return a.prepare(c) },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(flagError)
	f := root.PersistentFlags()
	f.StringVarP(&a.flags.config, "config", "c", "polsync.yaml", "configuration `file`")
	f.StringArrayVar(&a.flags.platforms, "platform", nil, "only the platform of this `name`; may be repeated")
	f.StringSliceVar(&a.flags.only, "only", nil, "only this `kind`: tags, masks, row_filters, constraints, roles, grants, or a kind of fact; may be repeated")
	f.StringArrayVar(&a.flags.on, "on", nil, "only what lies in this catalog, schema, table or column, by `name`; may be repeated")
	f.StringVar(&a.flags.format, "format", "text", "`form` of reports: "+strings.Join(report.Formats(), ", "))
	f.StringArrayVar(&a.flags.vars, "var", nil, "sets a variable of the policy files, as `name=value`; may be repeated")
	f.StringVar(&a.flags.logLevel, "log-level", "warn", "`level` of the log on standard error: debug, info, warn, error")
	f.BoolVarP(&a.flags.verbose, "verbose", "v", false, "list everything that is left alone, and log more")
	root.AddGroup(&cobra.Group{ID: "write", Title: "Write and run policies:"}, &cobra.Group{ID: "look", Title: "Look:"},
		&cobra.Group{ID: "own", Title: "Decide what is ours:"}, &cobra.Group{ID: "try", Title: "Set up and try out:"})
	root.AddCommand(a.commands()...)
	return root
}

// formatsOf is the annotation of commands that have formats of their own, separated by spaces.
const formatsOf = "formats"

// prepare checks the flags that every command shares and opens the log.
func (a *app) prepare(c *cobra.Command) error {
	level, err := zerolog.ParseLevel(a.flags.logLevel)
	if err != nil || a.flags.logLevel == "" {
		return usagef("--log-level %s: it is debug, info, warn or error", a.flags.logLevel)
	}
	if a.flags.verbose && level > zerolog.InfoLevel {
		level = zerolog.InfoLevel
	}
	a.log = zerolog.New(zerolog.ConsoleWriter{Out: zerolog.SyncWriter(a.err), NoColor: !a.colour(a.err), TimeFormat: time.TimeOnly}).
		Level(level).With().Timestamp().Logger()
	formats := report.Formats()
	if own := c.Annotations[formatsOf]; own != "" {
		formats = strings.Fields(own)
	}
	if !slices.Contains(formats, a.flags.format) {
		return usagef("--format %s: it is %s", a.flags.format, strings.Join(formats, ", "))
	}
	_, err = a.onlyKinds()
	return err
}

// onlyWords are the words of --only that stand for several kinds of fact.
var onlyWords = map[string][]state.FactKind{
	"tags":   {state.FactTag, state.FactAllowedValue, state.FactTagged},
	"masks":  {state.FactPolicy, state.FactMask, state.FactBinding, state.FactABAC},
	"roles":  {state.FactRole, state.FactMember},
	"grants": {state.FactGrant, state.FactOwner, state.FactManaged},

	"row_filters": {state.FactRowPolicy, state.FactFilter, state.FactABAC},
	"constraints": {state.FactConstraintPolicy, state.FactConstraint},
}

func (a *app) onlyKinds() ([]state.FactKind, error) {
	var kinds []state.FactKind
	for _, word := range a.flags.only {
		if several, ok := onlyWords[word]; ok {
			kinds = append(kinds, several...)
			continue
		}
		k, ok := state.ParseFactKind(word)
		if !ok {
			return nil, usagef("--only %s: it is tags, masks, row_filters, constraints, roles or grants, or one of %s", word, strings.Join(state.FactKindNames(), ", "))
		}
		kinds = append(kinds, k)
	}
	return kinds, nil
}

// colour reports whether to colour what is written to w: on a terminal, without NO_COLOR.
func (a *app) colour(w io.Writer) bool {
	if v, set := a.env("NO_COLOR"); set && v != "" {
		return false
	}
	return terminal(w)
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	at, err := f.Stat()
	if err != nil || at.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(at, null)
}

// usageError is a command line that cannot be understood.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if c.HasParent() {
		return usagef("%s takes no argument: %s", c.CommandPath(), args[0])
	}
	text := fmt.Sprintf("no command is called %q", args[0])
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return usagef("%s (polsync --help lists them)", text)
}

// message is what is printed of an error: "" for those that only carry an exit code.
func message(err error) string {
	if err == nil || errors.Is(err, errDiffers) {
		return ""
	}
	return err.Error()
}
