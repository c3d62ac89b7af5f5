package enginetest

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Node is what survives a crash: keys, blocks, the log and the record of votes.
type Node struct {
	chain.Validator
	world  *World
	Index  int
	secret ed25519.PrivateKey

	mutex     sync.Mutex
	decisions []consensus.Decision
	included  map[[8]byte]bool
	log       [][]byte
	records   int // written to the log in all
	voted     map[string]chain.Hash
	votes     int
	fetches   int
	faults    Faults
	host      *Host // nil while it is down
	last      *Host
	onRecord  func(h *Host, record int) // before one is written
}

func newNode(w *World, index int, key byte) *Node {
	seed := sha256.Sum256([]byte{key})
	secret := ed25519.NewKeyFromSeed(seed[:])
	public := chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: secret.Public().(ed25519.PublicKey)}
	return &Node{
		Validator: chain.Validator{ID: chain.NodeID{key}, ConsensusKey: public, Weight: 1}, world: w, Index: index, secret: secret,
		included: make(map[[8]byte]bool), voted: make(map[string]chain.Hash),
	}
}

// Start begins a life.
func (n *Node) Start() {
	w := n.world
	engine, err := w.engine(n.Index)
	if err != nil {
		w.t.Errorf("node %d: %v", n.Index, err)
		return
	}
	h := &Host{Node: n, Engine: engine}
	n.mutex.Lock()
	n.host, n.last = h, h
	n.mutex.Unlock()
	tip := n.Tip()
	boot := consensus.Boot{Self: n.ID, Set: w.Set(tip.Proposal.Height + 1), Tip: tip, WAL: h, Clock: Clock{}, Rand: w.Draw}
	if err := h.Engine.Start(context.Background(), h, boot); err != nil {
		w.t.Errorf("node %d does not start: %v", n.Index, err)
		return
	}
	h.Engine.Notify()
}

// Crash ends the life of a node: what it does from now on has no effect.
func (n *Node) Crash() *Host {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	h := n.host
	if h != nil {
		h.ended = true
	}
	n.host = nil
	return h
}

// Stop ends it and waits for the engine, which must not take long.
func (n *Node) Stop() {
	n.Crash()
	n.mutex.Lock()
	h := n.last
	n.mutex.Unlock()
	if h == nil {
		return
	}
	begin := time.Now()
	if err := h.Engine.Stop(context.Background()); err != nil {
		n.world.t.Errorf("node %d does not stop: %v", n.Index, err)
	}
	if took := time.Since(begin); took > 2*time.Second {
		n.world.t.Errorf("node %d stops after %s", n.Index, took)
	}
}

// Restart stops and starts.
func (n *Node) Restart() {
	n.Stop()
	n.Start()
}

// Running is the life of a node, nil while it is down.
func (n *Node) Running() *Host {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.host
}

func (h *Host) dead() bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.ended
}

// Notify tells the engine that there may be something to order.
func (n *Node) Notify() {
	if h := n.Running(); h != nil {
		h.Engine.Notify()
	}
}

// Height is that of the last commit.
func (n *Node) Height() uint64 {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return uint64(len(n.decisions) - 1)
}

func (n *Node) status() any {
	if h := n.Running(); h != nil {
		return h.Engine.Status()
	}
	return "down"
}

// Sign implements consensus.Host.
func (n *Node) Sign(kind string, message []byte) ([]byte, error) {
	digest := chain.SigningHash(sha{}, chain.DomainVote, identity, kind, message)
	return ed25519.Sign(n.secret, digest[:]), nil
}

// Faults are what a node's host does wrong.
type Faults struct {
	Refuse   bool // to endorse
	Disagree bool // finds every proposal of others wrong
	Blind    bool // has never got what there is to order

	Commit   time.Duration // is slower by this to commit
	Validate time.Duration // needs this to judge a proposal of another node
}

// Fail gives a node's host other faults.
func (n *Node) Fail(faults Faults) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.faults = faults
}

// Votes is how many the host has endorsed.
func (n *Node) Votes() int {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.votes
}

// Records is how many the log keeps.
func (n *Node) Records() int {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return len(n.log)
}

// Tip is the last decision.
func (n *Node) Tip() consensus.Decision {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.decisions[len(n.decisions)-1]
}

// Follow does for a node that is no validator what its host would do.
func (n *Node) Follow() {
	h := n.Running()
	tip, set, err := h.Fetch(context.Background(), 0)
	if err != nil {
		n.world.t.Errorf("node %d: %v", n.Index, err)
	}
	if err := h.Engine.Reconfigure(context.Background(), set); err != nil {
		n.world.t.Errorf("node %d: %v", n.Index, err)
	}
	if err := h.Engine.SyncedTo(context.Background(), tip); err != nil {
		n.world.t.Errorf("node %d: %v", n.Index, err)
	}
}

// Fetches is how often its engine has asked it to catch up.
func (n *Node) Fetches() int {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.fetches
}
