package smartbft

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// setOfNodes names nodes of the world as validators from a height on.
func (w *world) setOfNodes(epoch, from uint64, nodes ...int) *chain.ValidatorSet {
	set := &chain.ValidatorSet{Epoch: epoch, From: from}
	for _, n := range nodes {
		set.Members = append(set.Members, w.nodes[n].Validator)
	}
	return set
}

// follow does for a node that is no validator what its host would do.
func (n *node) follow() {
	h := n.running()
	tip, set, err := h.Fetch(context.Background(), 0)
	if err != nil {
		n.world.t.Errorf("node %d: %v", n.index, err)
	}
	if err := h.engine.SyncedTo(context.Background(), tip); err != nil {
		n.world.t.Errorf("node %d: %v", n.index, err)
	}
	if err := h.engine.Reconfigure(context.Background(), set); err != nil {
		n.world.t.Errorf("node %d: %v", n.index, err)
	}
}

func TestValidatorsJoinAndLeave(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.nodes = 5
			given.validators = 4
			inWorld(t, given, func(w *world) {
				w.sets[5] = w.setOfNodes(1, 5, 0, 1, 2, 3, 4)
				w.sets[9] = w.setOfNodes(2, 9, 1, 2, 3, 4)
				for height := uint64(1); height <= 15; height++ {
					w.order()
					w.mustReach(height, 10*time.Second, 1, 2, 3)
					if height <= 5 {
						w.nodes[4].follow()
					}
					if height >= 8 {
						w.nodes[0].follow()
					}
				}
				w.mustReach(15, 5*time.Second, 4)
				if waiting := w.nodes[0].running().engine.Status(); waiting.Height < 14 {
					t.Errorf("the node that has left is at %+v", waiting)
				}
				w.isolate(0, 1) // three of the new four go on
				w.order()
				w.mustReach(16, 10*time.Second, 2, 3, 4)
			})
		})
	}
}

func TestSetsThatTheEngineCannotRunAreRefused(t *testing.T) {
	w := newWorld(t, fair(1))
	good := w.nodes[0].Validator
	zero, same, heavy := good, good, w.nodes[1].Validator
	zero.ID = chain.NodeID{31: 1}
	same.ID[31] = 1
	heavy.Weight = 2
	for what, members := range map[string][]chain.Validator{"empty": nil, "first eight bytes": {good, same}, "node 0": {zero}, "weight": {good, heavy}} {
		set := &chain.ValidatorSet{Epoch: 1, Members: members}
		err := newEngine(consensus.Options{}, allCare).Start(t.Context(), nil, consensus.Boot{Set: set, Clock: realClock{}})
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("a set with a fault (%s): %v", what, err)
		}
	}
}

func TestFewNodesDecideToo(t *testing.T) {
	for nodes := 1; nodes <= 3; nodes++ {
		t.Run(fmt.Sprint(nodes), func(t *testing.T) {
			given := fair(1)
			given.nodes = nodes
			inWorld(t, given, func(w *world) {
				for range 5 {
					w.settle(time.Second)
				}
				if nodes == 3 {
					w.isolate(0)
					w.order()
					w.mustReach(6, 10*time.Second, 1, 2)
				}
			})
		})
	}
}

func TestStatusNamesWhoIsMissing(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		w.settle(time.Second)
		w.isolate(0, 1)
		w.order()
		time.Sleep(20 * time.Second)
		waiting := w.nodes[0].running().engine.Status().Waiting
		for _, part := range []string{"waiting for 1 more of 4 validators", w.nodes[2].ID.String() + " not heard for", w.nodes[3].ID.String() + " not heard for"} {
			if !strings.Contains(waiting, part) {
				t.Errorf("the status says %q, not %q", waiting, part)
			}
		}
		w.isolate()
		w.settle(30 * time.Second)
		time.Sleep(time.Second)
		if waiting := w.nodes[0].running().engine.Status().Waiting; waiting != "" {
			t.Errorf("the status says %q after a block", waiting)
		}
	})
}

func TestAnIntervalPausesBetweenBlocks(t *testing.T) {
	given := fair(1)
	given.options.Interval = 400
	inWorld(t, given, func(w *world) {
		for range 30 {
			w.order()
			time.Sleep(100 * time.Millisecond)
		}
		if height := w.nodes[0].height(); height < 5 || height > 7 {
			t.Errorf("height %d after three seconds with a block every 0.4 s", height)
		}
		w.isolate(0)
		w.mustReach(w.nodes[1].height()+3, 10*time.Second, 1, 2, 3)
	})
}
