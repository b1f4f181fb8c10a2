package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// commands is every command, in the order that help lists them in their groups.
func (a *app) commands() []*cobra.Command {
	return []*cobra.Command{
		a.validateCommand(), a.testCommand(), a.planCommand(), a.reconcileCommand(), a.daemonCommand(),
		a.withFiles(a.classifyCommand()), a.findingsCommand(), a.refreshTagsCommand(), a.historyCommand(), a.auditCommand(),
		a.adoptCommand(), a.releaseCommand(), a.pauseCommand(), a.resumeCommand(), a.stateCommand(),
		a.doctorCommand(), a.devCommand(), a.demoCommand(), a.initCommand(), a.schemaCommand(), a.versionCommand(),
	}
}

// flagError makes a mistake in a flag a line that says which flags come near.
func flagError(c *cobra.Command, err error) error {
	text := err.Error()
	name, found := strings.CutPrefix(text, "unknown flag: --")
	if !found {
		return usagef("%s: %s", c.CommandPath(), text)
	}
	best, least := "", 4
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if d := distance(name, f.Name); d < least {
			best, least = f.Name, d
		}
	})
	if best == "" {
		return usagef("%s has no flag --%s (%s --help lists them)", c.CommandPath(), name, c.CommandPath())
	}
	return usagef("%s has no flag --%s; did you mean --%s?", c.CommandPath(), name, best)
}

// distance is the number of letters to add, drop or change to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
