package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/declare/document"
)

// Config is a checked polsync.yaml with the defaults filled in. Paths are joined with the folder of the file, but
// for Policies, which are relative to Dir, since they are opened below it.
type Config struct {
	File      string // as given to Load
	Dir       string // its folder
	Platforms []Platform
	Stores    []Store
	Policies  []string // globs, slash-separated, relative to Dir
	Vars      map[string]string
	State     State
	Daemon    Daemon
	HTTP      HTTP
	Guards    Guards
	Notify    []Notification
	May       map[string]declare.Bounds // by source: yaml, a store's name, or classification
	Foreign   []Foreign
}

// State says where polsync remembers what it did: in a file, or in a database that several machines share.
type State struct {
	File     string // "" where it is in a database
	Postgres Secret // the database's address
	Schema   string // in the database; "" for its usual one
}

// String names the file, or says that it is a database.
func (s State) String() string {
	if s.File == "" {
		return "the state in PostgreSQL"
	}
	return s.File
}

// Platform is one Snowflake account, Databricks workspace or memory platform. One of Snowflake, Databricks and Memory
// is set.
type Platform struct {
	Name       string
	Home       *state.Pattern  // schema for what polsync creates; nil where none is configured
	Scope      []state.Pattern // plain names; none means everything
	Timeout    time.Duration   // of one statement, on the platform
	Connection int             // statements at once
	Snowflake  *Snowflake
	Databricks *Databricks
	Memory     *Memory
	Origin     state.Origin
}

// Dialect returns snowflake, databricks or memory.
func (p Platform) Dialect() string {
	switch {
	case p.Snowflake != nil:
		return "snowflake"
	case p.Databricks != nil:
		return "databricks"
	}
	return "memory"
}

// Snowflake says how to sign in to an account.
type Snowflake struct {
	Account    string // ORGANIZATION-ACCOUNT
	User       string
	Role       string
	Warehouse  string
	Auth       string // key_pair, password, pat, oauth, oauth_client or workload_identity
	PrivateKey Secret // PEM, for key_pair
	Passphrase Secret // of the key; zero where it has none
	Password   Secret
	Token      Secret // for pat and oauth, and for workload_identity with OIDC

	ClientID     string // for oauth_client
	ClientSecret Secret
	TokenURL     string
	OAuthScope   string // "" for the role's
	Provider     string // for workload_identity: AWS, AZURE, GCP or OIDC

	Host     string // of a private endpoint; "" for the account's own
	Port     int    // 0 for the protocol's
	Protocol string // https, or http to a loopback host
	Read     string // auto, live or bulk
	Rate     int    // statements that may begin to read in a second; 0 for no bound
}

// Databricks says how to sign in to a workspace.
type Databricks struct {
	Host string // with its scheme
	DatabricksAuth
	WarehouseID string             // of the SQL warehouse that runs statements
	Account     *DatabricksAccount // nil where polsync has no credentials of the account

	// EffectDelay is how long attribute-based policies, and tags that they ask about, may take to be in effect; 0 for not
	// at all.
	EffectDelay time.Duration
}

// DatabricksAccount says how to sign in to the account that a workspace belongs to.
type DatabricksAccount struct {
	ID   string // a UUID
	Host string // with its scheme
	DatabricksAuth
	Assign   bool // groups that polsync makes or gives members to are assigned to the workspace
	External bool // groups with an external id are written as well
}

// DatabricksAuth is a way to sign in to Databricks. Auth is one of those in databricksAuths, and says which of the others
// are set.
type DatabricksAuth struct {
	Auth              string
	Token             Secret
	ClientID          string
	ClientSecret      Secret
	TenantID          string
	AzureResourceID   string
	GoogleCredentials Secret
	ServiceAccount    string
	Profile           string
	ConfigFile        string // path; "" for the tools' own place
	TokenEnv          string // name of an environment variable
	TokenFile         string // path
	Audience          string
}

func (a DatabricksAuth) secrets() []Secret {
	return []Secret{a.Token, a.ClientSecret, a.GoogleCredentials}
}

// DefaultEffectDelay is the delay where none is said: tags and policies take "a few minutes" (policy requirements page,
// checked November 2026).
const DefaultEffectDelay = 5 * time.Minute

// EffectDelay returns how long what was written may take to be in effect on the platform.
func (p Platform) EffectDelay() time.Duration {
	if p.Databricks == nil {
		return 0
	}
	return p.Databricks.EffectDelay
}

// Memory is a warehouse kept in a YAML file, for trying things out and for tests.
type Memory struct {
	File      string
	PerColumn bool // it cannot bind policies to tags
}

// Store is a configured governance store.
type Store struct {
	Name   string
	Kind   string
	Origin state.Origin
}

