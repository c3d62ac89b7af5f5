package raft

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// fair are the conditions of a good network.
func fair(seed uint64) enginetest.Conditions {
	return enginetest.Conditions{Module: Module{}, Nodes: 3, Seed: seed, Latency: 5 * time.Millisecond, Sync: 3 * time.Millisecond}
}

func TestNodesDecideWhatIsOrderedAndNothingElse(t *testing.T) {
	for _, nodes := range []int{1, 2, 3, 5} {
		t.Run(fmt.Sprint(nodes), func(t *testing.T) {
			given := fair(1)
			given.Nodes = nodes
			enginetest.Run(t, given, func(w *enginetest.World) {
				w.Leader()
				for height := uint64(1); height <= 20; height++ {
					w.Order()
					w.MustReach(height, time.Second, w.All()...)
				}
				time.Sleep(time.Minute)
				for _, n := range w.Nodes {
					if n.Height() != 20 {
						t.Errorf("node %d makes blocks of nothing: %d", n.Index, n.Height())
					}
				}
			})
		})
	}
}

func TestTheOthersGoOnWithoutTheLeader(t *testing.T) {
	kinds := map[string]func(c *enginetest.Conditions){
		"fair":         func(*enginetest.Conditions) {},
		"instant disk": func(c *enginetest.Conditions) { c.Sync = 0 },
		"slow disk":    func(c *enginetest.Conditions) { c.Sync, c.Commit = 30*time.Millisecond, 50*time.Millisecond },
		"reordering":   func(c *enginetest.Conditions) { c.Reorder, c.Latency = true, 40*time.Millisecond },
		"no latency":   func(c *enginetest.Conditions) { c.Latency, c.Sync = 0, 0 },
		"five nodes":   func(c *enginetest.Conditions) { c.Nodes = 5 },
	}
	for name, set := range kinds {
		t.Run(name, func(t *testing.T) {
			var times []time.Duration
			for seed := range enginetest.Seeds(16) {
				given := fair(seed)
				set(&given)
				t.Run(fmt.Sprint(seed), func(t *testing.T) { times = append(times, loseLeader(t, given)) })
			}
			slices.Sort(times)
			t.Logf("recovery from the loss of the leader: median %s, longest %s", times[len(times)/2], times[len(times)-1])
		})
	}
}

// loseLeader cuts the leader off while there is something to order and returns how
// long the others need for the next block.
func loseLeader(t *testing.T, given enginetest.Conditions) (took time.Duration) {
	enginetest.Run(t, given, func(w *enginetest.World) {
		for range 3 {
			w.Settle(time.Minute)
		}
		old := w.Leader()
		w.Isolate(old)
		time.Sleep(time.Duration(w.Chance(50)) * time.Millisecond)
		w.Order()
		took = w.MustReach(w.Highest()+1, 10*time.Second, w.Others(old)...)
		w.Isolate()
		w.Settle(10 * time.Second)
	})
	return took
}

func TestNoDecisionWithoutAMajorityAndOneAfterItsReturn(t *testing.T) {
	for _, group := range [][]int{{0}, {3}, {0, 1}, {1, 2}, {0, 1, 2}} {
		for seed := range enginetest.Seeds(4) {
			t.Run(fmt.Sprintf("%v/%d", group, seed), func(t *testing.T) {
				given := fair(seed)
				given.Nodes = 4
				enginetest.Run(t, given, func(w *enginetest.World) {
					w.Settle(10 * time.Second)
					w.Isolate(group...)
					time.Sleep(time.Duration(w.Chance(30)) * time.Millisecond)
					before := w.Highest()
					for range 20 {
						w.Order()
						time.Sleep(500 * time.Millisecond)
					}
					if high := w.Highest(); len(group) == 2 && high > before+1 {
						t.Errorf("height %d is decided by two of four", high)
					}
					w.Isolate()
					t.Logf("all together after %s", w.Settle(30*time.Second))
				})
			})
		}
	}
}

func TestANodeThatCommitsSlowlyDecidesAsSoonAsItCan(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(10 * time.Second)
		slow, from := (w.Leader()+1)%3, w.Highest()
		const slower = 60 * time.Millisecond
		w.Nodes[slow].Fail(enginetest.Faults{Commit: slower})
		began := time.Now()
		for height := from + 1; height <= from+2; height++ {
			w.Order()
			w.MustReach(height, time.Second, w.Others(slow)...)
		}
		// It waits for its own commits and for nothing else: that the second is decided it
		// has heard while it committed the first.
		w.MustReach(from+2, 2*slower+timingOf(0, 0).again/4-time.Since(began), slow)
	})
}

func TestANodeThatIsFarBehindFetchesAndVotesAgain(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(10 * time.Second)
		lost := (w.Leader() + 1) % 3
		w.Isolate(lost)
		for range 4 * keptEntries {
			w.Order()
			w.MustReach(w.Highest()+1, time.Second, w.Others(lost)...)
		}
		w.Isolate()
		t.Logf("caught up after %s", w.Settle(20*time.Second))
		w.Isolate(w.Others(lost)[0]) // now the one that was behind is needed
		w.Order()
		w.MustReach(w.Highest()+1, 10*time.Second, lost, w.Others(lost)[1])
	})
}

