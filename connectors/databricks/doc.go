// Package databricks reads and writes the Unity Catalog of a Databricks workspace.
//
// # What is read
//
// A snapshot takes a handful of statements on system.information_schema, whatever the number of tables, and a few
// requests: tag policies, the metastore, and the principals. Direct grants only are facts; what a container hands down
// is not. ALL PRIVILEGES is a fact and so is each privilege it gives, so that a declared one is satisfied by it.
// The privilege views show a principal that has no more than MANAGE just its own grants, so in catalogs that the caller
// does not own the grants are read by a request for each securable.
//
// Missing rights make missing rows here and no errors. What could not be read, or was cut, is named in State.Unknown.
//
// # What is written
//
// Statements go through the Statement Execution API to the configured SQL warehouse, which starts when it is needed;
// grants and tag policies are REST requests. What was sent without an answer is connectors.ErrOutcome and is not sent
// again here. A grant is done when reading shows it.
//
// # Limits
//
// Row filters and attribute-based policies are not read. Impersonation does not exist: reading as somebody takes a
// token of theirs, in Options.Readers. Numbers under a mask have at most 28 digits before the point and 10 behind it.
package databricks
