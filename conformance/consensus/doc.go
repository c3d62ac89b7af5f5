// Package consensus judges consensus modules: the rules that hold for any implementation of
// kernel/consensus.Module, shown with one node and with several.
//
// # One node
//
// A rule puts an engine between a scripted host, a clock that only the rule moves and a log
// in memory. The host keeps book of every call: what breaks the standard in any call is
// reported, whatever the rule was looking at. An engine that needs more nodes is reported as
// not applicable here, except for its manners.
//
// # Several nodes
//
// A rule puts an engine on each node of a world: scripted hosts with their chains, logs and
// records of votes, which survive a crash; a network with delays, cuts and slow nodes, whose
// links keep order only when the engine's capabilities ask for that; and one clock. Every
// commit is checked: one header per height, in order, validated by that node's host, nothing
// ordered twice, with a proof that the stateless verifier accepts. So is every vote: an engine
// asks for none that contradicts another. A log loses what was not synced in a crash, from a
// random record on.
//
// Engines with goroutines run while the clock stands; it goes on when no call of a host is
// under way and none comes, and at most five times as fast as real time, because such engines
// have timers of their own. Engines that work only in functions of the clock are run in one
// goroutine ([Subject].Stepped), and a run replays exactly from its seed.
//
// The rules are shown with 4 and 7 nodes for engines that promise to survive Byzantine faults,
// with 3 and 5 for crash faults. "All" are all validators that are not faulty.
//
//	nodes-agree                       one header per height, whatever crashes, partitions and delays
//	nodes-commit-what-hosts-validate  each node what its own host has validated
//	nodes-commit-in-order             every height, without a gap; every order once
//	leader-cut-off-is-replaced        the others go on, and it comes back
//	minority-partition-heals          as many apart as may be faulty
//	majority-partition-heals          every node apart: nothing is decided; then all go on
//	no-quorum-no-progress             one more down than may be faulty
//	slow-node-holds-nobody            a node with links of 20 s
//	slow-log-works                    records that take 20 ms, and the leader is lost
//	instant-log-works                 records that take no time, and the leader is lost
//	crash-at-every-record             before and after each record and after each vote, of a leader and of another
//	old-log-does-no-harm              BFT: a leader with an old log, whose host refuses votes
//	lagging-node-catches-up           and its vote is needed
//	stopped-node-is-silent            each node in turn
//	decisions-convince-others         TransferableProof: every decision of every node
//	decisions-prove-nothing-else      TransferableProof: other sets, chains, heights, every bit of proof and header
//	twins-never-fork                  BFT: as many validators run twice as may be faulty
//	nodes-vote-once                   BFT: and no engine asks for votes that contradict each other
//	bad-proposal-is-not-decided       BFT: proposals of leaders that others refuse
//	garbage-does-no-harm              BFT: noise and altered messages of faulty nodes
//	replay-does-no-harm               BFT: old messages, from anybody
//	double-vote-is-reported           Evidence: a validator votes otherwise in a second network and is heard in the first
//	member-is-added                   DynamicMembership: and its vote is needed
//	member-is-removed                 DynamicMembership: the leader, and as many go down as may be faulty without it
//	keys-are-rotated                  DynamicMembership: of the leader and of another, and their votes are needed
//
// The suite itself is proved with the reference engine (package reference): it keeps every
// rule at both levels, a broken form of it refutes each rule, and a thousand seeds of faults
// end in agreement. CONFORMANCE_SEEDS runs more of them, CONFORMANCE_SEED says from which on.
//
// What it is not: a proof. Rules are shown with the schedules that they run; those of engines
// with goroutines depend on the scheduler too.
//
// Invariants:
//   - The package imports the kernel and conformance, and no implementation; signatures are
//     Ed25519 and hashes SHA-256 of the standard library.
//   - Real time decides nothing: it bounds the wait for an engine that hangs, and the clock's
//     pace.
//   - A rule that does not apply to an engine says so by the engine's capabilities.
package consensus
