// Package cl serves the platform's own JSON-RPC namespace, cl: what Ethereum's
// has no words for – chain identity, native headers with the proof that they were
// decided, state proofs of this chain's commitment, and proof documents that need no
// node to be checked.
package cl
