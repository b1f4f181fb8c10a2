package databricks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/databricks/databricks-sdk-go/common/environment"
	"github.com/databricks/databricks-sdk-go/config"
	"github.com/databricks/databricks-sdk-go/config/credentials"

	"github.com/polsync/polsync/connectors"
)

// Credentials say how to sign in to a workspace or an account. Kind is one of Kinds and says which of the others count;
// others must be empty.
type Credentials struct {
	Kind string // "" goes by what is given: pat for a Token, oauth_m2m for a ClientID

	Token        string // pat: a personal access token
	ClientID     string // oauth_m2m: of a service principal; azure_client_secret, azure_msi: of the application; workload identity: of the service principal whose federation policy takes the token
	ClientSecret string // oauth_m2m, azure_client_secret

	TenantID   string // azure_client_secret, azure_cli: of Microsoft Entra
	ResourceID string // Azure: of the workspace in Azure Resource Manager, for principals that were not added to the workspace

	GoogleCredentials string // google_credentials: the key file of a service account, as JSON
	ServiceAccount    string // google_id: the service account that the machine's own one acts as

	Profile    string // profile, databricks_cli: a section of the configuration file of the Databricks tools
	ConfigFile string // profile: that file; "" for .databrickscfg in the home folder

	TokenEnv  string // env_oidc: the environment variable with the identity token; "" for DATABRICKS_OIDC_TOKEN
	TokenFile string // file_oidc: the file with the identity token
	Audience  string // workload identity: whom the identity token is asked for; "" for the usual one
}

// credential is one field of Credentials by its name in polsync.yaml.
type credential struct {
	name string
	of   func(Credentials) string
}

var fields = []credential{
	{"token", func(c Credentials) string { return c.Token }},
	{"client_id", func(c Credentials) string { return c.ClientID }},
	{"client_secret", func(c Credentials) string { return c.ClientSecret }},
	{"tenant_id", func(c Credentials) string { return c.TenantID }},
	{"azure_resource_id", func(c Credentials) string { return c.ResourceID }},
	{"google_credentials", func(c Credentials) string { return c.GoogleCredentials }},
	{"service_account", func(c Credentials) string { return c.ServiceAccount }},
	{"profile", func(c Credentials) string { return c.Profile }},
	{"config_file", func(c Credentials) string { return c.ConfigFile }},
	{"token_env", func(c Credentials) string { return c.TokenEnv }},
	{"token_file", func(c Credentials) string { return c.TokenFile }},
	{"audience", func(c Credentials) string { return c.Audience }},
}

// Kind is a way to sign in: which fields it needs, which it may have, and how the SDK is told.
type Kind struct {
	Needs, May []string
	set        func(*config.Config, Credentials)
}

