package main

import (
	"os"
	"slices"
	"testing"
)

// TestMain lets the test binary be a node.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == serving {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestEveryWriteIsCommittedOnceByOneNodeAndByFour(t *testing.T) {
	for _, count := range []int{1, 4} {
		n, err := start(t.Context(), t.TempDir(), count)
		if err != nil {
			t.Fatal(err)
		}
		if _, blocks, err := n.flood(t.Context(), 'f', 1000, 300); err != nil || blocks == 0 {
			t.Errorf("%d nodes: %d blocks: %v", count, blocks, err)
		}
		latencies, err := n.pace(t.Context(), 100, 500)
		if err != nil || slices.Min(latencies) <= 0 {
			t.Errorf("%d nodes: latencies %v: %v", count, latencies, err)
		}
		n.stop()
	}
}
