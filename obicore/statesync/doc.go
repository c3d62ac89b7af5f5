// Package statesync decides which parts of a snapshot a node that has no ledger asks of
// whom, and has the messages for it.
//
// A [Joiner] asks the node's peers what they offer, chooses, and asks for the places of
// the chosen snapshot: first the indexes and what proves the headers, then the state. It
// asks every peer whose offer has the same section, several places at a time, since proofs
// of headers may differ from node to node while the state of a height does not. It trusts
// nobody: the node compares each content with the manifest as it comes and proves the
// snapshot from genesis. A peer that sends something else is not asked again; one that is
// silent or has nothing any more is passed over, and its places are asked elsewhere. An
// offer that nobody can complete, or that is false, makes room for the next, and so does
// one that comes slowly while there is another: who is alone with a section of it does not
// set the pace.
//
// It is a plain value: events and time come in, [Effect]s go out. It owns no goroutine,
// clock, connection or file, so that a simulator replays it step by step. Package blocksync
// fetches what was decided since.
package statesync
