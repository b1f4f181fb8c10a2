package config

import "github.com/polsync/polsync/state/declare/document"

// Events that a notification can be asked for.
var events = []string{"change", "failure", "held", "drift", "guard"}

// jobs are what the daemon runs, in the order they are listed.
var jobs = []string{"reconcile", "classify", "refresh_tags", "expire", "audit"}

func key(name string, s *document.Shape, doc string) document.Field {
	return document.Field{Name: name, Shape: s, Doc: doc}
}

func needed(name string, s *document.Shape, doc string) document.Field {
	return document.Field{Name: name, Shape: s, Doc: doc, Required: true}
}

func secretShape() *document.Shape {
	return &document.Shape{Kind: document.String, Secret: true, Example: "env:NAME, file:PATH or exec:COMMAND"}
}

var (
	text     = document.Text()
	secret   = secretShape()
	duration = document.Example("24h")
	count    = document.Whole(1, 1e6)
	share    = document.Decimal(0, 1)
	cronLine = document.Example("*/15 * * * *")
	places   = document.Several(document.Example("CRM_PROD.PUBLIC"))
)

var snowflakeShape = document.With(
	needed("account", document.Example("MYORG-MYACCOUNT"), "the account identifier"),
	needed("user", text, "the user polsync signs in as"),
	key("role", text, "the role it works with; left out: the user's default"),
	key("warehouse", text, "the warehouse that runs its queries; left out: the user's default"),
	key("auth", document.Word("key_pair", "password", "pat", "oauth", "oauth_client", "workload_identity"), "how it signs in; key_pair where left out"),
	key("private_key", secret, "for key_pair: the private key, PEM"),
	key("private_key_passphrase", secret, "for key_pair: what the key is encrypted with"),
	key("password", secret, "for password"),
	key("token", secret, "for pat: the programmatic access token; for oauth: the access token; for workload_identity with OIDC: the identity token"),
	key("client_id", text, "for oauth_client: the client's id at the identity provider"),
	key("client_secret", secret, "for oauth_client: its secret"),
	key("token_url", document.Example("https://login.example.com/oauth2/token"), "for oauth_client: where the identity provider gives out tokens"),
	key("scope", text, "for oauth_client: the scope asked for; left out: that of the role"),
	key("provider", document.Word("AWS", "AZURE", "GCP", "OIDC"), "for workload_identity: where polsync runs, or OIDC with a token"),
	key("host", document.Example("myorg-myaccount.privatelink.snowflakecomputing.com"), "a private endpoint; left out: the account's own host"),
	key("port", document.Whole(1, 65535), "left out: 443"),
	key("protocol", document.Word("https", "http"), "http only to this machine"),
	key("read", document.Word("auto", "live", "bulk"), "where tags and grants are read: live, or in bulk from views that lag, with what changes rest on read live; auto, where left out, takes bulk for large accounts"),
	key("rate", document.Whole(1, 1000), "statements that may begin to read in a second; left out: no bound"))

var databricksShape = document.With(append(append([]document.Field{
	needed("host", document.Example("https://dbc-a1b2c3d4-e5f6.cloud.databricks.com"), "the workspace")}, databricksAuthFields()...),
	needed("warehouse_id", text, "the SQL warehouse that runs statements"),
	key("effect_delay", document.Example("5m"), "how long attribute-based policies and their tags may take to be in effect; what would open data waits for so long; 5m where left out"),
	key("account", document.With(append([]document.Field{
		needed("id", document.Example("11111111-2222-3333-4444-555555555555"), "the account's id"),
		key("host", document.Example("https://accounts.cloud.databricks.com"), "the account's own host; left out: that of the cloud that the workspace's host is in"),
		key("assign", document.Flag(), "groups that polsync makes or gives members to are assigned to the workspace, so that their members may use it"),
		key("external_groups", document.Flag(), "groups with an external id are written as well; left out, they are taken to be an identity provider's")},
		databricksAuthFields()...)...), "the account that the workspace belongs to, where polsync is to write groups and their members"))...)

// databricksAuthFields are the keys of a way to sign in to a workspace or an account.
func databricksAuthFields() []document.Field {
	return []document.Field{
		key("auth", document.Word(databricksAuthNames()...), "how polsync signs in; oauth_m2m where left out"),
		key("token", secret, "for pat: the personal access token"),
		key("client_id", text, "for oauth_m2m, azure_client_secret, azure_msi and the oidc ways: the application id of the service principal"),
		key("client_secret", secret, "for oauth_m2m and azure_client_secret: its secret"),
		key("tenant_id", text, "for azure_client_secret and azure_cli: the Microsoft Entra tenant"),
		key("azure_resource_id", text, "for the azure ways: the workspace in Azure Resource Manager, for a principal that was not added to it"),
		key("google_credentials", secret, "for google_credentials: the JSON key file of a service account"),
		key("service_account", text, "for google_id: the service account to act as"),
		key("profile", text, "for profile and databricks_cli: a section of the Databricks tools' configuration file"),
		key("config_file", text, "for profile: that file; left out: .databrickscfg in the home folder"),
		key("token_env", text, "for env_oidc: the environment variable with the identity token; DATABRICKS_OIDC_TOKEN where left out"),
		key("token_file", text, "for file_oidc: the file with the identity token"),
		key("audience", text, "for the oidc ways: whom the identity token is for"),
	}
}

