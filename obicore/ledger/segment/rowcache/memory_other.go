//go:build !linux

package rowcache

import "sync/atomic"

func machine() int { return 0 }

// Elsewhere it is the heap's memory.
func mapped(bytes int) []byte { return make([]byte, bytes) }

func unmap([]byte) {}

func words(count int) []atomic.Uint64 { return make([]atomic.Uint64, count) }

func unmapWords([]atomic.Uint64) {}
