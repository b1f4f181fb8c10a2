package databricks

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/databricks/databricks-sdk-go/client"
	"github.com/databricks/databricks-sdk-go/config"
	"github.com/databricks/databricks-sdk-go/useragent"
	"github.com/rs/zerolog"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/reconcile/plan"
)

// Options are what a workspace is reached with. Either Token, or ClientID and ClientSecret.
type Options struct {
	Name         string // in errors and logs
	Host         string
	Token        string
	ClientID     string
	ClientSecret string
	WarehouseID  string
	Readers      map[string]string // principal -> token to read as it; for demonstrations and verification
	Logger       zerolog.Logger
	Timeout      time.Duration // of one statement; 0 means 30 s
	Concurrency  int           // requests at once; 0 means 4
	RateLimit    int           // requests a second; 0 means 15, the service's own advice

	HTTPTransport http.RoundTripper // nil for the default; tests put faults here
}

// Platform is a workspace. It is safe for concurrent use.
type Platform struct {
	o      Options
	client *client.DatabricksClient
}

var _ interface {
	connectors.Platform
	connectors.Reader
} = (*Platform)(nil)

// version is the program's, as the user agent wants it.
const version = "0.1.0"

// Open prepares a connection; nothing is sent before it is needed, except that OAuth fetches its first token.
func Open(_ context.Context, o Options) (*Platform, error) {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Concurrency == 0 {
		o.Concurrency = 4
	}
	if strings.HasPrefix(o.Host, "http://") && !loopback(o.Host) {
		return nil, fmt.Errorf("%s: %s: http is for loopback addresses only", o.Name, o.Host)
	}
	c, err := o.connect(o.Token, o.ClientID, o.ClientSecret)
	if err != nil {
		return nil, fmt.Errorf("%s: connect to Databricks: %w", o.Name, err)
	}
	return &Platform{o: o, client: c}, nil
}

func loopback(host string) bool {
	u, err := url.Parse(host)
	return err == nil && (strings.HasPrefix(u.Hostname(), "127.") || u.Hostname() == "localhost" || u.Hostname() == "::1")
}

// connect makes a client with one way to sign in, no look-up of metadata, and bounded retries.
func (o Options) connect(token, id, secret string) (*client.DatabricksClient, error) {
	useragent.WithProduct("polsync", version)
	cfg := &config.Config{Host: o.Host, Token: token, ClientID: id, ClientSecret: secret, WarehouseID: o.WarehouseID, AuthType: "pat",
		HTTPTimeoutSeconds: 60, RetryTimeoutSeconds: 60, RateLimitPerSecond: o.RateLimit, HTTPTransport: o.HTTPTransport,
		Loaders:              []config.Loader{config.ConfigAttributes},
		HostMetadataResolver: func(context.Context, string) (*config.HostMetadata, error) { return nil, nil },
	}
	if token == "" {
		cfg.AuthType = "oauth-m2m"
	}
	return client.New(cfg)
}

// Dialect implements connectors.Platform.
func (p *Platform) Dialect() plan.Dialect { return dialect.Dialect{} }

// Close implements connectors.Platform.
func (p *Platform) Close() error { return nil }

// do sends one request. The path is escaped already.
func (p *Platform) do(ctx context.Context, c *client.DatabricksClient, method, path string, query map[string]any, body, into any) error {
	headers := map[string]string{"Accept": "application/json"}
	if body != nil {
		headers["Content-Type"] = "application/json"
	}
	if err := c.Do(ctx, method, path, headers, query, body, into); err != nil {
		return classify(fmt.Errorf("%s %s: %w", method, strings.SplitN(path, "?", 2)[0], err))
	}
	return nil
}
