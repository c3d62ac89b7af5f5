package consensus

import (
	"fmt"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// demand is the configuration that makes a block when there is something to order.
var demand = consensus.Options{}

func (b bench) identityRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "capabilities-are-stated", Statement: "A module has a name, its engine states it with a fault level and the nodes that it needs, and its verifier names the proofs that it reads.", Check: b.capabilitiesAreStated},
	}
}

func (b bench) capabilitiesAreStated(t conformance.T) {
	module := b.New()
	states := b.make(t, demand).Capabilities()
	switch {
	case module.Name() == "" || module.Name() != b.New().Name() || states.Name != module.Name():
		t.Errorf("the module is called %q and %q, its engine %q", module.Name(), b.New().Name(), states.Name)
	case states.Fault > consensus.BFT:
		t.Errorf("fault level %d is unknown", states.Fault)
	case states.MinNodes < 1 || states.PipelineDepth < 1 || states.MaxProposalBytes < 0:
		t.Errorf("it states %+v", states)
	}
	kind := module.Verifier(verifyVote).Kind()
	if kind == "" || kind != b.New().Verifier(verifyVote).Kind() {
		t.Errorf("the verifier reads proofs of kind %q", kind)
	}
}

func (b bench) orderRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "commits-what-was-proposed", Statement: "An engine commits only proposals that its host has made or validated, unchanged.", Check: b.commitsWhatWasProposed},
		{Name: "heights-in-order", Statement: "Heights are committed in order, without a gap, each once, each on top of the one before.", Check: b.heightsInOrder},
		{Name: "status-shows-the-tip", Statement: "Status shows the last decided height.", Check: b.statusShowsTheTip},
		{Name: "synced-to-moves-the-tip", Statement: "After SyncedTo the engine goes on from the decision that the host has got elsewhere.", Check: b.syncedToMovesTheTip},
		{Name: "next-set-takes-effect", Statement: "A validator set that Commit returns decides the next height.", Check: b.nextSetTakesEffect},
	}
}

func (b bench) commitsWhatWasProposed(t conformance.T) {
	r := b.start(t, newHost(), demand)
	r.order("first", "second", "third")
	r.engine.Notify()
	r.reach(t, 3)
	r.with(func(h *host) {
		for i, want := range []string{"first", "second", "third"} {
			if have := string(h.decisions[i+1].Proposal.Body); have != want {
				t.Errorf("height %d has the body %q, want %q", i+1, have, want)
			}
		}
	})
}

func (b bench) heightsInOrder(t conformance.T) {
	const blocks = 100
	r := b.start(t, newHost(), demand)
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			for n := range blocks / 4 {
				r.order(fmt.Sprintf("body %d of %d", n, i))
				r.engine.Notify()
				r.engine.Status()
				_ = r.engine.Receive(chain.NodeID{9}, []byte("noise")) // its error is another rule's
			}
		})
	}
	group.Wait()
	r.reach(t, blocks)
	r.stop(t)
	r.with(func(h *host) {
		if have := len(h.decisions) - 1; have != blocks {
			t.Errorf("%d bodies give %d blocks", blocks, have)
		}
	})
}

func (b bench) statusShowsTheTip(t conformance.T) {
	r := b.start(t, newHost(), demand)
	if height := r.engine.Status().Height; height != 0 {
		t.Errorf("a new chain is shown at height %d", height)
	}
	for height := uint64(1); height <= 3; height++ {
		r.order("body")
		r.engine.Notify()
		r.reach(t, height)
		r.eventually(t, "the height in Status", func() bool { return r.engine.Status().Height == height })
	}
}

// decide makes decisions with the engine on a host of its own.
func (b bench) decide(t conformance.T, blocks uint64) *run {
	t.Helper()
	r := b.start(t, newHost(), demand)
	for range blocks {
		r.order("body")
	}
	r.engine.Notify()
	r.reach(t, blocks)
	r.stop(t)
	return r
}

