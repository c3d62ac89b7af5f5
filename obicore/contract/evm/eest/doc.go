// Package eest runs the Ethereum execution specification's state tests through
// the production executor, state overlay and EVM.
//
// It holds tests only. The expected results are Merkle-Patricia roots, so the
// package has a small trie for computing them from flat entries; the platform's
// own commitments are tested elsewhere.
package eest
