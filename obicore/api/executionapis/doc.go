// Package executionapis holds no code: its tests replay the cases of
// ethereum/execution-apis (../shared/data/execution-apis-tests.tar.gz) against a
// chain of ours that has their genesis accounts and their transactions, block by
// block.
//
// Cases are compared value by value; only what belongs to the format of our own
// chain is masked (hashes, roots, sizes). It has Ethereum's trie, so that leaves and
// proofs of storage are the reference's byte by byte. Cases that depend on older rules or on
// Ethereum's own consensus are compared by shape, and those that do not apply are
// left out; table_test.go names each of both kinds with its reason.
package executionapis
