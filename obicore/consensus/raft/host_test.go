package raft

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

var testChain = chain.Hash{0x5b, 0xf7}

type sha struct{}

func (sha) Sum(parts ...[]byte) chain.Hash { return sha256.Sum256(bytes.Join(parts, nil)) }

func verifyTestVote(identity chain.Hash, key chain.PublicKey, kind string, message, signature []byte) error {
	digest := chain.SigningHash(sha{}, chain.DomainVote, identity, kind, message)
	if len(key.Bytes) != ed25519.PublicKeySize || !ed25519.Verify(key.Bytes, digest[:], signature) {
		return errors.New("the signature does not verify")
	}
	return nil
}

func genesisOf(set *chain.ValidatorSet) consensus.Decision {
	h := chain.Header{Rules: 1, Chain: testChain, Time: 1, Validators: set.Hash(sha{}), NextValidators: set.Hash(sha{})}
	return consensus.Decision{Proposal: consensus.Proposal{Header: h.Encode()}}
}

// node is what survives a crash: keys, blocks, the log and the record of votes.
type node struct {
	chain.Validator
	world  *world
	index  int
	secret ed25519.PrivateKey

	mutex     sync.Mutex
	decisions []consensus.Decision
	included  map[[8]byte]bool
	log       [][]byte
	records   int // written to the log in all
	voted     map[string]chain.Hash
	votes     int
	refuse    bool      // to endorse
	disagree  bool      // finds every proposal of others wrong
	blind     bool      // has never got what there is to order
	host      *testHost // nil while it is down
	last      *testHost
	onRecord  func(h *testHost, record int) // before one is written
}

// testHost is one life of a node.
type testHost struct {
	*node
	engine     consensus.Engine
	ended      bool
	crashAfter bool // the record that is being written
}

func newNode(w *world, index int, key byte) *node {
	seed := sha256.Sum256([]byte{key})
	secret := ed25519.NewKeyFromSeed(seed[:])
	public := chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: secret.Public().(ed25519.PublicKey)}
	return &node{
		Validator: chain.Validator{ID: chain.NodeID{key}, ConsensusKey: public, Weight: 1}, world: w, index: index, secret: secret,
		included: make(map[[8]byte]bool), voted: make(map[string]chain.Hash),
	}
}

func (n *node) start() {
	w := n.world
	h := &testHost{node: n, engine: newEngine(optionsOf(w, n.index))}
	n.mutex.Lock()
	tip := n.decisions[len(n.decisions)-1]
	n.host, n.last = h, h
	n.mutex.Unlock()
	w.mutex.Lock()
	set := w.set(tip.Proposal.Height + 1)
	w.mutex.Unlock()
	boot := consensus.Boot{Self: n.ID, Set: set, Tip: tip, WAL: h, Clock: realClock{}, Rand: w.draw}
	if err := h.engine.Start(context.Background(), h, boot); err != nil {
		w.t.Errorf("node %d does not start: %v", n.index, err)
		return
	}
	h.engine.Notify()
}

// crash ends the life of a node: what it does from now on has no effect.
func (n *node) crash() *testHost {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	h := n.host
	if h != nil {
		h.ended = true
	}
	n.host = nil
	return h
}

func (n *node) stop() {
	n.crash()
	n.mutex.Lock()
	h := n.last
	n.mutex.Unlock()
	if h == nil {
		return
	}
	begin := time.Now()
	if err := h.engine.Stop(context.Background()); err != nil {
		n.world.t.Errorf("node %d does not stop: %v", n.index, err)
	}
	if took := time.Since(begin); took > 2*time.Second {
		n.world.t.Errorf("node %d stops after %s", n.index, took)
	}
}

func (n *node) restart() {
	n.stop()
	n.start()
}

func (n *node) running() *testHost {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.host
}

func (h *testHost) dead() bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.ended
}

func (n *node) notify() {
	if h := n.running(); h != nil {
		h.engine.Notify()
	}
}

func (n *node) height() uint64 {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return uint64(len(n.decisions) - 1)
}

func (n *node) status() any {
	if h := n.running(); h != nil {
		return h.engine.Status()
	}
	return "down"
}

var errDead = errors.New("this node has crashed")

