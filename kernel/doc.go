// Package kernel is the standard: small interfaces and value types for nine
// directions – consensus, crypto, ledger, network, contract, security,
// governance, privacy, interchain – and the [Registry] by which a distribution
// chooses their implementations.
//
// It imports nothing but the standard library, and a test holds it to that. A
// company that replaces one module implements one of these packages, proves it
// with the conformance suite of that direction and registers it in its own main.
package kernel