// Daemon says when jobs run. A job left out does not run.
type Daemon struct {
	Jobs      []Job
	Platforms map[string][]Job // what differs on a platform; an empty Cron is a job that does not run there
	Location  *time.Location   // the zone that cron expressions are in
	Jitter    time.Duration    // runs begin up to so much later
}

// On returns the jobs that run on a platform, in the order of their kinds.
func (d Daemon) On(platform string) []Job {
	var out []Job
	for _, name := range jobs {
		for _, of := range [][]Job{d.Platforms[platform], d.Jobs} {
			if i := slices.IndexFunc(of, func(j Job) bool { return j.Name == name }); i >= 0 {
				if of[i].Cron != "" {
					out = append(out, of[i])
				}
				break
			}
		}
	}
	return out
}

// Job is one scheduled job.
type Job struct {
	Name string // reconcile, classify, refresh_tags, expire or audit
	Cron string // five fields, or @hourly and the like
}

// HTTP is the daemon's API and page.
type HTTP struct {
	Listen            string // host:port; "" where it is off
	TLSCert, TLSKey   string // paths; "" for plain HTTP
	WebhookSecret     Secret // signs what arrives at the webhook
	AllowPlainOutside bool   // plain HTTP on other than a loopback address
}

// Guards stop a plan before its first statement; each has a flag that lets it pass once.
type Guards struct {
	Removals      int           // per platform and run
	RemovalShare  float64       // of what is ours, once that is 10 or more
	Unmaskings    int           // masks and filters taken off, audiences widened
	SourceShrink  float64       // of one source against its last good load, once it had 10 declarations
	Statements    int           // per run
	FailuresInRow int           // then the phase ends
	Repeats       int           // runs that make the same change
	PlanAge       time.Duration // of a saved plan
}

// DefaultGuards hold where the configuration says nothing.
var DefaultGuards = Guards{Removals: 25, RemovalShare: 0.10, Unmaskings: 10, SourceShrink: 0.30, Statements: 5000,
	FailuresInRow: 5, Repeats: 3, PlanAge: 24 * time.Hour}

// Notification is a webhook that is told of runs.
type Notification struct {
	Name    string
	Webhook Secret   // the address, which often is a credential itself
	Format  string   // slack or json
	Keys    []Secret // that sign what is sent; two while one takes the place of the other
	On      []string // change, failure, held, drift, guard
}

// Foreign names principals whose grants and memberships another tool manages.
type Foreign struct {
	Tool       string
	Principals []state.PrincipalRef
	Platforms  []string // none means all
}

// Load reads the configuration file. The error is document.Errors with every mistake in it, or says that the file
// cannot be read.
func Load(path string, env Env) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return nil, fmt.Errorf("reading the configuration %s: %w", path, err)
	}
	return Parse(path, data, env)
}

// Parse reads a configuration that was read from path already.
func Parse(path string, data []byte, env Env) (*Config, error) {
	r := &reader{env: env, c: &Config{File: path, Dir: filepath.Dir(path)}}
	docs := document.Parse(path, data, configFile, &r.errs)
	if len(docs) > 1 {
		docs[1].Errorf("a configuration has one document; put the policies into files of their own")
	}
	if len(docs) == 1 {
		r.read(docs[0])
	}
	if len(r.errs) > 0 {
		return nil, r.errs.Sorted()
	}
	return r.c, nil
}

// Dialects returns the dialect of each configured platform, as declare.Options takes them.
func (c *Config) Dialects() map[string]string {
	out := map[string]string{}
	for _, p := range c.Platforms {
		out[p.Name] = p.Dialect()
	}
	return out
}

// Platform returns a configured platform.
func (c *Config) Platform(name string) (Platform, bool) {
	i := slices.IndexFunc(c.Platforms, func(p Platform) bool { return p.Name == name })
	if i < 0 {
		return Platform{}, false
	}
	return c.Platforms[i], true
}

// Warnings lists what is unsafe without being wrong, such as secrets in files that everyone can read.
func (c *Config) Warnings() []string {
	var all []string
	for _, s := range c.secrets() {
		if w := s.warning(); w != "" {
			all = append(all, w)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (c *Config) secrets() []Secret {
	all := []Secret{c.HTTP.WebhookSecret, c.State.Postgres}
	for _, p := range c.Platforms {
		if s := p.Snowflake; s != nil {
			all = append(all, s.PrivateKey, s.Passphrase, s.Password, s.Token)
		}
		if d := p.Databricks; d != nil {
			all = append(all, d.secrets()...)
			if d.Account != nil {
				all = append(all, d.Account.secrets()...)
			}
		}
	}
	for _, n := range c.Notify {
		all = append(append(all, n.Webhook), n.Keys...)
	}
	return all
}