// Kinds are the ways to sign in, by their name in polsync.yaml. The SDK's name has dashes.
var Kinds = map[string]Kind{
	"pat": {[]string{"token"}, nil, func(c *config.Config, k Credentials) { c.Token = k.Token }},
	"oauth_m2m": {[]string{"client_id", "client_secret"}, nil, func(c *config.Config, k Credentials) {
		c.ClientID, c.ClientSecret = k.ClientID, k.ClientSecret
	}},
	"azure_client_secret": {[]string{"tenant_id", "client_id", "client_secret"}, []string{"azure_resource_id"}, func(c *config.Config, k Credentials) {
		azure(c, k)
		c.AzureClientID, c.AzureClientSecret = k.ClientID, k.ClientSecret
	}},
	"azure_msi": {nil, []string{"client_id", "azure_resource_id"}, func(c *config.Config, k Credentials) {
		azure(c, k)
		c.AzureUseMSI, c.AzureClientID = true, k.ClientID
	}},
	"azure_cli": {nil, []string{"tenant_id", "azure_resource_id"}, azure},
	"google_credentials": {[]string{"google_credentials"}, nil, func(c *config.Config, k Credentials) {
		c.Cloud, c.GoogleCredentials = environment.CloudGCP, k.GoogleCredentials
	}},
	"google_id": {[]string{"service_account"}, nil, func(c *config.Config, k Credentials) {
		c.Cloud, c.GoogleServiceAccount = environment.CloudGCP, k.ServiceAccount
	}},
	"databricks_cli": {nil, []string{"profile"}, func(c *config.Config, k Credentials) { c.Profile = k.Profile }},
	"profile": {[]string{"profile"}, []string{"config_file"}, func(c *config.Config, k Credentials) {
		c.Profile, c.ConfigFile = k.Profile, k.ConfigFile
		c.Loaders = []config.Loader{profileOf{host: c.Host}}
	}},
	"github_oidc": {[]string{"client_id"}, []string{"audience"}, func(c *config.Config, k Credentials) {
		federated(c, k)
		c.ActionsIDTokenRequestURL, c.ActionsIDTokenRequestToken = os.Getenv("ACTIONS_ID_TOKEN_REQUEST_URL"), os.Getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	}},
	"env_oidc": {[]string{"client_id"}, []string{"token_env", "audience"}, func(c *config.Config, k Credentials) {
		federated(c, k)
		c.OIDCTokenEnv = k.TokenEnv
	}},
	"file_oidc": {[]string{"client_id", "token_file"}, []string{"audience"}, func(c *config.Config, k Credentials) {
		federated(c, k)
		c.OIDCTokenFilepath = k.TokenFile
	}},
}

func azure(c *config.Config, k Credentials) {
	c.Cloud, c.AzureTenantID, c.AzureResourceID = environment.CloudAzure, k.TenantID, k.ResourceID
	if c.Environment().Cloud != environment.CloudAzure { // a private name of a workspace says nothing of the cloud
		env := environment.GetEnvironmentForHostname("https://x.azuredatabricks.net")
		c.DatabricksEnvironment = &env
	}
}

func federated(c *config.Config, k Credentials) { c.ClientID, c.TokenAudience = k.ClientID, k.Audience }

// KindNames are the names of the ways to sign in, sorted.
func KindNames() []string { return slices.Sorted(maps.Keys(Kinds)) }

// kind returns the way to sign in that the credentials are for.
func (k Credentials) kind() string {
	switch {
	case k.Kind != "":
		return k.Kind
	case k.Token != "":
		return "pat"
	}
	return "oauth_m2m"
}

// check says what is wrong with the credentials, in one error. It names fields, never what is in them.
func (k Credentials) check() error {
	name := k.kind()
	kind, ok := Kinds[name]
	if !ok {
		return fmt.Errorf("there is no auth %q; there are %s", name, strings.Join(KindNames(), ", "))
	}
	var lacks, more []string
	for _, f := range fields {
		given, needed := f.of(k) != "", slices.Contains(kind.Needs, f.name)
		switch {
		case needed && !given:
			lacks = append(lacks, f.name)
		case given && !needed && !slices.Contains(kind.May, f.name):
			more = append(more, f.name)
		}
	}
	var wrong []string
	if len(lacks) > 0 {
		wrong = append(wrong, "it lacks "+strings.Join(lacks, ", "))
	}
	if len(more) > 0 {
		wrong = append(wrong, "it does not use "+strings.Join(more, ", "))
	}
	if len(wrong) == 0 {
		return nil
	}
	expects := "nothing else"
	if len(kind.Needs) > 0 {
		expects = strings.Join(kind.Needs, ", ")
	}
	return fmt.Errorf("auth: %s expects %s: %s", name, expects, strings.Join(wrong, ", and "))
}

// into puts the credentials, and no others, into the SDK's configuration.
func (k Credentials) into(c *config.Config) error {
	if err := k.check(); err != nil {
		return err
	}
	name := k.kind()
	Kinds[name].set(c, k)
	if name != "profile" { // which says itself what it holds
		c.AuthType = strings.ReplaceAll(name, "_", "-")
	}
	c.Credentials = &once{}
	return nil
}

