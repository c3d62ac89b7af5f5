// Package inbox keeps what other nodes say to an engine until the engine has time for it,
// so that none of them can take the place of another.
//
// Every sender has a queue of its own with an equal share of the room, and the engine
// takes from all of them in turn: who sends more than the engine can take loses messages
// of his own, and what another sends waits for at most one of each before it. The
// messages of one sender stay in order.
//
// It knows nothing of what the messages say.
package inbox
