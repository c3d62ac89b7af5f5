// Package reference is a small consensus engine that is written to be read: the judge of
// agreement is proved with it before it judges others. It is no product module, is in no
// registry and is not made to be fast.
//
// The protocol goes in rounds, with one leader for each. The leader proposes; who accepts
// the proposal prepares it; who has seen a quorum prepare it locks on it and commits to it;
// a quorum of commits decides. A round that does not decide in time is left for the next,
// and is never voted in again. Who is locked prepares something else only when it is shown
// that a quorum has prepared that in a later round than its lock's: two quorums have an
// honest member in common, and so nothing else can be decided. The level of faults that it
// survives is only a matter of what a quorum is.
//
// A [core] is the protocol as a function: a step takes an event and gives effects, and knows
// no host, no log and no time but the event's. The engine around it carries effects out and
// makes events of what comes of them, one after the other. It works only in functions of the
// clock, so that a run replays exactly where one goroutine owns the clock.
//
// Invariants:
//   - A vote is endorsed only after the record of it is durable, and sent only after that.
//   - A validator votes at most once for a height, round and kind.
//   - Only what the host has validated is prepared or committed.
//   - Whatever a peer sends costs bounded memory and no more than one catch-up per tick.
package reference
