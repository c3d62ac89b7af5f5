// Package crypto is the conformance suite of the direction crypto: it judges whether a
// crypto suite keeps the standard of kernel/crypto.
//
// It proves behaviour that every suite owes, whatever its algorithms: one accepted
// encoding per signature, batches that judge like single checks, addresses that never
// change, ciphers that notice tampering, secrets that stay inside. It does not prove
// that an algorithm is computed correctly or is strong: that is what the official
// vectors in an implementation's own tests are for. For the frozen schemes it adds what
// the formats and the crypto specification fix: low s, Ethereum's addresses, and Ed25519's verdicts.
//
// The rules use fixed seeds, so a failure can be had again.
package crypto