func (b bench) syncedToMovesTheTip(t conformance.T) {
	elsewhere := b.decide(t, 3).decisions
	r := b.start(t, newHost(), demand)
	r.with(func(h *host) { h.decisions = append(h.decisions, elsewhere[1:]...) })
	if err := r.engine.SyncedTo(t.Context(), elsewhere[3]); err != nil {
		t.Fatalf("synced to height 3: %v", err)
	}
	r.order("next")
	r.engine.Notify()
	r.eventually(t, "a proposal", func() bool { return r.height() >= 4 || r.blamed() })
	if height := r.engine.Status().Height; height < 3 {
		t.Errorf("the status is at height %d", height)
	}
}

// blamed reports whether the host has found something wrong.
func (r *run) blamed() bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return len(r.wrong) > 0
}

func (b bench) nextSetTakesEffect(t conformance.T) {
	h := newHost()
	first, next := h.set, setOf(h.member, 1, 3)
	h.nextSet[2] = next
	r := b.start(t, h, demand)
	r.order("one", "two", "three")
	r.engine.Notify()
	r.reach(t, 3)
	verifier := b.New().Verifier(verifyVote)
	r.with(func(h *host) {
		for height, set := range map[int]*chain.ValidatorSet{1: first, 2: first, 3: next} {
			if err := verifyDecision(verifier, set, h.decisions[height]); err != nil {
				t.Errorf("height %d under the set of epoch %d: %v", height, set.Epoch, err)
			}
		}
		if verifyDecision(verifier, first, h.decisions[3]) == nil {
			t.Errorf("height 3 verifies under the set before")
		}
	})
}

func (b bench) paceRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "no-block-for-nothing", Statement: "Without an interval, Notify makes a block only when there is something to order.", Check: b.noBlockForNothing},
		{Name: "interval-keeps-time", Statement: "With an interval, a block is made each time that the clock has moved by it, and none before.", Check: b.intervalKeepsTime},
	}
}

func (b bench) noBlockForNothing(t conformance.T) {
	r := b.start(t, newHost(), demand)
	creep := r.Patience // an engine may look again after a while
	for height := uint64(1); height <= 3; height++ {
		r.engine.Notify()
		r.clock.advance(time.Hour)
		r.order("body")
		r.engine.Notify()
		r.reachCreeping(t, height, &creep)
	}
	r.engine.Notify()
	r.stop(t)
	r.with(func(h *host) {
		for _, d := range h.decisions[1:] {
			if len(d.Proposal.Body) == 0 {
				t.Errorf("height %d is a block of nothing", d.Proposal.Height)
			}
		}
		if blocks := len(h.decisions) - 1; blocks != 3 {
			t.Errorf("3 bodies give %d blocks", blocks)
		}
	})
}

func (b bench) intervalKeepsTime(t conformance.T) {
	const interval, blocks = 2 * time.Second, 5
	h := newHost()
	begin := h.clock.Now()
	r := b.start(t, h, consensus.Options{Interval: uint64(interval / time.Millisecond)})
	// An engine that reads the clock and then asks to be woken may do so too late by what
	// the clock has moved in between; it is not to wait for ever, so the clock creeps on.
	// Two such chances are granted: an engine that needs them at each block is too slow.
	creep := 2 * interval
	for height := uint64(1); height <= blocks; height++ {
		for _, part := range []time.Duration{interval - time.Millisecond, time.Millisecond} {
			r.eventually(t, "the engine's waiting for the clock", r.clock.armed)
			r.clock.advance(part)
		}
		r.reachCreeping(t, height, &creep)
	}
	r.stop(t)
	r.with(func(h *host) {
		if len(h.times) != blocks {
			t.Errorf("%d intervals give %d blocks", blocks, len(h.times))
		}
		for i, at := range h.times {
			if due := begin.Add(time.Duration(i+1) * interval); at.Before(due) {
				t.Errorf("block %d is made %s early", i+1, due.Sub(at))
			}
		}
	})
}
