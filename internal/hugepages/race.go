//go:build race

package hugepages

// The race detector keeps notes on every byte that is set aside.
const raceEnabled = true
