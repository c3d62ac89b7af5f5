package consensus

import (
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// calm is a network without trouble.
var calm = conditions{latency: 5 * time.Millisecond, jitter: 3 * time.Millisecond, sync: time.Millisecond, seed: 1}

// sizes are the numbers of nodes that a rule is shown with.
func (b bench) sizes(t conformance.T) []int {
	t.Helper()
	switch b.make(t, demand).Capabilities().Fault {
	case consensus.CFT:
		return []int{3, 5}
	case consensus.BFT:
		return []int{4, 7}
	}
	t.Skipf("the engine promises nothing for several nodes")
	return nil
}

// byzantine ends rules about faults that an engine does not promise to survive.
func (b bench) byzantine(t conformance.T) {
	t.Helper()
	if fault := b.make(t, demand).Capabilities().Fault; fault != consensus.BFT {
		t.Skipf("the engine's fault level is %s; the rule is about Byzantine faults", fault)
	}
}

// each shows a rule in a world of each size.
func (b bench) each(t conformance.T, given conditions, show func(t conformance.T, w *world)) {
	t.Helper()
	var shows []func(t conformance.T)
	for _, n := range b.sizes(t) {
		g := given
		g.nodes = n
		shows = append(shows, func(t conformance.T) { b.one(t, g, show) })
	}
	b.together(t, shows...)
}

// one shows a rule in one world.
func (b bench) one(t conformance.T, given conditions, show func(t conformance.T, w *world)) {
	t.Helper()
	w := b.world(t, given)
	for _, n := range w.nodes {
		n.start()
	}
	show(t, w)
	w.end()
	w.report(t)
}

// faulty is how many nodes may be faulty.
func (w *world) faulty() int { return w.faultyOf(w.given.nodes) }

func (w *world) faultyOf(nodes int) int {
	if w.fault == consensus.BFT {
		return (nodes - 1) / 3
	}
	return (nodes - 1) / 2
}

// all are the places of the validators.
func (w *world) all() (places []int) { return w.others() }

// others are the places of the validators without some.
func (w *world) others(without ...int) (places []int) {
	for n := range w.given.nodes {
		if !slices.Contains(without, n) {
			places = append(places, n)
		}
	}
	return places
}

// leader is the place of the node that the first running validator takes for the leader.
func (w *world) leader() int {
	for _, n := range w.nodes {
		if l := n.running(); l != nil {
			id := l.engine.Status().Leader
			return max(0, slices.IndexFunc(w.nodes, func(n *node) bool { return n.id == id }))
		}
	}
	return 0
}

// highest is the height of the longest chain.
func (w *world) highest(places ...int) (height uint64) {
	for _, n := range places {
		height = max(height, w.nodes[n].height())
	}
	return height
}

func (w *world) reached(height uint64, places []int) bool {
	for _, n := range places {
		if w.nodes[n].height() < height {
			return false
		}
	}
	return true
}

// mustReach lets time pass until all the nodes have a height.
func (w *world) mustReach(t conformance.T, height uint64, places ...int) {
	t.Helper()
	if w.run(horizon, func() bool { return w.reached(height, places) || w.blamed() }) && !w.blamed() {
		return
	}
	w.report(t)
	for _, n := range w.nodes {
		if l := n.running(); l != nil {
			t.Logf("node %d: height %d, %+v", n.place, n.height(), l.engine.Status())
		}
	}
	t.Fatalf("%d nodes, seed %d: height %d is not reached within %s by %v", w.given.nodes, w.given.seed, height, horizon, places)
}

func (w *world) blamed() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return len(w.wrong) > 0
}

// decide gives something to order and waits until the nodes have decided it.
func (w *world) decide(t conformance.T, places ...int) {
	t.Helper()
	height := w.highest(places...) + 1
	w.order()
	w.mustReach(t, height, places...)
}

// crash ends the lives of some nodes.
func (w *world) crash(places ...int) {
	for _, n := range places {
		w.nodes[n].crash()
	}
}

func (w *world) start(places ...int) {
	for _, n := range places {
		w.nodes[n].start()
	}
}
