// Package snowflake is the connector for a Snowflake account.
//
//	p, err := snowflake.Open(snowflake.Options{Name: "snow", Account: "xy12345", User: "POLSYNC_SVC", Role: "POLSYNC_APPLY",
//		Warehouse: "POLSYNC_WH", Credentials: snowflake.Fixed(snowflake.Credentials{PrivateKey: pem})})
//
// # Sessions
//
// Every connection of the pool is a session of its own. What a session must be like is set on each by the statements
// that [Options.Session] lists, never by driver parameters, which the driver shares between connections. Reads and
// writes have pools of their own, because a write must be ended by the server before a successor may begin and a read
// may take longer. A session that the server has given up is taken out of the pool and the statement is sent once more
// on a new one: such a refusal comes before execution.
//
// # Reading
//
// Live, a snapshot uses sources that show the account's own last write: SHOW and DESCRIBE, the information schema of
// each database, and its table functions, many in one statement. In bulk, which Options.Read or the size of the account
// decides, tags on tables and columns, privileges, memberships, database roles and columns come from the views of
// SNOWFLAKE.ACCOUNT_USAGE, which lag by hours; but live
//
//   - of tables whose LAST_DDL is younger than the views,
//   - of roles whose counters in SHOW ROLES are not what the views tell,
//   - of what Scope.Recent says polsync changed lately and a view tells otherwise.
//
// State.Lag then says what is late, and [Account.Confirm] reads live what a plan rests on. docs/snowflake.md has the source of
// each part, in either way.
//
// A listing is relied on only with the rights without which Snowflake leaves rows out in silence: MANAGE GRANTS for
// roles and grants, APPLY TAG for tags, APPLY MASKING POLICY for policies. They are looked up before and after the
// reading. What lacks them, was cut at a row limit or failed is an Unknown area with the reason.
//
// # Process environment
//
// The driver reads some switches from the environment only. The program sets, before the first connection,
// SNOWFLAKE_DISABLE_PLATFORM_DETECTION=true (no probing of cloud metadata addresses); it is built with the tag
// minicore_disabled (no shared library unpacked at start).
package snowflake
