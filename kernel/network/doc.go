// Package network is the kernel's standard for node communication: how nodes of
// one chain prove to each other who they are, and how their messages travel.
//
// A [SecureChannel] opens mutually authenticated byte streams and knows nothing
// of chains or nodes: what it proves is a transport identity. A [Mesh] binds that
// identity to a node id and a chain, keeps connections to its [Peer]s, one for
// each [Class] of traffic, and delivers messages. It looks into none.
//
// Invariants that conformance/network proves for any channel and mesh:
//   - Messages of one class from one peer arrive in the order in which they were
//     sent, each at most once, and without a gap while one connection lasts.
//   - A message is attributed to a node id only after the channel has proved the
//     transport identity that the id stands for, on a connection whose two ends
//     named the same chain.
//   - A peer that is no longer in the list is cut before SetPeers returns, and
//     nothing of it is delivered afterwards.
//   - A class that is slow or flooded delays neither another class nor another
//     peer; memory stays within the limits whatever a peer sends.
//   - Malformed, oversized or unexpected frames end the connection and nothing else.
//   - A connection that is lost is made again, with growing pauses, until Close.
package network
