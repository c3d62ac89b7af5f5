package consensus

import (
	"time"

	"github.com/credibleledger/credibleledger/conformance"
)

func (b bench) byzantineRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "twins-never-fork", Statement: "Validators that run twice with one key, and so contradict themselves, lead to no fork.", Check: b.twinsNeverFork},
		{Name: "nodes-vote-once", Statement: "An engine asks for no vote that contradicts another of its votes, whatever leaders tell it: the host's record of votes is a second line and not the first.", Check: b.nodesVoteOnce},
		{Name: "bad-proposal-is-not-decided", Statement: "What a leader proposes and others refuse is not decided, and another leads.", Check: b.badProposalIsNotDecided},
		{Name: "garbage-does-no-harm", Statement: "Messages of faulty nodes that are noise, or altered ones of others, stop nobody.", Check: b.garbageDoesNoHarm},
		{Name: "replay-does-no-harm", Statement: "Messages that come again later, from whom they came first or from a faulty node, stop nobody.", Check: b.replayDoesNoHarm},
		{Name: "double-vote-is-reported", Statement: "Two votes of one validator that contradict each other are reported as evidence that convicts it.", Check: b.doubleVoteIsReported},
	}
}

func (b bench) twinsNeverFork(t conformance.T) { b.withTwins(t, true) }

func (b bench) nodesVoteOnce(t conformance.T) { b.withTwins(t, false) }

func (b bench) withTwins(t conformance.T, lenient bool) {
	t.Helper()
	b.byzantine(t)
	var shows []func(t conformance.T)
	for _, n := range b.sizes(t) {
		for seed := range b.seeds(4) {
			given := calm
			given.nodes, given.seed, given.twins, given.lenient = n, seed, (n-1)/3, lenient
			shows = append(shows, func(t conformance.T) { b.one(t, given, splitTwins) })
		}
	}
	b.together(t, shows...)
}

// splitTwins parts the network again and again so that each side may have a copy of a twin,
// and then takes the second copies away.
func splitTwins(t conformance.T, w *world) {
	t.Helper()
	for range 6 {
		var side []int
		for place := range w.nodes {
			if w.chance(2) == 0 {
				side = append(side, place)
			}
		}
		w.isolate(side...)
		w.order()
		w.pass(time.Duration(300+w.chance(900)) * time.Millisecond)
		w.isolate()
		w.pass(time.Duration(w.chance(600)) * time.Millisecond)
	}
	for _, n := range w.nodes[w.given.nodes:] {
		n.crash()
	}
	w.decide(t, w.all()...)
}

func (b bench) badProposalIsNotDecided(t conformance.T) {
	b.byzantine(t)
	b.each(t, calm, func(t conformance.T, w *world) {
		w.decide(t, w.all()...)
		for range 2 {
			bad := w.leader()
			w.setBad(bad, true)
			w.decide(t, w.others(bad)...)
			w.decide(t, w.others(bad)...)
			w.setBad(bad, false)
			w.decide(t, w.all()...)
		}
	})
}

func (w *world) setBad(place int, bad bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.nodes[place].bad = bad
}

func (b bench) garbageDoesNoHarm(t conformance.T) {
	b.byzantine(t)
	b.each(t, calm, func(t conformance.T, w *world) {
		liars, seen := w.recordLiars(t)
		for range 4 {
			w.order()
			for range 100 {
				message := w.garbage(seen)
				w.handToAll(liars[w.chance(len(liars))], message)
				w.pass(time.Millisecond)
			}
			w.decide(t, w.others(liars...)...)
		}
	})
}

// recordLiars decides with everybody, takes as many nodes away as may be faulty and returns
// them with the messages that were sent.
func (w *world) recordLiars(t conformance.T) (liars []int, seen []parcel) {
	t.Helper()
	w.mutex.Lock()
	w.keep = 400
	w.mutex.Unlock()
	for range 2 {
		w.decide(t, w.all()...)
	}
	liars = w.all()[w.given.nodes-w.faulty():]
	w.crash(liars...)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.keep = 0
	return liars, w.traffic
}

// garbage is noise, or a message with some bits turned or its end cut off.
func (w *world) garbage(seen []parcel) []byte {
	if w.chance(4) == 0 {
		noise := make([]byte, w.chance(200))
		for i := range noise {
			noise[i] = byte(w.chance(256))
		}
		return noise
	}
	message := append([]byte(nil), seen[w.chance(len(seen))].message...)
	for range 1 + w.chance(3) {
		if len(message) > 0 {
			message[w.chance(len(message))] ^= 1 << w.chance(8)
		}
	}
	if w.chance(4) == 0 {
		message = message[:w.chance(len(message)+1)]
	}
	return message
}

// handToAll gives a message of a node to all that run.
func (w *world) handToAll(from int, message []byte) {
	for _, n := range w.nodes {
		if l := n.running(); l != nil && n.place != from {
			w.hand(l, w.nodes[from].id, message)
		}
	}
}

func (b bench) replayDoesNoHarm(t conformance.T) {
	b.byzantine(t)
	b.each(t, calm, func(t conformance.T, w *world) {
		liars, seen := w.recordLiars(t)
		for range 3 {
			w.order()
			for range 100 {
				p := seen[w.chance(len(seen))]
				if w.chance(2) == 0 {
					w.handToAll(liars[0], p.message)
				} else if l := p.to.running(); l != nil {
					w.hand(l, p.from.id, p.message)
				}
				w.pass(time.Millisecond)
			}
			w.decide(t, w.others(liars...)...)
		}
	})
}

func (b bench) doubleVoteIsReported(t conformance.T) {
	if !b.make(t, demand).Capabilities().Evidence {
		t.Skipf("the engine reports no evidence")
	}
	given := calm
	given.shadow = true
	b.each(t, given, func(t conformance.T, w *world) {
		reported := func() bool {
			w.mutex.Lock()
			defer w.mutex.Unlock()
			return len(w.reports) > 0
		}
		for range 10 {
			w.decide(t, w.others(liar)...)
			w.pass(100 * time.Millisecond)
			if reported() {
				return
			}
		}
		t.Errorf("%d nodes: a validator has voted twice in 10 heights, and nobody reports it", w.given.nodes)
	})
}
