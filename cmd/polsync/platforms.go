package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rs/zerolog"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
)

// constructor opens a platform from its part of the configuration.
type constructor func(ctx context.Context, p config.Platform, o openOptions) (connectors.Platform, error)

// openOptions is what a constructor gets besides the configuration.
type openOptions struct {
	log     zerolog.Logger
	readers map[string]string // credentials of principals to read as; demonstrations only

	elsewhere func(ctx context.Context, metastore string) (func(catalog string) string, error) // what earlier platforms govern; nil for nothing
	groups    string                                                                           // why another platform writes the account's groups; "" where none does
}

// constructors is every kind of platform.
var constructors = map[string]constructor{
	"databricks": openDatabricks,
	"memory":     openMemory,
	"snowflake":  openSnowflake,
}

func openPlatform(ctx context.Context, p config.Platform, o openOptions) (connectors.Platform, error) {
	open, ok := constructors[p.Dialect()]
	if !ok {
		return nil, fmt.Errorf("%s: this build cannot open a %s platform; it knows %s", p.Name, p.Dialect(), strings.Join(slices.Sorted(maps.Keys(constructors)), ", "))
	}
	opened, err := open(ctx, p, o)
	if err != nil {
		return nil, fmt.Errorf("%s: open: %w", p.Name, err)
	}
	return opened, nil
}

// place returns the securable that a plain configured name stands for.
func place(d plan.Dialect, p state.Pattern) state.Securable {
	return placeOf(d, p.Parts)
}

func placeOf(d plan.Dialect, parts []state.Part) state.Securable {
	var s state.Securable
	fields := [...]*string{&s.Catalog, &s.Schema, &s.Name, &s.Column}
	for i, part := range parts {
		*fields[i] = d.FoldPart(part)
	}
	s.Kind = [...]state.Kind{state.KindAccount, state.KindCatalog, state.KindSchema, state.KindTable, state.KindColumn}[len(parts)]
	return d.Fold(s)
}

// principalOf returns the principal that a configured "kind:name" stands for.
func principalOf(d plan.Dialect, r state.PrincipalRef) state.Securable {
	if r.Kind == state.KindEveryone {
		return state.Everyone
	}
	if r.Kind == state.KindDatabaseRole {
		catalog, name, _ := strings.Cut(r.Name, ".")
		return d.Fold(state.Securable{Kind: r.Kind, Catalog: d.FoldPart(state.Part{Text: catalog, Quoted: r.Quoted}), Name: d.FoldPart(state.Part{Text: name, Quoted: r.Quoted})})
	}
	return d.Fold(state.Securable{Kind: r.Kind, Name: d.FoldPart(state.Part{Text: r.Name, Quoted: r.Quoted})})
}

// selfOf returns the principals that polsync acts as on a platform, as far as the configuration says it.
func selfOf(d plan.Dialect, p config.Platform) []state.Securable {
	var self []state.Securable
	if s := p.Snowflake; s != nil {
		if s.Role != "" {
			self = append(self, d.Fold(state.Securable{Kind: state.KindRole, Name: d.FoldPart(state.Part{Text: s.Role})}))
		}
		self = append(self, d.Fold(state.Securable{Kind: state.KindUser, Name: d.FoldPart(state.Part{Text: s.User})}))
	}
	if b := p.Databricks; b != nil && b.ClientID != "" {
		self = append(self, d.Fold(state.Securable{Kind: state.KindServicePrincipal, Name: b.ClientID}))
	}
	return self
}

func foreignOf(d plan.Dialect, c *config.Config, platform string) plan.Foreign {
	all := plan.Foreign{}
	for _, f := range c.Foreign {
		if len(f.Platforms) > 0 && !slices.Contains(f.Platforms, platform) {
			continue
		}
		for _, r := range f.Principals {
			all[principalOf(d, r)] = f.Tool
		}
	}
	return all
}

// resolve reads secrets, each where its reference says; one that is not given is "".
func resolve(ctx context.Context, secrets ...config.Secret) ([]string, error) {
	values := make([]string, len(secrets))
	for i, s := range secrets {
		if !s.Given() {
			continue
		}
		v, err := s.Resolve(ctx)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}
