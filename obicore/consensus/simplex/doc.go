// Package simplex is a second consensus engine for networks whose validators do not trust
// each other, and an experimental one: it drives Simplex (github.com/ava-labs/simplex
// v0.0.0-20260429081342-03ce910391ad, exactly) for a host of this platform. Simplex has no
// release; the version is the one that its makers shipped last, and repairs that they have
// made since are not in it. What of that is known is listed below. Where much is at stake,
// take the engine that is not experimental.
//
// With n validators of equal weight it stays safe and live while f = ⌊(n−1)/3⌋ of them are
// faulty in any way: four survive one. One to three validators survive no Byzantine fault;
// of three, one may be down, of two none. There is no change of view. Every round has its
// leader; a round whose leader is silent is left by the votes of a quorum, and who is
// silent often is passed by at once. A decision takes three message delays, two synced
// log records and one recorded vote per node.
//
// From the loss of the leader with orders pending to the next block, four nodes and a patience
// of 1 s in virtual time: 0.64 to 0.75 s with links of 5 ms, 0.98 s at the longest with 40 ms.
//
// What it is not: a pool, a store or a network – those are the host's. Nor is it a
// pipeline. Simplex builds a block on one that is voted for and not decided yet, and a
// host proposes and validates only on top of what it has committed. So a block of Simplex
// carries a proposal – a carrier – or nothing – a filler –, and every node checks of a
// carrier that the newest proposal below it is its tip. A leader that finds a proposal
// below it undecided waits for the decision a little and makes a filler then, whose
// finalization brings the other's about. A leader that others ask for a block and that
// has nothing to propose makes one too, and so lets the next lead. Fillers never reach
// the host.
//
// A validator set has a chain of Simplex of its own: sequence numbers and rounds go on
// from height to height, and begin anew with each set on a root that follows from the set
// and the last decision before it. The header's consensus meta is Simplex's metadata
// (version, epoch, round, sequence number, parent) and list of suspected leaders, so that
// the header hash binds them and a node goes on from a block that it got elsewhere. The
// digest of a carrier is the header hash; that of a filler is SHA-256 whatever the chain's
// suite, which is not reachable from here. It stands in no proof.
//
// A finalize vote for a carrier is a consensus.Vote of kind "simplex/finalize" with
// Simplex's round; a proof is a consensus.QuorumProof of kind "simplex/1". The certificate
// of a finalization brings the chain's header, because only the header binds what Simplex
// reads in it beside the hash. Other votes are signatures of the kinds "simplex/notarize",
// "simplex/empty" and "simplex/filler" over Simplex's bytes, which name the epoch.
//
// Invariants:
//   - A height is committed once, in order, after the host has validated it, and only
//     with a proof that this node has verified.
//   - A node signs one block per round, and no finalize vote beside an empty vote, except
//     for what a finalized block stands on. It finalizes only what has a notarization.
//     This holds across restarts, by the log; votes that the host refuses are not sent.
//   - Nothing leaves a node before the record that it promises by is synced. A log that
//     cannot be written stops the node, one that cannot be read keeps it from starting.
//   - No Fetch of the host is under way while an instance runs.
//   - Receive and Notify do not wait. After Stop no goroutine calls the host.
//   - What peers send is bounded, in equal shares that none can take from another: 64 MiB
//     in the inbox and at least 8 MiB of each, 16 MiB for the next epoch and at least 1 MiB,
//     one block of a leader per round, ten rounds ahead. Messages are taken from the
//     senders in turn.
//
// Hazards of Simplex at this version, and what is done about them. Numbers are those of
// upstream's repairs, where they seem to be about the same.
//   - It makes finalize votes for rounds that this node has voted to leave. A block could
//     be finalized and passed by: votes.go, signer.go.
//   - A certificate for another block than the one that is kept for its round is taken for
//     that one's (#457): dispatch.go asks for the other block instead, check.go and
//     signer.go stand behind, and ledger.go commits no block with another's certificate.
//   - It accepts a block with sequence number 0 in any round, without the proofs that the
//     rounds before were left: two could be finalized. The root of an epoch is number 0
//     here, and no other block may be.
//   - It does not look at the epoch of empty votes and their certificates: decode.go
//     refuses what is of another epoch than its frame.
//   - It would stumble over certificates without their block: decode.go. It takes as many
//     blocks as a leader makes for a round: dispatch.go takes one.
//   - It remembers for good that a block was refused, and answers the finalization of such
//     a block with an unlocked write to a map (#458 is about races), which ends a Go
//     process: check.go, dispatch.go keep it from there, and the host fetches the chain.
//   - It does not begin a round that it enters by replication, and then neither leads nor
//     leaves it: watch.go finds it, and starts Simplex anew.
//   - It logs notarizations of blocks that it has not logged, and does not start from such
//     a log; nor from one with a block that is not valid any more. It does not carry out
//     finalizations that it finds in its log: journal.go, restore.go.
//   - Once it has begun to wait for a leader it leaves the round when the time is over, though
//     nothing is to be proposed any more: build.go does the waiting.
//   - Its replication asks again after five seconds, whatever the patience, and under load
//     never catches up with a chain that goes on. What it has not brought after one
//     patience the host fetches: sync.go. It is used for what is near the tip.
//   - A block that is notarized when a quorum has already voted to leave its round is final by
//     what stands on it, and Simplex gathers no votes for it while rounds go on: belated.go. It
//     asks for eleven missing blocks at a time and gives ten at most: network.go divides that.
//   - Empty votes of later rounds are dropped, and a second empty vote of a node is made
//     and sent (#486): demands are repeated, nodes say where they stand, and the signer
//     makes the same vote again.
//   - It keeps messages of rounds that were left: an instance is replaced after 16,384
//     rounds.
//   - It gives itself up after an error without a word, or panics. The adapter asks it with
//     every tick, and starts it anew from the tip and the log. A panic in one of its own
//     goroutines is beyond that and ends the process; none is known that a peer can cause.
//   - It holds a mutex while it writes a record, asks for a vote and commits, so that a slow
//     disk delays everything in it. Virtual time of testing/synctest stands while a
//     goroutine waits for a mutex (golang/go#77687): the worlds here have instant disks,
//     and slow ones are left to conformance/consensus.
package simplex
