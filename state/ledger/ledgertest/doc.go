// Package ledgertest is the suite that every implementation of ledger.Store passes. Run it from the implementation's
// own tests with a function that opens a store; opened twice at one place it must give two views of one ledger.
package ledgertest
