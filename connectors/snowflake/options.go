package snowflake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"
	sf "github.com/snowflakedb/gosnowflake"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
)

// Options says how to reach an account. Account, User and Credentials must be set.
type Options struct {
	Name      string // what the configuration calls the platform, for logs and errors
	Account   string // account identifier, ORG-ACCOUNT or a locator
	User      string
	Role      string // "" for the user's default role
	Warehouse string // "" for the user's default warehouse

	Host     string // "" for the account's own
	Port     int    // 0 for 443
	Protocol string // "" for https; http is for an embedded account on loopback

	Credentials func(context.Context) (Credentials, error) // asked at each sign-in, so that a rotated secret is picked up

	Tag         string  // session's QUERY_TAG, such as the run's id; at most 2,000 characters
	Concurrency int     // sessions that read at a time; 0 for 8
	Rate        float64 // statements that may begin to read in a second; 0 for no bound
	Read        Reading // "" for Auto

	ReadTimeout  time.Duration // after which the server ends a read; 0 for 5 minutes
	WriteTimeout time.Duration // after which the server ends a write; shorter than the lease's grace; 0 for 30 seconds
	LockTimeout  time.Duration // a statement waits for another's lock; 0 for 20 seconds
	// ContactTimeout bounds how long the account may take to answer at all, once, before the first sign-in; 0 for 10 seconds.
	ContactTimeout time.Duration

	LoginTimeout time.Duration // back-off of a sign-in in all; 0 for 30 seconds
	HTTPTimeout  time.Duration // of one exchange; longer than the server's long poll of 45 seconds; 0 for 60 seconds
	RetryTimeout time.Duration // back-off of a statement's exchanges in all; 0 for 30 seconds

	Logger      zerolog.Logger
	Transporter http.RoundTripper // nil for the driver's own

	rows int           // showLimit, or fewer in tests
	late time.Duration // usageLag, or another in tests
}

// Reading says where a snapshot reads what only the views of ACCOUNT_USAGE tell for the whole account at once: tags on
// tables and columns, privileges, memberships.
type Reading string

// The readings. Auto is Live where that takes few statements, and Bulk else.
const (
	Auto Reading = "auto"
	Live Reading = "live"
	Bulk Reading = "bulk"
)

// Credentials is one way to sign in: exactly one field is set, and Passphrase beside an encrypted PrivateKey.
type Credentials struct {
	Password    string
	Token       string       // programmatic access token
	OAuth       string       // access token of an OAuth integration
	OAuthClient *OAuthClient // asks an identity provider for an access token at each sign-in
	Workload    string       // provider of a workload identity: AWS, AZURE, GCP, or OIDC with WorkloadJWT
	WorkloadJWT string
	PrivateKey  []byte // PEM of an RSA key of 2,048 bits or more, PKCS #8 or PKCS #1
	Passphrase  []byte
}

// OAuthClient is a client at an identity provider that the account trusts (OAuth client credentials).
type OAuthClient struct {
	ID, Secret string
	TokenURL   string
	Scope      string // "" for that of the role
}

// String hides the secret.
func (OAuthClient) String() string { return "OAuth client" }

// GoString hides the secret from %#v.
func (OAuthClient) GoString() string { return "OAuth client" }

// String hides the secrets, so that no format verb prints them.
func (Credentials) String() string { return "credentials" }

// GoString hides the secrets from %#v.
func (Credentials) GoString() string { return "credentials" }

// Fixed returns a source of credentials that never change.
func Fixed(c Credentials) func(context.Context) (Credentials, error) {
	return func(context.Context) (Credentials, error) { return c, nil }
}

const maxQueryTag = 2000 // characters; the QUERY_TAG page of Snowflake's manual, checked November 2026

func (o Options) withDefaults() Options {
	o.Name = cmp.Or(o.Name, "snowflake")
	o.Protocol = cmp.Or(o.Protocol, "https")
	o.Concurrency = cmp.Or(o.Concurrency, 8)
	o.ReadTimeout = cmp.Or(o.ReadTimeout, 5*time.Minute)
	o.WriteTimeout = cmp.Or(o.WriteTimeout, 30*time.Second)
	o.LockTimeout = cmp.Or(o.LockTimeout, 20*time.Second)
	o.ContactTimeout = cmp.Or(o.ContactTimeout, 10*time.Second)
	o.LoginTimeout = cmp.Or(o.LoginTimeout, 30*time.Second)
	o.HTTPTimeout = cmp.Or(o.HTTPTimeout, time.Minute)
	o.RetryTimeout = cmp.Or(o.RetryTimeout, 30*time.Second)
	o.rows = cmp.Or(o.rows, showLimit)
	o.late = cmp.Or(o.late, usageLag)
	o.Read = cmp.Or(o.Read, Auto)
	if o.Port == 0 && o.Protocol == "https" {
		o.Port = 443
	}
	return o
}

