// Package patricia compares the platform's Merkle-Patricia commitment with go-ethereum's
// trie: the roots of both, and the commitment's proofs before go-ethereum's verifier.
//
// It imports the commitment from the main module. Nothing may come with it that reaches
// obicore/crypto/secp256k1: a C library there has the same names as one of go-ethereum's
// crypto, and no linker takes both. What needs more of the platform asks a running
// chain, as package oracle does.
package patricia
