package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/state/declare/config"
)

// environment is what env: references see in these tests.
func environment(values map[string]string) config.Env {
	return func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	}
}

func parse(t *testing.T, text string) (*config.Config, error) {
	t.Helper()
	return config.Parse(filepath.Join(t.TempDir(), "polsync.yaml"), []byte(text), environment(nil))
}

const minimal = "platforms: {mem: {memory: {file: w.yaml}}}\npolicies: p/*.yaml\n"

func TestExampleHasEveryKeyAndLoads(t *testing.T) {
	path := filepath.Join("..", "..", "..", "config.example.yaml")
	c, err := config.Load(path, environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	snow, _ := c.Platform("snow")
	if snow.Snowflake == nil || snow.Snowflake.Account != "MYORG-MYACCOUNT" || len(snow.Scope) != 2 || len(snow.Scope[1].Parts) != 2 {
		t.Errorf("platform snow is %+v", snow)
	}
	if c.Guards != config.DefaultGuards {
		t.Errorf("the example shows guards %+v, the defaults are %+v", c.Guards, config.DefaultGuards)
	}
	if c.State.File != "/var/lib/polsync/polsync.db" || len(c.Daemon.Jobs) != 5 || c.Daemon.Jobs[3].Name != "expire" {
		t.Errorf("state %s, jobs %+v", c.State, c.Daemon.Jobs)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keysOf(config.Schema()) {
		if !strings.Contains(string(data), key+":") {
			t.Errorf("the example does not explain %s", key)
		}
	}
}

// keysOf lists every key that the schema knows, at any depth.
func keysOf(schema map[string]any) []string {
	var all []string
	for _, key := range []string{"properties", "$defs"} {
		properties, _ := schema[key].(map[string]any)
		for name, p := range properties {
			if key == "properties" {
				all = append(all, name)
			}
			all = append(all, keysOf(p.(map[string]any))...)
		}
	}
	for _, key := range []string{"additionalProperties", "items"} {
		if below, ok := schema[key].(map[string]any); ok {
			all = append(all, keysOf(below)...)
		}
	}
	for _, key := range []string{"anyOf", "allOf"} {
		choices, _ := schema[key].([]any)
		for _, c := range choices {
			all = append(all, keysOf(c.(map[string]any))...)
		}
	}
	return all
}

func TestDefaults(t *testing.T) {
	c, err := parse(t, minimal)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Platforms[0]
	if c.Guards != config.DefaultGuards || p.Timeout != 30*time.Second || p.Connection != 4 || p.Dialect() != "memory" {
		t.Errorf("defaults are %+v and %+v", c.Guards, p)
	}
	if c.State.File != filepath.Join(c.Dir, "polsync.db") || p.Memory.File != filepath.Join(c.Dir, "w.yaml") {
		t.Errorf("paths are %s and %s, not beside the file", c.State, p.Memory.File)
	}
	if c.Daemon.Location != time.UTC || len(c.Daemon.Jobs) != 0 || c.HTTP.Listen != "" {
		t.Errorf("daemon %+v, http %+v", c.Daemon, c.HTTP)
	}
}

// TestMistakes has one configuration for each rule, and what must be said of it.
func TestMistakes(t *testing.T) {
	snow := func(rest string) string {
		return "platforms:\n  s:\n    snowflake: {account: A-B, user: U" + rest + "}\npolicies: p/*.yaml\n"
	}
	lake := func(rest string) string {
		return "platforms:\n  l:\n    databricks: {warehouse_id: w" + rest + "}\npolicies: p/*.yaml\n"
	}
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", minimal + "polices: x\n", `:3:1: unknown key "polices"; did you mean "policies"?`},
		{"no platforms", "platforms: {}\npolicies: p\n", ":1:12: no platform is configured"},
		{"no policies", "platforms: {mem: {memory: {file: w}}}\npolicies: []\n", ":2:11: \"policies\" is empty; name at least one"},
		{"two kinds", "platforms: {m: {memory: {file: w}, snowflake: {account: a, user: u, private_key: env:K}}}\npolicies: p\n", ":1:13: platform m is one of snowflake, databricks and memory"},
		{"glob name", "platforms: {\"m*\": {memory: {file: w}}}\npolicies: p\n", ":1:13: a platform's name has letters"},
		{"literal secret", snow(`, auth: password, password: hunter2`), ":3:66: a secret is never written here; write env:NAME"},
		{"number for secret", snow(`, auth: password, password: 12345`), ":3:66: a secret is never written here; write env:NAME"},
		{"missing credential", snow(""), ":3:16: auth: key_pair needs private_key"},
		{"wrong credential", snow(", private_key: env:K, password: env:P"), ":3:60: auth: key_pair does not use password"},
		{"OAuth client without an address", snow(", auth: oauth_client, client_id: c, client_secret: env:S"), ":3:16: auth: oauth_client needs token_url"},
		{"OAuth client in clear", snow(", auth: oauth_client, client_id: c, client_secret: env:S, token_url: http://idp.example/t"), "token_url is an https address"},
		{"scope of another", snow(", auth: pat, token: env:T, scope: s"), "auth: pat does not use scope"},
		{"OIDC without a token", snow(", auth: workload_identity, provider: OIDC"), "auth: workload_identity needs token"},
		{"a token on AWS", snow(", auth: workload_identity, provider: AWS, token: env:T"), "auth: workload_identity does not use token"},
		{"plain http", snow(", private_key: env:K, host: h.example, protocol: http"), "http is only for a host on this machine"},
		{"m2m", lake(", host: h.example, client_id: c"), ":3:17: auth: oauth_m2m needs client_secret"},
		{"host with path", lake(", host: https://h.example/x, auth: pat, token: env:T"), ":3:41: expected the workspace's address"},
		{"http host", lake(", host: http://h.example, auth: pat, token: env:T"), ":3:41: http is only for a host on this machine"},
		{"home", "platforms: {m: {memory: {file: w}, home: GOV}}\npolicies: p\n", ":1:42: home is a catalog and a schema"},
		{"scope glob", "platforms: {m: {memory: {file: w}, scope: [\"A.*\"]}}\npolicies: p\n", ":1:44: a plain name stands here, no glob"},
		{"timeout", "platforms: {m: {memory: {file: w}, statement_timeout: 11m}}\npolicies: p\n", ":1:55: expected a duration of at most 10m0s"},
		{"effect delay", "platforms:\n  l:\n    databricks: {host: h, client_id: c, client_secret: env:X, warehouse_id: w, effect_delay: 2h}\npolicies: p\n", "expected a duration of at most 1h0m0s, such as 5m, or 0s"},
		{"policies outside", "platforms: {m: {memory: {file: w}}}\npolicies: ../p/*.yaml\n", ":2:11: policy files lie beside this file or below it"},
		{"policies deep", "platforms: {m: {memory: {file: w}}}\npolicies: p/**\n", ":2:11: a glob of policy files takes no **"},
		{"store", minimal + "stores: {s: {kind: immuta}}\n", ":3:20: no governance store of this kind can be read; there is only yaml"},
		{"cron", minimal + "daemon: {reconcile: \"61 * * * *\"}\n", ":3:21: not a cron expression of five fields"},
		{"cron of a platform", minimal + "daemon: {platforms: {mem: {reconcile: often}}}\n", ":3:39: not a cron expression of five fields"},
		{"platform of the daemon", minimal + "daemon: {platforms: {men: {reconcile: never}}}\n", `:3:22: no platform is called "men"; did you mean "mem"?`},
		{"jitter", minimal + "daemon: {jitter: 2h}\n", ":3:18: expected a duration of at most 1h0m0s"},
		{"zone", minimal + "daemon: {time_zone: Mars/Base}\n", `:3:21: no time zone is called "Mars/Base"`},
		{"state of nowhere", minimal + "state: {schema: s}\n", ":3:8: \"postgres\" is missing here"},
		{"state's schema", minimal + "state: {postgres: env:S, schema: pg_x}\n", ":3:34: a schema's name has at most 63 bytes"},
		{"state's password", minimal + "state: {postgres: \"postgres://u:p@h/d\"}\n", ":3:19: a secret is never written here"},
		{"listen", minimal + "http: {listen: \"0.0.0.0:80\"}\n", ":3:16: other machines reach this address"},
		{"port", minimal + "http: {listen: localhost}\n", ":3:16: expected an address and a port"},
		{"share", minimal + "guards: {removal_share: 1.5}\n", ":3:25: expected a number from 0 to 1"},
		{"may source", minimal + "may: {yalm: {}}\n", `:3:7: no source is called "yalm"; did you mean "yaml"?`},
		{"foreign in", minimal + "foreign: [{tool: t, principals: r, in: men}]\n", `:3:40: no platform is called "men"; did you mean "mem"?`},
		{"foreign kind", minimal + "foreign: [{tool: t, principals: \"rol:X\"}]\n", ":3:33: a principal is written role:NAME"},
		{"two documents", minimal + "---\n" + minimal, "a configuration has one document"},
		{"three keys", minimal + "notify: [{name: n, webhook: env:W, format: json, keys: [env:A, env:B, env:C]}]\n", "two keys at most"},
		{"slack signs nothing", minimal + "notify: [{name: n, webhook: env:W, keys: env:A}]\n", "format: slack signs nothing"},
		{"two of one name", minimal + "notify: [{name: n, webhook: env:W}, {name: n, webhook: env:V}]\n", "another notification is called n"},
		{"event", minimal + "notify: [{name: n, webhook: env:W, on: drif}]\n", `did you mean "drift"?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse(t, c.text)
			if err == nil || got != nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "12345") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, err := parse(t, "platforms: {mem: {memory: {file: w}, home: X}}\npolicies: []\nguards: {removals: -1}\nfoo: 1\n")
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("four mistakes give\n%v", err)
	}
}

func TestLoadSaysWhatCannotBeRead(t *testing.T) {
	_, err := config.Load(filepath.Join(t.TempDir(), "none.yaml"), environment(nil))
	if err == nil || !strings.HasPrefix(err.Error(), "reading the configuration ") || !strings.HasSuffix(err.Error(), "none.yaml: no such file or directory") {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(minimal)
	f.Add("platforms: &a {x: *a}\n")
	f.Add("platforms: {s: {snowflake: {account: 1, password: x}}}\npolicies: [[]]\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := config.Parse("polsync.yaml", []byte(text), environment(nil))
		if (c == nil) == (err == nil) {
			t.Errorf("configuration %v and error %v", c, err)
		}
	})
}

func TestJobsOfPlatforms(t *testing.T) {
	c, err := parse(t, minimal+"daemon: {reconcile: \"@hourly\", classify: \"@daily\", platforms: {mem: {classify: never, expire: \"* * * * *\"}}}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Job{{"reconcile", "@hourly"}, {"expire", "* * * * *"}}
	if diff := cmp.Diff(want, c.Daemon.On("mem")); diff != "" {
		t.Error(diff)
	}
	want = []config.Job{{"reconcile", "@hourly"}, {"classify", "@daily"}}
	if diff := cmp.Diff(want, c.Daemon.On("other")); diff != "" {
		t.Error(diff)
	}
}
