//go:build !linux || race

package rowcache

import "sync/atomic"

// Elsewhere, and where races are looked for, it is the heap's memory.
func mapped(bytes int) []byte { return make([]byte, bytes) }

func unmap([]byte) {}

func words(count int) []atomic.Uint64 { return make([]atomic.Uint64, count) }

func unmapWords([]atomic.Uint64) {}
