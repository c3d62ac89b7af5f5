// Package mesh is the mesh module "mesh": it keeps one connection for each peer and
// class over any secure channel, and delivers messages in both directions of it.
//
// Both ends dial; a peer without an address only accepts. When two connections of one
// peer and class meet, both ends keep the same one: that of a restarted peer, or of a
// peer that has lost the other, or else that which the lower node id dialled.
//
// A connection has three goroutines. The reader turns bytes into frames and never waits
// for a handler. The writer empties the queue as far as the peer's credit goes, many
// small frames in one write. The deliverer calls the handlers: Changed(true), Receive for
// each message, Changed(false); a successor's deliverer waits for its predecessor's, so
// that a peer's class is served by one goroutine at a time. Each dialled class has one
// more, its keeper. All of them end with Close, which waits.
//
// What it is not: a router or a gossip network. Messages go to a peer over its own
// connection or not at all, and nothing is sent again.
//
// Invariants, beyond those of kernel/network:
//   - A connection's frames are exactly those of docs/spec/en/network.md; any other ends it.
//   - What a peer can make this node hold is two windows for each class – one may be of
//     a lost connection that is still being delivered – and one frame that arrives; all
//     strangers together have Limits.Handshakes unfinished handshakes, the oldest of which
//     gives way to a new one.
//   - No lock is held while a handler runs; handlers may call the mesh, but not Close.
//   - Lock order: mesh, then outbox or inbox.
package mesh
