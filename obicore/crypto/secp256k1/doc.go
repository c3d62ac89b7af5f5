// Package secp256k1 is the ECDSA scheme of Ethereum, shared by both default suites.
//
// A signature is 65 bytes, r‖s‖parity: 32-byte big-endian scalars in [1, n-1], s at
// most n/2 (EIP-2), parity 0 or 1, the parity of the y coordinate of the nonce point.
// Only RecoverLax, which serves the EVM, takes a higher s.
// A public key is 64 bytes, X‖Y. A secret is the 32-byte big-endian scalar. Signing is
// deterministic (RFC 6979 with SHA-256).
//
// Verify recovers the signer's key and compares it. So the parity byte is covered by
// the verdict like every other byte, and Verify and Recover cannot disagree. The
// signatures that this refuses though ECDSA accepts them have a nonce point whose x
// coordinate is at least n (about one in 2^128); Ethereum refuses them too.
//
// With cgo, libsecp256k1 does the arithmetic, else a pure Go implementation
// (native.go says which). Both give the same bytes and verdicts; a test
// compares them.
package secp256k1
