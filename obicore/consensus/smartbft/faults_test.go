package smartbft

import (
	"fmt"
	"testing"
	"time"
)

// settle orders something and waits until all nodes have the same tip above it.
func (w *world) settle(atMost time.Duration) time.Duration {
	w.t.Helper()
	w.order()
	var high uint64
	for _, n := range w.nodes {
		high = max(high, n.height())
	}
	all := make([]int, len(w.nodes))
	for n := range w.nodes {
		all[n] = n
	}
	return w.mustReach(high+1, atMost, all...)
}

func TestNoDecisionWithoutAMajorityAndOneAfterItsReturn(t *testing.T) {
	for _, group := range [][]int{{0}, {3}, {0, 1}, {1, 2}, {0, 1, 2}} {
		for seed := range uint64(4) {
			t.Run(fmt.Sprintf("%v/%d", group, seed), func(t *testing.T) {
				inWorld(t, fair(seed), func(w *world) {
					w.settle(time.Second)
					w.isolate(group...)
					time.Sleep(time.Duration(w.chance(30)) * time.Millisecond)
					before := w.nodes[0].height()
					for range 20 {
						w.order()
						time.Sleep(500 * time.Millisecond)
					}
					if len(group) == 2 {
						for _, n := range w.nodes {
							if n.height() > before+1 {
								t.Errorf("node %d decides height %d with one other", n.index, n.height())
							}
						}
					}
					w.isolate()
					t.Logf("all together after %s", w.settle(30*time.Second))
				})
			})
		}
	}
}

func TestANodeThatLagsCatchesUp(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		w.isolate(3)
		for height := uint64(1); height <= 60; height++ {
			w.order()
			w.mustReach(height, time.Second, 0, 1, 2)
		}
		w.isolate()
		begin := time.Now()
		for w.nodes[3].height() < w.nodes[0].height() {
			w.order()
			time.Sleep(50 * time.Millisecond)
			if time.Since(begin) > 20*time.Second {
				t.Fatalf("node 3 is at height %d of %d", w.nodes[3].height(), w.nodes[0].height())
			}
		}
		t.Logf("caught up after %s", time.Since(begin))
	})
}

func TestASlowDiskSlowsAndDoesNotStop(t *testing.T) {
	given := fair(1)
	given.sync, given.commit = 150*time.Millisecond, 200*time.Millisecond
	inWorld(t, given, func(w *world) {
		for range 5 {
			w.settle(3 * time.Second)
		}
		if view := w.nodes[0].running().engine.Status().View; view != 0 {
			t.Errorf("the view is changed to %d", view)
		}
	})
}

func TestANodeResumesFromEveryRecordOfItsLog(t *testing.T) {
	for _, crasher := range []int{0, 1, 2} {
		for record := 1; record <= 16; record++ {
			for _, written := range []bool{false, true} {
				t.Run(fmt.Sprintf("node %d/record %d/written %v", crasher, record, written), func(t *testing.T) {
					inWorld(t, fair(uint64(record)), func(w *world) { resume(w, crasher, record, written) })
				})
			}
		}
	}
}

// resume crashes a node at a record of its log, in a history with a change of view.
func resume(w *world, crasher, record int, written bool) {
	n := w.nodes[crasher]
	crashed := make(chan struct{})
	n.onRecord = func(h *testHost, at int) {
		if at != record {
			return
		}
		n.mutex.Lock()
		n.onRecord = nil
		n.mutex.Unlock()
		if written {
			h.mutex.Lock()
			h.crashAfter = true
			h.mutex.Unlock()
		} else {
			n.crash()
		}
		close(crashed)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-crashed:
		case <-time.After(20 * time.Second):
			return
		}
		time.Sleep(300 * time.Millisecond)
		n.restart()
	}()
	for step := range 12 {
		w.order()
		time.Sleep(50 * time.Millisecond)
		if step == 3 {
			w.isolate(0)
			time.Sleep(4 * time.Second)
			w.isolate()
		}
	}
	<-ended
	w.settle(30 * time.Second)
}

// A twin is a second node with the same key: what two faulty nodes would say
// together, one can. The leader's twin proposes another block for every height.
func TestATwinOfTheLeaderNeverForks(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.twin, given.reorder = true, seed%2 == 1
			inWorld(t, given, func(w *world) {
				for range 10 {
					w.order()
					time.Sleep(time.Duration(100+w.chance(900)) * time.Millisecond)
					if w.chance(3) == 0 {
						w.isolate(0, 1+w.chance(3))
					}
					if w.chance(2) == 0 {
						w.isolate()
					}
				}
				w.isolate()
				height := w.nodes[1].height()
				w.order()
				w.mustReach(height+1, time.Minute, 1, 2, 3)
			})
		})
	}
}
