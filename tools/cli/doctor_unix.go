//go:build linux || darwin

package cli

import (
	"math/bits"
	"syscall"
)

// openFileLimit returns how many files this process may have open.
func openFileLimit() (uint64, bool) {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0, false
	}
	return limit.Cur, true
}

// freeSpace returns the bytes that may still be written in a directory.
func freeSpace(directory string) (uint64, bool) {
	var system syscall.Statfs_t
	if syscall.Statfs(directory, &system) != nil {
		return 0, false
	}
	high, low := bits.Mul64(system.Bavail, uint64(system.Bsize))
	return low, high == 0
}
