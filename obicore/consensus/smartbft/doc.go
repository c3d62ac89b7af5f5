// Package smartbft is the consensus engine for networks whose validators do not
// trust each other: it drives SmartBFT (github.com/hyperledger-labs/SmartBFT v1.0.1,
// exactly) for a host of this platform.
//
// With n validators of equal weight it stays safe and live while f = ⌊(n−1)/3⌋ of
// them are faulty in any way: four survive one. One to three validators survive no
// Byzantine fault; of three, one may be down, of two none. A decision takes three
// message delays and two synced log records per node, one at a time.
//
// What it is not: a pool, a store or a network – those are the host's. SmartBFT
// orders no transactions here but demands, "make the block at this height": a request
// that any block at this height meets. A node on which a demand is not met complains
// about the leader. Leaders do not rotate; a leader stays until it fails.
//
// The header's consensus meta is SmartBFT's view metadata (view, height, decisions in
// the view). A vote is a consensus.Vote of kind "smartbft/commit" with the view as
// its round, or the later one whose new view carries the proposal over; a proof is a
// consensus.QuorumProof of kind "smartbft/1".
//
// Invariants:
//   - A height is committed once, in order, after the host has validated it, and only
//     with a proof that this node has verified.
//   - Nothing leaves a node before the record that it promises by is synced, and after
//     its view data a node makes no vote in an earlier view.
//   - A vote that the host refuses is not sent. The node goes on without it.
//   - Receive and Notify do not wait. After Stop no goroutine calls the host.
//   - No validator can take the place or the time of another. What waits in the inbox and
//     in the view gate is bounded in equal shares, 64 MiB and 8,192 messages each in all and
//     at least 8 MiB and 256 of every sender; messages are taken from the senders in turn,
//     each sender's in order. How deep a message waits costs nothing until the view that it
//     waits for comes. New views, which cost a check of a signature for each member, are
//     looked at only from who leads the view or reminds of it, and so often: newviews.go.
//
// Hazards of SmartBFT v1.0.1, what is done about them, and what it brings. Recovery is
// from the loss of the leader with orders pending, four nodes, 5 ms links, virtual
// time; the patience is 1.5 s.
//   - A new leader's pre-prepare overtakes the installation of its view and is lost.
//     With an instant log that is every time: 6.6 s, with the view gate (gate.go)
//     1.5 s.
//   - Messages that come early, or while a node syncs, are lost and not sent again. On
//     reordering links with 40 ms: 2 s to more than 120 s, with the gate and with
//     undecided messages delivered and sent again (stalled.go, outgoing.go) 1.8 s.
//   - What is for more than one height further is lost too, and votes for it start a catching up
//     of some 300 ms: a node that was slow for 60 ms answered its clients 340 ms late. The gate
//     holds what is for the next heights (gate.go).
//   - A new view with two view data of one signer is counted twice, view data of nodes
//     that are behind are not verified, and a new view that comes twice stops the
//     process: viewdata.go.
//   - A node that restarts during a change of view forgets that it is prepared, and
//     may take up a decided height again: restore.go.
//   - A node that restarts from a change of view forgets the proposal that it had taken
//     up before, and when others are prepared for it there is no new view ever again:
//     flight.go. Who leads in a view of the past waits for nothing and asks nobody: the
//     messages of those who have gone on count for all views up to theirs.
//   - A node that restarts from a change of view takes that view for installed and, as
//     its leader, would propose in it and forget what is in flight: wished.go.
//   - A proposal in flight counts against every other one, also when nobody is prepared for
//     it, and when it is of an earlier view. After a leader that has shown two proposals in
//     its view, or after a view that some have missed, there may be no new view ever again:
//     impasse.go has those who are in the way give way, superseded.go shows who is prepared
//     for something that is dead by which new view it is.
//   - A vote for a proposal that a new view carries over is neither logged nor remembered, and
//     counts together with those that were made in the proposal's own view: with a leader that
//     sends two new views, two blocks are decided. Here its round is the new view: carried.go.
//   - The record of a vote marks whatever is in flight as prepared: seal.go.
//   - A leader may say two things in a new view: who has not started the view yet takes both,
//     votes for what the one carries over and for what is proposed after the other, and both
//     are decided. It says two things itself when view data come again: viewdata.go,
//     outgoing.go.
//   - Two nodes that help one that lags answer each other without end, and each answer goes
//     to all: asks.go.
//   - A change of view that starts before the first tick never ends where the chain's clock
//     is not the process's: timing.go.
//   - A sync in the middle of a change of view starts the old view again. It takes the votes
//     for what the new view carries over for its own and delivers what nobody can prove: it
//     is ended when the carrying over begins (leave.go), and votes in the round that it counts.
//   - What SmartBFT has delivered it shows as its last decision, also when this node's own
//     vote was refused, and the others refuse those view data: with enough of such nodes there
//     was no change of view ever again. decide.go puts the proof that was fetched in its place.
//   - Its patience with a leader is the same in all views: validators who all need longer for a
//     block than that, as four on an overloaded machine do, change their view for ever. Each
//     view without a decision doubles the patience, up to eight times (backoff.go), and the
//     judgement of a proposal ends with its view, for which the next one waits (judging.go).
//   - A decision that meets the end of its view, a sync or the end of a view change
//     locks it up or panics: watch.go, seal.go, turn.go find or prevent it. Its
//     reconfiguration can lock up too and is not used; the engine starts SmartBFT anew.
//   - It panics to report a fault: logger.go ends the goroutine and SmartBFT is started
//     anew from the tip and the log.
//
// SmartBFT's own digest is SHA-256 whatever the chain's suite; what is signed and
// proved is the header hash of the suite. Its request timers use the process's time
// and not the host's clock.
package smartbft
