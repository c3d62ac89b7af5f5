package raft

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
	if err := h.engine.Reconfigure(context.Background(), set); err != nil {
		n.world.t.Errorf("node %d: %v", n.index, err)
	}
	if err := h.engine.SyncedTo(context.Background(), tip); err != nil {
		n.world.t.Errorf("node %d: %v", n.index, err)
	}
}

func TestValidatorsJoinAndLeave(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.nodes, given.validators = 5, 3
			inWorld(t, given, func(w *world) {
				w.sets[5] = w.setOfNodes(1, 5, 0, 1, 2, 3, 4)
				w.sets[9] = w.setOfNodes(2, 9, 2, 3, 4)
				for height := uint64(1); height <= 15; height++ {
					w.order()
					w.mustReach(height, 10*time.Second, 2)
					for n := range w.nodes {
						if height <= 5 && n >= 3 || height >= 8 && n < 2 {
							w.nodes[n].follow()
						}
					}
				}
				w.mustReach(15, 5*time.Second, 3, 4)
				w.isolate(0, 1, 2) // two of the new three go on
				w.order()
				w.mustReach(16, 10*time.Second, 3, 4)
			})
		})
	}
}

// A node crashes at the moment of the change, whoever it is.
func TestAChangeOfValidatorsSurvivesACrash(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.nodes = 3
			inWorld(t, given, func(w *world) {
				for from := uint64(3); from < 30; from += 3 {
					w.sets[from] = w.setOfNodes(from/3, from, 0, 1, 2)
				}
				for range 8 {
					w.order()
					time.Sleep(time.Duration(w.chance(40)) * time.Millisecond)
					n := w.chance(3)
					w.nodes[n].stop()
					time.Sleep(time.Duration(w.chance(3000)) * time.Millisecond)
					w.nodes[n].start()
				}
				w.settle(20 * time.Second)
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
	for what, members := range map[string][]chain.Validator{"empty": nil, "first eight bytes": {good, same}, "keeps for itself": {zero}, "weight": {good, heavy}} {
		set := &chain.ValidatorSet{Epoch: 1, Members: members}
		err := newEngine(consensus.Options{}).Start(t.Context(), nil, consensus.Boot{Set: set, Clock: realClock{}})
		if what == "first eight bytes" {
			what = "same eight bytes"
		}
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("a set with a fault (%s): %v", what, err)
		}
	}
}
