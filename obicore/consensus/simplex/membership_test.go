package simplex

import (
	"fmt"
	"strings"
	"testing"
	"time"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

func TestValidatorsJoinAndLeave(t *testing.T) {
	for seed := range enginetest.Seeds(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.Nodes = 5
			given.Validators = 4
			enginetest.Run(t, given, func(w *enginetest.World) {
				w.Appoint(1, 5, 0, 1, 2, 3, 4)
				w.Appoint(2, 9, 1, 2, 3, 4)
				for height := uint64(1); height <= 15; height++ {
					w.Order()
					w.MustReach(height, 10*time.Second, 1, 2, 3)
					if height <= 5 {
						w.Nodes[4].Follow()
					}
					if height >= 8 {
						w.Nodes[0].Follow()
					}
				}
				w.MustReach(15, 5*time.Second, 4)
				if status := w.Nodes[0].Running().Engine.Status(); status.Height < 14 {
					t.Errorf("the node that has left is at %+v", status)
				}
				w.Isolate(0, 1) // three of the new four go on
				w.Order()
				w.MustReach(16, 10*time.Second, 2, 3, 4)
			})
		})
	}
}

func TestSetsThatTheEngineCannotRunAreRefused(t *testing.T) {
	w := enginetest.New(t, fair(1))
	good, heavy := w.Nodes[0].Validator, w.Nodes[1].Validator
	heavy.Weight = 2
	for what, members := range map[string][]chain.Validator{"0 members": nil, "twice": {good, good}, "weight": {good, heavy}, "members": make([]chain.Validator, maxMembers+1)} {
		set := &chain.ValidatorSet{Epoch: 1, Members: members}
		err := newEngine(consensus.Options{}, allCare).Start(t.Context(), nil, consensus.Boot{Set: set, Clock: enginetest.Clock{}})
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("a set with a fault (%s): %v", what, err)
		}
	}
}

func TestSimplexCountsWhatTheProofWeighs(t *testing.T) {
	for n := 1; n <= maxMembers; n++ {
		for _, weight := range []uint64{1, 2, 3, 10} {
			set := &chain.ValidatorSet{}
			for i := range n {
				set.Members = append(set.Members, chain.Validator{ID: chain.NodeID{byte(i), 1}, Weight: weight})
			}
			m, err := newMembers(set)
			if err != nil {
				t.Fatal(err)
			}
			quorum := upstream.Quorum(n)
			if !m.isQuorum(m.ids[:quorum]) || m.isQuorum(m.ids[:quorum-1]) {
				t.Errorf("%d validators of weight %d: %d are a quorum of Simplex and not of the proof, or fewer of the proof", n, weight, quorum)
			}
			if n > 1 && m.isQuorum(append([]upstream.NodeID{m.ids[0]}, m.ids[:quorum-1]...)) {
				t.Errorf("%d validators: one counts twice", n)
			}
		}
	}
}

func TestTheConsensusMetaOfTheLargestSetFits(t *testing.T) {
	suspects := upstream.NewBlacklist(maxMembers)
	for n := range uint16(maxMembers) {
		suspects.SuspectedNodes = append(suspects.SuspectedNodes, upstream.SuspectedNode{NodeIndex: n, SuspectingCount: 1, RedeemingCount: 1, OrbitSuspected: 1, OrbitToRedeem: 1})
		suspects.Updates = append(suspects.Updates, upstream.BlacklistUpdate{Type: upstream.BlacklistOpType_NodeSuspected, NodeIndex: n})
	}
	meta := encodeMeta(upstream.ProtocolMetadata{Round: 1, Seq: 1}, suspects)
	if _, _, err := decodeMeta(meta); err != nil || len(meta) > chain.MaxConsensusMeta {
		t.Errorf("%d bytes: %v", len(meta), err)
	}
}

func TestFewNodesDecideToo(t *testing.T) {
	for nodes := 1; nodes <= 3; nodes++ {
		t.Run(fmt.Sprint(nodes), func(t *testing.T) {
			given := fair(1)
			given.Nodes = nodes
			enginetest.Run(t, given, func(w *enginetest.World) {
				for range 5 {
					w.Settle(2 * time.Second)
				}
				if nodes == 3 {
					w.Isolate(0)
					w.Order()
					w.MustReach(6, 10*time.Second, 1, 2)
				}
			})
		})
	}
}

func TestStatusNamesWhoIsMissing(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(time.Second)
		w.Isolate(0, 1)
		w.Order()
		time.Sleep(20 * time.Second)
		waiting := w.Nodes[0].Running().Engine.Status().Waiting
		for _, part := range []string{"waiting for 1 more of 4 validators", w.Nodes[2].ID.String() + " not heard for", w.Nodes[3].ID.String() + " not heard for"} {
			if !strings.Contains(waiting, part) {
				t.Errorf("the status says %q, not %q", waiting, part)
			}
		}
		w.Isolate()
		w.Settle(30 * time.Second)
		time.Sleep(time.Second)
		if waiting := w.Nodes[0].Running().Engine.Status().Waiting; waiting != "" {
			t.Errorf("the status says %q after a block", waiting)
		}
	})
}

func TestAnIntervalPausesBetweenBlocks(t *testing.T) {
	given := fair(1)
	given.Options.Interval = 400
	enginetest.Run(t, given, func(w *enginetest.World) {
		for range 30 {
			w.Order()
			time.Sleep(100 * time.Millisecond)
		}
		if height := w.Nodes[0].Height(); height < 5 || height > 7 {
			t.Errorf("height %d after three seconds with a block every 0.4 s", height)
		}
		w.Isolate(0)
		w.MustReach(w.Nodes[1].Height()+3, 10*time.Second, 1, 2, 3)
	})
}

// A node of which nobody has told the orders leads one round after the other, and lets
// the next lead instead of making blocks of nothing.
func TestALeaderWithNothingToProposeLetsTheNextLead(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(time.Second)
		for blind := range 3 {
			w.Nodes[blind].Fail(enginetest.Faults{Blind: true})
		}
		for range 3 {
			w.Settle(10 * time.Second)
		}
		if height := w.Highest(); height != 4 {
			t.Errorf("4 orders give %d blocks", height)
		}
	})
}

func TestAVoteThatTheHostRefusesIsNotSent(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(time.Second)
		w.Nodes[3].Fail(enginetest.Faults{Refuse: true})
		for range 3 {
			w.Settle(10 * time.Second)
		}
		if w.Nodes[3].Votes() != 1 {
			t.Errorf("node 3 has endorsed %d votes, the host has allowed one", w.Nodes[3].Votes())
		}
	})
}

// A node that asks for blocks and proposes none is heard less and less.
func TestAskingForBlocksDoesNotFillTheLog(t *testing.T) {
	play := func(w *enginetest.World, d time.Duration) (rounds uint64) {
		before := w.Nodes[0].Running().Engine.Status().View
		for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
			for to := range 3 {
				w.Send(3, to, encodeFrame(frameDemand, 0, 1, nil))
			}
		}
		return w.Nodes[0].Running().Engine.Status().View - before
	}
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(time.Second)
		w.Nodes[3].Stop()
		first, later := play(w, 5*time.Minute), play(w, 5*time.Minute)
		if first > 60 || later > 8 || w.Nodes[0].Height() != 1 {
			t.Errorf("%d and %d rounds in five minutes of asking, height %d", first, later, w.Nodes[0].Height())
		}
		w.Nodes[3].Start()
		t.Logf("a block after %s", w.Settle(5*time.Second))
		if w.Nodes[0].Records() > 300 {
			t.Errorf("%d records in the log", w.Nodes[0].Records())
		}
	})
}
