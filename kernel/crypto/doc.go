// Package crypto is the kernel's standard for cryptographic services: what a
// crypto suite offers to every other module.
//
// A [Suite] is chosen once per chain, in genesis. It owns the chain's hash, the
// signature schemes that accounts and validators may use, the rule that turns a
// public key into an address, symmetric encryption and key derivation. Nothing
// here names an algorithm, and no caller looks into a key or a signature.
//
// Invariants that conformance/crypto proves for any suite:
//   - Sum over parts equals Sum over their concatenation.
//   - A batch verdict equals the single verdict for every item.
//   - A signature has one accepted encoding; malleated, truncated, extended and
//     foreign-scheme encodings are refused.
//   - The address of a public key never changes.
//   - A Signer's secret leaves the module only through Export, encrypted or not
//     as the caller asks, never through an error, a log line or String.
package crypto
