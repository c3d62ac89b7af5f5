// Package gm is the crypto suite of the Chinese national algorithms (GM/T), with
// secp256k1 beside them for Ethereum's clients.
//
//   - Hash: SM3 (GM/T 0004).
//   - Signatures: secp256k1 and SM2 (GM/T 0003.2, curve of GM/T 0003.5); SM2 is the
//     default for new validator and node keys.
//   - Addresses (formats, Addresses): secp256k1 by Ethereum's rule, with Keccak-256; SM2 the
//     last 20 bytes of SM3(scheme number as 2 bytes big-endian ‖ key bytes).
//   - Cipher: SM4-GCM (GM/T 0002, RFC 8998) with a 16-byte key.
//   - Key derivation: PBKDF2-HMAC-SM3 around a memory-hard scrypt core; see Derive.
//
// It holds no keys and no state; a Suite is safe for concurrent use. It is not a
// certified cryptographic module: a chain that needs one plugs its device in behind
// the same kernel interfaces.
//
// Invariants: every signature has one accepted encoding; the verdict of a batch
// equals the single verdict; signing is deterministic in every scheme; no input makes
// it panic.
package gm
