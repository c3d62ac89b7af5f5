// Package ledger holds the rules of the ledger direction: what any module of
// kernel/ledger must do, whatever it keeps its data in.
//
// It is not a test of one implementation. The rules know nothing but the kernel's
// interfaces: they make up a chain with random writes, feed it to the ledger, and
// compare every answer with a plain map. Roots are the ledger's own; the rules check
// that they depend on the entries alone and that proofs hold under them.
//
// Rules about optional capabilities (kernel/ledger Pruner, Rewinder, Inspector, Maintainer,
// Snapshotter, Restorer) and
// the power-cut rule, which needs a [Disk], do not apply where these are missing.
package ledger
