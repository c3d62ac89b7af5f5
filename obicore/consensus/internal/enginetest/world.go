package enginetest

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

// Conditions are what a world is made of and runs under.
type Conditions struct {
	Module     consensus.Module
	New        func(consensus.Options) consensus.Engine // nil: the module's
	Nodes      int
	Validators int // the first of them; 0 means all
	Seed       uint64
	Latency    time.Duration // of a link; half of it is random when links reorder
	Reorder    bool
	Sync       time.Duration // of one record in the log, and of one vote
	Commit     time.Duration
	Twin       bool // node 0 has a twin, the last node
	Options    consensus.Options
}

// World is a network of real engines on scripted hosts in virtual time.
type World struct {
	t     *testing.T
	given Conditions
	Nodes []*Node

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

// Run runs a test in virtual time, with all nodes started; no goroutine may be left at its end.
func Run(t *testing.T, given Conditions, test func(w *World)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := New(t, given)
		for _, n := range w.Nodes {
			n.Start()
		}
		test(w)
		w.End()
	})
}

// New makes a world in which nothing runs yet.
func New(t *testing.T, given Conditions) *World {
	w := &World{
		t: t, given: given, random: rand.New(rand.NewPCG(given.Seed, 0x5b)), cut: make(map[[2]int]bool),
		links: make(map[[2]int]*link), headers: make(map[uint64]chain.Hash), sets: make(map[uint64]*chain.ValidatorSet),
	}
	set := &chain.ValidatorSet{}
	for n := range given.Nodes {
		w.Nodes = append(w.Nodes, newNode(w, n, byte(n+1)))
		if given.Validators == 0 || n < given.Validators {
			set.Members = append(set.Members, w.Nodes[n].Validator)
		}
	}
	if given.Twin {
		w.Nodes = append(w.Nodes, newNode(w, given.Nodes, 1))
	}
	w.sets[0] = set
	for _, n := range w.Nodes {
		n.decisions = []consensus.Decision{genesisOf(set)}
	}
	return w
}

// set is the one that decides a height.
func (w *World) set(height uint64) *chain.ValidatorSet {
	for ; ; height-- {
		if s := w.sets[height]; s != nil {
			return s
		}
	}
}

// End stops all nodes and waits for what they have begun.
func (w *World) End() {
	for _, n := range w.Nodes {
		n.Stop()
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

// Clock is the time of the bubble, in which [Run] runs.
type Clock struct{}

// Now implements chain.Clock.
func (Clock) Now() time.Time { return time.Now() }

// AfterFunc implements chain.Clock.
func (Clock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	return time.AfterFunc(d, f).Stop
}

// logTo prints what engines say when ENGINE_TRACE is set.
func logTo(n int) func(slog.Level, string, ...any) {
	if os.Getenv("ENGINE_TRACE") == "" {
		return nil
	}
	begin := time.Now()
	return func(level slog.Level, format string, arguments ...any) {
		fmt.Printf("%8.3f node %d %s "+format+"\n", append([]any{time.Since(begin).Seconds(), n, level}, arguments...)...)
	}
}

// engine makes one for a node.
func (w *World) engine(n int) (consensus.Engine, error) {
	options := w.given.Options
	options.Logf = logTo(n)
	if w.given.New != nil {
		return w.given.New(options), nil
	}
	return w.given.Module.New(options)
}
