package smartbft

import (
	"fmt"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

func TestNoDecisionWithoutAMajorityAndOneAfterItsReturn(t *testing.T) {
	for _, group := range [][]int{{0}, {3}, {0, 1}, {1, 2}, {0, 1, 2}} {
		for seed := range enginetest.Seeds(4) {
			t.Run(fmt.Sprintf("%v/%d", group, seed), func(t *testing.T) {
				enginetest.Run(t, fair(seed), func(w *enginetest.World) {
					w.Settle(time.Second)
					w.Isolate(group...)
					time.Sleep(time.Duration(w.Chance(30)) * time.Millisecond)
					before := w.Nodes[0].Height()
					for range 20 {
						w.Order()
						time.Sleep(500 * time.Millisecond)
					}
					if len(group) == 2 {
						for _, n := range w.Nodes {
							if n.Height() > before+1 {
								t.Errorf("node %d decides height %d with one other", n.Index, n.Height())
							}
						}
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
			w.MustReach(height, time.Second, 0, 1, 2)
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
	})
}

func TestASlowDiskSlowsAndDoesNotStop(t *testing.T) {
	given := fair(1)
	given.Sync, given.Commit = 150*time.Millisecond, 200*time.Millisecond
	enginetest.Run(t, given, func(w *enginetest.World) {
		for range 5 {
			w.Settle(3 * time.Second)
		}
		if view := w.Nodes[0].Running().Engine.Status().View; view != 0 {
			t.Errorf("the view is changed to %d", view)
		}
	})
}

func TestANodeResumesFromEveryRecordOfItsLog(t *testing.T) {
	for _, crasher := range []int{0, 1, 2} {
		for record := 1; record <= 16; record += enginetest.RecordsApart() {
			for _, written := range []bool{false, true} {
				t.Run(fmt.Sprintf("node %d/record %d/written %v", crasher, record, written), func(t *testing.T) {
					enginetest.Run(t, fair(uint64(record)), func(w *enginetest.World) { resume(w, crasher, record, written) })
				})
			}
		}
	}
}

// resume crashes a node at a record of its log, in a history with a change of view.
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

// A twin is a second node with the same key: what two faulty nodes would say
// together, one can. The leader's twin proposes another block for every height.
func TestATwinOfTheLeaderNeverForks(t *testing.T) {
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
