// Package pacing lets a process use memory to collect garbage less often.
//
// Go's collector runs whenever the heap has grown by its live size again. A node's live
// heap is small beside what it allocates: with 100 MiB it would collect several times a
// second, on the cores that check signatures. Here garbage may always take Spare before
// it is collected, so that small heaps are collected less often and large ones as Go does.
//
// Where the C library is glibc, it also has C's allocator use one arena and give back now and then what it
// keeps free: the database's cache of blocks is its memory, and came to take up more than
// twice its size.
//
// It bounds nothing: GOMEMLIMIT does, as ever, and where GOGC is set this package leaves
// the collector as it is.
package pacing
