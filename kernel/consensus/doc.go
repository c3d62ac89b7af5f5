// Package consensus is the kernel's standard for consensus: how an engine
// orders proposals, and how anybody checks that a header was decided.
//
// The host – the node – owns network, keys, storage, sync, clock and the signed
// message. An [Engine] owns the protocol: when to propose, whom to ask, what is
// decided. It never opens a socket or a file, and a proposal is opaque to it.
//
// Invariants that conformance/consensus proves for any engine:
//   - One header hash per height, under every fault schedule of its fault level.
//   - Heights are committed in order, without a gap, each once.
//   - A decision's proof verifies with header, chain identity and validator set
//     alone, and with nothing else.
//   - An engine commits only what its host has validated.
//   - After a crash an engine never contradicts a vote that it made before.
//   - Stop returns, and after it the engine calls its host no more.
package consensus
