// Package tls is the secure channel "tls13": TLS 1.3 over TCP in which both ends prove
// an Ed25519 or P-256 key.
//
// A secret is the PKCS#8 DER of the private key. The certificate around its public key
// is self-signed, made in memory when the channel is opened and never stored: it only
// carries the key. The transport identity is SHA-256 of the DER of the key's
// SubjectPublicKeyInfo.
//
// What it is not: a public key infrastructure. There are no authorities, names, dates or
// revocation lists. Who an identity stands for is the mesh's peer list.
//
// Invariants:
//   - Both ends present exactly one certificate with a key of an accepted type and prove
//     by TLS that they hold its secret; anything else fails the handshake.
//   - Only TLS 1.3 and only the protocol name of this package are spoken. Sessions are
//     never resumed and no early data is sent, so that nothing can be replayed.
//   - A handshake ends with its context. Close never waits for the other end.
package tls
