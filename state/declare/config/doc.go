// Package config reads polsync.yaml: which platforms there are and how to sign in to them, where the policy files and
// the state are, what guards and schedules hold. Secrets stand in it by reference only.
package config
