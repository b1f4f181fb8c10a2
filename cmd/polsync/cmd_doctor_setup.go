package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/polsync/polsync/connectors/snowflake"
	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
)

// setupSQL prints what an administrator runs to prepare the configured Snowflake accounts. It signs in nowhere.
func (a *app) setupSQL(identity string) error {
	if !slices.Contains(snowflake.Identities(), identity) {
		return usagef("--setup-sql %s: it is apply, plan or scan", identity)
	}
	d, chosen, err := a.loadOffline()
	if err != nil {
		return err
	}
	said := false
	for _, p := range chosen {
		if p.Snowflake == nil {
			continue
		}
		lines, err := setupOf(p, d, snowflake.Identity(identity)).Statements()
		if err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		said = true
		fmt.Fprintf(a.out, "-- %s, for %s; run as ACCOUNTADMIN\n", p.Name, identity)
		for _, l := range lines {
			if l[0] != '-' {
				l += ";"
			}
			fmt.Fprintln(a.out, l)
		}
	}
	if !said {
		return refusef("no Snowflake account is among the platforms; on others an administrator gives the rights that doctor lists")
	}
	return nil
}

func setupOf(p config.Platform, d *state.Declarations, identity snowflake.Identity) snowflake.Setup {
	fold := dialect.Dialect{}
	upper := func(text string) string { return fold.FoldPart(state.Part{Text: text}) }
	s := snowflake.Setup{User: upper(p.Snowflake.User), Role: upper(p.Snowflake.Role), Warehouse: upper(p.Snowflake.Warehouse), For: identity, Key: p.Snowflake.Auth == "key_pair" || p.Snowflake.Auth == ""}
	if p.Home != nil {
		s.Home = place(fold, *p.Home)
	}
	named := map[string]bool{}
	for _, w := range p.Scope {
		named[place(fold, w).Catalog] = true
	}
	for _, pattern := range patternsOf(d) {
		if pattern.Platform == p.Name && len(pattern.Parts) > 0 && !pattern.Parts[0].Wild() {
			named[fold.FoldPart(pattern.Parts[0])] = true
		}
	}
	delete(named, "")
	delete(named, s.Home.Catalog)
	s.Databases = slices.Sorted(maps.Keys(named))
	return s
}

// patternsOf returns the dotted names that declarations stand on.
func patternsOf(d *state.Declarations) []state.Pattern {
	var all []state.Pattern
	add := func(on []state.Selector) {
		for _, s := range on {
			if s.Tag == "" && s.Kind == state.KindNone {
				all = append(all, s.Pattern)
			}
			all = append(all, s.Under...)
		}
	}
	for _, x := range d.Assignments {
		add(x.On)
	}
	for _, x := range d.Masks {
		add(x.On)
		all = append(all, x.Within...)
	}
	for _, x := range d.Grants {
		add(x.On)
	}
	for _, x := range d.Exclusives {
		add(x.On)
	}
	for _, x := range d.Owners {
		add(x.On)
	}
	for _, x := range d.Scans {
		add(x.On)
	}
	return all
}
