package config

import (
	"time"

	"cmp"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/polsync/polsync/state/declare/document"
)

// databricksWay is a way to sign in to Databricks: the keys it needs, and those it may have.
type databricksWay struct{ needs, may []string }

var databricksAuths = map[string]databricksWay{
	"pat":                 {[]string{"token"}, nil},
	"oauth_m2m":           {[]string{"client_id", "client_secret"}, nil},
	"azure_client_secret": {[]string{"tenant_id", "client_id", "client_secret"}, []string{"azure_resource_id"}},
	"azure_msi":           {nil, []string{"client_id", "azure_resource_id"}},
	"azure_cli":           {nil, []string{"tenant_id", "azure_resource_id"}},
	"google_credentials":  {[]string{"google_credentials"}, nil},
	"google_id":           {[]string{"service_account"}, nil},
	"databricks_cli":      {nil, []string{"profile"}},
	"profile":             {[]string{"profile"}, []string{"config_file"}},
	"github_oidc":         {[]string{"client_id"}, []string{"audience"}},
	"env_oidc":            {[]string{"client_id"}, []string{"token_env", "audience"}},
	"file_oidc":           {[]string{"client_id", "token_file"}, []string{"audience"}},
}

func databricksAuthNames() []string { return slices.Sorted(maps.Keys(databricksAuths)) }

// DatabricksAuths returns the keys that each way to sign in to Databricks needs, and those it may have, by its name.
func DatabricksAuths() map[string][2][]string {
	out := map[string][2][]string{}
	for name, w := range databricksAuths {
		out[name] = [2][]string{w.needs, w.may}
	}
	return out
}

// databricksKeys are the keys that a way to sign in may use.
var databricksKeys = []string{"token", "client_id", "client_secret", "tenant_id", "azure_resource_id", "google_credentials", "service_account",
	"profile", "config_file", "token_env", "token_file", "audience"}

func (r *reader) databricks(n document.Node) *Databricks {
	d := &Databricks{DatabricksAuth: r.databricksAuth(n), WarehouseID: n.Get("warehouse_id").Text(), EffectDelay: DefaultEffectDelay}
	if delay := n.Get("effect_delay"); delay.Given() {
		d.EffectDelay = r.delay(delay, time.Hour)
	}
	d.Host = r.databricksHost(n.Get("host"), "the workspace's address, such as https://dbc-a1b2c3d4-e5f6.cloud.databricks.com")
	if a := n.Get("account"); a.Given() {
		d.Account = r.databricksAccount(a, d.Host)
	}
	return d
}

// databricksHost reads an address without a path.
func (r *reader) databricksHost(n document.Node, what string) string {
	host := n.Text()
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	u, err := url.Parse(host)
	switch {
	case err != nil || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.User != nil || u.RawQuery != "":
		n.Errorf("expected %s", what)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		n.Errorf("http is only for a host on this machine; credentials would travel in clear")
	case u.Scheme != "http" && u.Scheme != "https":
		n.Errorf("expected an address that begins with https://")
	}
	return host
}

func (r *reader) databricksAuth(n document.Node) DatabricksAuth {
	a := DatabricksAuth{Auth: cmp.Or(n.Get("auth").Text(), "oauth_m2m"), Token: r.secret(n.Get("token")), ClientID: n.Get("client_id").Text(),
		ClientSecret: r.secret(n.Get("client_secret")), TenantID: n.Get("tenant_id").Text(), AzureResourceID: n.Get("azure_resource_id").Text(),
		GoogleCredentials: r.secret(n.Get("google_credentials")), ServiceAccount: n.Get("service_account").Text(), Profile: n.Get("profile").Text(),
		TokenEnv: n.Get("token_env").Text(), Audience: n.Get("audience").Text()}
	if f := n.Get("config_file"); f.Given() {
		a.ConfigFile = r.local(f, "")
	}
	if f := n.Get("token_file"); f.Given() {
		a.TokenFile = r.local(f, "")
	}
	if way, known := databricksAuths[a.Auth]; known { // else it is reported as no word of the list
		all := slices.DeleteFunc(slices.Clone(databricksKeys), func(k string) bool { return slices.Contains(way.may, k) })
		r.credentials(n, a.Auth, way.needs, all)
	}
	return a
}

var accountID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// accountHosts are the hosts of accounts by the end of a workspace's host.
var accountHosts = []struct{ workspace, account string }{
	{".azuredatabricks.net", "https://accounts.azuredatabricks.net"},
	{".databricks.azure.us", "https://accounts.azuredatabricks.us"},
	{".gcp.databricks.com", "https://accounts.gcp.databricks.com"},
	{".cloud.databricks.com", "https://accounts.cloud.databricks.com"},
}

func (r *reader) databricksAccount(n document.Node, workspace string) *DatabricksAccount {
	a := &DatabricksAccount{ID: n.Get("id").Text(), DatabricksAuth: r.databricksAuth(n), Assign: n.Get("assign").Bool(false), External: n.Get("external_groups").Bool(false)}
	if !accountID.MatchString(a.ID) {
		n.Get("id").Errorf("expected the account's id, such as 11111111-2222-3333-4444-555555555555")
	}
	const what = "the account's address, such as https://accounts.cloud.databricks.com"
	switch h := n.Get("host"); {
	case h.Given():
		a.Host = r.databricksHost(h, what)
	default:
		if a.Host = accountHost(workspace); a.Host == "" {
			n.Errorf("host of the account is needed: the workspace's address does not say in which cloud it is; %s", fmt.Sprintf("expected %s", what))
		}
	}
	return a
}

func accountHost(workspace string) string {
	u, err := url.Parse(workspace)
	if err != nil {
		return ""
	}
	for _, h := range accountHosts {
		if strings.HasSuffix(strings.ToLower(u.Hostname()), h.workspace) {
			return h.account
		}
	}
	return ""
}
