package enginetest

import "testing"

// Seeds is how many of so many seeds a test plays: a quarter where the tests are to be short,
// as under the race detector, which looks at what runs and not at how it ends.
func Seeds(count uint64) uint64 {
	if testing.Short() {
		return max(1, count/4)
	}
	return count
}

// RecordsApart is from which record of a log to the next a crash is tried: to each, but where
// the tests are to be short.
func RecordsApart() int {
	if testing.Short() {
		return 4
	}
	return 1
}
