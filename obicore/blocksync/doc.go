// Package blocksync decides which decided blocks a node asks of whom.
//
// A [Synchronizer] hears how high its peers are and asks one of them at a time for
// the blocks after the node's own tip. It trusts nobody: the node verifies every
// block – parent, validators, proof – before the Synchronizer goes on, and a peer
// that sends what does not verify, or nothing, is passed over for a while. So a
// lying or slow peer costs one timeout and never holds the node back while another
// has the blocks. Nor does it gain by reconnecting: what is held against a peer stays when
// it goes.
//
// It is a plain value: events and time come in, [Effect]s go out. It owns no
// goroutine, clock or connection, so that a simulator replays it step by step. A
// message of an unknown kind is answered with nothing. Package statesync is for nodes
// that begin with a snapshot.
package blocksync
