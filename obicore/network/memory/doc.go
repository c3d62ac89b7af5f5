// Package memory is a secure channel inside one process, for tests and simulations: a
// [Switch] stands for the network between the channels that it opens.
//
// It encrypts nothing and proves nothing beyond what the Switch knows: identities are
// true because nobody else can make a channel. A product does not register it.
//
// The Switch cuts, stalls and heals links between identities, refuses dials, delays
// bytes and lets a test change them on their way.
//
// Invariants:
//   - What waits, waits on channels, conditions and timers of package time only, so that
//     it can run inside a testing/synctest bubble with virtual time.
//   - Bytes of one direction arrive in order, after the link's latency at the time of
//     their writing; at most Buffer of them are under way, then writing waits.
//   - Both ends must call Handshake before it returns nil at either.
package memory
