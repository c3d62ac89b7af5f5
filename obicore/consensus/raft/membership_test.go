package raft

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
	for seed := range enginetest.Seeds(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.Nodes, given.Validators = 5, 3
			enginetest.Run(t, given, func(w *enginetest.World) {
				w.Appoint(1, 5, 0, 1, 2, 3, 4)
				w.Appoint(2, 9, 2, 3, 4)
				for height := uint64(1); height <= 15; height++ {
					w.Order()
					w.MustReach(height, 10*time.Second, 2)
					for n := range w.Nodes {
						if height <= 5 && n >= 3 || height >= 8 && n < 2 {
							w.Nodes[n].Follow()
						}
					}
				}
				w.MustReach(15, 5*time.Second, 3, 4)
				w.Isolate(0, 1, 2) // two of the new three go on
				w.Order()
				w.MustReach(16, 10*time.Second, 3, 4)
			})
		})
	}
}

// A node crashes at the moment of the change, whoever it is.
func TestAChangeOfValidatorsSurvivesACrash(t *testing.T) {
	for seed := range enginetest.Seeds(24) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.Nodes = 3
			enginetest.Run(t, given, func(w *enginetest.World) {
				for from := uint64(3); from < 30; from += 3 {
					w.Appoint(from/3, from, 0, 1, 2)
				}
				for range 8 {
					w.Order()
					time.Sleep(time.Duration(w.Chance(40)) * time.Millisecond)
					n := w.Chance(3)
					w.Nodes[n].Stop()
					time.Sleep(time.Duration(w.Chance(3000)) * time.Millisecond)
					w.Nodes[n].Start()
				}
				w.Settle(20 * time.Second)
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
	for what, members := range map[string][]chain.Validator{"empty": nil, "first eight bytes": {good, same}, "keeps for itself": {zero}, "weight": {good, heavy}} {
		set := &chain.ValidatorSet{Epoch: 1, Members: members}
		err := newEngine(consensus.Options{}).Start(t.Context(), nil, consensus.Boot{Set: set, Clock: enginetest.Clock{}})
		if what == "first eight bytes" {
			what = "same eight bytes"
		}
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("a set with a fault (%s): %v", what, err)
		}
	}
}
