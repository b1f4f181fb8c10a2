// Package dialect is what is peculiar to Databricks and can be known without asking a workspace: how names are spelled,
// which privileges there are, what a masking policy looks like, and which SQL or request makes a change. It has no I/O.
//
// # How the nouns map
//
//	role, group         account group; everyone is the group `account users`
//	tag                 a tag key; governed tags have a tag policy behind them, plain keys are only ever assigned
//	masking policy      a SQL function `home`.polsync_<mask>_<family>(val, sibling columns...), set on columns by SET MASK
//	dynamic table       streaming table
//	privileges          spelled as in SQL, with spaces (USE CATALOG); requests have underscores
//
// A plain tag has no definition on the platform, so a change of one compiles to no step at all.
//
// # One statement, no moment in clear
//
// CREATE OR REPLACE FUNCTION changes a policy's body in one step for every column that carries it, and SET MASK on a
// masked column swaps the mask in one step. A policy's signature cannot change that way; the planner gives another
// signature another name. Grants of a securable travel as one request for all principals, which is all or nothing.
package dialect
