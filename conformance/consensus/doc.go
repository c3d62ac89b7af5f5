// Package consensus judges consensus modules: the rules that hold for any implementation of
// kernel/consensus.Module that can be shown with one node.
//
// A rule puts an engine between a scripted host, a clock that only the rule moves and a log
// in memory. The host keeps book of every call: what breaks the standard in any call is
// reported, whatever the rule was looking at.
//
// What it is not yet: a judge of agreement. Fault schedules, crashes between a vote and its
// decision and several nodes come with the network; an engine that needs more than one node
// is reported as not applicable here, except for its proofs' verifier and its manners.
//
// Invariants:
//   - The package imports the kernel and conformance, and no implementation; signatures are
//     Ed25519 and hashes SHA-256 of the standard library.
//   - Real time decides nothing: it only bounds the wait for an engine that hangs.
package consensus
