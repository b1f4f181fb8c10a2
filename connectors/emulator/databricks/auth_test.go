package databricks_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	sdk "github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/config"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

const botID = "6c1f1b5e-0d5b-4d0a-9a53-0d7f3f1f9b01"

func TestPersonalAccessToken(t *testing.T) {
	b := newBench(t, emulator.Options{})
	me, err := b.client(alice).CurrentUser.Me(t.Context())
	b.must(err)
	if me.UserName != alice {
		t.Errorf("Me is %s, want %s", me.UserName, alice)
	}
}

func TestUnknownTokenIsRefused(t *testing.T) {
	b := newBench(t, emulator.Options{})
	_, err := b.client("stranger").CurrentUser.Me(t.Context())
	if c, s := code(t, err); s != http.StatusForbidden || c != "403" {
		t.Errorf("got %s %d, want 403", c, s)
	}
}

func TestNoCredentialsAreRefused(t *testing.T) {
	b := newBench(t, emulator.Options{})
	resp, err := http.Get(b.url + "/api/2.0/preview/scim/v2/Me")
	b.must(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %d, want 401", resp.StatusCode)
	}
}

// The SDK finds the token endpoint through the host's metadata.
func TestClientCredentials(t *testing.T) {
	c := start()
	b := newBench(t, emulator.Options{Clock: c.now})
	b.w.AddServicePrincipal(botID, "bot")
	b.must(b.w.SetSecret(botID, "s3cret"))
	w := b.connect(&sdk.Config{ClientID: botID, ClientSecret: "s3cret", AuthType: "oauth-m2m", HostMetadataResolver: config.HostMetadataResolver(nil)})
	me, err := w.CurrentUser.Me(t.Context())
	b.must(err)
	if me.UserName != botID {
		t.Errorf("Me is %s, want the application id", me.UserName)
	}
	c.at = c.at.Add(2 * time.Hour)
	_, err = w.CurrentUser.Me(t.Context())
	if !errors.Is(err, apierr.ErrUnauthenticated) {
		t.Errorf("after expiry: %v, want unauthenticated", err)
	}
}

func TestWrongClientSecret(t *testing.T) {
	b := newBench(t, emulator.Options{})
	b.w.AddServicePrincipal(botID, "bot")
	b.must(b.w.SetSecret(botID, "s3cret"))
	w := b.connect(&sdk.Config{ClientID: botID, ClientSecret: "wrong", AuthType: "oauth-m2m"})
	if _, err := w.CurrentUser.Me(t.Context()); err == nil {
		t.Error("a wrong secret was accepted")
	}
}

func TestUnknownRoute(t *testing.T) {
	b := newBench(t, emulator.Options{})
	_, err := b.client(alice).Clusters.ListAll(t.Context(), computeList)
	if c, s := code(t, err); c != "ENDPOINT_NOT_FOUND" || s != http.StatusNotFound {
		t.Errorf("got %s %d, want ENDPOINT_NOT_FOUND 404", c, s)
	}
}
