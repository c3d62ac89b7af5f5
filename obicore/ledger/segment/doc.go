// Package segment is the default ledger: append-only segment files are the truth,
// and Pebble holds what can be made again from them.
//
// # Files
//
//	identity                   whose ledger this is: format, module, chain, commitment, hash function
//	lock                       held while a process has the ledger open
//	headers/NNNNNNNN.segment   column of [header, proof], kept for ever, from Status().OldestHeader on
//	bodies/NNNNNNNN.segment    column of [body, [ids]] or [body, [ids], [signers]], from Status().OldestBody on
//	results/NNNNNNNN.segment   column of results, from Status().OldestBody on
//	…/NNNNNNNN.index           where the records of that segment are; made again when absent or broken
//	state/                     Pebble: index and state, without a log and without syncs
//	inspection/                scratch of a running Inspect
//	snapshot/                  scratch of a running Snapshot
//	restoring                  stands there while a snapshot is restored into the directory
//
// A segment file is a 64-byte header (fileHeader) and records: length u32 |
// CRC-32C u32 of (salt ‖ height ‖ payload) | height u64 | payload, little-endian. The
// salt is random and stands in the file header.
//
// # Keys in Pebble
//
// Tables N and P held the nodes in earlier versions; Open converts them. Numbers are big-endian. E is the order-preserving escape of a key: 0x00 becomes
// 0x00 0xff, and 0x00 0x01 ends it.
//
//	'S' ‖ state key                    value: the flat state at the executed height
//	'C' ‖ node name                    a node of the commitment as it was last written as a whole, and the patches since (nodes.go)
//	'H' ‖ table ‖ E(key) ‖ height u64  0, or 1 ‖ value: what a key of table S or a node held before that height;
//	                                   of nodes, table N, also 2 ‖ patch: from what it was at that height to what before
//	'J' ‖ height u64                   the keys that left history at that height (journal.go)
//	'B' ‖ header hash                  height u64
//	'I' ‖ transaction id ‖ height u64  index u32: one for each inclusion, the last one counts
//	'L', 'O', 'R'                      the event index (package eventindex)
//	"Mapplied"                         number of heights whose state is in, with the root
//	"Mindexed"                         number of heights whose block is in the index
//	"Moldest"                          lowest height whose state can be read
//	"Mbodies"                          lowest height whose body and results are kept
//
// The value of a key after height q is in its first history record above q, and in
// S or C when there is none.
//
// # Durability
//
// Append syncs body and header side by side; a block exists when both records are
// whole. Commit syncs the result record. The database follows in one batch for each
// call, and after a crash holds a prefix of these batches: Open indexes the blocks
// and applies the write sets above it, checking every root. So what Append and
// Commit acknowledged is never lost, with one sync group for each call.
//
// A broken record is a torn tail, and is cut off, only when nothing whole follows it
// in its file and neither another column nor the database shows that it was
// acknowledged. Anything else is ErrCorrupt, with file and offset. After a failed
// write or sync the ledger takes no more writes until it is opened again.
//
// # What it is not
//
// It decides nothing about blocks: Append checks height, chain, parent and counts,
// and Inspect the rest. It keeps no queue; in the background only Pebble compacts, the
// event index follows what is committed, and after Open what is remembered is filled from
// the database.
//
// # Memory
//
// Entries and nodes of the executed state are remembered as they were last read or
// written (latest.go): some on the heap, far more in rows outside of it (package rowcache), since a look
// into the database costs as much as ten into those.
//
// # Invariants
//
//   - Records have no gap in height, and only the last segment of a column is written.
//   - The database is never ahead of what is synced in the columns.
//   - No lock is held over a write or a sync except the writer's own.
//   - A view reads one Pebble snapshot; nothing that is committed or pruned later shows in it.
package segment
