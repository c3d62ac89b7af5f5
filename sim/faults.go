package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Run is one seeded run of faults against a cluster under load.
type Run struct {
	c      *Cluster
	random *rand.Rand
	chores *rand.Rand // apart, so that faults are the same with and without them
	trace  []string
	began  time.Time
	cuts   map[[2]*Node]bool
	sent   uint64
	target chain.Address
}

// NewRun makes a run whose faults and load are drawn from a seed.
func NewRun(c *Cluster, seed uint64) *Run {
	random := rand.New(rand.NewPCG(seed, 0x5eed))  //nolint:gosec // a seed gives the same faults every time
	chores := rand.New(rand.NewPCG(seed, 0xc402e)) //nolint:gosec // as above
	return &Run{
		c: c, random: random, chores: chores, began: time.Now(), cuts: make(map[[2]*Node]bool), target: chain.Address{0xba, 0x4c},
	}
}

// Trace is what has happened so far, for who reads a failure.
func (r *Run) Trace() string { return strings.Join(r.trace, "\n") }

func (r *Run) note(format string, arguments ...any) {
	r.trace = append(r.trace, fmt.Sprintf("%8.3fs ", time.Since(r.began).Seconds())+fmt.Sprintf(format, arguments...))
}

// Play injects count faults with load between them, then heals everything and
// waits until all nodes are equal and have executed what they promised.
func (r *Run) Play(count int) {
	r.c.t.Helper()
	defer func() {
		if r.c.t.Failed() {
			r.c.t.Logf("what happened:\n%s%s", r.Trace(), r.c.describe())
		}
	}()
	for range count {
		r.load()
		r.fault()
		if r.c.settings.Retain > 0 {
			r.maintain()
		}
		time.Sleep(time.Duration(50+r.random.IntN(3000)) * time.Millisecond)
	}
	r.heal()
	r.note("healed at height %d", r.c.Judge.Height())
	before := r.c.Judge.Height()
	r.load()
	r.c.Settle(healTime, func() bool { return r.c.Judge.Height() > before && r.drained() })
	r.sums()
}

// healTime is how long after the last fault all nodes may take to be equal and to
// have ordered what waits.
const healTime = 60 * time.Second

// load gives transfers to nodes that run, some of them twice and to two nodes.
func (r *Run) load() {
	for range 1 + r.random.IntN(12) {
		n := r.c.Nodes[r.random.IntN(len(r.c.Nodes))]
		a := r.c.Accounts[r.random.IntN(len(r.c.Accounts))]
		if n.Chain == nil || n.Chain.HaltReason() != nil {
			continue
		}
		raw := a.next(n, r.target)
		if _, err := n.Submit(raw); err != nil {
			r.note("%s refuses a transfer: %v", n.Name, err)
			continue
		}
		r.sent++
		if other := r.c.Nodes[r.random.IntN(len(r.c.Nodes))]; other.Chain != nil && r.random.IntN(4) == 0 {
			_, _ = other.Submit(raw) // a client that sends to two nodes; either may know it already
		}
	}
}

// next returns the account's next transfer as a client sees it that asks the node
// for the nonce: a crash may have lost what was pooled.
func (a *Account) next(n *Node, to chain.Address) []byte {
	a.Restart(n)
	return a.Transfer(to, 1)
}

// fault does one thing that goes wrong, or mends one. At most the tolerated number
// of validators is down or isolated at a time, except now and then, when the
// network must stop safely.
func (r *Run) fault() {
	switch r.random.IntN(10) {
	case 0, 1, 2:
		n := r.pick(func(n *Node) bool { return n.Chain != nil })
		if n != nil && (r.down() < r.tolerated() || r.random.IntN(10) == 0) {
			r.note("crash %s at height %d", n.Name, n.Chain.Head().Header.Height)
			n.Crash()
		}
	case 3, 4, 5:
		if n := r.pick(func(n *Node) bool { return n.Chain == nil }); n != nil {
			r.note("start %s", n.Name)
			n.Start()
		}
	case 6, 7:
		a, b := r.c.Nodes[r.random.IntN(len(r.c.Nodes))], r.c.Nodes[r.random.IntN(len(r.c.Nodes))]
		if a != b {
			key := [2]*Node{a, b}
			r.cuts[key] = !r.cuts[key]
			r.note("cut %s %s: %v", a.Name, b.Name, r.cuts[key])
			r.c.Cut(a, b, r.cuts[key])
		}
	case 8:
		n := r.c.Nodes[r.random.IntN(len(r.c.Nodes))]
		r.note("isolate %s", n.Name)
		n.Isolate(true)
		time.Sleep(time.Duration(r.random.IntN(4000)) * time.Millisecond)
		n.Isolate(false)
		for key, cut := range r.cuts {
			if cut {
				r.c.Cut(key[0], key[1], true)
			}
		}
	case 9:
		a, b := r.c.Nodes[r.random.IntN(len(r.c.Nodes))], r.c.Nodes[r.random.IntN(len(r.c.Nodes))]
		latency := time.Duration(r.random.IntN(200)) * time.Millisecond
		r.note("latency %s %s: %s", a.Name, b.Name, latency)
		r.c.channels.Latency(a.channel.Self(), b.channel.Self(), latency)
	}
}

func (r *Run) pick(fits func(*Node) bool) *Node {
	var list []*Node
	for _, n := range r.c.Nodes {
		if fits(n) {
			list = append(list, n)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[r.random.IntN(len(list))]
}

func (r *Run) down() (count int) {
	for _, n := range r.c.Nodes {
		if n.Chain == nil {
			count++
		}
	}
	return count
}

// tolerated is how many validators the engine promises to do without.
func (r *Run) tolerated() int {
	switch r.c.fault() {
	case consensus.BFT:
		return (r.c.settings.Nodes - 1) / 3
	case consensus.CFT:
		return (r.c.settings.Nodes - 1) / 2
	}
	return 0
}

// heal mends everything.
func (r *Run) heal() {
	for i, a := range r.c.Nodes {
		for _, b := range r.c.Nodes[i+1:] {
			r.c.Cut(a, b, false)
			r.c.channels.Latency(a.channel.Self(), b.channel.Self(), r.c.settings.Latency)
		}
	}
	for _, n := range r.c.Nodes {
		n.Start()
	}
}

// drained reports whether no node has anything left to order.
func (r *Run) drained() bool {
	for _, n := range r.c.Nodes {
		if n.Chain != nil && n.Chain.Pool().HasPending() {
			return false
		}
	}
	return true
}

// sums holds every node to the bank's sum: with free gas money only moves.
func (r *Run) sums() {
	r.c.t.Helper()
	want := uint64(len(r.c.Accounts)) * accountBalance
	for _, n := range r.c.Nodes {
		var sum uint64
		for _, owner := range append([]chain.Address{r.target}, r.c.addresses()...) {
			sum += n.balance(owner)
		}
		if sum != want {
			r.c.t.Errorf("%s: the accounts hold %d together, want %d", n.Name, sum, want)
		}
		if got := n.balance(r.target); got > r.sent {
			r.c.t.Errorf("%s: %d arrived, %d were sent", n.Name, got, r.sent)
		}
	}
}
