// Package rowcache remembers many small rows, a key and a value each, in memory that Go's
// collector does not see: ten million accounts on the heap would be marked again in each of its
// cycles, and let it grow to twice their size.
//
// A cache is a log of chunks with an index. A row is put at the end of the log, or where it stands
// when it takes as much room as before. When memory is at its bound, the chunk with the most garbage is
// packed; where there is little, the next chunk in turn also gives up the rows that nobody
// has asked for since its last turn, and a quarter of its room in any case.
//
// It is not a store: what it holds stands elsewhere too and may be gone at any time. Gets may run
// side by side; nothing else may run beside anything.
//
// Invariants:
//   - A row is found as it was last set, or not at all.
//   - The caches of one [Memory] hold no more than its bound.
//   - What Get returns is a copy: no memory of a cache leaves it.
package rowcache
