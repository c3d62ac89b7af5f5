//go:build !race

package rowcache

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/credibleledger/credibleledger/internal/hugepages"
)

// mapped returns memory of the operating system's, in huge pages where it has them; nil when it
// has none.
func mapped(bytes int) []byte {
	region, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	hugepages.Back(region)
	return region
}

func unmap(region []byte) { _ = unix.Munmap(region) } // it fails for nothing that mapped returned

// words is mapped for words.
func words(count int) []atomic.Uint64 {
	region := mapped(count * slotSize)
	if region == nil {
		return nil
	}
	return unsafe.Slice((*atomic.Uint64)(unsafe.Pointer(unsafe.SliceData(region))), count) //nolint:gosec // a mapping begins at a page
}

func unmapWords(words []atomic.Uint64) {
	unmap(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), len(words)*slotSize)) //nolint:gosec // what words took
}
