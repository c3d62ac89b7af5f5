// Package journal is a small durable log: the engine's own log and the record of
// votes are made of it.
//
// Records are appended, made durable on request, read back in order, and dropped
// from the front. A torn last record – a crash in the middle of a write – is cut
// off when the journal is opened; damage before the last record is an error,
// because a log that forgets silently would let a validator contradict itself.
//
// It is not the ledger and not a general database: a journal is read once, when it
// is opened, and holds little.
package journal
