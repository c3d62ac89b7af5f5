package consensus

import (
	"time"

	"github.com/credibleledger/credibleledger/conformance"
)

func (b bench) agreementRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "nodes-agree", Statement: "Whatever crashes, partitions and delays come, all nodes decide one header per height, and go on when the trouble is over.", Check: b.nodesAgree},
		{Name: "nodes-commit-what-hosts-validate", Statement: "Every node commits only proposals that its own host has made or validated.", Check: b.nodesCommitWhatHostsValidate},
		{Name: "nodes-commit-in-order", Statement: "Every node commits every height in order, without a gap, and everything that was ordered once.", Check: b.nodesCommitInOrder},
	}
}

func (b bench) nodesAgree(t conformance.T) {
	turns := 6
	if b.Stepped {
		turns = 12
	}
	var shows []func(t conformance.T)
	for _, n := range b.sizes(t) {
		for seed := range b.seeds(2) {
			shows = append(shows, func(t conformance.T) {
				b.one(t, troubled(n, seed), func(t conformance.T, w *world) { w.trouble(t, turns) })
			})
		}
	}
	b.together(t, shows...)
}

// troubled are the conditions of a seed.
func troubled(nodes int, seed uint64) conditions {
	return conditions{
		nodes: nodes, seed: seed,
		latency: []time.Duration{time.Millisecond, 5 * time.Millisecond, 40 * time.Millisecond}[seed/3%3],
		jitter:  []time.Duration{0, 5 * time.Millisecond, 60 * time.Millisecond}[seed/5%3],
		sync:    []time.Duration{0, 3 * time.Millisecond, 20 * time.Millisecond}[seed%3],
		commit:  []time.Duration{0, 10 * time.Millisecond}[seed%2],
	}
}

// trouble does something to the world turn by turn, and looks whether it recovers.
func (w *world) trouble(t conformance.T, turns int) {
	t.Helper()
	var down []int
	for range turns {
		down = w.disturb(down)
	}
	w.isolate()
	for _, n := range w.all() {
		w.setSlow(n, 0)
	}
	w.start(down...)
	w.decide(t, w.all()...)
}

// disturb does one thing and lets some time pass; at most as many nodes as may be faulty are
// down.
func (w *world) disturb(down []int) []int {
	w.order()
	some := w.chance(w.given.nodes)
	switch w.chance(8) {
	case 0:
		w.isolate(some)
	case 1:
		w.isolate(some, w.chance(w.given.nodes))
	case 2, 3:
		w.isolate()
	case 4:
		if w.nodes[some].running() != nil {
			w.nodes[some].restart()
		}
	case 5:
		if len(down) < w.faulty() && w.nodes[some].running() != nil {
			w.crash(some)
			down = append(down, some)
		}
	case 6:
		w.start(down...)
		down = nil
	case 7:
		w.setSlow(some, time.Duration(w.chance(300))*time.Millisecond)
	}
	w.pass(time.Duration(w.chance(1500)) * time.Millisecond)
	return down
}

// setSlow adds to the delay of a node's links.
func (w *world) setSlow(place int, d time.Duration) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.slow[place] = d
}

func (b bench) nodesCommitWhatHostsValidate(t conformance.T) {
	b.each(t, calm, func(t conformance.T, w *world) {
		for range 3 {
			w.decide(t, w.all()...)
		}
		w.nodes[w.leader()].restart()
		w.decide(t, w.all()...)
	})
}

func (b bench) nodesCommitInOrder(t conformance.T) {
	b.each(t, calm, func(t conformance.T, w *world) {
		const orders = 3 * maxOrders
		for n := range orders {
			w.order()
			if n == orders/2 {
				w.nodes[w.others(w.leader())[0]].restart()
			}
			w.pass(time.Millisecond)
		}
		w.run(horizon, func() bool { return w.allOrdered() || w.blamed() })
		if !w.allOrdered() {
			t.Errorf("%d nodes: what was ordered is not in every chain after %s", w.given.nodes, horizon)
		}
		w.checkChains(t)
	})
}

// allOrdered says whether every validator has every order in its chain.
func (w *world) allOrdered() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, n := range w.nodes[:w.given.nodes] {
		if len(n.included) < len(w.orders) {
			return false
		}
	}
	return true
}

// checkChains checks that heights follow each other in every chain.
func (w *world) checkChains(t conformance.T) {
	t.Helper()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, n := range w.nodes {
		for height, d := range n.decisions {
			if d.Proposal.Height != uint64(height) {
				t.Errorf("node %d has height %d in place %d", n.place, d.Proposal.Height, height)
			}
		}
	}
}
