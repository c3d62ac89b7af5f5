// Package light follows a chain without running it: it checks headers, changes of
// the validator set, state and transactions by their proofs alone.
//
// A [Client] starts from a [Checkpoint] that its owner trusts – a header and the set
// that decides the next one, from a genesis file or from somebody who is believed –
// and goes from there to any later header that the trusted set has decided, and
// across a change of the set by the header that announces it. It needs no storage,
// no engine and no connection of its own, and compiles to WebAssembly.
//
// What it relies on: fewer than a third of the weight of each set it trusts lies
// before TrustPeriod has passed since the set's last header; keys of former
// validators prove nothing after that, so that a client which was away for longer
// needs a new checkpoint. A header is fresh when its time is not older than MaxAge
// by the client's own clock; Head refuses one that is not.
package light
