// Package ledger is the kernel's standard for the ledger: blocks, results and
// state on disk, with a commitment that proves any entry.
//
// A [Ledger] is fed with decided blocks and with the results of executing them,
// one height after the other, and answers every read from what is durable.
// Executing is not its business, and neither is deciding.
//
// Nouns: [BlockStore] keeps headers, proofs, bodies and result columns; [State]
// keeps flat entries and their [Commitment]; a [View] is the state at one
// height; a [Proof] shows that an entry is, or is not, under a state root.
//
// Invariants that conformance/ledger proves for any module:
//   - What Append or Commit has acknowledged survives a crash at any write.
//   - After a crash the ledger is at some acknowledged point or one just after
//     it, never between; torn tails are repaired on open, corruption is named.
//   - Heights have no gap, and a height is written once.
//   - A View never changes, whatever is committed after it was opened.
//   - The root depends only on the entries, not on the order of writes.
//   - A proof verifies against its root alone; a proof of anything else fails.
package ledger
