// Package dissemination decides which transactions a node sends to whom, and which it
// asks for.
//
// The rule: a node sends what its own clients gave it to every other validator,
// once, and does not pass on what a peer gave it. Until a transaction is ordered its
// first node stays responsible: it sends it again after a pause that doubles. Only
// when a transaction still waits long after that – its first node has failed after
// reaching some of the others – do those who hold it send it as well. So a
// transaction crosses each link about once, a duplicate ends at the pool of the
// receiver, and a loss costs a pause.
//
// For ordering by digest it also decides how a voter comes by what a header orders: a
// [Shelf] keeps the batches that proposers tell, an [Assembly] puts together the one that
// its header commits to, and a [Ration] bounds what others are given.
//
// Where validators may rely on each other's checks, [Certificates] holds what is not
// checked here until f+1 of them state that they have, f being how many may be faulty,
// and [Checkers] are those who check it at once.
//
// All are plain values: time comes in, messages go out. They own no goroutine, clock or
// connection, so that a simulator replays them step by step.
package dissemination
