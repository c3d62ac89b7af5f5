package raft

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// fair are the conditions of a good network.
func fair(seed uint64) conditions {
	return conditions{nodes: 3, seed: seed, latency: 5 * time.Millisecond, sync: 3 * time.Millisecond}
}

func (w *world) all() []int {
	all := make([]int, len(w.nodes))
	for n := range w.nodes {
		all[n] = n
	}
	return all
}

func (w *world) others(group ...int) (others []int) {
	for n := range w.nodes {
		if !slices.Contains(group, n) {
			others = append(others, n)
		}
	}
	return others
}

func (w *world) highest() (high uint64) {
	for _, n := range w.nodes {
		high = max(high, n.height())
	}
	return high
}

// settle orders something and waits until all nodes have the same tip above it.
func (w *world) settle(atMost time.Duration) time.Duration {
	w.t.Helper()
	high := w.highest()
	w.order()
	return w.mustReach(high+1, atMost, w.all()...)
}

// leader is the node that leads now.
func (w *world) leader() int {
	w.t.Helper()
	for range 10_000 {
		for _, n := range w.nodes {
			h := n.running()
			if h == nil {
				continue
			}
			if s := h.engine.Status(); s.Leader == n.ID {
				return n.index
			}
		}
		time.Sleep(time.Millisecond)
	}
	w.t.Fatal("nobody leads")
	return 0
}

func TestNodesDecideWhatIsOrderedAndNothingElse(t *testing.T) {
	for _, nodes := range []int{1, 2, 3, 5} {
		t.Run(fmt.Sprint(nodes), func(t *testing.T) {
			given := fair(1)
			given.nodes = nodes
			inWorld(t, given, func(w *world) {
				w.leader()
				for height := uint64(1); height <= 20; height++ {
					w.order()
					w.mustReach(height, time.Second, w.all()...)
				}
				time.Sleep(time.Minute)
				for _, n := range w.nodes {
					if n.height() != 20 {
						t.Errorf("node %d makes blocks of nothing: %d", n.index, n.height())
					}
				}
			})
		})
	}
}

func TestTheOthersGoOnWithoutTheLeader(t *testing.T) {
	kinds := map[string]func(c *conditions){
		"fair":         func(*conditions) {},
		"instant disk": func(c *conditions) { c.sync = 0 },
		"slow disk":    func(c *conditions) { c.sync, c.commit = 30*time.Millisecond, 50*time.Millisecond },
		"reordering":   func(c *conditions) { c.reorder, c.latency = true, 40*time.Millisecond },
		"no latency":   func(c *conditions) { c.latency, c.sync = 0, 0 },
		"five nodes":   func(c *conditions) { c.nodes = 5 },
	}
	for name, set := range kinds {
		t.Run(name, func(t *testing.T) {
			var times []time.Duration
			for seed := range uint64(16) {
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
func loseLeader(t *testing.T, given conditions) (took time.Duration) {
	inWorld(t, given, func(w *world) {
		for range 3 {
			w.settle(time.Minute)
		}
		old := w.leader()
		w.isolate(old)
		time.Sleep(time.Duration(w.chance(50)) * time.Millisecond)
		w.order()
		took = w.mustReach(w.highest()+1, 10*time.Second, w.others(old)...)
		w.isolate()
		w.settle(10 * time.Second)
	})
	return took
}

func TestNoDecisionWithoutAMajorityAndOneAfterItsReturn(t *testing.T) {
	for _, group := range [][]int{{0}, {3}, {0, 1}, {1, 2}, {0, 1, 2}} {
		for seed := range uint64(4) {
			t.Run(fmt.Sprintf("%v/%d", group, seed), func(t *testing.T) {
				given := fair(seed)
				given.nodes = 4
				inWorld(t, given, func(w *world) {
					w.settle(10 * time.Second)
					w.isolate(group...)
					time.Sleep(time.Duration(w.chance(30)) * time.Millisecond)
					before := w.highest()
					for range 20 {
						w.order()
						time.Sleep(500 * time.Millisecond)
					}
					if high := w.highest(); len(group) == 2 && high > before+1 {
						t.Errorf("height %d is decided by two of four", high)
					}
					w.isolate()
					t.Logf("all together after %s", w.settle(30*time.Second))
				})
			})
		}
	}
}

func TestANodeThatIsFarBehindFetchesAndVotesAgain(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		w.settle(10 * time.Second)
		lost := (w.leader() + 1) % 3
		w.isolate(lost)
		for range 4 * keptEntries {
			w.order()
			w.mustReach(w.highest()+1, time.Second, w.others(lost)...)
		}
		w.isolate()
		t.Logf("caught up after %s", w.settle(20*time.Second))
		w.isolate(w.others(lost)[0]) // now the one that was behind is needed
		w.order()
		w.mustReach(w.highest()+1, 10*time.Second, lost, w.others(lost)[1])
	})
}

func TestANodeResumesFromEveryRecordOfItsLog(t *testing.T) {
	for crasher := range 3 {
		for record := 1; record <= 24; record++ {
			for _, written := range []bool{false, true} {
				t.Run(fmt.Sprintf("node %d/record %d/written %v", crasher, record, written), func(t *testing.T) {
					inWorld(t, fair(uint64(record)), func(w *world) { resume(w, crasher, record, written) })
				})
			}
		}
	}
}

// resume crashes a node at a record of its log, in a history with a change of leader.
func resume(w *world, crasher, record int, written bool) {
	n := w.nodes[crasher]
	crashed, ended := make(chan struct{}), make(chan struct{})
	n.mutex.Lock()
	n.onRecord = func(h *testHost, at int) {
		if at < record {
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
	n.mutex.Unlock()
	go func() {
		defer close(ended)
		select {
		case <-crashed:
		case <-time.After(30 * time.Second):
			return
		}
		time.Sleep(300 * time.Millisecond)
		n.restart()
	}()
	for step := range 12 {
		w.order()
		time.Sleep(150 * time.Millisecond)
		if step == 5 {
			w.isolate(w.leader())
			time.Sleep(4 * time.Second)
			w.isolate()
		}
	}
	<-ended
	w.settle(30 * time.Second)
}

func TestAProposalThatAMajorityRefusesIsReplaced(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		w.settle(10 * time.Second)
		old, before := w.leader(), w.highest()
		for _, n := range w.nodes {
			n.set(func(n *node) { n.disagree = true })
		}
		w.order()
		time.Sleep(10 * time.Second)
		if w.highest() != before {
			t.Fatal("a proposal is decided that a majority refuses")
		}
		if terms := w.nodes[old].running().engine.Status().View; terms < 4 {
			t.Errorf("the leader stays, in term %d", terms)
		}
		for _, n := range w.nodes {
			n.set(func(n *node) { n.disagree = false })
		}
		w.settle(10 * time.Second)
	})
}

func TestAProposalThatOneRefusesIsDecidedAndThatOneGetsItBySync(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		w.settle(10 * time.Second)
		odd := (w.leader() + 1) % 3
		w.nodes[odd].set(func(n *node) { n.disagree = true })
		for range 5 {
			w.settle(10 * time.Second)
		}
	})
}

func (n *node) set(change func(n *node)) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	change(n)
}

