// Package standard is the crypto suite of international algorithms.
//
//   - Hash: SHA-256 (FIPS 180-4).
//   - Signatures: secp256k1, P-256 and Ed25519; Ed25519 is the default for new
//     validator and node keys, because it is the only one with a batch equation.
//   - Addresses (formats, Addresses): secp256k1 by Ethereum's rule; other schemes the last
//     20 bytes of Keccak-256(scheme number as 2 bytes big-endian ‖ key bytes).
//   - Cipher: AES-256-GCM. Key derivation: Argon2id (RFC 9106).
//
// It holds no keys and no state; a Suite is safe for concurrent use.
//
// Invariants: every signature has one accepted encoding; the verdict of a batch
// equals the single verdict; signing is deterministic in every scheme; no input
// makes it panic.
package standard
