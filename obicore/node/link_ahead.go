package node

import (
	"context"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
)

// blocksAhead is how many blocks of an answer may be shown to be decided, and have their
// signatures checked, before their turn.
const blocksAhead = 4

// ahead looks at the blocks of an answer before their turn comes: a node that catches up would
// otherwise check signatures, write and execute one after the other, and wait at each. What
// cannot be said yet, such as who decides after a change of validators, is left for the
// block's turn, and so is everything that needs state.
type ahead struct {
	found []chan *shown // one for each block
	room  chan struct{} // has a value for each block that is ahead
	over  <-chan struct{}
	stop  context.CancelFunc
	loop  sync.WaitGroup
}

// shown is a block that others have decided, as the validators of a set prove.
type shown struct {
	proof *chain.Proof
	set   chain.Hash

	block        *chain.Block     // nil when its body has not been looked at
	transactions []chain.Verified // all that it holds, checked, and found by the header's roots
}

func (l *link) lookAhead(ctx context.Context, blocks []blocksync.Block) *ahead {
	ctx, stop := context.WithCancel(ctx)
	a := &ahead{found: make([]chan *shown, len(blocks)), room: make(chan struct{}, blocksAhead), over: ctx.Done(), stop: stop}
	for i := range a.found {
		a.found[i] = make(chan *shown, 1)
	}
	a.loop.Go(func() {
		for i := range blocks {
			select {
			case a.room <- struct{}{}:
			case <-a.over:
			}
			var s *shown
			if ctx.Err() == nil {
				s = l.shownAhead(ctx, &blocks[i])
			}
			a.found[i] <- s
		}
	})
	return a
}

// take returns what is known of a block, nil for nothing, and makes room for another.
func (a *ahead) take(i int) *shown {
	s := <-a.found[i]
	select {
	case <-a.room:
	case <-a.over:
	}
	return s
}

// close ends it.
func (a *ahead) close() {
	a.stop()
	a.loop.Wait()
}

// shownAhead looks at a block whose parent may not be here yet; nil when nothing can be said.
func (l *link) shownAhead(ctx context.Context, b *blocksync.Block) *shown {
	header, err := chain.DecodeHeader(b.Header)
	if err != nil || header.Height <= l.Tip().Header.Height || l.genesis.RootDelay == 0 {
		return nil
	}
	s, err := l.shown(header, b, l.decidingRuling())
	if err == nil {
		err = l.checkBody(ctx, s, header, b.Body)
	}
	if err != nil {
		l.log.Debug("a block is left for its turn", "height", header.Height, "reason", err)
		return nil
	}
	return s
}

// shown checks that the validators of a ruling have decided a block's header.
func (c *Chain) shown(header *chain.Header, b *blocksync.Block, ruling *Ruling) (*shown, error) {
	proof, err := chain.DecodeProof(b.Proof)
	if err != nil {
		return nil, err
	}
	if err := c.verifier.Verify(c.identity, ruling.Validators, header, header.Hash(c.suite), *proof); err != nil {
		return nil, err
	}
	return &shown{proof: proof, set: ruling.set}, nil
}

// checkBody checks a body's transactions, when they are the header's.
func (c *Chain) checkBody(ctx context.Context, s *shown, header *chain.Header, encoded []byte) error {
	body, err := chain.DecodeBody(encoded)
	if err != nil {
		return err
	}
	p, err := c.decodeBody(ctx, &chain.Block{Header: header, Body: *body}, nil)
	if err != nil {
		return err
	}
	s.block, s.transactions = p.block, p.transactions
	return nil
}