// Propose implements consensus.Host.
func (h *testHost) Propose(_ context.Context, parent consensus.Decision, meta []byte, force bool) (consensus.Proposal, error) {
	above, err := chain.DecodeHeader(parent.Proposal.Header)
	if err != nil {
		return consensus.Proposal{}, err
	}
	h.world.mutex.Lock()
	orders := h.world.orders
	set := h.world.set(above.Height + 1)
	h.world.mutex.Unlock()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if above.Height != uint64(len(h.decisions)-1) {
		return consensus.Proposal{}, fmt.Errorf("%w: parent %d, tip %d", consensus.ErrProposal, above.Height, len(h.decisions)-1)
	}
	var body []byte
	for _, o := range orders {
		if !h.blind && !h.included[o] && len(body) < 8*10 {
			body = append(body, o[:]...)
		}
	}
	if len(body) == 0 && !force {
		return consensus.Proposal{}, consensus.ErrNothing
	}
	header := chain.Header{
		Rules: 1, Chain: testChain, Height: above.Height + 1, Parent: above.Hash(sha{}), Time: above.Time + 1 + uint64(h.index),
		TransactionRoot: sha{}.Sum(body), GasLimit: 1, Validators: set.Hash(sha{}), NextValidators: set.Hash(sha{}),
		Proposer: h.ID, ConsensusMeta: meta,
	}
	return consensus.Proposal{Height: header.Height, Header: header.Encode(), Body: body}, nil
}

