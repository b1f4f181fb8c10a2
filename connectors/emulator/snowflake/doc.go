// Package snowflake is an embedded Snowflake account: an http.Handler that speaks the wire protocol of Snowflake's drivers and carries out SQL
// on a catalogue in memory. gosnowflake connects to it unmodified. It is built from the vendor's documentation.
//
//	a := snowflake.New(snowflake.Options{})
//	defer a.Close()
//	err := a.Exec("ACCOUNTADMIN",
//		"CREATE WAREHOUSE WH",
//		"CREATE DATABASE CRM",
//		"CREATE USER ALICE PASSWORD = 'secret' DEFAULT_WAREHOUSE = WH")
//	srv := httptest.NewServer(a)
//
// A driver is pointed at it with protocol http, its host and port, and the account name of [Options]; [AdminUser] with [AdminPassword] has the
// role ACCOUNTADMIN. [NewSample] gives an account that is filled with synthetic data, people and grants.
//
// # What it does
//
//   - Sessions: login by password, programmatic access token and key pair (the signature is verified), tokens that expire by the account's
//     clock and are renewed, primary and secondary roles, warehouse, database, schema, parameters.
//   - Statements: a request that is sent again is not carried out again; long ones are polled for, cancelled, fetched by id; several in one
//     request; bound values; large results in chunks.
//   - Catalogue: databases, schemas, tables and views of all sorts, tags, policies, account and database roles, users, warehouses, shares, and
//     databases that were made from one ([Account.Offer]).
//   - Privileges: role hierarchy, ownership, grants with grant option, future grants, managed access, MANAGE GRANTS, the APPLY privileges. They
//     are enforced for every statement, and what a role has no privilege on does not exist for it.
//   - Tags with allowed values, on everything from the account to a column, inherited when they are read.
//   - Masking policies on columns and on tags, with conditional columns, and row access policies, carried out when somebody queries. A column's
//     own policy comes before those of tags. A column that several tags bring a policy to cannot be queried. Views run with their owner's
//     rights; the context functions answer for who asks. UPDATE and DELETE see the rows and values that SELECT shows.
//   - Projection, aggregation and join policies, which refuse queries that are not as they ask. What is not documented is refused.
//   - Reading: SHOW and DESCRIBE, information schemas, TAG_REFERENCES, TAG_REFERENCES_ALL_COLUMNS, POLICY_REFERENCES, GET_DDL, SYSTEM$GET_TAG,
//     and SNOWFLAKE.ACCOUNT_USAGE, as far behind the clock as [Options] says.
//   - Recording: [Account.Statements] and [Account.Requests].
//   - Faults: [Faults] delays, refuses, cuts, breaks answers, lets chosen statements fail, and calls a test back before and after chosen
//     requests; [Account.LockTable] holds the lock of a table.
//
// # What it does not do
//
// A statement, function or option that is not known fails with [UnsupportedCode] and is logged: nothing is answered with success that was not
// carried out. Left out on purpose: loading, running procedures and tasks, reading streams, privacy policies, time travel but UNDROP,
// results in Arrow. External tables have no rows. A dynamic table is filled when it is made and by ALTER DYNAMIC TABLE ... REFRESH. ROLLBACK
// takes back the session's own changes of rows; other sessions see them before COMMIT.
//
// # Where the documentation leaves it open
//
//   - Tags are passed on after [Options].TagPropagationDelay, at once where it is zero. Turning PROPAGATE on passes on what is set already. What
//     came with data more than once, with other values, is settled as what several sources bring is. A tag that is passed on leaves LAST_DDL alone.
//   - What CLONE copies keeps its owner, its grants, its tags and how they were applied; the container itself starts without grants.
//   - UNDROP brings no grants back.
//   - An Iceberg table may be granted on as TABLE or ICEBERG TABLE, a materialized view as either kind of view; its ownership as VIEW too.
//   - POLICY_REFERENCES of a policy names the tags it is attached to, not the columns that it reaches through them; asked for a table it names
//     both, with the tag.
//   - REF_ARG_COLUMN_NAMES holds the further columns of a conditional masking policy.
//   - Attaching a conditional policy without USING is refused.
//   - A masked text may be longer than its column; other types keep the column's.
//   - The numbers of errors of projection and aggregation policies are the emulator's choice, those of join policies Snowflake's. What the three
//     kinds refuse where the documentation is silent is listed in docs/emulators.md.
//   - A privilege that a container hands on (GRANT INHERITED) counts as one on the object, but not for information schemas.
//   - Search optimization shows OWNERSHIP and SELECT of its view to who has them on the table.
//   - SHOW cuts at 10,000 rows, or refuses with [Options].ShowOverflowFails.
//   - SHOW GRANTS writes database roles with their database.
//   - Error numbers that could not be found out are marked in errors.go; their texts are the vendor's.
//   - EXECUTE USING POLICY_CONTEXT takes APPLY MASKING POLICY on the account.
//
// Time is [Options].Clock's, but for the expiry of key-pair tokens, which clients sign by the real clock, and for waiting. Identifiers come
// from a fixed sequence: two runs of the same calls give the same answers.
package snowflake
