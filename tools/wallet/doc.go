// Package wallet holds keys for people and programs: mnemonics, hierarchical
// derivation and keystore files.
//
// It is not a signer daemon and keeps nothing in memory longer than its caller.
// Secrets never appear in errors.
package wallet
