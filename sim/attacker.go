package sim

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// Attacker is a validator in the hands of an enemy: it has the node's identity and
// place in the mesh, and no chain behind it.
type Attacker struct {
	node   *Node
	mesh   network.Mesh
	random *rand.Rand

	mutex sync.Mutex
	heard []Message // what the honest have sent to it
	lying sync.WaitGroup
}

// Message is one message of the mesh.
type Message struct {
	From  chain.NodeID
	Class network.Class
	Bytes []byte
}

// keptMessages bounds what an attacker remembers.
const keptMessages = 4096

// Attack puts an attacker in the place of a node that is down.
func (n *Node) Attack(seed uint64) *Attacker {
	n.cluster.t.Helper()
	if n.Chain != nil {
		n.cluster.t.Fatalf("%s is running", n.Name)
	}
	options, err := n.options()
	if err != nil {
		n.cluster.t.Fatal(err)
	}
	a := &Attacker{node: n, mesh: options.Network.Mesh, random: rand.New(rand.NewPCG(seed, 0xbad))} //nolint:gosec // a seed repeats the attack
	var peers []network.Peer
	for _, other := range n.cluster.Nodes {
		if other != n {
			peers = append(peers, network.Peer{ID: other.ID, Transport: other.channel.Self(), Address: other.Name})
		}
	}
	a.mesh.SetPeers(peers)
	if err := a.mesh.Start(context.Background(), network.Handlers{Receive: a.listen}); err != nil {
		n.cluster.t.Fatal(err)
	}
	n.cluster.t.Cleanup(a.Stop)
	return a
}

// Stop ends the attacker.
func (a *Attacker) Stop() {
	a.mutex.Lock()
	mesh := a.mesh
	a.mesh = nil
	a.mutex.Unlock()
	a.lying.Wait()
	if mesh == nil {
		return
	}
	if err := mesh.Close(); err != nil {
		a.node.cluster.t.Error(err)
	}
}

func (a *Attacker) listen(from chain.NodeID, class network.Class, message []byte) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if len(a.heard) < keptMessages {
		a.heard = append(a.heard, Message{From: from, Class: class, Bytes: message})
	}
}

// Heard returns what has been heard so far.
func (a *Attacker) Heard() []Message {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return append([]Message(nil), a.heard...)
}

// Send sends a message to every honest node; those that do not take it are left.
func (a *Attacker) Send(class network.Class, message []byte) {
	a.mutex.Lock()
	mesh := a.mesh
	a.mutex.Unlock()
	for _, n := range a.node.cluster.Nodes {
		if n != a.node && mesh != nil {
			_ = mesh.Send(n.ID, class, message) // a peer that has cut the enemy off takes nothing
		}
	}
}

// Garbage sends count messages of random bytes on all classes.
func (a *Attacker) Garbage(count int) {
	for range count {
		message := make([]byte, a.random.IntN(2048))
		for i := range message {
			message[i] = byte(a.random.Uint32())
		}
		a.Send(network.Class(a.random.IntN(int(network.Classes))), message)
	}
}

// Replay sends everything heard once more, some of it with a byte changed.
func (a *Attacker) Replay() {
	for _, m := range a.Heard() {
		message := append([]byte(nil), m.Bytes...)
		if len(message) > 0 && a.random.IntN(2) == 0 {
			message[a.random.IntN(len(message))] ^= byte(1 + a.random.IntN(255))
		}
		a.Send(m.Class, message)
	}
}

// Equivocation returns evidence against the attacker: votes for two headers, under its
// own key. forged changes the second signature.
func (a *Attacker) Equivocation(height, round uint64, forged bool) *consensus.Evidence {
	honest := a.node.cluster.Nodes[0].Chain
	e := &consensus.Evidence{
		Accused: a.node.ID, Kind: "smartbft/commit",
		A: consensus.Vote{Height: height, Round: round, Hash: chain.Hash{1}}, B: consensus.Vote{Height: height, Round: round, Hash: chain.Hash{2}},
	}
	for vote, signature := range map[*consensus.Vote]*[]byte{&e.A: &e.SignatureA, &e.B: &e.SignatureB} {
		digest := chain.SigningHash(honest.Suite(), chain.DomainVote, honest.Identity(), e.Kind, vote.Encode())
		made, err := a.node.consensus.Sign(digest)
		if err != nil {
			a.node.cluster.t.Fatal(err)
		}
		*signature = made
	}
	if forged {
		e.SignatureB[len(e.SignatureB)/2] ^= 1
	}
	return e
}

// Lie answers every question of block sync from now on: it claims to be far ahead
// and sends the blocks that it is asked for with their bodies exchanged.
func (a *Attacker) Lie() {
	honest := a.node.cluster.Nodes[0].Chain
	a.lying.Go(func() {
		status := blocksync.Status{Height: 1 << 40}
		for seen := 0; ; {
			a.mutex.Lock()
			heard, mesh := a.heard[seen:], a.mesh
			seen += len(heard)
			a.mutex.Unlock()
			if mesh == nil {
				return
			}
			a.Send(network.Sync, status.Encode())
			for _, m := range heard {
				if request, err := blocksync.Decode(m.Bytes); m.Class == network.Sync && err == nil {
					a.answer(honest, m.From, request)
				}
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
}

func (a *Attacker) answer(honest *node.Chain, to chain.NodeID, message any) {
	request, ok := message.(*blocksync.Request)
	if !ok || request.Blocks == 0 {
		return
	}
	header, err := honest.Ledger().Header(request.From)
	if err != nil {
		return
	}
	proof, err := honest.Ledger().Proof(request.From)
	if err != nil {
		return
	}
	body := chain.Body{Batches: []chain.Batch{{{Wire: []byte{1, 2, 3}}}}}
	reply := blocksync.Answer{From: request.From, Blocks: []blocksync.Block{{Header: header.Encode(), Body: body.Encode(), Proof: proof.Encode()}}}
	a.mutex.Lock()
	mesh := a.mesh
	a.mutex.Unlock()
	if mesh == nil {
		return
	}
	_ = mesh.Send(to, network.Sync, reply.Encode()) // who has cut the enemy off takes nothing
}
