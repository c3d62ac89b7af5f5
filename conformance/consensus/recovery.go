package consensus

import (
	"time"

	"github.com/credibleledger/credibleledger/conformance"
)

func (b bench) recoveryRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "crash-at-every-record", Statement: "A node that crashes before or after any record of its log, or after any vote, and comes back, contradicts no vote that it made, and all go on.", Check: b.crashAtEveryRecord},
		{Name: "old-log-does-no-harm", Statement: "A node that comes back with an old log, so that its host refuses votes, neither forks nor stops the others, and catches up.", Check: b.oldLogDoesNoHarm},
		{Name: "lagging-node-catches-up", Statement: "A node that was down catches up, and its vote counts again.", Check: b.laggingNodeCatchesUp},
		{Name: "stopped-node-is-silent", Statement: "When Stop has returned, a node of several calls its host no more, and the others go on.", Check: b.stoppedNodeIsSilent},
	}
}

func (b bench) crashAtEveryRecord(t conformance.T) {
	records := func(n int) []crashPlan { return []crashPlan{{record: n}, {record: n, written: true}} }
	votes := func(n int) []crashPlan { return []crashPlan{{vote: n}} }
	var shows []func(t conformance.T)
	for _, n := range b.sizes(t) {
		for _, leads := range []bool{true, false} {
			shows = append(shows, func(t conformance.T) {
				b.crashEach(t, n, leads, records)
				b.crashEach(t, n, leads, votes)
			})
		}
	}
	b.together(t, shows...)
}

// crashEach goes through the plans with rising numbers until one does not come about.
func (b bench) crashEach(t conformance.T, nodes int, leads bool, plans func(n int) []crashPlan) {
	t.Helper()
	given, crashes := calm, 0
	given.nodes = nodes
	for n, crashed := 1, true; crashed; n++ {
		for _, plan := range plans(n) {
			b.one(t, given, func(t conformance.T, w *world) { crashed = w.crashAt(t, leads, plan) && crashed })
			if crashed {
				crashes++
			}
		}
	}
	t.Logf("%d nodes, leader %t: %d crashes", nodes, leads, crashes)
}

// crashAt lets a node crash at a record in a history with a change of leaders, and says
// whether it has got so far.
func (w *world) crashAt(t conformance.T, leads bool, plan crashPlan) bool {
	t.Helper()
	victim := w.leader()
	if !leads {
		victim = w.others(victim)[0]
	}
	w.nodes[victim].setPlan(plan)
	w.decide(t, w.all()...)
	cut := w.leader()
	w.isolate(cut)
	w.decide(t, w.others(cut, victim)...)
	w.isolate()
	for range 3 {
		w.decide(t, w.all()...)
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.nodes[victim].lives > 1
}

func (n *node) setPlan(plan crashPlan) {
	n.world.mutex.Lock()
	defer n.world.mutex.Unlock()
	n.plan = plan
}

func (b bench) oldLogDoesNoHarm(t conformance.T) {
	b.byzantine(t)
	b.each(t, calm, func(t conformance.T, w *world) {
		w.decide(t, w.all()...)
		victim := w.nodes[w.leader()]
		old, before := victim.remember()
		w.order()
		// When it has voted and nobody knows: it proposes something else when it is back.
		w.run(horizon, func() bool { return victim.voteCount() > before })
		w.scatter()
		victim.crash()
		w.pass(time.Second)
		victim.recall(old)
		victim.start()
		w.isolate()
		for range 3 {
			w.decide(t, w.others(victim.place)...)
		}
		w.mustReach(t, w.highest(w.all()...), victim.place)
	})
}

// remember copies the log.
func (n *node) remember() (log *journal, votes int) {
	n.world.mutex.Lock()
	defer n.world.mutex.Unlock()
	return n.journal.copy(), n.votes
}

func (n *node) voteCount() int {
	_, votes := n.remember()
	return votes
}

// recall puts an old log in the place of the log.
func (n *node) recall(log *journal) {
	n.world.mutex.Lock()
	defer n.world.mutex.Unlock()
	n.journal, n.forgiven = log, true
}

func (b bench) laggingNodeCatchesUp(t conformance.T) {
	b.each(t, calm, func(t conformance.T, w *world) {
		w.decide(t, w.all()...)
		lagging := w.others(w.leader())[0]
		w.crash(lagging)
		for range 4 {
			w.decide(t, w.others(lagging)...)
		}
		w.start(lagging)
		w.decide(t, w.all()...)
		w.needVoteOf(t, lagging)
	})
}

// needVoteOf takes as many others away as may be faulty, so that nothing is decided without
// this node.
func (w *world) needVoteOf(t conformance.T, place int) {
	t.Helper()
	down := w.others(place)[:w.faulty()]
	w.crash(down...)
	before := w.nodes[place].voteCount()
	for range 2 {
		w.decide(t, w.others(down...)...)
	}
	if w.nodes[place].voteCount() == before {
		t.Errorf("%d nodes: node %d has not voted", w.given.nodes, place)
	}
	w.start(down...)
	w.decide(t, w.all()...)
}

func (b bench) stoppedNodeIsSilent(t conformance.T) {
	b.each(t, calm, func(t conformance.T, w *world) {
		w.decide(t, w.all()...)
		for _, place := range w.all() {
			n := w.nodes[place]
			l := n.running()
			w.order() // so that Stop finds it at work
			n.stop()
			for range 5 {
				w.call("Notify", l.engine.Notify)
				w.hand(l, w.nodes[w.others(place)[0]].id, []byte("late"))
				w.pass(100 * time.Millisecond)
			}
			w.decide(t, w.others(place)...)
			n.start()
		}
		w.decide(t, w.all()...)
	})
}
