package bench

import (
	"context"
	"maps"
	"slices"
)

// workload is a kind of transaction and what must be true after many of them.
type workload interface {
	// prepare makes what the transactions need; root pays for it.
	prepare(ctx context.Context, root *root, senders []*account) error
	// order returns the n-th transaction of a run.
	order(n int) order
	// gas is about what one transaction takes; the target is asked what it really is.
	gas() uint64
	// check looks at the sums after the transactions with these numbers, each executed
	// once.
	check(ctx context.Context, c *client, numbers []int) error
}

// reading is the workload that sends no transactions.
const reading = "read"

var workloads = map[string]func() workload{
	"transfer": func() workload { return &transfers{} },
	"erc20":    func() workload { return &tokens{} },
	"evidence": func() workload { return &evidence{} },
	"mixed":    func() workload { return &mixed{} },
}

// Workloads are the names of all workloads.
func Workloads() []string {
	return append(slices.Sorted(maps.Keys(workloads)), reading)
}
