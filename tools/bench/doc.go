// Package bench puts load on any Ethereum JSON-RPC endpoint and says what it can bear.
//
// At full speed it works in a closed loop: batches of signed transactions, each as soon
// as the one before it is answered, and no more under way than the target's pool takes.
// At a rate it works in an open loop: every transaction has its moment, whatever became
// of those before, and its latency counts from that moment – what a stalled target does
// to those who wait is in the figure (no coordinated omission).
//
// Transactions are Ethereum's or, on chains of this platform, native ones: of every
// scheme of the chain's suite, a call each or bundles of them. They are signed before
// the clock starts.
//
// Every figure stands with its conditions: cores, signature scheme, nodes, what counts
// as committed, and the ceiling c/(N·V) of c cores on which N nodes check every
// signature in time V, measured on the spot for the scheme that the run uses. Afterwards every transaction is looked for
// in the chain, and the sums must hold.
//
// It is not a client library, and what it prepares – funded accounts with keys that are
// thrown away, contracts – stays on the target: point it at test networks.
package bench
