package main

import (
	"slices"
	"testing"
)

func TestEveryWriteIsCommittedOnceByOneNodeAndByFour(t *testing.T) {
	for _, count := range []int{1, 4} {
		n, err := start(t.Context(), t.TempDir(), count)
		if err != nil {
			t.Fatal(err)
		}
		if _, blocks, err := n.flood(t.Context(), 1000, 300); err != nil || blocks == 0 {
			t.Errorf("%d nodes: %d blocks: %v", count, blocks, err)
		}
		latencies, err := n.pace(t.Context(), 100, 500)
		if err != nil || slices.Min(latencies) <= 0 {
			t.Errorf("%d nodes: latencies %v: %v", count, latencies, err)
		}
		n.stop()
	}
}