func TestANodeResumesFromEveryRecordOfItsLog(t *testing.T) {
	for crasher := range 3 {
		for record := 1; record <= 24; record += enginetest.RecordsApart() {
			for _, written := range []bool{false, true} {
				t.Run(fmt.Sprintf("node %d/record %d/written %v", crasher, record, written), func(t *testing.T) {
					enginetest.Run(t, fair(uint64(record)), func(w *enginetest.World) { resume(w, crasher, record, written) })
				})
			}
		}
	}
}

// resume crashes a node at a record of its log, in a history with a change of leader.
func resume(w *enginetest.World, crasher, record int, written bool) {
	ended := w.CrashAt(crasher, record, written)
	for step := range 12 {
		w.Order()
		time.Sleep(150 * time.Millisecond)
		if step == 5 {
			w.Isolate(w.Leader())
			time.Sleep(4 * time.Second)
			w.Isolate()
		}
	}
	<-ended
	w.Settle(30 * time.Second)
}

func TestAProposalThatAMajorityRefusesIsReplaced(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(10 * time.Second)
		old, before := w.Leader(), w.Highest()
		for _, n := range w.Nodes {
			n.Fail(enginetest.Faults{Disagree: true})
		}
		w.Order()
		time.Sleep(10 * time.Second)
		if w.Highest() != before {
			t.Fatal("a proposal is decided that a majority refuses")
		}
		if terms := w.Nodes[old].Running().Engine.Status().View; terms < 4 {
			t.Errorf("the leader stays, in term %d", terms)
		}
		for _, n := range w.Nodes {
			n.Fail(enginetest.Faults{})
		}
		w.Settle(10 * time.Second)
	})
}

func TestAProposalThatOneRefusesIsDecidedAndThatOneGetsItBySync(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(10 * time.Second)
		odd := (w.Leader() + 1) % 3
		w.Nodes[odd].Fail(enginetest.Faults{Disagree: true})
		for range 5 {
			w.Settle(10 * time.Second)
		}
	})
}

func TestANodeWhoseHostRefusesItsVoteIsNotCounted(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(10 * time.Second)
		w.Nodes[(w.Leader()+1)%3].Fail(enginetest.Faults{Refuse: true})
		for range 5 {
			w.Settle(10 * time.Second)
		}
		w.Nodes[(w.Leader()+2)%3].Fail(enginetest.Faults{Refuse: true})
		before := w.Highest()
		w.Order()
		time.Sleep(20 * time.Second)
		if high := w.Highest(); high > before+1 {
			t.Errorf("height %d with the vote of one of three", high)
		}
	})
}

func TestAnIntervalPausesBetweenBlocks(t *testing.T) {
	given := fair(1)
	given.Options = consensus.Options{Interval: 400}
	enginetest.Run(t, given, func(w *enginetest.World) {
		w.Leader()
		before := w.Highest()
		time.Sleep(4 * time.Second)
		if made := w.Highest() - before; made < 8 || made > 11 {
			t.Errorf("%d blocks in four seconds with a block every 0.4 s", made)
		}
		old := w.Leader()
		w.Isolate(old)
		w.MustReach(w.Highest()+3, 10*time.Second, w.Others(old)...)
	})
}

func TestStatusNamesWhoIsMissing(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(10 * time.Second)
		w.Isolate(0)
		time.Sleep(20 * time.Second)
		waiting := w.Nodes[0].Running().Engine.Status().Waiting
		for _, part := range []string{"waiting for 1 more of 3 validators", w.Nodes[1].ID.String() + " not heard for", w.Nodes[2].ID.String() + " not heard for"} {
			if !strings.Contains(waiting, part) {
				t.Errorf("the status says %q, not %q", waiting, part)
			}
		}
		w.Isolate()
		w.Settle(10 * time.Second)
		time.Sleep(time.Second)
		if waiting := w.Nodes[0].Running().Engine.Status().Waiting; waiting != "" {
			t.Errorf("the status says %q after a block", waiting)
		}
	})
}

func TestALeaderThatStopsInPeaceIsFollowedAtOnce(t *testing.T) {
	for seed := range enginetest.Seeds(8) {
		enginetest.Run(t, fair(seed), func(w *enginetest.World) {
			w.Settle(10 * time.Second)
			time.Sleep(time.Second)
			old := w.Leader()
			if err := w.Nodes[old].Running().Engine.Stop(context.Background()); err != nil {
				t.Fatal(err)
			}
			w.Nodes[old].Crash()
			w.Order()
			w.MustReach(w.Highest()+1, 300*time.Millisecond, w.Others(old)...)
			w.Nodes[old].Start()
			w.Settle(10 * time.Second)
		})
	}
}

func TestNodesGoOnFromALogThatHasBegunAnew(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Leader()
		for range 3 * recordsAtMost {
			w.Order()
			w.MustReach(w.Highest()+1, time.Second, w.All()...)
		}
		for _, n := range w.Nodes {
			if kept := n.Records(); kept > recordsAtMost+1 {
				t.Errorf("node %d keeps %d records", n.Index, kept)
			}
		}
		for _, n := range w.Nodes {
			n.Restart()
			w.Settle(10 * time.Second)
		}
		for _, n := range w.Nodes {
			n.Stop()
		}
		for _, n := range w.Nodes {
			n.Start()
		}
		w.Settle(10 * time.Second)
	})
}
