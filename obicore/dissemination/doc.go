// Package dissemination decides which transactions a node sends to whom.
//
// The rule: a node sends what its own clients gave it to every other validator,
// once, and does not pass on what a peer gave it. Until a transaction is ordered its
// first node stays responsible: it sends it again after a pause that doubles. Only
// when a transaction still waits long after that – its first node has failed after
// reaching some of the others – do those who hold it send it as well. So a
// transaction crosses each link about once, a duplicate ends at the pool of the
// receiver, and a loss costs a pause.
//
// An [Outbox] is a plain value: time comes in, batches go out. It owns no goroutine,
// clock or connection, so that a simulator replays it step by step.
package dissemination
