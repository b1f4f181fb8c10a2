package snowflake

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
)

// idp gives out one token to one client, for one scope.
func idp(t *testing.T) *httptest.Server {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, secret, ok := r.BasicAuth()
		if !ok {
			id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
		}
		w.Header().Set("Content-Type", "application/json")
		if r.FormValue("grant_type") != "client_credentials" || id != "polsync" || secret != "idp-secret" || r.FormValue("scope") != "session:role:POLSYNC" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error": "invalid_client"}`)
			return
		}
		fmt.Fprint(w, `{"access_token": "idp-token", "token_type": "Bearer", "expires_in": 600}`)
	}))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return srv
}

// TestOAuthClientCredentials: the client asks the identity provider for a token at each sign-in, and signs in with it.
func TestOAuthClientCredentials(t *testing.T) {
	at := idp(t)
	for _, c := range []struct {
		client OAuthClient
		works  bool
	}{
		{OAuthClient{ID: "polsync", Secret: "idp-secret", TokenURL: at.URL}, true},
		{OAuthClient{ID: "polsync", Secret: "idp-secret", TokenURL: at.URL, Scope: "session:role:POLSYNC"}, true},
		{OAuthClient{ID: "polsync", Secret: "wrong-secret", TokenURL: at.URL}, false},
		{OAuthClient{ID: "polsync", Secret: "idp-secret", TokenURL: at.URL, Scope: "other"}, false},
	} {
		b := newBed(t, emulator.Options{}, func(o *Options) { o.Credentials = Fixed(Credentials{OAuthClient: &c.client}) })
		if err := b.emu.AddOAuthToken("POLSYNC_SVC", "idp-token", "POLSYNC"); err != nil {
			t.Fatal(err)
		}
		who, err := b.identify(context.Background())
		if c.works && (err != nil || who.role != "POLSYNC" || who.user != "POLSYNC_SVC") {
			t.Errorf("%+v: %v", who, err)
		}
		if !c.works && (err == nil || strings.Contains(err.Error(), "secret")) {
			t.Errorf("a client that is not known: %v", err)
		}
	}
}

// TestOAuthToken: a token that somebody else gets is taken as it is, and one that is not known is refused as such.
func TestOAuthToken(t *testing.T) {
	for token, works := range map[string]bool{"idp-token": true, "other-token": false} {
		b := newBed(t, emulator.Options{}, func(o *Options) { o.Credentials = Fixed(Credentials{OAuth: token}) })
		if err := b.emu.AddOAuthToken("POLSYNC_SVC", "idp-token", "POLSYNC"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.identify(t.Context()); (err == nil) != works || !works && !errors.Is(err, connectors.ErrAuth) {
			t.Errorf("%s: %v", token, err)
		}
	}
}

// TestWorkloadIdentity: the driver gets the provider, and a token only with OIDC.
func TestWorkloadIdentity(t *testing.T) {
	o := Options{Account: "A", User: "U"}.withDefaults()
	cfg, err := o.config(Credentials{Workload: "OIDC", WorkloadJWT: "jwt"})
	if err != nil || cfg.WorkloadIdentityProvider != "OIDC" || cfg.Token != "jwt" || cfg.Authenticator.String() != "WORKLOAD_IDENTITY" {
		t.Errorf("%v, %v", cfg.Authenticator, err)
	}
	if _, err := o.config(Credentials{Workload: "AWS", Password: "p"}); err == nil {
		t.Error("two ways to sign in at once")
	}
}
