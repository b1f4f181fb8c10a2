package config

import (
	"cmp"
	"net"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/declare/document"
)

const (
	defaultState       = "polsync.db"
	defaultTimeout     = 30 * time.Second
	maxTimeout         = 10 * time.Minute
	defaultConnections = 4
)

type reader struct {
	env  Env
	c    *Config
	errs document.Errors
}

func (r *reader) read(d document.Node) {
	for _, p := range d.Get("platforms").Pairs() {
		r.platform(p)
	}
	if len(d.Get("platforms").Pairs()) == 0 {
		d.Get("platforms").Errorf("no platform is configured")
	}
	r.policies(d.Get("policies"))
	r.c.Vars = map[string]string{}
	for _, p := range d.Get("vars").Pairs() {
		r.c.Vars[p.Key.Text()] = p.Value.Text()
	}
	r.state(d.Get("state"))
	r.stores(d.Get("stores"))
	r.daemon(d.Get("daemon"))
	r.http(d.Get("http"))
	r.guards(d.Get("guards"))
	for _, n := range d.Get("notify").List() {
		r.notification(n)
	}
	r.may(d.Get("may"))
	for _, n := range d.Get("foreign").List() {
		r.foreign(n)
	}
}

func (r *reader) state(n document.Node) {
	if !n.IsMap() {
		r.c.State.File = r.local(n, defaultState)
		return
	}
	r.c.State = State{Postgres: r.secret(n.Get("postgres")), Schema: n.Get("schema").Text()}
	if s := n.Get("schema"); s.Given() && (s.Text() == "" || len(s.Text()) > 63 || strings.HasPrefix(s.Text(), "pg_")) {
		s.Errorf("a schema's name has at most 63 bytes and does not begin with pg_")
	}
}

// local joins a path with the folder of the configuration.
func (r *reader) local(n document.Node, otherwise string) string {
	p := n.Text()
	if !n.Given() {
		p = otherwise
	}
	if p == "" {
		n.Errorf("expected a path")
	}
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(r.c.Dir, p)
}

func (r *reader) secret(n document.Node) Secret {
	if !n.Given() {
		return Secret{}
	}
	s, problem := parseSecret(n.Text(), r.c.Dir, r.env)
	if problem != "" {
		n.Errorf("%s", problem)
	}
	return s
}

func origin(n document.Node) state.Origin {
	file, line, column := n.Place()
	return state.Origin{Layer: state.LayerYAML, File: file, Line: line, Column: column}
}

func (r *reader) platform(p document.Pair) {
	name, n := p.Key.Text(), p.Value
	if !platformName(name) {
		p.Key.Errorf("a platform's name has letters, digits, - and _, and begins with a letter")
	}
	out := Platform{Name: name, Origin: origin(p.Key), Timeout: defaultTimeout, Connection: n.Get("connections").Int(defaultConnections)}
	said := 0
	for _, kind := range []string{"snowflake", "databricks", "memory"} {
		if n.Has(kind) {
			said++
		}
	}
	if said != 1 {
		p.Key.Errorf("platform %s is one of snowflake, databricks and memory", name)
	}
	if n.Has("snowflake") {
		out.Snowflake = r.snowflake(n.Get("snowflake"))
	}
	if n.Has("databricks") {
		out.Databricks = r.databricks(n.Get("databricks"))
	}
	if m := n.Get("memory"); m.Given() {
		out.Memory = &Memory{File: r.local(m.Get("file"), ""), PerColumn: m.Get("per_column").Bool(false)}
	}
	r.places(n, &out)
	if t := n.Get("statement_timeout"); t.Given() {
		out.Timeout = r.duration(t, maxTimeout)
	}
	r.c.Platforms = append(r.c.Platforms, out)
}

