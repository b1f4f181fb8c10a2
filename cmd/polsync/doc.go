// Command polsync keeps tags, masking policies, roles and grants of Snowflake accounts and Databricks workspaces as
// policy files declare them.
//
// One file here holds one command. What they share: app.go has the flags that every command takes, load.go reads the
// configuration, the policy files and the state, platforms.go opens platforms by their kind, session.go joins one
// platform to its Reconciler, exit.go is the only place that knows exit codes.
//
// Reports go to standard output, everything else to standard error.
package main
