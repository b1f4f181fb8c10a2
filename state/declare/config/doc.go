// Package config reads polsync.yaml: which platforms there are and how to sign in to them, where the policy files
// and the state lie, when jobs run, what the guards allow.
//
// Load reports every mistake at once with its place. Secrets are written by reference only, env:NAME, file:PATH or
// exec:COMMAND, and become values of type Secret: nothing is read before Resolve is called, and nothing that prints
// or marshals a Secret shows it. A secret written out in the file is an error, whose message does not repeat it.
//
// Relative paths are relative to the file. `config.example.yaml` has every key with its meaning.
package config
