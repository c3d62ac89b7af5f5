package simplex

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// errRetired is what a retired instance answers.
var errRetired = errors.New("simplex: this run of the engine has ended")

// verify is what Simplex asks before it takes a block. It remembers a refusal for good,
// and answers one of a finalized block with a race on its own maps: a finalized block
// that this node cannot take is waited for until the chain is fetched from others.
func (i *instance) verify(ctx context.Context, b *block) error {
	ctx, cancel := i.within(ctx)
	defer cancel()
	err := i.check(ctx, b, i.engine.timing.decide)
	if err == nil {
		return nil
	}
	if i.ctx.Err() == nil && i.ancestry.isFinal(b.header.Digest) {
		i.engine.logf(slog.LevelWarn, "simplex: the finalized block of round %d cannot be taken: %v", b.header.Round, err)
		if pause(i.ctx, i.clock, 4*i.engine.timing.lag, nil) {
			i.fail(fmt.Errorf("%w: nobody has brought what is finalized in round %d", errFault, b.header.Round))
			<-i.ctx.Done()
		}
	}
	if i.ctx.Err() != nil {
		runtime.Goexit() // Simplex is being stopped; its deferred calls do what Stop waits for
	}
	i.refused.add(b.header)
	i.engine.logf(slog.LevelWarn, "simplex: the block of round %d is refused: %v", b.header.Round, err)
	return err
}

// check verifies a block on top of what is decided. A carrier waits a little for the
// decision of the proposal below it, which may be under way.
func (i *instance) check(ctx context.Context, b *block, patience time.Duration) error {
	if i.ancestry.verified(b.header.Digest) {
		return nil
	}
	below := i.ancestry.get(b.header.Prev)
	if err := i.fits(b, below); err != nil {
		return err
	}
	a := &ancestor{block: b, height: below.height, hash: below.hash}
	if b.content == carrier {
		if b.proposal.Height != below.height+1 {
			return fmt.Errorf("%w: height %d after %d", consensus.ErrProposal, b.proposal.Height, below.height)
		}
		if err := i.awaitDecision(ctx, below, patience); err != nil {
			return err
		}
		if err := i.validate(ctx, b.proposal); err != nil {
			return err
		}
		a.height, a.hash = b.proposal.Height, chain.Hash(b.header.Digest)
	}
	i.ancestry.add(a)
	return nil
}

// fits checks the place of a block. Simplex accepts a block with the first sequence
// number at any time, and one without the rounds between proved empty; this engine has
// no such block, because the root of the epoch is the first.
func (i *instance) fits(b *block, below *ancestor) error {
	h := b.header
	certified, known := i.engine.votes.certificate(h.Round)
	switch {
	case below == nil || h.Seq == 0 || b.content == root:
		return fmt.Errorf("%w: block %d of round %d stands on nothing that is known", consensus.ErrProposal, h.Seq, h.Round)
	case h.Epoch != i.members.set.Epoch || h.Version != 0:
		return fmt.Errorf("%w: epoch %d, version %d", consensus.ErrProposal, h.Epoch, h.Version)
	case h.Seq != below.block.header.Seq+1 || h.Round <= below.block.header.Round:
		return fmt.Errorf("%w: block %d of round %d on block %d of round %d", consensus.ErrProposal, h.Seq, h.Round, below.block.header.Seq, below.block.header.Round)
	case known && certified != h.Digest && i.engine.care.conflict:
		return fmt.Errorf("%w: round %d has a certificate for another block", consensus.ErrProposal, h.Round)
	}
	return nil
}

// awaitDecision waits until the newest proposal below a block is the chain's tip.
func (i *instance) awaitDecision(ctx context.Context, below *ancestor, patience time.Duration) error {
	end := i.clock.Now().Add(patience)
	for {
		changed := i.engine.changed.next()
		height, hash := i.ledger.tip()
		left := end.Sub(i.clock.Now())
		switch {
		case height == below.height && hash == below.hash:
			return nil
		case height >= below.height:
			return fmt.Errorf("%w: it stands on another block at height %d", consensus.ErrProposal, below.height)
		case left <= 0:
			return fmt.Errorf("%w: height %d below it is not decided here", consensus.ErrProposal, below.height)
		}
		if !pause(ctx, i.clock, left, changed) {
			return ctx.Err()
		}
	}
}

func (i *instance) validate(ctx context.Context, p consensus.Proposal) error {
	if !i.calls.Enter() {
		return errRetired
	}
	defer i.calls.Leave()
	return i.host.Validate(ctx, p)
}

// within is a context that ends with the instance too.
func (i *instance) within(ctx context.Context) (context.Context, context.CancelFunc) {
	both, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(i.ctx, cancel)
	return both, func() { stop(); cancel() }
}

// certified is told of every certificate that was verified.
func (i *instance) certified(s statement) {
	last := i.ledger.last().header
	if s.kind != emptyKind && s.round > last.Round {
		i.engine.votes.certify(s.round, s.header.Digest)
	}
	if (s.kind == finalizeKind || s.kind == fillerKind) && s.header.Seq > last.Seq {
		i.ancestry.finalize(s.header)
	}
	if s.kind == finalizeKind {
		i.engine.prove(s.vote.Height)
	}
}

// refused remembers blocks that this instance has refused: Simplex remembers them too,
// and a finalization must not bring it back to them.
type refused struct {
	mutex   sync.Mutex
	digests map[upstream.Digest]uint64
}

func (r *refused) add(h upstream.BlockHeader) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.digests == nil {
		r.digests = make(map[upstream.Digest]uint64)
	}
	if len(r.digests) < maxFinal {
		r.digests[h.Digest] = h.Seq
	}
}

func (r *refused) has(digest upstream.Digest) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	_, ok := r.digests[digest]
	return ok
}

func (r *refused) forget(seq uint64) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for digest, at := range r.digests {
		if at <= seq {
			delete(r.digests, digest)
		}
	}
}
