package consensus

import (
	"time"

	"github.com/credibleledger/credibleledger/conformance"
)

func (b bench) progressRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "leader-cut-off-is-replaced", Statement: "When the leader is cut off, the others go on without it, and it comes back when it is heard again.", Check: b.leaderCutOffIsReplaced},
		{Name: "minority-partition-heals", Statement: "While as many nodes as may be faulty are apart, the others go on; when the partition heals, all do.", Check: b.minorityPartitionHeals},
		{Name: "majority-partition-heals", Statement: "When every node is apart nothing is decided, and all go on when the partition heals.", Check: b.majorityPartitionHeals},
		{Name: "no-quorum-no-progress", Statement: "With one node more down than may be faulty nothing is decided; when it is back, all go on from where they were.", Check: b.noQuorumNoProgress},
		{Name: "slow-node-holds-nobody", Statement: "A node whose messages take long does not hold the others.", Check: b.slowNodeHoldsNobody},
		{Name: "slow-log-works", Statement: "Nodes whose log takes long to write go on, also when the leader is lost.", Check: b.slowLogWorks},
		{Name: "instant-log-works", Statement: "Nodes whose log takes no time go on, also when the leader is lost.", Check: b.instantLogWorks},
	}
}

func (b bench) leaderCutOffIsReplaced(t conformance.T) { b.each(t, calm, loseLeader) }

// loseLeader cuts the leader off, and takes it back.
func loseLeader(t conformance.T, w *world) {
	w.decide(t, w.all()...)
	for range 2 {
		leader := w.leader()
		w.isolate(leader)
		w.decide(t, w.others(leader)...)
		w.decide(t, w.others(leader)...)
		w.isolate()
		w.decide(t, w.all()...)
	}
}

func (b bench) minorityPartitionHeals(t conformance.T) {
	b.each(t, calm, func(t conformance.T, w *world) {
		w.decide(t, w.all()...)
		apart := w.all()[w.given.nodes-w.faulty():]
		w.isolate(apart...)
		for range 2 {
			w.decide(t, w.others(apart...)...)
		}
		w.isolate()
		w.decide(t, w.all()...)
	})
}

func (b bench) majorityPartitionHeals(t conformance.T) {
	b.each(t, calm, func(t conformance.T, w *world) {
		w.decide(t, w.all()...)
		w.pass(time.Second)
		w.scatter()
		w.mustStand(t, "every node is apart")
		w.isolate()
		w.decide(t, w.all()...)
	})
}

// scatter cuts all links.
func (w *world) scatter() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for a := range w.nodes {
		for b := range w.nodes {
			w.cut[[2]int{a, b}] = true
		}
	}
}

// mustStand gives something to order and checks that for a while nothing is decided.
func (w *world) mustStand(t conformance.T, why string) {
	t.Helper()
	height := w.highest(w.all()...)
	w.order()
	w.pass(4 * time.Second)
	if now := w.highest(w.all()...); now != height {
		t.Errorf("%d nodes: %s, and height %d is decided after height %d", w.given.nodes, why, now, height)
	}
}

func (b bench) noQuorumNoProgress(t conformance.T) {
	b.each(t, calm, func(t conformance.T, w *world) {
		w.decide(t, w.all()...)
		w.pass(time.Second)
		down := w.all()[:w.faulty()+1]
		w.crash(down...)
		w.mustStand(t, "one node more than may be faulty is down")
		w.start(down[0])
		w.decide(t, w.others(down[1:]...)...)
		w.start(down[1:]...)
		w.decide(t, w.all()...)
	})
}

func (b bench) slowNodeHoldsNobody(t conformance.T) {
	b.each(t, calm, func(t conformance.T, w *world) {
		const delay = 20 * time.Second
		w.decide(t, w.all()...)
		slow := w.others(w.leader())[0]
		w.setSlow(slow, delay)
		end := w.Now().Add(delay)
		for range 5 {
			height := w.highest(w.others(slow)...) + 1
			w.order()
			if !w.run(end.Sub(w.Now()), func() bool { return w.reached(height, w.others(slow)) }) {
				t.Errorf("%d nodes: height %d is not decided by the others before the slow node's first message", w.given.nodes, height)
				break
			}
		}
		w.setSlow(slow, 0)
		w.decide(t, w.all()...)
	})
}

func (b bench) slowLogWorks(t conformance.T) {
	given := calm
	given.sync = 20 * time.Millisecond
	b.each(t, given, loseLeader)
}

func (b bench) instantLogWorks(t conformance.T) {
	given := calm
	given.sync, given.jitter = 0, 0
	b.each(t, given, loseLeader)
}
