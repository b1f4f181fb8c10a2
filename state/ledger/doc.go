// Package ledger remembers what polsync did: which facts it set, which statements it sent and how they ended, who may
// write now, and what past scans found. Everything is kept per platform, by the name the configuration gives it.
//
// # Ownership
//
// Only what is ours is ever removed. A fact becomes ours in three ways: a statement that set it is recorded as done,
// an open claim for it is settled by reading, or it is adopted by a person. It stops being ours when a statement that
// removed it is done, or when it is released. Losing the ledger therefore loses the right to remove, never more.
//
// # The journal
//
// A statement is sent in three moves:
//
//	id, err := store.Intend(ctx, epoch, intent)   // durable, or nothing is sent
//	... send ...
//	err = store.Outcome(ctx, id, epoch, result)   // done, failed or unknown
//
// Intend checks in the transaction that stores the intent that the epoch still holds the lease and that the platform
// is not paused. An intent without an outcome, or with the outcome unknown, is a claim: the statement may have taken
// effect or not. Claims are settled by reading the platform:
//
//	found             creation      replacement          removal
//	what was wanted   ours          ours                 forgotten
//	what was before   not done      not done             not done, ours as before
//	something else    dropped       dropped, as before   dropped, forgotten
//
// A claim recorded before the statement and believed without reading would let polsync remove what somebody else set
// later; one recorded only after the answer would leave orphans behind a crash.
//
// # The chain
//
// Every intent, outcome, settlement, adoption, release, lease and pause is a Record in an append-only log. Each record's
// hash covers its content and the hash before it; with a key it is an HMAC, so that who can write the file still
// cannot forge history. The tables of ownership and claims are what the records add up to, written in the same
// transactions; Verify recomputes both. The Head, sequence and hash, is meant to leave the file after every run: a
// state older than a head seen before is recognised by it.
//
// # Implementations
//
// Store is the interface; SQLite keeps it in one file, Postgres in a schema that processes on several machines share.
// Both have the same tables, migrations and SQL. The suite in ledgertest runs on any implementation. Clocks and run ids
// come from outside; times are kept in UTC to the microsecond, and no decision but a lease's expiry rests on them, which
// in a shared database goes by the database's own clock.
package ledger