func (o Options) validate() error {
	switch {
	case o.Account == "":
		return errors.New("no account is given")
	case o.User == "":
		return errors.New("no user is given")
	case o.Credentials == nil:
		return errors.New("no credentials are given")
	case len([]rune(o.Tag)) > maxQueryTag:
		return fmt.Errorf("the query tag is longer than %d characters", maxQueryTag)
	case o.Protocol != "https" && o.Protocol != "http":
		return fmt.Errorf("protocol is %q; it must be https, or http for an embedded account", o.Protocol)
	case o.Concurrency < 0:
		return errors.New("concurrency is negative")
	case o.Rate < 0:
		return errors.New("the rate is negative")
	case o.Read != Auto && o.Read != Live && o.Read != Bulk:
		return fmt.Errorf("read is %q; it must be auto, live or bulk", o.Read)
	}
	return nil
}

// Session returns the statements that set up each session that reads, or each that writes. They change nothing in the
// account.
func (o Options) Session(writes bool) []string {
	o = o.withDefaults()
	timeout := o.ReadTimeout
	if writes {
		timeout = o.WriteTimeout
	}
	var b strings.Builder
	b.WriteString("ALTER SESSION SET")
	set := func(name, value string) { fmt.Fprintf(&b, " %s = %s", name, value) }
	set("QUOTED_IDENTIFIERS_IGNORE_CASE", "FALSE") // or quoted names in lower case could not be reached
	set("TIMEZONE", "'UTC'")
	set("STATEMENT_TIMEOUT_IN_SECONDS", seconds(timeout))
	set("STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", seconds(timeout))
	set("LOCK_TIMEOUT", seconds(o.LockTimeout))
	set("ABORT_DETACHED_QUERY", "TRUE")
	if o.Tag != "" {
		if tag, err := dialect.Literal(o.Tag); err == nil {
			set("QUERY_TAG", tag)
		}
	}
	// Secondary roles would make the grantor of a privilege a matter of chance.
	return []string{b.String(), "USE SECONDARY ROLES NONE"}
}

// address returns the URL of the account, as the driver makes it of account, host and port.
func (o Options) address() (string, error) {
	// The driver wants credentials in what is only taken apart again.
	dsn, err := sf.DSN(&sf.Config{Account: o.Account, User: "u", Password: "p", Host: o.Host, Port: o.Port, Protocol: o.Protocol})
	if err != nil {
		return "", err
	}
	cfg, err := sf.ParseDSN(dsn)
	if err != nil {
		return "", err
	}
	return cfg.Protocol + "://" + net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port)), nil
}

// seconds writes a duration as whole seconds, one at least: zero would mean no limit.
func seconds(d time.Duration) string { return fmt.Sprint(max(1, int(d/time.Second))) }

// config returns the driver's configuration for one sign-in. Params stays nil: the driver would share it between
// connections.
func (o Options) config(c Credentials) (sf.Config, error) {
	cfg := sf.Config{
		Account: o.Account, User: o.User, Role: o.Role, Warehouse: o.Warehouse, Host: o.Host, Port: o.Port, Protocol: o.Protocol,
		Application: "polsync", DisableConsoleLogin: sf.ConfigBoolTrue,
		//lint:ignore SA1019 the pinned driver has no other switch, and telemetry is traffic that nobody asked for
		DisableTelemetry: true,
		//lint:ignore SA1019 the pinned driver would look for a credential store otherwise
		ClientRequestMfaToken: sf.ConfigBoolFalse,
		//lint:ignore SA1019 the same
		ClientStoreTemporaryCredential: sf.ConfigBoolFalse,
		//lint:ignore SA1019 without bounds a cancelled call of the pinned driver can hang for ever
		LoginTimeout: o.LoginTimeout,
		//lint:ignore SA1019 the same
		ClientTimeout: o.HTTPTimeout,
		//lint:ignore SA1019 the same
		RequestTimeout:    o.RetryTimeout,
		DisableOCSPChecks: o.Protocol == "http", Transporter: o.Transporter,
	}
	given := 0
	for _, set := range [...]bool{c.Password != "", c.Token != "", c.OAuth != "", c.OAuthClient != nil, c.Workload != "", len(c.PrivateKey) > 0} {
		if set {
			given++
		}
	}
	if given != 1 {
		return cfg, errors.New("credentials must be one of password, token, oauth, OAuth client, workload identity and private key")
	}
	switch {
	case c.Password != "":
		cfg.Password = c.Password
	case c.Token != "":
		cfg.Authenticator, cfg.Token = sf.AuthTypePat, c.Token
	case c.OAuth != "":
		cfg.Authenticator, cfg.Token = sf.AuthTypeOAuth, c.OAuth
	case c.OAuthClient != nil:
		cfg.Authenticator = sf.AuthTypeOAuthClientCredentials
		cfg.OauthClientID, cfg.OauthClientSecret, cfg.OauthTokenRequestURL, cfg.OauthScope = c.OAuthClient.ID, c.OAuthClient.Secret, c.OAuthClient.TokenURL, c.OAuthClient.Scope
	case c.Workload != "":
		cfg.Authenticator, cfg.WorkloadIdentityProvider, cfg.Token = sf.AuthTypeWorkloadIdentityFederation, c.Workload, c.WorkloadJWT
	default:
		key, err := privateKey(c.PrivateKey, c.Passphrase)
		if err != nil {
			return cfg, err
		}
		cfg.Authenticator, cfg.PrivateKey = sf.AuthTypeJwt, key
	}
	return cfg, nil
}
