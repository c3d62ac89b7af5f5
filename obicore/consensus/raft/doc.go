// Package raft is the consensus engine for networks whose validators trust each other
// to run this software and not to lie: it drives etcd's raft (go.etcd.io/raft/v3
// v3.7.0, exactly) for a host of this platform.
//
// With n validators of equal weight it stays safe while any number of them is down or
// cut off, and live while a majority runs and is connected: three survive one, five
// two. It survives no lie at all; for validators that do not trust each other there is
// another engine. A decision takes a leader and a majority one round trip with one synced
// log record and one recorded vote on each; the others learn it with the proof, one
// message later. One proposal is in flight at a time.
//
// What it is not: a pool, a store or a network – those are the host's. Raft's log here
// is not the ledger: it holds what is not decided yet, and a few decided entries in
// memory for members that are a little behind. Who is further behind gets a snapshot
// that names a height and nothing else, and has its host fetch the chain up to there.
//
// A proposal is one entry of raft's log, and the header's consensus meta is the term
// of that entry, eight bytes. A vote is a consensus.Vote of kind "raft/commit" with that
// term as its round; a proof is a consensus.QuorumProof of kind "raft/1" by a majority.
//
// When a member votes. A majority that has an entry proves by itself nothing in raft: an
// entry of an earlier term may be on a majority and yet be replaced (the paper's
// figure 8). Two proofs of one height would then exist. So a member votes for an entry
// when it is durable in its log and either the member still is in the term of the entry,
// or raft has told it that the entry is committed. A majority of such votes implies that
// raft commits the entry, whoever collects them; the leader does.
//
// Validators. A set of validators is a raft group of its own, with a configuration that
// never changes. The decision that brings a new set is the last of its group; every
// member then begins the next group at the same place, which follows from the set
// alone, and whoever led campaigns at once. Raft's own changes of configuration are not
// used: an entry with one would take effect at another height than the chain says, and
// a proof has to be by a majority of the set that the chain names for its height. That
// the old group decides nothing more follows from its members proposing only on top of
// what is decided.
//
// Invariants:
//   - A height is committed once, in order, after the host has validated or proposed it,
//     and only with a proof that this node has verified.
//   - Nothing leaves a node before the record that it promises by is synced. A log that
//     does not read keeps the engine from starting.
//   - A follower acknowledges no proposal that its host refuses. It does not listen to
//     the leader for a while then: a majority that refuses chooses another leader. When a
//     majority accepts it, the node gets the decision by block sync; its host judges it
//     and stops when its own roots differ. The engine never overrules its host.
//   - A vote that the host refuses is not sent. The node goes on without it.
//   - Raft runs in one goroutine; a panic inside it begins the group anew from the log,
//     and after several without a block the node halts. A log that cannot be written
//     halts it at once.
//   - Receive and Notify do not wait. After Stop no goroutine calls the host.
//
// Blocks on demand. The host says when it wants a block; a follower passes that on to the
// leader until its tip moves, and the leader asks its own host. A member that has asked
// in vain for two patiences – its transactions may never have come to the leader – gets
// the lead. With an interval only time makes blocks.
//
// Loss of the leader. A follower campaigns when it has not heard of the leader for one to
// two patiences; a leader that hears no majority for one steps down; one that stops in
// peace hands over. From the loss of the leader to the next block with a patience of 1 s,
// three nodes, links of 5 ms and 3 ms for a record, virtual time, 16 seeds: 0.97 s in the
// median, 1.8 s at the longest, where two campaign at once; with links of 40 ms that
// reorder 1.3 s and 2.2 s; five nodes 0.86 s and 1.05 s.
//
// What is deterministic. Raft is a state machine, and its one source of randomness –
// election timeouts – is not used: followers get no ticks, the adapter ends leases and
// campaigns by the host's clock and random numbers. So with the same order of messages,
// results of the host and times the engine does the same. The order in which goroutines
// of host and network bring those is not this package's; in virtual time it varies.
package raft