// Validate implements consensus.Host: links, and no order twice.
func (h *testHost) Validate(_ context.Context, p consensus.Proposal) error {
	header, err := chain.DecodeHeader(p.Header)
	if err != nil {
		return err
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.disagree {
		return fmt.Errorf("%w: this host disagrees", consensus.ErrProposal)
	}
	above, err := chain.DecodeHeader(h.decisions[len(h.decisions)-1].Proposal.Header)
	if err != nil {
		return err
	}
	if header.Height != above.Height+1 || header.Parent != above.Hash(sha{}) || header.TransactionRoot != (sha{}).Sum(p.Body) {
		return fmt.Errorf("%w: height %d on %d", consensus.ErrProposal, header.Height, above.Height)
	}
	seen := make(map[[8]byte]bool)
	for body := p.Body; len(body) >= 8; body = body[8:] {
		o := [8]byte(body[:8])
		if h.included[o] || seen[o] {
			return fmt.Errorf("%w: order %x is included already", consensus.ErrProposal, o)
		}
		seen[o] = true
	}
	return nil
}

// Commit implements consensus.Host.
func (h *testHost) Commit(_ context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
	time.Sleep(h.world.given.commit)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.ended {
		return nil, errDead
	}
	if tip := uint64(len(h.decisions) - 1); d.Proposal.Height != tip+1 {
		h.world.t.Errorf("node %d commits height %d after %d", h.index, d.Proposal.Height, tip)
		return nil, consensus.ErrProposal
	}
	h.apply(d)
	h.world.mutex.Lock()
	defer h.world.mutex.Unlock()
	return h.world.sets[d.Proposal.Height+1], nil
}

// apply adds a decision; the mutex is held.
func (n *node) apply(d consensus.Decision) {
	n.world.committed(n, d)
	n.decisions = append(n.decisions, d)
	for body := d.Proposal.Body; len(body) >= 8; body = body[8:] {
		if o := [8]byte(body[:8]); n.included[o] {
			n.world.t.Errorf("node %d commits order %x twice", n.index, o)
		} else {
			n.included[o] = true
		}
	}
}

// Fetch implements consensus.Host: it asks every node that it can reach.
func (h *testHost) Fetch(ctx context.Context, atLeast uint64) (consensus.Decision, *chain.ValidatorSet, error) {
	for {
		if err := pause(ctx, 2*h.world.given.latency+time.Millisecond); err != nil {
			return consensus.Decision{}, nil, err
		}
		var best []consensus.Decision
		for _, other := range h.world.nodes {
			h.world.mutex.Lock()
			cut := h.world.cut[[2]int{h.index, other.index}]
			h.world.mutex.Unlock()
			if other.index == h.index || cut || other.running() == nil {
				continue
			}
			other.mutex.Lock()
			if len(other.decisions) > len(best) {
				best = other.decisions
			}
			other.mutex.Unlock()
		}
		if h.dead() {
			return consensus.Decision{}, nil, errDead
		}
		h.mutex.Lock()
		for _, d := range best[min(len(h.decisions), len(best)):] {
			h.apply(d)
		}
		tip := h.decisions[len(h.decisions)-1]
		h.mutex.Unlock()
		if tip.Proposal.Height >= atLeast {
			h.world.mutex.Lock()
			defer h.world.mutex.Unlock()
			return tip, h.world.set(tip.Proposal.Height + 1), nil
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Send implements consensus.Host.
func (h *testHost) Send(to chain.NodeID, message []byte) {
	if h.dead() {
		return
	}
	for _, other := range h.world.nodes {
		if other.ID == to && other.ID != h.ID {
			h.world.send(h.index, other.index, message)
		}
	}
}

// Broadcast implements consensus.Host.
func (h *testHost) Broadcast([]byte) { panic("the adapter sends to each") }

// Sign implements consensus.Host.
func (h *testHost) Sign(kind string, message []byte) ([]byte, error) {
	digest := chain.SigningHash(sha{}, chain.DomainVote, testChain, kind, message)
	return ed25519.Sign(h.secret, digest[:]), nil
}

// Verify implements consensus.Host.
func (h *testHost) Verify(key chain.PublicKey, kind string, message, signature []byte) error {
	return verifyTestVote(testChain, key, kind, message, signature)
}

// Endorse implements consensus.Host, with a durable record of votes.
func (h *testHost) Endorse(kind string, vote consensus.Vote) (consensus.Endorsement, error) {
	time.Sleep(h.world.given.sync)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.ended {
		return consensus.Endorsement{}, errDead
	}
	key := fmt.Sprint(kind, vote.Height, vote.Round)
	if hash, ok := h.voted[key]; h.refuse || ok && hash != vote.Hash {
		return consensus.Endorsement{}, consensus.ErrDoubleSign
	}
	h.voted[key] = vote.Hash
	h.votes++
	signature, err := h.Sign(kind, vote.Encode())
	return consensus.Endorsement{Signature: signature}, err
}

// CheckEndorsement implements consensus.Host.
func (h *testHost) CheckEndorsement(member *chain.Validator, kind string, vote consensus.Vote, e consensus.Endorsement) error {
	return e.Verify(verifyTestVote, testChain, member, kind, vote)
}

// HeaderHash implements consensus.Host.
func (h *testHost) HeaderHash(p consensus.Proposal) (chain.Hash, error) {
	header, err := chain.DecodeHeader(p.Header)
	if err != nil {
		return chain.Hash{}, err
	}
	return header.Hash(sha{}), nil
}

// Report implements consensus.Host.
func (h *testHost) Report(e consensus.Evidence) {
	h.world.mutex.Lock()
	defer h.world.mutex.Unlock()
	if err := e.Verify(verifyTestVote, testChain, h.world.set(e.A.Height)); err != nil {
		h.world.t.Errorf("evidence that does not convict: %v", err)
	}
	h.world.reports = append(h.world.reports, e)
}

// Halt implements consensus.Host.
func (h *testHost) Halt(reason error) {
	if !h.dead() {
		h.world.t.Errorf("node %d halts: %v", h.index, reason)
	}
}

// Append implements consensus.WAL.
func (h *testHost) Append(record []byte, _ bool) error {
	h.mutex.Lock()
	n, hook := h.records+1, h.onRecord
	h.mutex.Unlock()
	if hook != nil {
		hook(h, n)
	}
	time.Sleep(h.world.given.sync)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.ended {
		return errDead
	}
	h.log = append(h.log, bytes.Clone(record))
	h.records++
	if h.crashAfter {
		h.ended, h.host = true, nil
		return errDead
	}
	return nil
}

// Replay implements consensus.WAL.
func (h *testHost) Replay(f func(record []byte) error) error {
	h.mutex.Lock()
	log := h.log
	h.mutex.Unlock()
	for _, record := range log {
		if err := f(record); err != nil {
			return err
		}
	}
	return nil
}

// Truncate implements consensus.WAL.
func (h *testHost) Truncate(keep int) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.ended {
		return errDead
	}
	if drop := len(h.log) - keep; drop > 0 {
		h.log = append([][]byte(nil), h.log[drop:]...)
	}
	return nil
}
