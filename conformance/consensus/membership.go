package consensus

import (
	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
)

func (b bench) membershipRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "member-is-added", Statement: "A new validator takes part from the height at which its set decides.", Check: b.memberIsAdded},
		{Name: "member-is-removed", Statement: "A validator that is removed, and be it the leader, is needed no more, and the others go on.", Check: b.memberIsRemoved},
		{Name: "keys-are-rotated", Statement: "A validator with a new key votes with it from the height at which its set decides.", Check: b.keysAreRotated},
	}
}

// eachChanging shows a rule in worlds in which a further node is no validator.
func (b bench) eachChanging(t conformance.T, show func(t conformance.T, w *world)) {
	if !b.make(t, demand).Capabilities().DynamicMembership {
		t.Skipf("the engine's validators do not change")
	}
	given := calm
	given.spare = 1
	b.each(t, given, show)
}

// change lets other validators decide from the height after the next, and waits for it.
func (w *world) change(t conformance.T, members []chain.Validator) {
	t.Helper()
	from := w.highest(w.all()...) + 2
	w.mutex.Lock()
	before := w.set(from)
	w.sets[from] = &chain.ValidatorSet{Epoch: before.Epoch + 1, From: from, Members: members}
	w.mutex.Unlock()
	for w.highest(w.all()...) < from {
		w.decide(t, w.remaining(before, members)...)
	}
}

// remaining are the places of validators before and after a change.
func (w *world) remaining(before *chain.ValidatorSet, members []chain.Validator) (places []int) {
	after := &chain.ValidatorSet{Members: members}
	for _, n := range w.nodes {
		_, was := before.Member(n.id)
		if _, is := after.Member(n.id); was && is {
			places = append(places, n.place)
		}
	}
	return places
}

// join makes the spare node a validator.
func (w *world) join(t conformance.T) {
	t.Helper()
	members := append([]chain.Validator(nil), w.setAt(0).Members...)
	w.change(t, append(members, w.nodes[w.given.nodes].keys[0].Validator))
	w.given.nodes++
	w.mustReach(t, w.highest(w.all()...), w.all()...)
	w.decide(t, w.all()...)
}

func (b bench) memberIsAdded(t conformance.T) {
	b.eachChanging(t, func(t conformance.T, w *world) {
		w.decide(t, w.all()...)
		w.join(t)
		w.needVoteOf(t, w.given.nodes-1)
	})
}

func (b bench) memberIsRemoved(t conformance.T) {
	b.eachChanging(t, func(t conformance.T, w *world) {
		w.join(t)
		gone := w.leader()
		var members []chain.Validator
		for _, m := range w.setAt(w.highest(w.all()...) + 1).Members {
			if m.ID != w.nodes[gone].id {
				members = append(members, m)
			}
		}
		w.change(t, members)
		rest := w.others(gone)
		w.decide(t, rest...)
		w.mustReach(t, w.highest(rest...), gone) // as one that looks on
		w.crash(gone)
		w.decide(t, rest...)
		down := rest[:w.faultyOf(len(rest))]
		w.crash(down...)
		w.decide(t, w.others(append(down, gone)...)...)
	})
}

func (b bench) keysAreRotated(t conformance.T) {
	b.eachChanging(t, func(t conformance.T, w *world) {
		w.decide(t, w.all()...)
		for _, place := range []int{w.leader(), w.others(w.leader())[0]} {
			members := append([]chain.Validator(nil), w.setAt(w.highest(w.all()...)+1).Members...)
			for i := range members {
				if members[i].ID == w.nodes[place].id {
					members[i] = w.nodes[place].rotate()
				}
			}
			w.change(t, members)
			w.decide(t, w.all()...)
			w.needVoteOf(t, place)
		}
	})
}