var memoryShape = document.With(
	needed("file", document.Example("warehouse.yaml"), "the file that holds the warehouse"),
	key("per_column", document.Flag(), "policies cannot be bound to tags there"))

var platformShape = document.With(
	key("snowflake", snowflakeShape, "a Snowflake account"),
	key("databricks", databricksShape, "a Databricks workspace"),
	key("memory", memoryShape, "a warehouse in a file, for trying things out"),
	key("home", document.Example("GOV.POLSYNC"), "the schema for what polsync creates; it must be there"),
	key("scope", places, "only these catalogs, schemas and tables are read and written; left out: all"),
	key("statement_timeout", document.Example("30s"), "longest time of one statement; 30s where left out"),
	key("connections", document.Whole(1, 32), "statements at once; 4 where left out"))

var boundsShape = document.With(
	key("on", document.Several(document.Example("snow:CRM.**")), "the only places it may speak of"),
	key("to", document.Several(text), "the only principals it may grant to"),
	key("privileges", document.Several(document.Example("SELECT")), "the only privileges it may grant; OWNERSHIP, MANAGE and the like only if named here"))

var guardsShape = document.With(
	key("removals", document.Whole(0, 1e6), "removals and revokes per platform and run; 25 where left out"),
	key("removal_share", share, "share of what is ours that a run may remove, once that is 10 or more; 0.1 where left out"),
	key("unmaskings", document.Whole(0, 1e6), "masks and filters taken off and audiences widened; 10 where left out"),
	key("source_shrink", share, "share of its declarations that a source may lose, once it had 10; 0.3 where left out"),
	key("statements", count, "statements per run; 5000 where left out"),
	key("failures_in_row", count, "failed statements in a row that end a phase; 5 where left out"),
	key("repeats", count, "runs that may make the same change again; 3 where left out"),
	key("plan_age", duration, "age of a saved plan; 24h where left out"))

var configFile = document.With(
	needed("platforms", document.Keyed(platformShape), "by the name that policy files use"),
	needed("policies", document.Several(document.Example("policies/*.yaml")), "globs of policy files, relative to this file"),
	key("vars", document.Keyed(document.Scalar()), "overrides the vars of policy files"),
	key("state", document.AnyOf(document.Example("polsync.db"), document.With(
		needed("postgres", secret, "the address of a PostgreSQL database, such as postgres://polsync@db.example/polsync?sslmode=verify-full"),
		key("schema", document.Example("polsync"), "where its tables are; polsync where left out"))),
		"what remembers what polsync set: a file, or a database that several machines share; polsync.db where left out"),
	key("stores", document.Keyed(document.With(needed("kind", text, "which store"))), "governance stores"),
	key("daemon", document.With(append([]document.Field{
		key("time_zone", document.Example("Europe/Berlin"), "of the cron expressions; UTC where left out"),
		key("jitter", document.Example("2m"), "runs begin up to so much later, each platform's job always as much; 0s where left out"),
		key("platforms", document.Keyed(document.With(jobFields()...)), "other times for one platform, by its name")}, jobFields()...)...), "a cron expression per job; a job left out does not run"),
	key("http", document.With(
		key("listen", document.Example("127.0.0.1:8480"), "address of the API and page; left out: none"),
		key("tls", document.With(needed("cert", text, "path of the certificate, PEM"), needed("key", text, "path of its key, PEM")), "left out: plain HTTP"),
		key("webhook_secret", secret, "signs requests to the webhook"),
		key("allow_plain_outside", document.Flag(), "plain HTTP on an address that other machines reach, as behind a proxy")), "the daemon's API and page"),
	key("guards", guardsShape, "limits that stop a plan before its first statement"),
	key("notify", document.Several(document.With(needed("name", text, "for logs"), needed("webhook", secret, "the address"),
		key("format", document.Word("slack", "json"), "slack (default): a text, as Slack and its like take it; json: the event with its fields, signed with keys"),
		key("keys", document.Several(secret), "for json: what signs it; two while one takes the place of the other"),
		key("on", document.Several(document.Word(events...)), "left out: all"))), "who is told of runs"),
	key("may", document.Keyed(boundsShape), "bounds by source: yaml, classification, or a store's name"),
	key("foreign", document.Several(document.With(needed("tool", text, "for reports"), needed("principals", document.Several(document.Example("role:LOADER")), "whose grants and memberships it manages"),
		key("in", document.Several(text), "only on these platforms"))), "other tools that manage grants"))

func jobFields() []document.Field {
	docs := map[string]string{"reconcile": "bring the platforms to what is declared", "classify": "run the scans", "refresh_tags": "note which values tags have on the platforms",
		"expire": "end grants and exceptions whose time is over", "audit": "read the platforms' access history"}
	var out []document.Field
	for _, j := range jobs {
		out = append(out, key(j, cronLine, docs[j]))
	}
	return out
}

// Schema returns the JSON Schema of the configuration file.
func Schema() map[string]any {
	return document.JSONSchema("urn:polsync:schema:config:v1", "polsync configuration", configFile)
}
