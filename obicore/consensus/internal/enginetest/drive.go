package enginetest

import (
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Order gives something to order to every node that runs.
func (w *World) Order() {
	w.mutex.Lock()
	n := len(w.orders) + 1
	w.orders = append(w.orders, [8]byte{byte(n >> 8), byte(n)})
	w.mutex.Unlock()
	for _, n := range w.Nodes {
		n.Notify()
	}
}

// Isolate cuts the links between two groups, or heals them all with none.
func (w *World) Isolate(group ...int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	inside := make(map[int]bool)
	for _, n := range group {
		inside[n] = true
	}
	for a := range w.Nodes {
		for b := range w.Nodes {
			w.cut[[2]int{a, b}] = inside[a] != inside[b]
		}
	}
}

// Reach waits until all the given nodes have a height, at most for a time; it
// returns how long that took.
func (w *World) Reach(height uint64, atMost time.Duration, nodes ...int) (time.Duration, bool) {
	begin := time.Now()
	for time.Since(begin) < atMost {
		all := true
		for _, n := range nodes {
			all = all && w.Nodes[n].Height() >= height
		}
		if all {
			return time.Since(begin), true
		}
		time.Sleep(5 * time.Millisecond)
	}
	return atMost, false
}

// MustReach is [World.Reach] that ends the test when it is in vain.
func (w *World) MustReach(height uint64, atMost time.Duration, nodes ...int) time.Duration {
	w.t.Helper()
	took, ok := w.Reach(height, atMost, nodes...)
	if !ok {
		for _, n := range w.Nodes {
			w.t.Logf("node %d: %+v", n.Index, n.status())
		}
		w.t.Fatalf("height %d is not reached within %s by %v", height, atMost, nodes)
	}
	return took
}

// Draw gives the engines their random numbers.
func (w *World) Draw() uint64 {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.random.Uint64()
}

// Chance is a random number below n.
func (w *World) Chance(n int) int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.random.IntN(n)
}

// All are the numbers of all nodes.
func (w *World) All() []int { return w.Others() }

// Others are the numbers of all nodes but some.
func (w *World) Others(group ...int) (others []int) {
	for n := range w.Nodes {
		if !slices.Contains(group, n) {
			others = append(others, n)
		}
	}
	return others
}

// Highest is the height of the node that has most.
func (w *World) Highest() (high uint64) {
	for _, n := range w.Nodes {
		high = max(high, n.Height())
	}
	return high
}

// Settle orders something and waits until all nodes have a block above all before.
func (w *World) Settle(atMost time.Duration) time.Duration {
	w.t.Helper()
	high := w.Highest()
	w.Order()
	return w.MustReach(high+1, atMost, w.All()...)
}

// CutOneWay cuts one direction of a link.
func (w *World) CutOneWay(from, to int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.cut[[2]int{from, to}] = true
}

// Appoint names the nodes that decide from a height on.
func (w *World) Appoint(epoch, from uint64, nodes ...int) {
	set := &chain.ValidatorSet{Epoch: epoch, From: from}
	for _, n := range nodes {
		set.Members = append(set.Members, w.Nodes[n].Validator)
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.sets[from] = set
}

// Set is the one that decides a height.
func (w *World) Set(height uint64) *chain.ValidatorSet {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.set(height)
}

// Reports are what hosts were told so far.
func (w *World) Reports() []consensus.Evidence {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.Clone(w.reports)
}

// CrashAt ends a node's life at a record of its log, written or not, and starts it again a
// little later; closed when that is done, or when it has not come so far in 30 seconds.
func (w *World) CrashAt(node, record int, written bool) (done <-chan struct{}) {
	n := w.Nodes[node]
	crashed, ended := make(chan struct{}), make(chan struct{})
	n.mutex.Lock()
	n.onRecord = func(h *Host, at int) {
		if at < record {
			return
		}
		n.mutex.Lock()
		n.onRecord = nil
		h.crashAfter = written
		n.mutex.Unlock()
		if !written {
			n.Crash()
		}
		close(crashed)
	}
	n.mutex.Unlock()
	go func() {
		defer close(ended)
		select {
		case <-crashed:
		case <-time.After(30 * time.Second):
			return
		}
		time.Sleep(300 * time.Millisecond)
		n.Restart()
	}()
	return ended
}

// Leader is the node that thinks it leads; the test ends when there is none in ten seconds.
func (w *World) Leader() int {
	w.t.Helper()
	for range 10_000 {
		for _, n := range w.Nodes {
			if h := n.Running(); h != nil && h.Engine.Status().Leader == n.ID {
				return n.Index
			}
		}
		time.Sleep(time.Millisecond)
	}
	w.t.Fatal("nobody leads")
	return 0
}
