// Package solo is the consensus engine of a chain with one validator: it makes
// a block when there is something to order, or at a fixed interval.
//
// It tolerates no fault and needs no network. Its decisions carry a signature of
// the one validator over the header hash, so that they can be checked like those
// of any other engine.
//
// Invariants: one proposal is in flight at a time; a decision is made only after
// the host has validated the proposal; after Stop the host is called no more.
package solo
