//go:build cgo && linux

package pacing

/*
#include <features.h>
#ifdef __GLIBC__
#include <malloc.h>
static void one_arena(void) { mallopt(M_ARENA_MAX, 1); }
static void trim(void) { malloc_trim(0); }
#else
static void one_arena(void) {}
static void trim(void) {}
#endif
*/
import "C"

// oneArena lets C's allocator keep what is free for all threads, not for each of a dozen.
func oneArena() { C.one_arena() }

// trim gives what C's allocator keeps free back to the system. The C library gives back only what is
// free at its end: a database's cache of 200 MiB came to hold 500.
func trim() { C.trim() }