// profileOf loads a section of the configuration file of the Databricks tools. What the section says of the host must not
// lead elsewhere than the configuration does, or its secrets would go there.
type profileOf struct{ host string }

func (profileOf) Name() string { return "profile" }

func (p profileOf) Configure(c *config.Config) error {
	c.Host = ""
	err := config.ConfigFile.Configure(c)
	there := c.CanonicalHostName()
	c.Host = p.host
	switch mine := c.CanonicalHostName(); {
	case err != nil:
		return err
	case there != "" && !strings.EqualFold(there, mine):
		return fmt.Errorf("profile %s is for another host than the platform: %s", c.Profile, there)
	}
	return nil
}

// once is the SDK's own chain of ways to sign in, asked for the one way that is configured. What was refused for good is
// not offered again: accounts are locked after some failures.
type once struct {
	chain   config.DefaultCredentials
	mu      sync.Mutex
	refused error
}

// Name implements config.CredentialsStrategy.
func (o *once) Name() string { return o.chain.Name() }

// Configure implements config.CredentialsStrategy.
func (o *once) Configure(ctx context.Context, c *config.Config) (credentials.CredentialsProvider, error) {
	if err := o.before(); err != nil {
		return nil, err
	}
	p, err := o.chain.Configure(ctx, c)
	if err == nil && p == nil {
		err = errors.New("what it takes is not there")
	}
	if err != nil {
		return nil, o.note(c.AuthType, err)
	}
	way := o.Name()
	return credentials.CredentialsProviderFn(func(r *http.Request) error {
		if err := o.before(); err != nil {
			return err
		}
		if err := p.SetHeaders(r); err != nil {
			return o.note(way, err)
		}
		return nil
	}), nil
}

func (o *once) before() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.refused
}

// note wraps an error of signing in, and remembers it where another try would be no better.
func (o *once) note(way string, err error) error {
	e := &signInError{way: way, cause: err}
	if !errors.Is(e.class(), connectors.ErrTransient) {
		o.mu.Lock()
		o.refused = e
		o.mu.Unlock()
	}
	return e
}

// signInError says that there is no token, and by which way one was to be had. The SDK's text may hold what a command of
// another program printed, so that only the causes that are known to be clean are shown.
type signInError struct {
	way   string
	cause error
}

func (e *signInError) Error() string {
	return "auth: " + strings.ReplaceAll(e.way, "-", "_") + ": " + e.text()
}

func (e *signInError) Unwrap() []error { return []error{e.class(), e.cause} }

func (e *signInError) class() error {
	if c := tokenRefused(e.cause); c != nil {
		return c
	}
	if unreachable(e.cause) {
		return connectors.ErrTransient
	}
	return connectors.ErrAuth
}

func (e *signInError) text() string {
	switch c := tokenRefused(e.cause); {
	case errors.Is(c, connectors.ErrTransient):
		return "no access token is given out for now"
	case c != nil:
		return "no access token is given out for these credentials"
	case unreachable(e.cause):
		return "where access tokens are given out cannot be reached"
	}
	if hint := expected[strings.ReplaceAll(e.way, "-", "_")]; hint != "" {
		return "there is no access token; " + hint
	}
	return "there is no access token"
}

// expected says what a way to sign in finds outside the configuration.
var expected = map[string]string{
	"azure_cli":          "it asks `az account get-access-token`, which must be installed and signed in (`az login`)",
	"azure_msi":          "it asks the metadata service of the Azure machine that polsync runs on",
	"google_credentials": "it takes the JSON key file of a service account",
	"google_id":          "it asks Google for the machine's default credentials, which must be allowed to act as service_account",
	"databricks_cli":     "it asks `databricks auth token`, which must be installed (0.207 or newer) and signed in (`databricks auth login`)",
	"github_oidc":        "it asks GitHub Actions, where the job needs `permissions: {id-token: write}`",
	"env_oidc":           "it takes the identity token in the environment variable that token_env names, or DATABRICKS_OIDC_TOKEN",
	"file_oidc":          "it takes the identity token in token_file",
}
