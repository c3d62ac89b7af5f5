package simplex

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

func TestTheOthersGoOnWithoutTheLeader(t *testing.T) {
	kinds := map[string]func(c *enginetest.Conditions){
		"fair":               func(*enginetest.Conditions) {},
		"slow links":         func(c *enginetest.Conditions) { c.Latency = 40 * time.Millisecond },
		"reordering":         func(c *enginetest.Conditions) { c.Reorder = true },
		"next to no latency": func(c *enginetest.Conditions) { c.Latency = time.Microsecond }, // with none, nodes are heard before they are started
	}
	for name, set := range kinds {
		for seed := range enginetest.Seeds(4) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				given := fair(seed)
				set(&given)
				enginetest.Run(t, given, func(w *enginetest.World) {
					for range 3 {
						w.Settle(time.Second)
					}
					leader := w.Leader()
					w.Isolate(leader)
					time.Sleep(time.Duration(w.Chance(50)) * time.Millisecond)
					for range 50 {
						w.Order()
					}
					t.Logf("recovery %s", w.MustReach(4, 2*time.Second, w.Others(leader)...))
					w.Isolate()
					w.Settle(10 * time.Second)
				})
			})
		}
	}
}

func TestNoDecisionWithoutAMajorityAndOneAfterItsReturn(t *testing.T) {
	for _, group := range [][]int{{0}, {3}, {0, 1}, {1, 2}, {0, 1, 2}} {
		for seed := range enginetest.Seeds(3) {
			t.Run(fmt.Sprintf("%v/%d", group, seed), func(t *testing.T) {
				enginetest.Run(t, fair(seed), func(w *enginetest.World) {
					w.Settle(time.Second)
					w.Isolate(group...)
					time.Sleep(time.Duration(w.Chance(30)) * time.Millisecond)
					before := w.Highest()
					for range 20 {
						w.Order()
						time.Sleep(500 * time.Millisecond)
					}
					if len(group) == 2 && w.Highest() > before+1 {
						t.Errorf("height %d is decided by two of four", w.Highest())
					}
					w.Isolate()
					t.Logf("all together after %s", w.Settle(30*time.Second))
				})
			})
		}
	}
}

func TestANodeThatLagsCatchesUp(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Isolate(3)
		for height := uint64(1); height <= 60; height++ {
			w.Order()
			w.MustReach(height, 5*time.Second, 0, 1, 2)
		}
		w.Isolate()
		begin := time.Now()
		for w.Nodes[3].Height() < w.Nodes[0].Height() {
			w.Order()
			time.Sleep(50 * time.Millisecond)
			if time.Since(begin) > 20*time.Second {
				t.Fatalf("node 3 is at height %d of %d", w.Nodes[3].Height(), w.Nodes[0].Height())
			}
		}
		t.Logf("caught up after %s", time.Since(begin))
		w.Isolate(0) // its vote is needed
		w.Order()
		w.MustReach(w.Nodes[1].Height()+1, 10*time.Second, 1, 2, 3)
	})
}

func TestALaggingNodeCatchesUpThoughNothingIsOrdered(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Isolate(3)
		for height := uint64(1); height <= 3; height++ {
			w.Order()
			w.MustReach(height, 5*time.Second, 0, 1, 2)
		}
		w.Isolate()
		t.Logf("caught up after %s", w.MustReach(3, 20*time.Second, 3))
	})
}

func TestEveryNodeComesBackFromACrash(t *testing.T) {
	for _, crasher := range []int{0, 1, 2, 3} {
		for record := 1; record <= 12; record += enginetest.RecordsApart() {
			for _, written := range []bool{false, true} {
				t.Run(fmt.Sprintf("node %d/record %d/written %v", crasher, record, written), func(t *testing.T) {
					enginetest.Run(t, fair(uint64(record)), func(w *enginetest.World) { resume(w, crasher, record, written) })
				})
			}
		}
	}
}

// resume crashes a node at a record of its log, in a history with the loss of a leader.
func resume(w *enginetest.World, crasher, record int, written bool) {
	ended := w.CrashAt(crasher, record, written)
	for step := range 12 {
		w.Order()
		time.Sleep(50 * time.Millisecond)
		if step == 3 {
			w.Isolate(0)
			time.Sleep(4 * time.Second)
			w.Isolate()
		}
	}
	<-ended
	w.Settle(30 * time.Second)
}

func TestAllNodesComeBackFromACrash(t *testing.T) {
	for seed := range enginetest.Seeds(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			enginetest.Run(t, fair(seed), func(w *enginetest.World) {
				for range 4 {
					w.Order()
					time.Sleep(time.Duration(w.Chance(40)) * time.Millisecond)
					for _, n := range w.Nodes {
						n.Crash()
					}
					for _, n := range w.Nodes {
						n.Restart()
					}
				}
				w.Settle(30 * time.Second)
			})
		})
	}
}

// A twin is a second node with the same key: what two faulty nodes would say together,
// one can. The leader's twin proposes another block for every height.
func TestATwinOfALeaderNeverForks(t *testing.T) {
	for seed := range enginetest.Seeds(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.Twin, given.Reorder = true, seed%2 == 1
			enginetest.Run(t, given, func(w *enginetest.World) {
				for range 10 {
					w.Order()
					time.Sleep(time.Duration(100+w.Chance(900)) * time.Millisecond)
					if w.Chance(3) == 0 {
						w.Isolate(0, 1+w.Chance(3))
					}
					if w.Chance(2) == 0 {
						w.Isolate()
					}
				}
				w.Isolate()
				height := w.Nodes[1].Height()
				w.Order()
				w.MustReach(height+1, time.Minute, 1, 2, 3)
			})
		})
	}
}

// TestAnyScheduleOfFaultsEndsWell cuts links and restarts nodes by seed. SIMPLEX_SEEDS
// runs more of them, SIMPLEX_TWIN gives node 0 a twin in every fifth.
func TestAnyScheduleOfFaultsEndsWell(t *testing.T) {
	count := enginetest.Seeds(12)
	if n, err := strconv.Atoi(os.Getenv("SIMPLEX_SEEDS")); err == nil {
		count = uint64(max(n, 0))
	}
	var longest time.Duration
	for seed := range count {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.Reorder = seed%3 == 1
			given.Twin = os.Getenv("SIMPLEX_TWIN") != "" && seed%5 == 4
			given.Latency = []time.Duration{time.Millisecond, 5 * time.Millisecond, 40 * time.Millisecond}[seed/3%3]
			enginetest.Run(t, given, func(w *enginetest.World) {
				for range 25 {
					disturb(w)
				}
				w.Isolate()
				high := w.Highest()
				w.Order()
				took := w.MustReach(high+1, time.Minute, 1, 2, 3)
				longest = max(longest, took)
			})
		})
	}
	t.Logf("longest recovery %s", longest)
}

// disturb does one thing to the world and lets some time pass.
func disturb(w *enginetest.World) {
	w.Order()
	switch w.Chance(6) {
	case 0:
		w.Isolate(w.Chance(len(w.Nodes)))
	case 1:
		w.Isolate(w.Chance(4), w.Chance(4))
	case 2, 3:
		w.Isolate()
	case 4:
		w.Nodes[w.Chance(len(w.Nodes))].Restart()
	}
	time.Sleep(time.Duration(w.Chance(3000)) * time.Millisecond)
}
