// Package plan decides. Values go in, values come out: from the declarations, the state of a platform and the ledger
// of what polsync set it makes the desired State (Desired), the Changes that lead there (Diff), their order (Order),
// the check that they are not too many (Guard) and the statements that carry them out (Compile).
//
// The package does no I/O, reads no clock and logs nothing. Equal inputs give equal bytes.
package plan
