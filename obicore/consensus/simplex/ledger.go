package simplex

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// indexed is a finalized block with what shows it.
type indexed struct {
	block        *block
	finalization upstream.Finalization
}

// ledger is the end of the chain as Simplex sees it: the tip, and the finalized fillers
// above it. What is below comes from the host's own sync.
type ledger struct {
	mutex  sync.Mutex
	blocks []indexed // consecutive; the first is the tip or the root of the epoch
	height uint64    // of the tip
	hash   chain.Hash
}

// beginning is the block on which an instance begins: the tip, or the root of the epoch when
// the tip was decided in another.
func (i *instance) beginning(tip consensus.Decision) (indexed, chain.Hash, error) {
	hash, err := i.host.HeaderHash(tip.Proposal)
	if err != nil {
		return indexed{}, hash, err
	}
	epoch, err := epochOf(tip)
	if err != nil {
		return indexed{}, hash, err
	}
	made := &indexed{block: newRoot(i.members.set, hash)}
	made.block.owner = i
	made.finalization.QC = &certificate{owner: i}
	if tip.Proposal.Height > 0 && epoch == i.members.set.Epoch {
		if made.block, err = newCarrier(tip.Proposal); err != nil {
			return indexed{}, hash, err
		}
		made.block.owner, made.block.header.Digest = i, upstream.Digest(hash)
		if made.finalization.QC, err = i.certificateOf(tip); err != nil {
			return indexed{}, hash, err
		}
	}
	made.finalization.Finalization.BlockHeader = made.block.header
	return *made, hash, nil
}

func (l *ledger) last() *block { return l.newest().block }

func (l *ledger) newest() indexed {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.blocks[len(l.blocks)-1]
}

func (l *ledger) tip() (uint64, chain.Hash) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.height, l.hash
}

// add takes a finalized block on top; a carrier takes the place of all below.
func (l *ledger) add(made indexed) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if made.block.content == carrier {
		l.blocks = nil
		l.height, l.hash = made.block.proposal.Height, chain.Hash(made.block.header.Digest)
	}
	l.blocks = append(l.blocks, made)
}

// first is the tip, or the root of the epoch.
func (l *ledger) first() *block {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.blocks[0].block
}

// at is the finalized block with a sequence number.
func (l *ledger) at(seq uint64) (indexed, bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	first := l.blocks[0].block.header.Seq
	if seq < first || seq-first >= uint64(len(l.blocks)) {
		return indexed{}, false
	}
	return l.blocks[seq-first], true
}

// carrier is the tip, if it was decided in this epoch.
func (l *ledger) carrier() (indexed, bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.blocks[0], l.blocks[0].block.content == carrier
}

// storage is the ledger as Simplex uses it.
type storage struct{ *instance }

// NumBlocks implements simplex.Storage.
func (s storage) NumBlocks() uint64 { return s.ledger.last().header.Seq + 1 }

// Retrieve implements simplex.Storage. The error has to be Simplex's own value: it ends
// for good with any other.
func (s storage) Retrieve(seq uint64) (upstream.VerifiedBlock, upstream.Finalization, error) {
	found, ok := s.ledger.at(seq)
	if !ok {
		return nil, upstream.Finalization{}, upstream.ErrBlockNotFound
	}
	return found.block, found.finalization, nil
}

// errFault reports a fault inside Simplex.
var errFault = errors.New("simplex: a fault inside the engine")

// Index implements simplex.Storage. Simplex holds its lock meanwhile.
func (s storage) Index(_ context.Context, verified upstream.VerifiedBlock, f upstream.Finalization) error {
	if s.retired.Load() || !s.calls.Enter() {
		return errRetired
	}
	defer s.calls.Leave()
	b, ok := verified.(*block)
	c, certified := f.QC.(*certificate)
	if !ok || !certified || !b.header.Equals(&f.Finalization.BlockHeader) {
		err := fmt.Errorf("%w: the finalization of round %d is not of the block that is kept for it", errFault, f.Finalization.Round)
		s.fail(err)
		return err
	}
	made := indexed{b, f}
	if err := s.index(made, c); err != nil {
		return err
	}
	s.settle(made)
	return nil
}

// index makes a finalized block durable.
func (i *instance) index(made indexed, c *certificate) error {
	if made.block.content != carrier {
		return i.journal.filler(made)
	}
	d, err := i.decision(made.block, c)
	if err != nil {
		i.fail(fmt.Errorf("%w: a finalization that proves nothing: %w", errFault, err))
		return err
	}
	return i.commit(d, made)
}

// decision makes the proof of a finalized proposal and verifies it as others will.
func (i *instance) decision(b *block, c *certificate) (d consensus.Decision, err error) {
	proof, votes := c.proof(b.header.Round)
	verify := func(_ chain.Hash, key chain.PublicKey, kind string, message, signature []byte) error {
		return i.host.Verify(key, kind, message, signature)
	}
	set := i.members.set
	d = consensus.Decision{Proposal: b.proposal, Proof: proof}
	return d, votes.Verify(verify, chain.Hash{}, set, finalizeKind, b.proposal.Height, chain.Hash(b.header.Digest), consensus.Quorum(set, consensus.BFT))
}

// commit gives a decision to the host until it has taken it: what is decided cannot be
// taken back. A Notify shortens the wait.
func (i *instance) commit(d consensus.Decision, made indexed) error {
	e := i.engine
	for {
		changed, now := e.changed.next(), i.clock.Now()
		next, err := i.host.Commit(i.ctx, d)
		if err == nil {
			return i.committed(d, next, made, now)
		}
		if i.ctx.Err() != nil {
			return errRetired
		}
		e.show(fmt.Errorf("simplex: height %d is decided and cannot be committed: %w", d.Proposal.Height, err))
		if !pause(i.ctx, i.clock, e.timing.forward, changed) || i.retired.Load() {
			return errRetired // perhaps the host has got it elsewhere
		}
	}
}

// committed goes on from a decision. When others decide next, it is the last thing that
// this instance says, and says to all.
func (i *instance) committed(d consensus.Decision, next *chain.ValidatorSet, made indexed, at time.Time) error {
	if next != nil {
		network{i}.Broadcast(&upstream.Message{Finalization: &made.finalization})
	}
	if err := i.engine.take(d, next, at); err != nil {
		i.halt(err)
		return err
	}
	if next != nil && next.Epoch > i.members.set.Epoch {
		i.retired.Store(true)
	}
	return nil
}

// settle goes on from a finalized block.
func (i *instance) settle(made indexed) {
	h := made.block.header
	i.ledger.add(made)
	i.ancestry.prune(h)
	i.stored.prune(h.Round)
	i.refused.forget(h.Seq)
	i.engine.votes.prune(h.Round)
	i.engine.enterRound(h.Round + 1)
	if made.block.content == carrier {
		i.engine.decidedIn(h.Round)
	}
	i.journal.shorten()
	if h.Round > i.firstRound+maxRounds {
		i.engine.renew() // Simplex keeps some of the messages of every empty round
	}
	i.engine.changed.set()
}

// maxRounds is how long an instance runs.
const maxRounds = 1 << 14

func (i *instance) halt(reason error) {
	i.retired.Store(true)
	i.engine.show(reason)
	i.host.Halt(reason)
}
