// Package precompile holds Ethereum's precompiled contracts: what a call to the
// addresses 0x01 to 0x11 and 0x0100 computes and costs, fork by fork.
//
// It is not an interpreter. Who may call, whether the gas suffices, what value
// moves and what a fault does to the caller are matters of package evm.
//
// Signatures of secp256k1 come from obicore/crypto/secp256k1, hashes, P-256 and
// large integers from the standard library, RIPEMD-160 from x/crypto, both
// pairing curves from gnark-crypto. BLAKE2b's compression function is here,
// because no library exports it, and so is the verification of KZG proofs: it
// needs a single point of the trusted set-up, where a library would parse 8,257
// points for about two seconds in the middle of the first block that calls it.
//
// Invariants:
//   - Gas and output are functions of fork and input alone, on every machine.
//   - No input panics. What a specification calls invalid is an error, which
//     wraps ErrInput, or, for 0x01 and 0x0100, an empty output.
//   - The work and the memory of Run are bounded by what Gas asks for.
//   - Inputs are neither changed nor kept; each output is fresh.
//   - Everything is safe for concurrent use; nothing is computed before it is
//     asked for.
package precompile
