package hugepages

import "sync"

// Advise asks, the first time, for huge pages behind the next part of the heap, before what
// uses much memory. It returns the size of that part in bytes, 0 where it asks for nothing.
func Advise() int { return once() }

var once = sync.OnceValue(ask)

// Back asks for huge pages behind memory that was mapped from the system.
func Back(region []byte) { back(region) }
