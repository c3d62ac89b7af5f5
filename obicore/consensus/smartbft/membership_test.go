package smartbft

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

func TestValidatorsJoinAndLeave(t *testing.T) {
	for seed := range uint64(4) {
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
				if waiting := w.Nodes[0].Running().Engine.Status(); waiting.Height < 14 {
					t.Errorf("the node that has left is at %+v", waiting)
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
	good := w.Nodes[0].Validator
	zero, same, heavy := good, good, w.Nodes[1].Validator
	zero.ID = chain.NodeID{31: 1}
	same.ID[31] = 1
	heavy.Weight = 2
	for what, members := range map[string][]chain.Validator{"empty": nil, "first eight bytes": {good, same}, "node 0": {zero}, "weight": {good, heavy}} {
		set := &chain.ValidatorSet{Epoch: 1, Members: members}
		err := newEngine(consensus.Options{}, allCare).Start(t.Context(), nil, consensus.Boot{Set: set, Clock: enginetest.Clock{}})
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("a set with a fault (%s): %v", what, err)
		}
	}
}

func TestFewNodesDecideToo(t *testing.T) {
	for nodes := 1; nodes <= 3; nodes++ {
		t.Run(fmt.Sprint(nodes), func(t *testing.T) {
			given := fair(1)
			given.Nodes = nodes
			enginetest.Run(t, given, func(w *enginetest.World) {
				for range 5 {
					w.Settle(time.Second)
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
