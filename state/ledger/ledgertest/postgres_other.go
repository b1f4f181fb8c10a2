//go:build !unix

package ledgertest

import "testing"

// Postgres leaves the test out: a server is started on Unix only.
func Postgres(t testing.TB) (url string) {
	t.Helper()
	t.Skip("a PostgreSQL of the tests' own is started on Unix only: left out")
	return ""
}
