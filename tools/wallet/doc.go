// Package wallet holds keys for people and programs: mnemonics, hierarchical
// derivation and keystore files.
//
// Files are of the format "Web3 Secret Storage", version 3, so that other
// Ethereum tools read them and theirs can be read here. A [Directory] keeps them
// under the names that those tools use.
//
// It is not a signer daemon and keeps nothing in memory longer than its caller.
//
// Invariants:
//   - Secrets, passphrases and mnemonics never appear in errors.
//   - A file cannot make Decrypt work for longer or in more memory than the named
//     limits allow.
//   - A file is written whole or not at all, readable by its owner only.
//   - Keys that everybody knows are refused unless a development chain asks.
package wallet
