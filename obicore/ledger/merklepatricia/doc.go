// Package merklepatricia is the state commitment that Ethereum has: its modified
// Merkle-Patricia trie (Yellow Paper, appendix D) over accounts, with one such trie
// for the storage of each account, kind "patricia/1". Its proofs are those of
// EIP-1186, which tools of others verify.
//
// The format is frozen, and it is Ethereum's: the hash is Keccak-256 whatever the
// chain's suite, because anything else would verify nowhere. A chain that must not
// rest on Keccak chooses the binary tree.
//
// An entry's key leads to a path of 64 nibbles:
//
//	account   in the account trie, Keccak-256(owner)
//	storage   in the owner's storage trie, Keccak-256(slot)
//	module    in the owner's storage trie, Keccak-256(0x03 ‖ Keccak-256(subkey))
//	code      none: the code hash in the account leaf commits to it
//
// What a module's path hashes has 33 bytes and a slot 32, so that no subkey is a slot.
//
// The leaf of an account is rlp([nonce, balance, storage root, code hash]), where the
// code hash of an account without code is Keccak-256 of nothing. The leaf of an entry
// of storage or of a module is rlp(value). An owner that has storage and no account
// entry has the leaf of an empty account. The root of nothing is Keccak-256(rlp("")).
//
// It is not a store: nodes live in the ledger that uses it, one record for each node
// that has a hash, and for the root of each trie. The name of a record is the trie –
// 'a', or 's' and the hash of the owner – and then the nibbles that lead to the node,
// one a byte. A node that encodes to less than 32 bytes stands in its parent instead.
// Names do not reach any hash.
//
// Invariants:
//   - The root depends on the entries alone, and so do the records: nothing is left
//     behind by removals. (An empty account entry beside storage of the same owner is
//     the one exception: its leaf is the same without it. The state has no such entry.)
//   - For one root and key exactly one proof encoding verifies.
//   - A code entry is proved when it is what its account's code hash names, as in every
//     state that execution makes.
//   - Decoding a proof allocates no more than two lists of 65 nodes, which alias it.
package merklepatricia
