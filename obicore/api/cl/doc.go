// Package cl serves the platform's own JSON-RPC namespace, cl: what Ethereum's
// has no words for – chain identity, native headers with the proof that they were
// decided, and state proofs of this chain's commitment.
package cl
