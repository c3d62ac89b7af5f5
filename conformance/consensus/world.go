package consensus

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// patienceOfNodes is consensus.Options.Patience for several nodes, in milliseconds.
const patienceOfNodes = 300

// horizon is the virtual time in which what must happen has to happen: far above what any
// engine needs with that patience.
const horizon = 60 * time.Second

// conditions are what a world begins with.
type conditions struct {
	nodes   int  // validators
	spare   int  // nodes that are no validators yet
	twins   int  // validators that run twice, from the first
	shadow  bool // the validators run once more in a network of their own, of which one is heard
	seed    uint64
	latency time.Duration
	jitter  time.Duration
	sync    time.Duration // of the log and of the record of votes
	commit  time.Duration
	lenient bool // that a vote is asked for which contradicts another is no breach
}

// world is several nodes with their network and their time.
type world struct {
	bench
	*schedule
	given conditions
	fifo  bool
	fault consensus.Fault
	nodes []*node

	activity atomic.Uint64 // calls of hosts
	busy     atomic.Int64  // calls of hosts that are under way and wait for no time
	paced    time.Time     // of the process, until which the clock has been moved

	signatures sync.Mutex
	good       map[chain.Hash]bool // that have been verified

	mutex    sync.Mutex
	random   *rand.Rand
	cut      map[[2]int]bool
	slow     map[int]time.Duration // added to the links of a node
	lastDue  map[[2]int]time.Time
	orders   []order
	sets     map[uint64]*chain.ValidatorSet
	headers  map[realmHeight]chain.Hash
	reports  []consensus.Evidence
	traffic  []parcel
	underWay int // messages on all links
	keep     int // messages of traffic to keep
	wrong    []string
	trace    uint64
	proofs   consensus.ProofVerifier
}

type realmHeight struct {
	realm  int
	height uint64
}

// order is something to be ordered.
type order [8]byte

// world makes several nodes that have not started. At the end of the rule they are stopped
// and what was found wrong is reported.
func (b bench) world(t conformance.T, given conditions) *world {
	t.Helper()
	w := &world{
		bench: b, schedule: newSchedule(), given: given, random: rand.New(rand.NewPCG(given.seed, 0xc0)),
		cut: make(map[[2]int]bool), slow: make(map[int]time.Duration), lastDue: make(map[[2]int]time.Time),
		sets: make(map[uint64]*chain.ValidatorSet), headers: make(map[realmHeight]chain.Hash), good: make(map[chain.Hash]bool),
	}
	states := b.make(t, demand).Capabilities()
	w.fifo, w.fault = states.FIFOLinks, states.Fault
	w.paced = time.Now()
	w.proofs = b.New().Verifier(w.verifyVote)
	w.populate()
	t.Cleanup(func() {
		w.end()
		w.report(t)
	})
	return w
}

// liar is the node that is heard in the real network and in the shadows'.
const liar = 2

// populate makes the nodes: validators, spare nodes, twins, and the shadows of the validators.
func (w *world) populate() {
	set := &chain.ValidatorSet{}
	for n := range w.given.nodes + w.given.spare {
		w.nodes = append(w.nodes, newNode(w, n, 0))
		if n < w.given.nodes {
			set.Members = append(set.Members, w.nodes[n].keys[0].Validator)
		}
	}
	for n := range w.given.twins {
		w.nodes[n].forgiven = true
		w.nodes = append(w.nodes, newNode(w, n, 0))
		w.nodes[len(w.nodes)-1].forgiven = true
	}
	for n := range w.given.nodes {
		if w.given.shadow {
			w.nodes[liar].forgiven = true
			w.nodes = append(w.nodes, newNode(w, n, 1))
		}
	}
	w.sets[0] = set
	for place, n := range w.nodes {
		n.place = place
		n.decisions = []consensus.Decision{genesis(set)}
	}
}

// set is the one that decides a height; the mutex is held.
func (w *world) set(height uint64) *chain.ValidatorSet {
	for ; ; height-- {
		if s := w.sets[height]; s != nil {
			return s
		}
	}
}

func (w *world) setAt(height uint64) *chain.ValidatorSet {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.set(height)
}

// end stops all nodes.
func (w *world) end() {
	for _, n := range w.nodes {
		n.stop()
	}
}

// blame notes a breach of the standard; the mutex is held.
func (w *world) blame(format string, arguments ...any) {
	if len(w.wrong) < 10 {
		w.wrong = append(w.wrong, fmt.Sprintf(format, arguments...))
	}
}

func (w *world) report(t conformance.T) {
	t.Helper()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, wrong := range w.wrong {
		t.Errorf("%d nodes, seed %d: %s", w.given.nodes, w.given.seed, wrong)
	}
	w.wrong = nil
}

// note adds to the trace, by which two runs are compared; the mutex is held.
func (w *world) note(format string, arguments ...any) {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d %d ", w.trace, w.Now().UnixNano()) // a hash never returns an error
	_, _ = fmt.Fprintf(h, format, arguments...)
	w.trace = h.Sum64()
}

func (w *world) chance(n int) int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.random.IntN(n)
}

// order gives something to order to every node, and tells all that run.
func (w *world) order() {
	w.mutex.Lock()
	n := len(w.orders) + 1
	w.orders = append(w.orders, order{byte(n >> 8), byte(n)})
	w.mutex.Unlock()
	for _, n := range w.nodes {
		if l := n.running(); l != nil {
			w.call("Notify", l.engine.Notify)
		}
	}
}

// verifyVote is the consensus.VerifySignature of the world. Every signature is verified once.
func (w *world) verifyVote(chainID chain.Hash, key chain.PublicKey, kind string, message, signature []byte) error {
	name := hasher{}.Sum(chainID[:], key.Bytes, []byte(kind), []byte{0}, message, []byte{byte(key.Scheme)}, signature)
	w.signatures.Lock()
	good := w.good[name]
	w.signatures.Unlock()
	if good {
		return nil
	}
	err := verifyVote(chainID, key, kind, message, signature)
	if err == nil {
		w.signatures.Lock()
		w.good[name] = true
		w.signatures.Unlock()
	}
	return err
}
