package consensus

import (
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

func (w *world) syncTime() time.Duration {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.given.sync
}

// committed checks what holds for every decision on every node; the mutex is held.
func (w *world) committed(n *node, d consensus.Decision) {
	header, err := chain.DecodeHeader(d.Proposal.Header)
	if err != nil {
		w.blame("node %d commits a header that does not decode: %v", n.place, err)
		return
	}
	hash, at := header.Hash(hasher{}), realmHeight{n.realm, header.Height}
	w.note("%d commits %x", n.place, hash[:8])
	if first, known := w.headers[at]; known && first != hash {
		w.blame("FORK at height %d: node %d has %s, another %s", header.Height, n.place, hash, first)
	}
	w.headers[at] = hash
	set := w.set(header.Height)
	if err := w.proofs.Verify(identity, set, header, hash, d.Proof); err != nil {
		w.blame("node %d, height %d: %v", n.place, header.Height, err)
	}
}

// Send implements consensus.Host.
func (l *life) Send(to chain.NodeID, message []byte) {
	defer l.enter("Send")()
	for _, other := range l.world.peers(l.node) {
		if other.id == to {
			l.world.send(l, other, message)
		}
	}
}

// Broadcast implements consensus.Host.
func (l *life) Broadcast(message []byte) {
	defer l.enter("Broadcast")()
	for _, other := range l.world.peers(l.node) {
		l.world.send(l, other, message)
	}
}

// Sign implements consensus.Host.
func (l *life) Sign(kind string, message []byte) ([]byte, error) {
	defer l.enter("Sign")()
	l.world.mutex.Lock()
	defer l.world.mutex.Unlock()
	if l.ended {
		return nil, errDead
	}
	return l.keyAt(l.tip().Proposal.Height+1).sign(kind, message), nil
}

// Verify implements consensus.Host.
func (l *life) Verify(key chain.PublicKey, kind string, message, signature []byte) error {
	defer l.enter("Verify")()
	return l.world.verifyVote(identity, key, kind, message, signature)
}

// Endorse implements consensus.Host, with a durable record of votes. These validators have no
// export keys. An engine that knows its log never asks for a vote that contradicts another:
// that it is refused is for nodes that have lost theirs.
func (l *life) Endorse(kind string, vote consensus.Vote) (e consensus.Endorsement, err error) {
	defer l.enter("Endorse")()
	l.delay(l.world.syncTime())
	w := l.world
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if l.ended {
		return e, errDead
	}
	b := ballot{kind, vote.Height, vote.Round}
	known, again := l.voted[b]
	switch {
	case again && known != vote.Hash:
		if !l.forgiven && !w.given.lenient {
			w.blame("node %d votes for %s and for %s under %s at height %d, round %d", l.place, known, vote.Hash, kind, vote.Height, vote.Round)
		}
		return e, consensus.ErrDoubleSign
	case vote.Height < l.lastVote[kind]:
		return e, consensus.ErrDoubleSign
	}
	l.voted[b], l.lastVote[kind] = vote.Hash, vote.Height
	if l.votes++; l.votes == l.plan.vote {
		return e, l.fall()
	}
	key := l.keyAt(vote.Height)
	return consensus.Endorsement{Signature: key.sign(kind, vote.Encode())}, nil
}

// CheckEndorsement implements consensus.Host.
func (l *life) CheckEndorsement(member *chain.Validator, kind string, vote consensus.Vote, endorsement consensus.Endorsement) error {
	defer l.enter("CheckEndorsement")()
	return endorsement.Verify(l.world.verifyVote, identity, member, kind, vote)
}

// HeaderHash implements consensus.Host.
func (l *life) HeaderHash(p consensus.Proposal) (chain.Hash, error) {
	defer l.enter("HeaderHash")()
	header, err := chain.DecodeHeader(p.Header)
	if err != nil {
		return chain.Hash{}, err
	}
	return header.Hash(hasher{}), nil
}

// Report implements consensus.Host: evidence has to convict, and not the innocent.
func (l *life) Report(e consensus.Evidence) {
	defer l.enter("Report")()
	w := l.world
	set := w.setAt(e.A.Height)
	err := e.Verify(w.verifyVote, identity, set)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if err != nil {
		w.blame("node %d reports evidence that does not convict: %v", l.place, err)
	}
	for _, n := range w.nodes {
		if n.id == e.Accused && n.realm == 0 && !n.forgiven {
			w.blame("node %d reports evidence against node %d, which has done nothing", l.place, n.place)
		}
	}
	w.reports = append(w.reports, e)
}

// Halt implements consensus.Host: nothing here is a reason to stop a node, except its death.
func (l *life) Halt(reason error) {
	defer l.enter("Halt")()
	w := l.world
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if !l.ended {
		w.blame("node %d halts: %v", l.place, reason)
	}
}