func TestANodeWhoseHostRefusesItsVoteIsNotCounted(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		w.settle(10 * time.Second)
		w.nodes[(w.leader()+1)%3].set(func(n *node) { n.refuse = true })
		for range 5 {
			w.settle(10 * time.Second)
		}
		w.nodes[(w.leader()+2)%3].set(func(n *node) { n.refuse = true })
		before := w.highest()
		w.order()
		time.Sleep(20 * time.Second)
		if high := w.highest(); high > before+1 {
			t.Errorf("height %d with the vote of one of three", high)
		}
	})
}

func TestAnIntervalPausesBetweenBlocks(t *testing.T) {
	given := fair(1)
	given.options = consensus.Options{Interval: 400}
	inWorld(t, given, func(w *world) {
		w.leader()
		before := w.highest()
		time.Sleep(4 * time.Second)
		if made := w.highest() - before; made < 8 || made > 11 {
			t.Errorf("%d blocks in four seconds with a block every 0.4 s", made)
		}
		old := w.leader()
		w.isolate(old)
		w.mustReach(w.highest()+3, 10*time.Second, w.others(old)...)
	})
}

func TestStatusNamesWhoIsMissing(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		w.settle(10 * time.Second)
		w.isolate(0)
		time.Sleep(20 * time.Second)
		waiting := w.nodes[0].running().engine.Status().Waiting
		for _, part := range []string{"waiting for 1 more of 3 validators", w.nodes[1].ID.String() + " not heard for", w.nodes[2].ID.String() + " not heard for"} {
			if !strings.Contains(waiting, part) {
				t.Errorf("the status says %q, not %q", waiting, part)
			}
		}
		w.isolate()
		w.settle(10 * time.Second)
		time.Sleep(time.Second)
		if waiting := w.nodes[0].running().engine.Status().Waiting; waiting != "" {
			t.Errorf("the status says %q after a block", waiting)
		}
	})
}

func TestALeaderThatStopsInPeaceIsFollowedAtOnce(t *testing.T) {
	for seed := range uint64(8) {
		inWorld(t, fair(seed), func(w *world) {
			w.settle(10 * time.Second)
			time.Sleep(time.Second)
			old := w.leader()
			if err := w.nodes[old].running().engine.Stop(context.Background()); err != nil {
				t.Fatal(err)
			}
			w.nodes[old].crash()
			w.order()
			w.mustReach(w.highest()+1, 300*time.Millisecond, w.others(old)...)
			w.nodes[old].start()
			w.settle(10 * time.Second)
		})
	}
}

func TestNodesGoOnFromALogThatHasBegunAnew(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		w.leader()
		for range 3 * recordsAtMost {
			w.order()
			w.mustReach(w.highest()+1, time.Second, w.all()...)
		}
		for _, n := range w.nodes {
			if kept := len(n.log); kept > recordsAtMost+1 {
				t.Errorf("node %d keeps %d records", n.index, kept)
			}
		}
		for _, n := range w.nodes {
			n.restart()
			w.settle(10 * time.Second)
		}
		for _, n := range w.nodes {
			n.stop()
		}
		for _, n := range w.nodes {
			n.start()
		}
		w.settle(10 * time.Second)
	})
}
