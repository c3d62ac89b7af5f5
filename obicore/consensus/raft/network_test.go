package raft

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// conditions are what a network of the tests runs under.
type conditions struct {
	nodes      int
	validators int // the first of them; 0 means all
	seed       uint64
	latency    time.Duration // of a link; half of it is random when links reorder
	reorder    bool
	sync       time.Duration // of one record in the log of votes
	commit     time.Duration
	options    consensus.Options
}

// world is a network of real engines on scripted hosts in virtual time.
type world struct {
	t     *testing.T
	given conditions
	nodes []*node

	mutex   sync.Mutex
	random  *rand.Rand
	cut     map[[2]int]bool
	links   map[[2]int]*link
	headers map[uint64]chain.Hash // by height, of whoever committed first
	sets    map[uint64]*chain.ValidatorSet
	orders  [][8]byte
	reports []consensus.Evidence
	ended   bool

	carriers sync.WaitGroup
}

// inWorld runs a test in virtual time; no goroutine may be left at its end.
func inWorld(t *testing.T, given conditions, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, given)
		for _, n := range w.nodes {
			n.start()
		}
		test(w)
		w.end()
	})
}

func newWorld(t *testing.T, given conditions) *world {
	w := &world{
		t: t, given: given, random: rand.New(rand.NewPCG(given.seed, 0x5b)), cut: make(map[[2]int]bool),
		links: make(map[[2]int]*link), headers: make(map[uint64]chain.Hash), sets: make(map[uint64]*chain.ValidatorSet),
	}
	set := &chain.ValidatorSet{}
	for n := range given.nodes {
		w.nodes = append(w.nodes, newNode(w, n, byte(n+1)))
		if given.validators == 0 || n < given.validators {
			set.Members = append(set.Members, w.nodes[n].Validator)
		}
	}
	w.sets[0] = set
	for _, n := range w.nodes {
		n.decisions = []consensus.Decision{genesisOf(set)}
	}
	return w
}

// set is the one that decides a height.
func (w *world) set(height uint64) *chain.ValidatorSet {
	for ; ; height-- {
		if s := w.sets[height]; s != nil {
			return s
		}
	}
}

func (w *world) end() {
	for _, n := range w.nodes {
		n.stop()
	}
	w.mutex.Lock()
	w.ended = true
	for _, l := range w.links {
		close(l.queue)
	}
	w.links = nil
	w.mutex.Unlock()
	w.carriers.Wait()
}

// order gives something to order to every node that runs.
func (w *world) order() {
	w.mutex.Lock()
	n := len(w.orders) + 1
	w.orders = append(w.orders, [8]byte{byte(n >> 8), byte(n)})
	w.mutex.Unlock()
	for _, n := range w.nodes {
		n.notify()
	}
}

// isolate cuts the links between two groups, or heals them all with none.
func (w *world) isolate(group ...int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	inside := make(map[int]bool)
	for _, n := range group {
		inside[n] = true
	}
	for a := range w.nodes {
		for b := range w.nodes {
			w.cut[[2]int{a, b}] = inside[a] != inside[b]
		}
	}
}

// reach waits until all the given nodes have a height, at most for a time; it
// returns how long that took.
func (w *world) reach(height uint64, atMost time.Duration, nodes ...int) (time.Duration, bool) {
	begin := time.Now()
	for time.Since(begin) < atMost {
		all := true
		for _, n := range nodes {
			all = all && w.nodes[n].height() >= height
		}
		if all {
			return time.Since(begin), true
		}
		time.Sleep(5 * time.Millisecond)
	}
	return atMost, false
}

func (w *world) mustReach(height uint64, atMost time.Duration, nodes ...int) time.Duration {
	w.t.Helper()
	took, ok := w.reach(height, atMost, nodes...)
	if !ok {
		for _, n := range w.nodes {
			w.t.Logf("node %d: %+v", n.index, n.status())
		}
		w.t.Fatalf("height %d is not reached within %s by %v", height, atMost, nodes)
	}
	return took
}

// draw gives the engines their random numbers.
func (w *world) draw() uint64 {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.random.Uint64()
}

func (w *world) chance(n int) int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.random.IntN(n)
}

// link carries messages of one node to another, in order or not.
type link struct {
	queue chan delivery
}

type delivery struct {
	due     time.Time
	message []byte
}

func (w *world) send(from, to int, message []byte) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	key := [2]int{from, to}
	if w.ended || w.cut[key] {
		return
	}
	if w.given.reorder {
		late := w.given.latency/2 + time.Duration(w.random.Int64N(int64(w.given.latency)))
		time.AfterFunc(late, func() { w.deliver(from, to, message) })
		return
	}
	l := w.links[key]
	if l == nil {
		l = &link{queue: make(chan delivery, 100_000)}
		w.links[key] = l
		w.carriers.Go(func() {
			for d := range l.queue {
				time.Sleep(time.Until(d.due))
				w.deliver(from, to, d.message)
			}
		})
	}
	l.queue <- delivery{time.Now().Add(w.given.latency), message}
}

func (w *world) deliver(from, to int, message []byte) {
	w.mutex.Lock()
	lost := w.ended || w.cut[[2]int{from, to}]
	w.mutex.Unlock()
	if lost {
		return
	}
	if h := w.nodes[to].running(); h != nil {
		if err := h.engine.Receive(w.nodes[from].ID, message); err != nil && !h.dead() && w.given.validators == 0 {
			w.t.Errorf("node %d refuses a message of node %d: %v", to, from, err)
		}
	}
}

// committed checks the invariants of every commit.
func (w *world) committed(n *node, d consensus.Decision) {
	header, err := chain.DecodeHeader(d.Proposal.Header)
	if err != nil {
		w.t.Errorf("node %d commits a header that does not decode: %v", n.index, err)
		return
	}
	hash := header.Hash(sha{})
	w.mutex.Lock()
	first, known := w.headers[header.Height]
	if !known {
		w.headers[header.Height] = hash
	}
	set := w.set(header.Height)
	w.mutex.Unlock()
	if known && first != hash {
		w.t.Errorf("FORK at height %d: node %d has %s, another %s", header.Height, n.index, hash, first)
	}
	if err := (Module{}).Verifier(verifyTestVote).Verify(testChain, set, header, hash, d.Proof); err != nil {
		w.t.Errorf("node %d, height %d: %v", n.index, header.Height, err)
	}
}

// realClock is the time of the bubble.
type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	return time.AfterFunc(d, f).Stop
}

func logTo(w *world, n int) func(slog.Level, string, ...any) {
	if os.Getenv("RAFT_TRACE") == "" {
		return nil
	}
	begin := time.Now()
	return func(level slog.Level, format string, arguments ...any) {
		fmt.Printf("%8.3f node %d %s "+format+"\n", append([]any{time.Since(begin).Seconds(), n, level}, arguments...)...)
	}
}

func optionsOf(w *world, n int) consensus.Options {
	options := w.given.options
	options.Logf = logTo(w, n)
	return options
}
