package consensus

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// node is what survives a crash: keys, blocks, the log and the record of votes.
type node struct {
	world *world
	id    chain.NodeID
	place int // in the world
	index int // among the validators; twins and shadows have the same
	realm int // 1 in the shadows' network
	keys  []member

	// The rest is under the world's mutex.
	decisions []consensus.Decision
	included  map[order]bool
	approved  map[chain.Hash]bool // proposals that this host has made or validated
	journal   *journal
	voted     map[ballot]chain.Hash
	lastVote  map[string]uint64 // height by kind
	votes     int
	life      *life
	last      *life // also when it is over
	lives     int

	forgiven bool // it may contradict itself
	bad      bool // its proposals are not valid
	plan     crashPlan
}

type ballot struct {
	kind          string
	height, round uint64
}

// crashPlan lets a node crash once, and come back: at a record of its log, or when its host
// has made a vote that the engine has not got yet.
type crashPlan struct {
	record  int
	written bool // the record is durable
	vote    int
}

func newNode(w *world, index, realm int) *node {
	m := newMember(byte(index + 1))
	return &node{
		world: w, id: m.ID, index: index, realm: realm, keys: []member{m}, journal: &journal{}, included: make(map[order]bool),
		approved: make(map[chain.Hash]bool), voted: make(map[ballot]chain.Hash), lastVote: make(map[string]uint64),
	}
}

// rotate gives the node another consensus key and returns it as a validator.
func (n *node) rotate() chain.Validator {
	m := newMember(byte(n.index + 101))
	m.ID = n.id
	n.world.mutex.Lock()
	defer n.world.mutex.Unlock()
	n.keys = append(n.keys, m)
	return m.Validator
}

// keyAt is the key with which the node signs at a height; the world's mutex is held.
func (n *node) keyAt(height uint64) member {
	if m, ok := n.world.set(height).Member(n.id); ok {
		for _, key := range n.keys {
			if string(key.ConsensusKey.Bytes) == string(m.ConsensusKey.Bytes) {
				return key
			}
		}
	}
	return n.keys[0]
}

// running is the life of the node, nil while it is down.
func (n *node) running() *life {
	n.world.mutex.Lock()
	defer n.world.mutex.Unlock()
	return n.life
}

func (n *node) height() uint64 {
	n.world.mutex.Lock()
	defer n.world.mutex.Unlock()
	return n.tip().Proposal.Height
}

// tip is the last decision; the world's mutex is held.
func (n *node) tip() consensus.Decision { return n.decisions[len(n.decisions)-1] }

// start begins a life.
func (n *node) start() {
	w := n.world
	engine, err := n.make()
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &life{node: n, engine: engine, ctx: ctx, cancel: cancel}
	w.mutex.Lock()
	tip := n.tip()
	n.life, n.last = l, l
	n.lives++
	boot := consensus.Boot{
		Self: n.id, Set: w.set(tip.Proposal.Height + 1), Tip: tip, WAL: l, Clock: l,
		Rand: numbers(w.given.seed, uint64(n.place)<<32|uint64(n.lives)),
	}
	w.mutex.Unlock()
	w.await("Start", true, func() { err = engine.Start(ctx, l, boot) })
	if err != nil && !l.dead() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.blame("node %d does not start: %v", n.place, err)
		n.life = nil
		return
	}
	w.call("Notify", engine.Notify)
	l.observe()
}

// numbers are random ones of a seed, others for each life of each node: nodes that draw
// the same wait for each other without end.
func numbers(seed, life uint64) func() uint64 {
	var mutex sync.Mutex
	source := rand.New(rand.NewPCG(seed, life))
	return func() uint64 {
		mutex.Lock()
		defer mutex.Unlock()
		return source.Uint64()
	}
}

func (n *node) make() (consensus.Engine, error) {
	engine, err := n.world.New().New(consensus.Options{Patience: patienceOfNodes})
	if err != nil {
		n.world.mutex.Lock()
		defer n.world.mutex.Unlock()
		n.world.blame("node %d has no engine: %v", n.place, err)
	}
	return engine, err
}

// crash ends a life without a word: what its engine does from now on has no effect.
func (n *node) crash() {
	n.world.mutex.Lock()
	if n.life != nil {
		n.life.die()
	}
	n.world.mutex.Unlock()
	n.bury()
}

// bury ends the engine of a life that is over.
func (n *node) bury() {
	n.world.mutex.Lock()
	l := n.last
	n.world.mutex.Unlock()
	if l == nil || l.buried {
		return
	}
	l.buried = true
	n.world.await("Stop", true, func() { _ = l.engine.Stop(context.Background()) }) // nobody hears it any more
	n.world.mutex.Lock()
	defer n.world.mutex.Unlock()
	n.journal.crash(n.world.random.IntN)
}

// stop ends a life in good order; its engine is held to its silence from then on.
func (n *node) stop() {
	w := n.world
	l := n.running()
	if l == nil {
		n.bury()
		return
	}
	var err error
	w.await("Stop", true, func() { err = l.engine.Stop(context.Background()) })
	l.buried = true
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if err != nil {
		w.blame("node %d does not stop: %v", n.place, err)
	}
	if l.inside > 0 {
		w.blame("%d calls of node %d's host are under way when Stop returns", l.inside, n.place)
	}
	l.stopped = true
	n.life = nil
}

// restart ends a life as a crash does, and begins the next.
func (n *node) restart() {
	n.crash()
	n.start()
}

// fall is a crash after which the node comes back; the world's mutex is held.
func (l *life) fall() error {
	l.die()
	l.world.after(50*time.Millisecond, nil, l.node.restart)
	return errDead
}
