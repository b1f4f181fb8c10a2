package databricks_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks"
)

// office gives out tokens in every way that there is, and answers a workspace's first question to who has one.
type office struct {
	mu     sync.Mutex
	asked  []string // what was asked for tokens: method, path, and what of the body matters
	signed []string // Authorization of what reached the workspace
	refuse bool
}

// given has the form of a signed identity, which some ways look into; it ends in the year 3000.
const given = "e30.eyJleHAiOjMyNTAzNjgwMDAwfQ.x"

func (o *office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	o.mu.Lock()
	defer o.mu.Unlock()
	answer := map[string]any{}
	switch {
	case strings.HasSuffix(r.URL.Path, "/.well-known/oauth-authorization-server"):
		base := "http://" + r.Host + "/oidc"
		answer = map[string]any{"authorization_endpoint": base + "/v1/authorize", "token_endpoint": base + "/v1/token"}
	case strings.HasPrefix(r.URL.Path, "/api/"):
		o.signed = append(o.signed, r.Header.Get("Authorization"))
		answer = map[string]any{"metastore_id": "m", "owner": "o", "userName": "me"}
	case r.URL.Path == "/":
	default:
		asked := r.Method + " " + r.URL.Path
		for _, k := range []string{"resource", "client_id", "api-version"} {
			if v := r.URL.Query().Get(k); v != "" {
				asked += " " + k + "=" + v
			}
		}
		for _, k := range []string{"grant_type", "client_id", "resource", "subject_token", "scope"} {
			if v := form.Get(k); v != "" {
				asked += " " + k + "=" + v
			}
		}
		if id, _, ok := r.BasicAuth(); ok {
			asked += " basic=" + id
		}
		o.asked = append(o.asked, asked)
		if o.refuse {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"hush is not it"}`)
			return
		}
		answer = map[string]any{"access_token": given, "id_token": given, "value": "identity", "token_type": "Bearer", "expires_in": 3600,
			"expires_on": fmt.Sprint(time.Now().Add(time.Hour).Unix())}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// toLoopback sends whatever is asked of any host to one server.
type toLoopback struct{ host string }

func (t toLoopback) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", t.host
	return http.DefaultTransport.RoundTrip(r)
}

func (toLoopback) CloseIdleConnections() {
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// program puts a program of that name first on the path, which prints one line.
func program(t *testing.T, name, line string) {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\ncase \"$1\" in version) echo 'Databricks CLI v0.300.0';; *) echo '" + line + "';; esac\n"
	if name == "databricks" {
		script += "#" + strings.Repeat("x", 1<<20) // the SDK takes a small one for the tool that came before
	}
	must(t, os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// ways is every way to sign in, with what must have been asked for the token that reaches the workspace.
var ways = map[string]struct {
	host string // "" for the loopback server's own
	set  func(t *testing.T, server string) databricks.Credentials
	want []string // prefixes of what is asked, in order; none where no server is asked
	sent string   // Authorization; "" for the token that the server gives
}{
	"pat": {set: func(*testing.T, string) databricks.Credentials { return databricks.Credentials{Token: "hush"} }, sent: "Bearer hush"},
	"oauth_m2m": {set: func(*testing.T, string) databricks.Credentials {
		return databricks.Credentials{ClientID: "id", ClientSecret: "hush"}
	}, want: []string{"POST /oidc/v1/token grant_type=client_credentials scope=all-apis basic=id"}},
	"azure_client_secret": {host: "https://adb-1.2.azuredatabricks.net", set: func(*testing.T, string) databricks.Credentials {
		return databricks.Credentials{TenantID: "tenant", ClientID: "app", ClientSecret: "hush"}
	}, want: []string{"POST /tenant/oauth2/token grant_type=client_credentials", "POST /tenant/oauth2/token grant_type=client_credentials"}},
	"azure_msi": {host: "https://adb-1.2.azuredatabricks.net", set: func(*testing.T, string) databricks.Credentials {
		return databricks.Credentials{ClientID: "app"}
	}, want: []string{"GET /metadata/identity/oauth2/token resource=2ff814a6-3304-4ab8-85cb-cd0e6f879c1d client_id=app api-version=2018-02-01", "GET /metadata/identity/oauth2/token resource=https://management"}},
	"azure_cli": {host: "https://adb-1.2.azuredatabricks.net", set: func(t *testing.T, _ string) databricks.Credentials {
		program(t, "az", `{"accessToken":"`+given+`","tokenType":"Bearer","expiresOn":"2999-01-01 00:00:00.000000"}`)
		return databricks.Credentials{TenantID: "tenant"}
	}},
	"google_credentials": {host: "https://1.2.gcp.databricks.com", set: func(t *testing.T, server string) databricks.Credentials {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		must(t, err)
		der, err := x509.MarshalPKCS8PrivateKey(key)
		must(t, err)
		text, err := json.Marshal(map[string]string{"type": "service_account", "client_email": "a@example.com", "private_key_id": "k", "token_uri": server + "/google/token",
			"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))})
		must(t, err)
		return databricks.Credentials{GoogleCredentials: string(text)}
	}, want: []string{"POST /google/token grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer", "POST /google/token grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer"}},
	"databricks_cli": {set: func(t *testing.T, _ string) databricks.Credentials {
		program(t, "databricks", `{"access_token":"`+given+`","token_type":"Bearer","expiry":"2999-01-01T00:00:00Z"}`)
		return databricks.Credentials{}
	}},
	"profile": {set: func(t *testing.T, server string) databricks.Credentials {
		return databricks.Credentials{Profile: "prod", ConfigFile: file(t, "databrickscfg", "[DEFAULT]\nhost = https://else.example\ntoken = wrong\n[prod]\nhost = "+server+"\ntoken = hush\n")}
	}, sent: "Bearer hush"},
	"github_oidc": {set: func(t *testing.T, server string) databricks.Credentials {
		t.Setenv("ACTIONS_ID_TOKEN_REQUEST_URL", server+"/actions?x=1")
		t.Setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hush")
		return databricks.Credentials{ClientID: "id"}
	}, want: []string{"GET /actions", "POST /oidc/v1/token grant_type=urn:ietf:params:oauth:grant-type:token-exchange client_id=id subject_token=identity scope=all-apis"}},
	"env_oidc": {set: func(t *testing.T, _ string) databricks.Credentials {
		t.Setenv("MY_IDENTITY", "from-env")
		return databricks.Credentials{ClientID: "id", TokenEnv: "MY_IDENTITY"}
	}, want: []string{"POST /oidc/v1/token grant_type=urn:ietf:params:oauth:grant-type:token-exchange client_id=id subject_token=from-env scope=all-apis"}},
	"file_oidc": {set: func(t *testing.T, _ string) databricks.Credentials {
		return databricks.Credentials{ClientID: "id", TokenFile: file(t, "token", "from-file")}
	}, want: []string{"POST /oidc/v1/token grant_type=urn:ietf:params:oauth:grant-type:token-exchange client_id=id subject_token=from-file scope=all-apis"}},
}

// TestWaysToSignIn: each way asks where it should, once, and what it is given reaches the workspace. google_id has no such
// row: its library takes the token of the machine from addresses that cannot be set; TestGoogleIdentity looks at what it is told.
func TestWaysToSignIn(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("programs are made of shell")
	}
	for _, name := range databricks.KindNames() {
		way, ok := ways[name]
		if !ok && name != "google_id" {
			t.Errorf("%s is not tested", name)
		}
		if !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			o := &office{}
			srv := httptest.NewServer(o)
			t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
			t.Cleanup(srv.Close)
			// What other programs are told must not matter.
			t.Setenv("DATABRICKS_TOKEN", "stray")
			t.Setenv("ARM_CLIENT_SECRET", "stray")
			cred := way.set(t, srv.URL)
			cred.Kind = name
			err := firstRequest(t, way.host, srv.URL, cred)
			if err != nil {
				t.Fatal(err)
			}
			sent := way.sent
			if sent == "" {
				sent = "Bearer " + given
			}
			if len(o.signed) != 1 || o.signed[0] != sent {
				t.Errorf("the workspace was shown %q, want %q once", o.signed, sent)
			}
			if len(o.asked) != len(way.want) {
				t.Fatalf("asked %q, want %q", o.asked, way.want)
			}
			for i, want := range way.want {
				if !strings.HasPrefix(o.asked[i], want) {
					t.Errorf("asked %q, want %q", o.asked[i], want)
				}
			}
		})
	}
}

// firstRequest opens a workspace and asks it for its metastore, which is as far as the office goes.
func firstRequest(t *testing.T, host, server string, cred databricks.Credentials) error {
	t.Helper()
	at := strings.TrimPrefix(server, "http://")
	if host == "" {
		host = server
	}
	p, err := databricks.Open(t.Context(), databricks.Options{Name: "lake", Host: host, SignIn: &cred, WarehouseID: warehouse, RetryTimeout: time.Second, HTTPTransport: toLoopback{at}})
	if err != nil {
		return err
	}
	defer func() { must(t, p.Close()) }()
	return databricks.Ask(context.Background(), p, "/api/2.1/unity-catalog/metastore_summary")
}

// TestRefusedOnce: what was refused is offered no second time, and the error says what was tried and holds no secret.
func TestRefusedOnce(t *testing.T) {
	for name, cred := range map[string]databricks.Credentials{
		"oauth_m2m": {ClientID: "id", ClientSecret: "hush"},
		"env_oidc":  {Kind: "env_oidc", ClientID: "id", TokenEnv: "HUSH_IDENTITY"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HUSH_IDENTITY", "hush")
			o := &office{refuse: true}
			srv := httptest.NewServer(o)
			t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
			t.Cleanup(srv.Close)
			p, err := databricks.Open(t.Context(), databricks.Options{Name: "lake", Host: srv.URL, SignIn: &cred, WarehouseID: warehouse, RetryTimeout: time.Second, HTTPTransport: toLoopback{strings.TrimPrefix(srv.URL, "http://")}})
			must(t, err)
			defer p.Close()
			for range 3 {
				err = databricks.Ask(t.Context(), p, "/api/2.1/unity-catalog/metastore_summary")
				if !errors.Is(err, connectors.ErrAuth) || !strings.Contains(err.Error(), "auth: "+name) || strings.Contains(err.Error(), "hush") {
					t.Errorf("got %v", err)
				}
			}
			if len(o.asked) != 1 {
				t.Errorf("offered %d times: %q", len(o.asked), o.asked)
			}
		})
	}
}

// TestWrongCredentials: a combination that is none is refused before anything is sent, with one error that says what was
// expected.
func TestWrongCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		cred databricks.Credentials
		want string
	}{
		"nothing":           {databricks.Credentials{}, "auth: oauth_m2m expects client_id, client_secret: it lacks client_id, client_secret"},
		"half":              {databricks.Credentials{ClientID: "id"}, "it lacks client_secret"},
		"two":               {databricks.Credentials{Token: "hush", ClientID: "id", ClientSecret: "hush"}, "auth: pat expects token: it does not use client_id, client_secret"},
		"another":           {databricks.Credentials{Kind: "azure_msi", Token: "hush"}, "auth: azure_msi expects nothing else: it does not use token"},
		"no such way":       {databricks.Credentials{Kind: "magic"}, "there is no auth \"magic\"; there are azure_cli"},
		"lacks and has":     {databricks.Credentials{Kind: "file_oidc", ClientID: "id", Token: "hush"}, "it lacks token_file, and it does not use token"},
		"google, no key":    {databricks.Credentials{Kind: "google_credentials"}, "it lacks google_credentials"},
		"azure, no tenant":  {databricks.Credentials{Kind: "azure_client_secret", ClientID: "a", ClientSecret: "hush"}, "it lacks tenant_id"},
		"profile, no name":  {databricks.Credentials{Kind: "profile"}, "it lacks profile"},
		"cli, and a secret": {databricks.Credentials{Kind: "databricks_cli", ClientSecret: "hush"}, "it does not use client_secret"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := databricks.Open(t.Context(), databricks.Options{Name: "lake", Host: "https://lake.example", SignIn: &c.cred, WarehouseID: warehouse})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hush") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// A profile for another host is refused: its secrets would go there.
func TestProfileOfAnotherHost(t *testing.T) {
	cfg := file(t, "databrickscfg", "[prod]\nhost = https://else.example\ntoken = hush\n")
	o := &office{}
	srv := httptest.NewServer(o)
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	t.Cleanup(srv.Close)
	err := firstRequest(t, "", srv.URL, databricks.Credentials{Kind: "profile", Profile: "prod", ConfigFile: cfg})
	if err == nil || !strings.Contains(err.Error(), "another host") || strings.Contains(err.Error(), "hush") || len(o.signed) > 0 {
		t.Errorf("got %v; the workspace was shown %q", err, o.signed)
	}
	if err = firstRequest(t, "", srv.URL, databricks.Credentials{Kind: "profile", Profile: "none", ConfigFile: cfg}); err == nil || len(o.signed) > 0 {
		t.Errorf("a profile that is not there: %v", err)
	}
}

// What is not there outside the configuration is said with what it takes.
func TestNothingToSignInWith(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for name, cred := range map[string]databricks.Credentials{
		"azure_cli": {TenantID: "t"}, "databricks_cli": {}, "github_oidc": {ClientID: "id"}, "env_oidc": {ClientID: "id", TokenEnv: "NOT_SET_ANYWHERE"},
		"file_oidc": {ClientID: "id", TokenFile: "/nowhere/token"}, "google_credentials": {GoogleCredentials: "{hush}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("ACTIONS_ID_TOKEN_REQUEST_URL", "")
			srv := httptest.NewServer(&office{})
			t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
			t.Cleanup(srv.Close)
			cred.Kind = name
			host := map[string]string{"azure_cli": "https://adb-1.2.azuredatabricks.net", "google_credentials": "https://1.2.gcp.databricks.com"}[name]
			err := firstRequest(t, host, srv.URL, cred)
			if !errors.Is(err, connectors.ErrAuth) || !strings.Contains(err.Error(), "auth: "+name+": there is no access token; it ") || strings.Contains(err.Error(), "hush") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The library behind google_id takes the token of the machine from addresses of its own; what it is told is all that can
// be looked at.
func TestGoogleIdentity(t *testing.T) {
	c, err := databricks.SDKConfig("https://lake.example", databricks.Credentials{Kind: "google_id", ServiceAccount: "a@example.com"})
	must(t, err)
	if c.AuthType != "google-id" || c.GoogleServiceAccount != "a@example.com" || !c.IsGcp() {
		t.Errorf("got %s as %s, on Google's cloud: %v", c.AuthType, c.GoogleServiceAccount, c.IsGcp())
	}
}
