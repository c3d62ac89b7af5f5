package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/obicore/statesync"
)

func (l *link) receiveSync(from chain.NodeID, message []byte) {
	m, err := blocksync.Decode(message)
	if errors.Is(err, blocksync.ErrKind) {
		l.receiveOther(from, message)
		return
	}
	if err != nil {
		l.log.Debug("sync message refused", "from", from, "reason", err)
		return
	}
	switch m := m.(type) {
	case *blocksync.Status:
		l.mutex.Lock()
		l.sync.Heard(from, m.Height)
		l.lookWhetherCaughtUp()
		l.heard[from] = l.question
		l.tell()
		l.mutex.Unlock()
		wake(l.wakeSync)
	case *blocksync.Request:
		l.serve(from, m)
	case *blocksync.Evidence:
		l.receiveEvidence(from, m.Item)
	case *blocksync.Answer:
		l.mutex.Lock()
		expected := l.sync.Answered(from, m.From)
		l.mutex.Unlock()
		if expected {
			l.answers <- answer{from, m} // has room: one answer is expected at a time
		}
	}
}

// receiveOther takes a message that is not of block sync.
func (l *link) receiveOther(from chain.NodeID, message []byte) {
	m, err := statesync.Decode(message)
	switch {
	case errors.Is(err, statesync.ErrKind):
		l.receiveBatch(from, message)
	case err != nil:
		l.log.Debug("sync message refused", "from", from, "reason", err)
	default:
		l.receiveSnapshots(from, m)
	}
}

// runSync asks for blocks when the synchronizer says so, and applies the answers.
func (l *link) runSync(ctx context.Context) {
	for ctx.Err() == nil {
		l.tellSynced(ctx)
		l.mutex.Lock()
		l.sync.SetEager(l.fetches > 0 || l.batches.hurry > 0 || l.participation.engine.Load() == nil)
		effect, at := l.sync.Step(l.options.Clock.Now())
		l.mutex.Unlock()
		if effect != nil {
			effect.Request.Results = l.following.Load()
			l.send(effect.Peer, network.Sync, effect.Request.Encode())
		}
		due, release := l.timer(at)
		select {
		case <-ctx.Done():
		case <-l.wakeSync:
		case <-due:
		case a := <-l.answers:
			l.apply(ctx, a)
		}
		release()
	}
}

// apply verifies and commits the blocks of an answer; the engine is to be told of them.
func (l *link) apply(ctx context.Context, a answer) {
	before, epoch, err := l.Tip().Header.Height, l.deciding().Epoch, error(nil)
	early := l.lookAhead(ctx, a.answer.Blocks)
	defer early.close()
	for i := range a.answer.Blocks {
		s := early.take(i)
		if l.comesAgain(early, i, s) {
			break
		}
		if err = l.applyBlock(ctx, &a.answer.Blocks[i], s); err != nil {
			break
		}
	}
	tip := l.Tip().Header.Height
	if err != nil && ctx.Err() == nil && l.HaltReason() == nil {
		l.log.Warn("a peer's blocks do not verify", "peer", a.from, "height", tip+1, "reason", err)
	}
	l.mutex.Lock()
	l.sync.Applied(tip, err == nil && len(a.answer.Blocks) > 0, l.options.Clock.Now())
	l.lookWhetherCaughtUp()
	if tip > before && l.participation.engine.Load() != nil {
		l.untold.add(tip, epoch)
	}
	l.mutex.Unlock()
}

// applyBlock commits a block that another node says was decided, after checking
// that it was. early is what is known of it, or nil.
func (l *link) applyBlock(ctx context.Context, b *blocksync.Block, early *shown) error {
	if early != nil && early.fault != nil {
		return early.fault
	}
	header, err := chain.DecodeHeader(b.Header)
	if err != nil {
		return err
	}
	if header.Height <= l.Tip().Header.Height {
		return nil // decided here meanwhile
	}
	err = l.commitDecided(ctx, header, b, early)
	var undecided *undecidedError
	if err != nil && !errors.As(err, &undecided) && !errors.Is(err, consensus.ErrProposal) && ctx.Err() == nil {
		// The header is decided, so that this is no longer the peer's fault.
		l.halt(fmt.Errorf("committing block %d: %w", header.Height, err))
	}
	return err
}

// fetchPatience bounds the wait for the heights of peers that do not answer.
const fetchPatience = time.Second

// fetch catches up: to at least a height, or with 0 to what enough peers have.
func (l *link) fetch(ctx context.Context, atLeast uint64) error {
	l.mutex.Lock()
	l.question++
	question := l.question
	l.mutex.Unlock()
	ask := (&blocksync.Request{}).Encode()
	for _, peer := range l.mesh.Status() {
		l.send(peer.ID, network.Sync, ask)
	}
	wake(l.wakeSync)
	if atLeast == 0 {
		patience, cancel := context.WithTimeout(ctx, fetchPatience)
		err := l.awaitHeard(patience, question)
		cancel()
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		l.mutex.Lock()
		atLeast, _ = l.best()
		l.mutex.Unlock()
	}
	return l.awaitTip(ctx, atLeast)
}

// best returns the greatest height that more validators say they have than may be faulty.
// Observers do not count: of them any number may claim what nobody has. The mutex is held.
func (l *link) best() (height uint64, known bool) {
	set := l.deciding()
	return l.sync.Best(faultsOf(len(set.Members))+1, func(id chain.NodeID) bool {
		_, member := set.Member(id)
		return member
	})
}

// faults is how many validators may be faulty.
func (c *Chain) faults() int { return faultsOf(len(c.deciding().Members)) }

// awaitHeard waits until all validators but the possibly faulty have said their
// heights since the question.
func (l *link) awaitHeard(ctx context.Context, question int) error {
	return l.await(ctx, func() bool {
		set, count := l.deciding(), 0
		for i := range set.Members {
			if id := set.Members[i].ID; id == l.options.Self || l.heard[id] >= question {
				count++
			}
		}
		return count >= len(set.Members)-l.faults()
	})
}

func (l *link) awaitTip(ctx context.Context, height uint64) error {
	return l.await(ctx, func() bool { return l.Tip().Header.Height >= height })
}

// await waits until holds, which is called with the mutex held.
func (l *link) await(ctx context.Context, holds func() bool) error {
	for {
		l.mutex.Lock()
		done, news := holds(), l.news
		l.mutex.Unlock()
		if done {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		case <-l.halted:
			return errors.Join(ErrStopped, l.HaltReason())
		}
	}
}