func platformName(s string) bool {
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c != '-' && c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

// places reads home and scope, which are plain names on the platform.
func (r *reader) places(n document.Node, out *Platform) {
	if h := n.Get("home"); h.Given() {
		parts := r.plain(h)
		if len(parts) != 2 {
			h.Errorf("home is a catalog and a schema, such as GOV.POLSYNC")
		}
		out.Home = &state.Pattern{Platform: out.Name, Parts: parts, Text: h.Text()}
	}
	for _, s := range n.Get("scope").List() {
		parts := r.plain(s)
		if len(parts) > 3 {
			s.Errorf("a scope names catalogs, schemas and tables")
		}
		out.Scope = append(out.Scope, state.Pattern{Platform: out.Name, Parts: parts, Text: s.Text()})
	}
}

func (r *reader) plain(n document.Node) []state.Part {
	parts, problem := declare.SplitName(n.Text())
	if problem == "" && slices.ContainsFunc(parts, state.Part.Wild) {
		problem = "a plain name stands here, no glob"
	}
	if problem != "" {
		n.Errorf("%s", problem)
	}
	return parts
}

// delay reads a duration that may be none at all.
func (r *reader) delay(n document.Node, longest time.Duration) time.Duration {
	d, err := time.ParseDuration(n.Text())
	if err != nil || d < 0 || d > longest {
		n.Errorf("expected a duration of at most %s, such as 5m, or 0s", longest)
		return 0
	}
	return d
}

func (r *reader) duration(n document.Node, longest time.Duration) time.Duration {
	d, err := time.ParseDuration(n.Text())
	if err != nil || d <= 0 || d > longest {
		n.Errorf("expected a duration of at most %s, such as 30s, 15m or 24h", longest)
	}
	return d
}

func (r *reader) policies(n document.Node) {
	for _, g := range n.List() {
		glob := filepath.ToSlash(g.Text())
		switch _, err := path.Match(glob, ""); {
		case err != nil:
			g.Errorf("not a glob: a bracket is not closed")
		case strings.Contains(glob, "**"):
			g.Errorf("a glob of policy files takes no **; name each depth, as in policies/*.yaml and policies/*/*.yaml")
		case path.IsAbs(glob) || glob == "" || glob == ".." || strings.HasPrefix(path.Clean(glob), "../"):
			g.Errorf("policy files lie beside this file or below it; name them relative to it")
		default:
			r.c.Policies = append(r.c.Policies, path.Clean(glob))
		}
	}
}

// storeKinds are the governance stores that can be read besides YAML files. There is none yet.
var storeKinds []string

func (r *reader) stores(n document.Node) {
	for _, p := range n.Pairs() {
		kind := p.Value.Get("kind")
		if !slices.Contains(storeKinds, kind.Text()) {
			kind.Errorf("no governance store of this kind can be read; there is only yaml, the files under policies")
		}
		r.c.Stores = append(r.c.Stores, Store{Name: p.Key.Text(), Kind: kind.Text(), Origin: origin(p.Key)})
	}
}

func (r *reader) daemon(n document.Node) {
	r.c.Daemon.Location = time.UTC
	if z := n.Get("time_zone"); z.Given() {
		at, err := time.LoadLocation(z.Text())
		if err != nil || z.Text() == "Local" {
			z.Errorf("no time zone is called %q; write one such as Europe/Berlin or UTC", z.Text())
		} else {
			r.c.Daemon.Location = at
		}
	}
	if j := n.Get("jitter"); j.Given() {
		r.c.Daemon.Jitter = r.duration(j, time.Hour)
	}
	r.c.Daemon.Jobs = r.jobs(n)
	r.c.Daemon.Platforms = map[string][]Job{}
	for _, p := range n.Get("platforms").Pairs() {
		name := p.Key.Text()
		if _, ok := r.c.Platform(name); !ok {
			p.Key.Errorf("no platform is called %q; %s", name, document.OneOf(name, r.names()))
		}
		r.c.Daemon.Platforms[name] = r.jobs(p.Value)
	}
}

// jobs reads cron expressions by job. "never" stands for none.
func (r *reader) jobs(n document.Node) []Job {
	var out []Job
	for _, name := range jobs {
		line := n.Get(name)
		if !line.Given() {
			continue
		}
		j := Job{Name: name, Cron: line.Text()}
		if j.Cron == "never" {
			j.Cron = ""
		} else if _, err := cron.ParseStandard(j.Cron); err != nil || strings.Contains(j.Cron, "TZ=") {
			line.Errorf("not a cron expression of five fields, such as */15 * * * *, or @hourly, @daily, @weekly, or never; the zone is time_zone")
		}
		out = append(out, j)
	}
	return out
}

func (r *reader) http(n document.Node) {
	h := &r.c.HTTP
	h.Listen, h.WebhookSecret = n.Get("listen").Text(), r.secret(n.Get("webhook_secret"))
	h.AllowPlainOutside = n.Get("allow_plain_outside").Bool(false)
	if t := n.Get("tls"); t.Given() {
		h.TLSCert, h.TLSKey = r.local(t.Get("cert"), ""), r.local(t.Get("key"), "")
	}
	if !n.Get("listen").Given() {
		return
	}
	host, _, err := net.SplitHostPort(h.Listen)
	switch {
	case err != nil:
		n.Get("listen").Errorf("expected an address and a port, such as 127.0.0.1:8480")
	case h.TLSCert == "" && !loopback(host) && !h.AllowPlainOutside:
		n.Get("listen").Errorf("other machines reach this address and API keys would travel in clear; configure tls, or say allow_plain_outside: true behind a proxy that does it")
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (r *reader) guards(n document.Node) {
	g, d := &r.c.Guards, DefaultGuards
	g.Removals, g.RemovalShare = n.Get("removals").Int(d.Removals), n.Get("removal_share").Float(d.RemovalShare)
	g.Unmaskings, g.SourceShrink = n.Get("unmaskings").Int(d.Unmaskings), n.Get("source_shrink").Float(d.SourceShrink)
	g.Statements, g.FailuresInRow = n.Get("statements").Int(d.Statements), n.Get("failures_in_row").Int(d.FailuresInRow)
	g.Repeats, g.PlanAge = n.Get("repeats").Int(d.Repeats), d.PlanAge
	if a := n.Get("plan_age"); a.Given() {
		g.PlanAge = r.duration(a, 30*24*time.Hour)
	}
}

func (r *reader) notification(n document.Node) {
	out := Notification{Name: n.Get("name").Text(), Webhook: r.secret(n.Get("webhook")), Format: cmp.Or(n.Get("format").Text(), "slack"), On: n.Get("on").Texts()}
	for _, k := range n.Get("keys").List() {
		out.Keys = append(out.Keys, r.secret(k))
	}
	switch {
	case len(out.Keys) > 2:
		n.Get("keys").Errorf("two keys at most: the one that counts and the one it takes the place of")
	case len(out.Keys) > 0 && out.Format == "slack":
		n.Get("keys").Errorf("format: slack signs nothing; the address alone protects such a channel")
	}
	if slices.ContainsFunc(r.c.Notify, func(o Notification) bool { return o.Name == out.Name }) {
		n.Get("name").Errorf("another notification is called %s", out.Name)
	}
	if !n.Has("on") {
		out.On = slices.Clone(events)
	}
	r.c.Notify = append(r.c.Notify, out)
}

func (r *reader) may(n document.Node) {
	r.c.May = map[string]declare.Bounds{}
	sources := []string{"yaml", "classification"}
	for _, s := range r.c.Stores {
		sources = append(sources, s.Name)
	}
	for _, p := range n.Pairs() {
		if !slices.Contains(sources, p.Key.Text()) {
			p.Key.Errorf("no source is called %q; %s", p.Key.Text(), document.OneOf(p.Key.Text(), sources))
		}
		r.c.May[p.Key.Text()] = declare.ReadBounds(p.Value, r.c.Dialects())
	}
}

func (r *reader) foreign(n document.Node) {
	f := Foreign{Tool: n.Get("tool").Text(), Platforms: n.Get("in").Texts()}
	for _, p := range n.Get("in").List() {
		if _, ok := r.c.Platform(p.Text()); !ok {
			p.Errorf("no platform is called %q; %s", p.Text(), document.OneOf(p.Text(), r.names()))
		}
	}
	for _, p := range n.Get("principals").List() {
		ref, problem := declare.PlatformPrincipal(p.Text())
		if problem != "" {
			p.Errorf("%s", problem)
		}
		ref.Origin = origin(p)
		f.Principals = append(f.Principals, ref)
	}
	r.c.Foreign = append(r.c.Foreign, f)
}

func (r *reader) names() []string {
	var all []string
	for _, p := range r.c.Platforms {
		all = append(all, p.Name)
	}
	return all
}

// snowflake reads how to sign in and checks that what the way needs is there and nothing else.
func (r *reader) snowflake(n document.Node) *Snowflake {
	s := &Snowflake{Account: n.Get("account").Text(), User: n.Get("user").Text(), Role: n.Get("role").Text(), Warehouse: n.Get("warehouse").Text(),
		Auth: n.Get("auth").Text(), PrivateKey: r.secret(n.Get("private_key")), Passphrase: r.secret(n.Get("private_key_passphrase")),
		ClientID: n.Get("client_id").Text(), ClientSecret: r.secret(n.Get("client_secret")), TokenURL: n.Get("token_url").Text(), OAuthScope: n.Get("scope").Text(), Provider: n.Get("provider").Text(),
		Password: r.secret(n.Get("password")), Token: r.secret(n.Get("token")), Host: n.Get("host").Text(), Port: n.Get("port").Int(0), Protocol: n.Get("protocol").Text(),
		Read: cmp.Or(n.Get("read").Text(), "auto"), Rate: n.Get("rate").Int(0)}
	if s.Auth == "" {
		s.Auth = "key_pair"
	}
	if s.Protocol == "" {
		s.Protocol = "https"
	}
	needs := map[string][]string{"key_pair": {"private_key"}, "password": {"password"}, "pat": {"token"}, "oauth": {"token"},
		"oauth_client": {"client_id", "client_secret", "token_url"}, "workload_identity": {"provider"}}
	if s.Provider == "OIDC" {
		needs["workload_identity"] = []string{"provider", "token"}
	}
	r.credentials(n, s.Auth, needs[s.Auth], []string{"private_key", "password", "token", "client_id", "client_secret", "token_url", "provider"})
	if s.Auth != "oauth_client" && n.Has("scope") {
		n.Key("scope").Errorf("auth: %s does not use scope", s.Auth)
	}
	if u, err := url.Parse(s.TokenURL); s.TokenURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname()))) {
		n.Get("token_url").Errorf("token_url is an https address; http is only for a host on this machine")
	}
	if s.Auth != "key_pair" && n.Has("private_key_passphrase") {
		n.Key("private_key_passphrase").Errorf("auth: %s does not use private_key_passphrase", s.Auth)
	}
	if s.Protocol == "http" && !loopback(s.Host) {
		n.Get("protocol").Errorf("http is only for a host on this machine; credentials would travel in clear")
	}
	if strings.ContainsAny(s.Host, "/ ") || strings.ContainsAny(s.Account, "/: ") {
		n.Errorf("account and host are plain names without a scheme, such as MYORG-MYACCOUNT")
	}
	return s
}

// credentials reports what a way to sign in needs and lacks, and what it does not use.
func (r *reader) credentials(n document.Node, auth string, needs, all []string) {
	for _, k := range all {
		switch {
		case slices.Contains(needs, k) && !n.Has(k):
			n.Errorf("auth: %s needs %s", auth, k)
		case !slices.Contains(needs, k) && n.Has(k):
			n.Key(k).Errorf("auth: %s does not use %s", auth, k)
		}
	}
}
