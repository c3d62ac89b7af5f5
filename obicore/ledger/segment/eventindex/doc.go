// Package eventindex finds the blocks that hold certain events, exactly and not by
// blooms: these are full after some hundred events of one block.
//
// The index is a sequence of runs. A run covers heights in a row and is closed when it
// has covered RunHeights or holds RunEntries; then it is written once, in ascending
// order, and never changed:
//
//	'L' ‖ first height u64 ‖ name u64   heights: uvarint differences, the first from the run's first
//	'R' ‖ first height u64              next height u64: written last, it makes the run exist
//
// A name is the first 8 bytes of SHA-256(position ‖ value): position 0 with the
// emitter's address, 1 to 4 with a topic. What is found is a candidate, since names may
// coincide: whoever asks looks into the block. A query reads a few keys of each run, and
// since runs do not overlap, the database has nothing to merge.
//
// The run that is open is kept in memory, and saved when the ledger is closed:
//
//	'O'   first height u64, next height u64, entries: name u64, heights above the first u32
//
// What is missing after a crash is made again from the receipts, as is the index of a ledger
// that had none. A run that was saved goes on being part of the one that grew from it.
//
// It is not part of the truth: it can be removed and comes back, in the background.
// Commits do not wait for it, so that it may be some heights behind.
package eventindex
