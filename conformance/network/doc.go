// Package network judges pairs of a channel module and a mesh module: the rules that hold
// for any implementation of kernel/network.
//
// A rule runs a few nodes, each a mesh over a channel of its own. Between the two stands
// the rule's tap, which counts and cuts streams, makes them fall silent or changes what a
// node writes. Hostile ends are streams of the channel without a mesh. So every rule looks
// at what the standard says and at no module's frames.
//
// What it is not: a judge of a channel's cryptography. That each kind of improper
// certificate or key is refused is for the channel's own tests.
//
// Invariants:
//   - The package imports the kernel and conformance, and no implementation.
//   - Real time decides nothing: it bounds the wait for what must happen, and pauses are
//     held to a least length only.
package network
