package databricks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/databricks/databricks-sdk-go/config"
	"github.com/rs/zerolog"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/reconcile/plan"
)

// Options say which workspace to talk to and how. Either Token, or ClientID and ClientSecret, or SignIn are given.
type Options struct {
	Name         string // of the platform, for errors
	Host         string // https://...; http only for a loopback host
	Token        string // personal access token
	ClientID     string // of a service principal, with ClientSecret: OAuth
	ClientSecret string
	SignIn       *Credentials // any other way to sign in, in place of these three
	WorkspaceID  string       // sent as X-Databricks-Org-Id, which hosts of several workspaces need
	WarehouseID  string       // of the SQL warehouse that runs statements

	// Account is the account that the workspace belongs to; nil where there are no credentials of it. Groups and members
	// are then read through the workspace, and never written.
	Account *AccountOptions

	// Elsewhere says which catalogs of a metastore, by its id, another platform governs, and why; nil for none. It is asked
	// once in a snapshot.
	Elsewhere func(ctx context.Context, metastore string) (func(catalog string) string, error)
	// Groups says why another platform writes the groups of the account; "" where none does.
	Groups string

	// Readers holds access tokens by principal name, in any case, for ReadAs.
	Readers map[string]string

	Logger         zerolog.Logger
	RequestTimeout time.Duration     // without a byte moving; 0 means 60 s, and less than 20 s means those
	RetryTimeout   time.Duration     // for requests that were refused for now; 0 means 30 s
	ContactTimeout time.Duration     // for the host to answer at all, once, before the first request; 0 means 10 s
	Concurrency    int               // reads at once; 0 means 8
	RateLimit      int               // requests per second; 0 means 15
	Version        string            // of the program, for the user agent
	HTTPTransport  http.RoundTripper // nil for a new one

	// GrantWait bounds how long a written grant is waited for to show in reads; 0 means 60 s, negative not at all.
	GrantWait time.Duration

	forAccount bool // Host is the account's
}

// leastTimeout is longer than the service may take to answer a request for a statement, which waits for its end.
const leastTimeout = 20 * time.Second

func (o Options) withDefaults() Options {
	if o.RequestTimeout == 0 {
		o.RequestTimeout = time.Minute
	}
	o.RequestTimeout = max(o.RequestTimeout, leastTimeout)
	if o.RetryTimeout == 0 {
		o.RetryTimeout = 30 * time.Second
	}
	if o.ContactTimeout == 0 {
		o.ContactTimeout = 10 * time.Second
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 8
	}
	if o.RateLimit <= 0 {
		o.RateLimit = 15
	}
	if o.GrantWait == 0 {
		o.GrantWait = time.Minute
	}
	if !userAgentWord.MatchString(o.Version) {
		o.Version = "0.0.0" // the SDK panics on what a user agent cannot hold
	}
	return o
}

var userAgentWord = regexp.MustCompile(`^[0-9A-Za-z_.+-]+$`)

// Platform is one workspace. It is safe for concurrent use.
type Platform struct {
	opt     Options
	client  *client
	account *client // nil without credentials of the account
	groups  recentGroups
	known   atomic.Pointer[dialect.Known]
	recent  recent
	large   sync.Map // names of statements whose results do not fit in one answer
}

var (
	_ connectors.Platform         = (*Platform)(nil)
	_ connectors.Reader           = (*Platform)(nil)
	_ connectors.NativeClassifier = (*Platform)(nil)
	_ connectors.Confirmer        = (*Platform)(nil)
)

// Open makes a Platform. Nothing is sent before the first request.
func Open(_ context.Context, o Options) (*Platform, error) {
	o = o.withDefaults()
	c, err := newClient(o, o.credentials())
	if err != nil {
		return nil, fmt.Errorf("databricks/%s: %w", o.Name, err)
	}
	p := &Platform{opt: o, client: c}
	if o.Account != nil {
		if p.account, err = newAccountClient(o); err != nil {
			c.close()
			return nil, fmt.Errorf("databricks/%s: account: %w", o.Name, err)
		}
	}
	return p, nil
}

// Dialect implements connectors.Platform. The dialect knows what the latest snapshot saw.
func (p *Platform) Dialect() plan.Dialect {
	return dialect.New(func() dialect.Known {
		if k := p.known.Load(); k != nil {
			return *k
		}
		return dialect.Known{}
	})
}

// Close implements connectors.Platform.
func (p *Platform) Close() error {
	p.client.close()
	if p.account != nil {
		p.account.close()
	}
	return nil
}

// wrap says of an error which platform and what was being done.
func (p *Platform) wrap(doing string, err error) error {
	return fmt.Errorf("databricks/%s: %s: %w", p.opt.Name, doing, err)
}

func (o Options) credentials() Credentials {
	if o.SignIn != nil {
		return *o.SignIn
	}
	return Credentials{Token: o.Token, ClientID: o.ClientID, ClientSecret: o.ClientSecret}
}

// noLoader keeps environment variables and configuration files of other programs out.
type noLoader struct{}

func (noLoader) Name() string                   { return "options" }
func (noLoader) Configure(*config.Config) error { return nil }

// sdkConfig returns the SDK's configuration: no probing of the host, no debug output, one way to sign in.
func sdkConfig(o Options, cred Credentials, transport http.RoundTripper) (*config.Config, error) {
	if err := checkHost(o.Host); err != nil {
		return nil, err
	}
	cfg := &config.Config{
		Host: o.Host, WorkspaceID: o.WorkspaceID, WarehouseID: o.WarehouseID, HTTPTransport: transport,
		HTTPTimeoutSeconds: seconds(o.RequestTimeout), RetryTimeoutSeconds: seconds(o.RetryTimeout), RateLimitPerSecond: o.RateLimit,
		Loaders:              []config.Loader{noLoader{}},
		HostMetadataResolver: func(context.Context, string) (*config.HostMetadata, error) { return nil, nil },
	}
	if o.forAccount {
		cfg.AccountID, cfg.HostMetadataResolver = o.Account.ID, o.Account.metadata
	}
	if err := cred.into(cfg); err != nil {
		return nil, err
	}
	return cfg, nil
}

func seconds(d time.Duration) int { return max(1, int((d+time.Second-1)/time.Second)) }

// checkHost refuses to send a secret over the network in clear.
func checkHost(host string) error {
	u, err := url.Parse(host)
	if err != nil || u.Host == "" {
		return errors.New("the host is not a URL such as https://example.cloud.databricks.com")
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) {
		return nil
	}
	return errors.New("the host must be https; http is for loopback hosts alone")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
