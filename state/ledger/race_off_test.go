//go:build !race

package ledger_test

const effort = 1
