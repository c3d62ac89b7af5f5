package bench

import (
	"context"
	"maps"
	"slices"
)

// workload is a kind of call and what must be true after many of them. A transaction is
// one call, or a bundle of them.
type workload interface {
	// prepare makes what the calls need; root pays for it.
	prepare(ctx context.Context, root *root, senders []*account) error
	// order returns the n-th call of a run.
	order(n int) order
	// gas is about what a transaction of one call takes; the target is asked what it really is.
	gas() uint64
	// check looks at the sums after the calls with these numbers, each executed
	// once.
	check(ctx context.Context, c *client, numbers []int) error
}

// reading is the workload that sends no transactions.
const reading = "read"

// workloads are made for those whom they pay.
var workloads = map[string]func(to Payment) workload{
	"transfer": func(to Payment) workload { return &transfers{payees{Payment: to}} },
	"erc20":    func(to Payment) workload { return &tokens{payees: payees{Payment: to}} },
	"evidence": func(Payment) workload { return &evidence{} },
	"mixed": func(to Payment) workload {
		return &mixed{transfers: transfers{payees{Payment: to}}, tokens: tokens{payees: payees{Payment: to}}}
	},
}

// Workloads are the names of all workloads.
func Workloads() []string {
	return append(slices.Sorted(maps.Keys(workloads)), reading)
}
