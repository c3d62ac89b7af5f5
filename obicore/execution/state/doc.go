// Package state is the journaled world state that contracts run against: an
// overlay over a ledger view that can undo every change back to a mark and
// that says, at the end of each transaction, which entries changed.
//
// It implements contract.State. It is not a database and not a commitment, and
// it knows no consensus rule beyond EIP-161: an account that a transaction
// reached and left empty is removed.
//
// Invariants:
//   - Finish returns a write set in ascending key order that holds exactly the
//     entries whose value differs from before the transaction.
//   - After Revert to a mark every read gives what it gave at the mark.
//   - A storage fault is remembered: Err returns it, and nothing that was
//     computed after it may be used.
//
// A State is used by one goroutine.
package state
