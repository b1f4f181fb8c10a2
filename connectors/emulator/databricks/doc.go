// Package databricks is an embedded Databricks workspace: an http.Handler that speaks the REST API of a workspace and its Unity Catalog, and
// runs SQL through the Statement Execution API. databricks-sdk-go connects to it unmodified. It is built from the vendor's documentation.
//
//	w := databricks.New(databricks.Options{})
//	defer w.Close()
//	w.AddUser("alice@example.com", "Alice")
//	w.AddToken("alice@example.com", "alice-token")
//	w.AddWarehouse("wh", "Starter")
//	err := w.Exec(databricks.DefaultAdmin, "CREATE CATALOG main")
//	srv := httptest.NewServer(w)
//
// [NewSample] gives one that is filled with synthetic data, principals and grants.
//
// # What it does
//
//   - Authentication: personal access tokens and OAuth client credentials, with the discovery documents SDKs ask for. Access tokens expire.
//   - Identities: SCIM of the workspace (reading; local groups also writing) and of the account (account groups, for account admins, with the
//     account's own token endpoint, assignments to the workspace, and groups that an identity provider keeps, whose members cannot be changed).
//   - Catalogue: one metastore of catalogs, schemas, tables, views, materialized views, volumes, SQL functions. Names are stored in lower case,
//     columns keep theirs. Every catalog has an information schema, and system.information_schema spans all.
//   - Privileges: grants with inheritance from catalog and schema, ALL PRIVILEGES, MANAGE, ownership, BROWSE, "account users", nested groups. They
//     are enforced for every request and statement, and metadata is shown only to who may see it.
//   - Tags on catalogs, schemas, tables, views, volumes and columns; governed tags with their values and the right to assign them.
//   - Column masks, row filters and ABAC policies, carried out when a principal queries. Functions run with their owner's rights; the identity
//     functions answer for who asks. A mask whose function is gone or no longer fits refuses every query of its table.
//   - SQL: DDL of all of these, GRANT and REVOKE, SHOW and DESCRIBE, INSERT, UPDATE, DELETE, CREATE TABLE AS, and queries.
//   - system.access.audit, with the changes to Unity Catalog, and system.query.history.
//   - Recording: [Workspace.Requests] and [Workspace.Statements].
//   - Faults: [Faults] delays, refuses, cuts, truncates and kills, and calls a test back before and after chosen requests.
//
// # What it does not do
//
// A statement that is not known fails with [UnsupportedCode], an unknown route with ENDPOINT_NOT_FOUND, and both are logged: nothing is
// answered with success that was not carried out. Left out on purpose: EXTERNAL_LINKS results, MERGE, Python functions, parameter defaults,
// external storage, making shares, foreign catalogs, time travel, constraints.
//
// # Where the documentation leaves it open
//
// The choices below are stricter than or equal to what has been reported:
//
//   - DROP MASK and DROP ROW FILTER fail where there is none; UNSET TAGS of an absent key succeeds.
//   - A replaced table keeps its grants, tags and row filter, and the masks and tags of columns of the same name.
//   - A column that carries a governed tag or a mask, or that a mask or filter takes as an argument, cannot be dropped.
//   - Values and assignments that exist when a key becomes governed, or when its list shrinks, stay; only new ones are checked.
//   - information_schema counts ordinal positions from 1; column_masks and row_filters have the columns met in practice, or with
//     [Options].DocumentedMasks those of the vendor's pages.
//   - A request changes at most 100 members of a group.
//   - The privilege views show all grants to owners (of the securable or above it) and the metastore admin, to others their own.
//
// Time is [Options].Clock's, identifiers come from a fixed sequence: two runs of the same calls give the same answers.
package databricks
