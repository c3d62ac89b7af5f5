// Package execution turns ordered transactions into results: it checks whether
// each one can start, runs its calls on the virtual machines, settles gas and
// fees, and returns receipts with write sets.
//
// It is deterministic: results depend on the rules version, the block context,
// the state view and the transactions, and on nothing else. It does not decide
// order, store anything or compute roots.
//
// Invariants:
//   - A transaction that cannot start is void: status failed, gas 0, a stable
//     reason, and no write at all (formats, Results).
//   - The write sets account for every state change of the block.
//   - No amount is created: what leaves the payer arrives as value or fees, or
//     is burned because genesis says so.
package execution
