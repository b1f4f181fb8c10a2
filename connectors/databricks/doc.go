// Package databricks connects to a Databricks workspace: it reads Unity Catalog through the information schema and
// the REST API, and carries out statements and requests through the official client.
//
// What the client retries by itself it may send twice; every statement polsync sends either may be sent twice or
// fails cleanly the second time.
package databricks
