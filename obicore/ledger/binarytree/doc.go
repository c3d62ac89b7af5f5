// Package binarytree is the default state commitment: a compact sparse binary
// Merkle tree over the chain's hash function H, kind "binary/1".
//
// The format is frozen. The path of an entry is H(0x00 ‖ key encoding), 256
// bits, most significant bit first; 0 goes left.
//
//	leaf    H(0x01 ‖ path ‖ H(0x02 ‖ value))
//	inner   H(0x03 ‖ left ‖ right)
//	empty   32 zero bytes
//
// A subtree with exactly one leaf is that leaf's hash, at whatever depth, so an
// inner node always has at least two leaves below it. The root of nothing is
// the zero hash.
//
// It is not a store: nodes live in the ledger that uses it. A node is a page of
// four levels: the sixteen subtrees at the page's bottom are kept and, of the levels
// between, every second; the others are hashed again, which costs less than reading. A subtree
// of four leaves or fewer has no page: they stand in the page above. An update reads the
// pages below a few entries level by level before it needs them (ahead.go). The page
// layout is a matter of storage and does not reach any hash.
//
// Several keys are proved by one path: the subtrees that their paths lead through,
// each once, from the root down and left before right (formats, State).
//
// Invariants:
//   - The root depends on the entries alone.
//   - For one root and key exactly one proof encoding verifies, and for one root and
//     list of keys exactly one of many.
//   - Decoding a proof allocates no more than 256 siblings, one of many nothing that
//     its length does not bound.
package binarytree
