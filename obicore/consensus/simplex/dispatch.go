package simplex

import (
	"sync"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// dispatch carries messages from the inbox to Simplex, one after the other and of the senders
// in turn.
func (i *instance) dispatch() {
	defer i.survive("dispatch")
	for _, f := range i.pending {
		i.hand(&upstream.Message{Finalization: f}, i.anyOther())
	}
	for _, f := range i.engine.early.Drain() {
		i.admit(f)
	}
	inbox := i.engine.inbox
	for {
		select { // also while there is always something to take
		case <-i.ctx.Done():
			return
		case vote := <-i.belated.own:
			i.countLate(&vote)
		default:
		}
		if f, some := inbox.Take(); some {
			i.admit(f)
			continue
		}
		select {
		case <-i.ctx.Done():
			return
		case vote := <-i.belated.own:
			i.countLate(&vote)
		case <-inbox.Ready():
		}
	}
}

// anyOther is a validator in whose name a message of the log is given to Simplex, which
// uses it for remarks only.
func (i *instance) anyOther() upstream.NodeID {
	for _, id := range i.members.ids {
		if chain.NodeID(id) != i.engine.self {
			return id
		}
	}
	return nil
}

// admit takes one frame in.
func (i *instance) admit(f frame) {
	if !i.members.has(f.from) {
		return // no longer
	}
	i.engine.sight(f)
	switch epoch := i.members.set.Epoch; {
	case f.epoch > epoch:
		i.engine.early.Put(f.from, f, f.size)
		return
	case f.epoch < epoch:
		i.help(f)
		return
	}
	i.help(f)
	switch {
	case f.kind == frameDemand:
		i.engine.ask(f.height)
	case f.message != nil && i.bound(&f) && i.trusted(&f):
		i.hand(f.message, idOf(f.from))
	}
}

func (i *instance) bound(f *frame) bool {
	if !i.calls.Enter() {
		return false
	}
	defer i.calls.Leave()
	err := f.bind(i)
	if err != nil {
		i.engine.remark(f.from, err)
	}
	return err == nil
}

// hand gives a message to Simplex. An error that it does not mean for good is a remark;
// tick finds out about the others.
func (i *instance) hand(m *upstream.Message, from upstream.NodeID) {
	if i.retired.Load() {
		return
	}
	if err := i.core.HandleMessage(m, from); err != nil {
		var id chain.NodeID
		copy(id[:], from) // there may be no other to name
		i.engine.remark(id, err)
	}
}

// trusted keeps from Simplex what it would not bear.
func (i *instance) trusted(f *frame) bool {
	m := f.message
	switch {
	case m.BlockMessage != nil:
		return i.admitOffer(f)
	case m.FinalizeVote != nil:
		i.watch(f.from, m.FinalizeVote)
		if string(m.FinalizeVote.Signature.Signer) == string(f.from[:]) {
			i.countLate(m.FinalizeVote)
		}
	case m.Notarization != nil:
		return i.agrees(f, m.Notarization.Vote.BlockHeader)
	case m.Finalization != nil:
		if i.agrees(f, m.Finalization.Finalization.BlockHeader) {
			return true
		}
		_ = m.Finalization.Verify() // that it is verified is noted, so that the host fetches it if nothing else helps
		return false
	case m.ReplicationResponse != nil:
		i.sift(m.ReplicationResponse)
	}
	return true
}

// agrees says whether a certificate is for the block that Simplex keeps for the round.
// Given one for another block, Simplex would take it for its own block's. That other
// block is asked for by its digest: Simplex takes it then, with its certificate, in the
// place of its own.
func (i *instance) agrees(f *frame, h upstream.BlockHeader) bool {
	stored, ok := i.stored.get(h.Round)
	if !i.engine.care.conflict || !ok || stored == h.Digest || h.Round <= i.ledger.last().header.Round {
		return true
	}
	network{i}.Send(&upstream.Message{BlockDigestRequest: &upstream.BlockDigestRequest{Seq: h.Seq, Digest: h.Digest}}, idOf(f.from))
	return false
}

// sift takes finalized blocks out of a response that this instance has refused: Simplex
// remembers the refusal and would answer with a race on its own maps. The chain is
// fetched from others instead.
func (i *instance) sift(r *upstream.ReplicationResponse) {
	var kept []upstream.QuorumRound
	for _, q := range r.Data {
		if !i.hopeless(&q) {
			kept = append(kept, q)
		}
	}
	r.Data = kept
	for _, latest := range []**upstream.QuorumRound{&r.LatestRound, &r.LatestSeq} {
		if *latest != nil && i.hopeless(*latest) {
			*latest = nil
		}
	}
}

func (i *instance) hopeless(q *upstream.QuorumRound) bool {
	if q.Finalization == nil {
		return false
	}
	h := q.Block.BlockHeader()
	return i.refused.has(h.Digest) || !h.Equals(&q.Finalization.Finalization.BlockHeader)
}

// offers is the first block that a leader has offered for each round: a leader that
// makes many gets one looked at.
type offers struct {
	mutex sync.Mutex
	first map[uint64]upstream.Digest
}

func (o *offers) take(round, decided uint64, digest upstream.Digest) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.first == nil {
		o.first = make(map[uint64]upstream.Digest)
	}
	for r := range o.first {
		if r <= decided {
			delete(o.first, r)
		}
	}
	return take(o.first, round, digest)
}

// admitOffer says whether a block comes from the leader of its round, and is the first.
func (i *instance) admitOffer(f *frame) bool {
	m := f.message.BlockMessage
	h := m.Block.BlockHeader()
	round, decided := i.engine.round(), i.ledger.last().header.Round
	if i.members.leader(h.Round) != f.from || string(m.Vote.Signature.Signer) != string(f.from[:]) || !m.Vote.Vote.BlockHeader.Equals(&h) {
		return false
	}
	if h.Round <= decided || h.Round > round+2*roundWindow {
		return false
	}
	certified, known := i.engine.votes.certificate(h.Round)
	if known && certified != h.Digest && i.engine.care.conflict {
		return false
	}
	return i.offers.take(h.Round, decided, h.Digest)
}
