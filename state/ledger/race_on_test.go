//go:build race

package ledger_test

// effort divides the number of rounds: under the race detector the database is ten times slower.
const effort = 6
