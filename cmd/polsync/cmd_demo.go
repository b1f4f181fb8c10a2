package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/state"
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Shows the whole way on embedded warehouses",
		Long: `Starts the embedded warehouses, reads columns as several principals, looks for personal data, shows the plan, carries it
out, reads the columns again, and sees that nothing is left to do. Each expectation is checked: 0 means that all held.
No account is needed, nothing leaves the machine, and nothing is left behind.` + exitHelp,
		GroupID: "try",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.demo(c.Context()) },
	}
}

// look is one reading of the demonstration: who reads what, and what it is to look like before and after.
type look struct {
	platform, as  string
	column        state.Securable
	before, after string // clear, nothing, refused, or text that each value is to contain, such as "@"
}

func column(path string) state.Securable {
	p := strings.Split(path, ".")
	return state.Securable{Kind: state.KindColumn, Catalog: p[0], Schema: p[1], Name: p[2], Column: p[3]}
}

var looks = []look{
	{"snow", "ANALYST", column("CRM_PROD.PUBLIC.CUSTOMERS.EMAIL"), "clear", "***"},
	{"snow", "PII_READER", column("CRM_PROD.PUBLIC.CUSTOMERS.EMAIL"), "clear", "clear"},
	{"snow", "SUPPORT", column("CRM_PROD.PUBLIC.CUSTOMERS.EMAIL"), "clear", "domain"},
	{"snow", "ANALYST", column("SALES.PUBLIC.LEADS.WORK_EMAIL"), "clear", "***"},
	{"snow", "HR", column("HR.PUBLIC.EMPLOYEES.SALARY"), "clear", "clear"},
	{"snow", "AUDITOR", column("HR.PUBLIC.ABSENCES.DAYS"), "refused", "clear"},
	{"lake", "bob@example.com", column("main.crm.contacts.work_email"), "clear", "domain"},
	{"lake", "bob@example.com", column("main.crm.customers.phone"), "clear", "***"},
	{"lake", "alice@example.com", column("main.crm.customers.email"), "clear", "clear"},
	{"lake", "bob@example.com", column("main.crm.customers.email"), "clear", "domain"},
	{"lake", "erin@example.com", column("main.hr.salaries.salary"), "clear", "clear"},
	{"lake", "erin@example.com", column("main.crm.consents.channel"), "refused", "clear"},
}

// demonstration is a run of the demonstration; it goes on after a disappointment and counts it.
type demonstration struct {
	*app
	box    *sandbox
	conf   string
	failed []string
}

func (a *app) demo(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "polsync-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	box, err := openSandbox(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	d := &demonstration{app: a, box: box, conf: filepath.Join(dir, "polsync.yaml")}
	if err := d.run(ctx); err != nil {
		return err
	}
	if len(d.failed) > 0 {
		return fmt.Errorf("the demonstration did not go as it should:\n  %s", strings.Join(d.failed, "\n  "))
	}
	fmt.Fprintln(a.out, "\nEverything went as it should. `polsync dev` serves the same warehouses for you to try things on.")
	return nil
}

func (d *demonstration) run(ctx context.Context) error {
	for _, w := range d.box.warehouses {
		d.say("A sample %s stands at %s; policies and credentials are in %s.", w.name, w.listen.Addr(), d.box.dir)
	}
	if err := d.read(ctx, "Before: what people read today.", func(l look) string { return l.before }); err != nil {
		return err
	}
	for _, step := range []struct {
		say  string
		args []string
		code int
	}{
		{"Which rights does polsync lack?", []string{"doctor"}, exitDone},
		{"Where is personal data? Values are counted inside the warehouses; none of them leaves.", []string{"classify"}, exitDone},
		{"What would change, and why?", []string{"plan"}, exitDiffers},
		{"Carry it out.", []string{"reconcile"}, exitDone},
	} {
		d.command(ctx, step.say, step.code, nil, step.args...)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	if err := d.read(ctx, "After: what the same people read now.", func(l look) string { return l.after }); err != nil {
		return err
	}
	d.command(ctx, "Which tag values are in use?", exitDone, []string{"email", "phone", "name", "added"}, "refresh-tags")
	d.command(ctx, "And again: is anything left to do?", exitDone, []string{"0 to set, 0 to replace, 0 to remove"}, "plan")
	d.command(ctx, "What ran?", exitDone, []string{"reconcile"}, "history")
	return nil
}

func (d *demonstration) say(format string, args ...any) {
	fmt.Fprintf(d.out, "\n# "+format+"\n", args...)
}

// command runs one command line and expects an exit code, and words in what it prints.
func (d *demonstration) command(ctx context.Context, say string, code int, words []string, args ...string) {
	d.say("%s", say)
	fmt.Fprintf(d.out, "$ polsync %s\n", strings.Join(args, " "))
	var printed bytes.Buffer
	inner := newApp(io.MultiWriter(d.out, &printed), d.err, d.env, d.now)
	if got := run(ctx, inner, append([]string{"-c", d.conf}, args...)); got != code {
		d.fail("polsync %s ended with %d, not %d", strings.Join(args, " "), got, code)
	}
	for _, w := range words {
		if !strings.Contains(printed.String(), w) {
			d.fail("polsync %s does not say %q", strings.Join(args, " "), w)
		}
	}
}

func (d *demonstration) fail(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	d.failed = append(d.failed, text)
	fmt.Fprintln(d.out, "! "+text)
}

// read reads every column of looks as its principal and compares what kind of thing it sees with what it should.
func (d *demonstration) read(ctx context.Context, say string, want func(look) string) error {
	d.say("%s", say)
	for _, l := range looks {
		e := d.box.warehouse(l.platform)
		if e == nil {
			return fmt.Errorf("read %s: no warehouse is called %s", l.column, l.platform)
		}
		values, err := e.readAs(ctx, l.as, l.column)
		got := seen(values, err)
		if got == "error" {
			return err
		}
		fmt.Fprintf(d.out, "%-5s %-18s %-32s %s\n", l.platform, l.as, l.column.Path(), sample(values, got))
		if got != want(l) {
			d.fail("%s reads %s: %s, not %s", l.as, l.column.Path(), got, want(l))
		}
	}
	return nil
}
