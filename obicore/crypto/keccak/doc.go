// Package keccak computes Keccak-256 as Ethereum uses it: the Keccak team's
// submission with the original padding byte 0x01, before FIPS 202 changed it.
//
// It is not SHA3-256, and it is not a chain's hash: blocks, state and proofs are
// hashed by the chain's crypto suite. Keccak belongs to addresses, to the Ethereum
// transaction family and to the EVM.
//
// Invariants: Sum over parts equals Sum over their concatenation; Sum does not
// allocate; it is safe for concurrent use.
package keccak
