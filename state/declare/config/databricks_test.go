package config_test

import (
	"strings"
	"testing"

	"github.com/polsync/polsync/state/declare/config"
)

func lake(rest string) string {
	return "platforms:\n  l:\n    databricks: {warehouse_id: w" + rest + "}\npolicies: p/*.yaml\n"
}

// TestDatabricksWaysToSignIn reads each way with what it needs alone, without each of its keys, and with one too many.
func TestDatabricksWaysToSignIn(t *testing.T) {
	value := func(k string) string {
		if k == "token" || k == "client_secret" || k == "google_credentials" {
			return "env:X"
		}
		return "x"
	}
	with := func(auth string, keys []string) string {
		s := ", host: h.example, auth: " + auth
		for _, k := range keys {
			s += ", " + k + ": " + value(k)
		}
		return lake(s)
	}
	for auth, keys := range config.DatabricksAuths() {
		all := append(append([]string{}, keys[0]...), keys[1]...)
		if _, err := parse(t, with(auth, all)); err != nil {
			t.Errorf("%s with %v: %v", auth, all, err)
		}
		for i, k := range keys[0] {
			rest := append(append([]string{}, keys[0][:i]...), keys[0][i+1:]...)
			if _, err := parse(t, with(auth, rest)); err == nil || !strings.Contains(err.Error(), "auth: "+auth+" needs "+k) {
				t.Errorf("%s without %s: %v", auth, k, err)
			}
		}
		for _, k := range []string{"token", "profile"} {
			if strings.Contains(strings.Join(all, " ")+" ", k+" ") {
				continue
			}
			if _, err := parse(t, with(auth, append(append([]string{}, keys[0]...), k))); err == nil || !strings.Contains(err.Error(), "auth: "+auth+" does not use "+k) {
				t.Errorf("%s with %s: %v", auth, k, err)
			}
		}
	}
}

// TestDatabricksAccount reads the account's own credentials, and where its host is left out takes that of the cloud.
func TestDatabricksAccount(t *testing.T) {
	const id, signIn = "11111111-2222-3333-4444-555555555555", ", auth: pat, token: env:T"
	for _, c := range []struct{ host, account, want string }{
		{"https://dbc-1.cloud.databricks.com", "{id: " + id + ", client_id: c, client_secret: env:S}", "https://accounts.cloud.databricks.com"},
		{"adb-1.2.azuredatabricks.net", "{id: " + id + ", auth: azure_msi}", "https://accounts.azuredatabricks.net"},
		{"https://1.2.gcp.databricks.com", "{id: " + id + ", auth: google_id, service_account: s}", "https://accounts.gcp.databricks.com"},
		{"http://127.0.0.1:80", "{id: " + id + ", host: \"http://127.0.0.1:81\", client_id: c, client_secret: env:S}", "http://127.0.0.1:81"},
		{"lake.example", "{id: " + id + ", client_id: c, client_secret: env:S}", "!host of the account is needed"},
		{"lake.example", "{id: mine, host: accounts.example, client_id: c, client_secret: env:S}", "!expected the account's id"},
		{"lake.example", "{id: " + id + ", host: \"http://accounts.example\", client_id: c, client_secret: env:S}", "!http is only for a host on this machine"},
		{"lake.example", "{id: " + id + ", host: accounts.example}", "!auth: oauth_m2m needs client_id"},
		{"lake.example", "{id: " + id + ", host: accounts.example, client_id: c, client_secret: plain}", "!a secret is never written here"},
	} {
		got, err := parse(t, lake(", host: \""+c.host+"\""+signIn+", account: "+c.account))
		if want, bad := strings.CutPrefix(c.want, "!"); bad {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", c.account, err, want)
			}
			continue
		}
		if err != nil || got.Platforms[0].Databricks.Account.Host != c.want {
			t.Errorf("%s: %v, %+v", c.account, err, got)
		}
	}
}
