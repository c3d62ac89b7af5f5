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
	*link
	blocks []blocksync.Block
	heads  []*shown      // of the blocks' headers, by need
	found  []chan *shown // one for each block
	room   chan struct{} // has a value for each block that is ahead
	over   <-chan struct{}
	stop   context.CancelFunc
	loop   sync.WaitGroup
}

// shown is a block that others have decided, as the validators of a set prove.
type shown struct {
	header *chain.Header
	hash   chain.Hash
	proof  *chain.Proof
	set    chain.Hash

	block        *chain.Block     // nil when its body has not been looked at
	transactions []chain.Verified // all that it holds, checked, and found by the header's roots
	results      *chain.Results   // as a later header proves them, see follow; nil to execute it
	fault        error            // what is wrong with the results that came
}

func (l *link) lookAhead(ctx context.Context, blocks []blocksync.Block) *ahead {
	ctx, stop := context.WithCancel(ctx)
	a := &ahead{
		link: l, blocks: blocks, heads: make([]*shown, len(blocks)), found: make([]chan *shown, len(blocks)),
		room: make(chan struct{}, blocksAhead), over: ctx.Done(), stop: stop,
	}
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
				s = a.look(ctx, i)
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

// look looks at a block whose parent may not be here yet; nil when nothing can be said.
func (a *ahead) look(ctx context.Context, i int) *shown {
	s, err := a.head(i)
	if s == nil && err == nil {
		return nil
	}
	if err == nil {
		if s.results, s.fault = a.endorsed(i); s.fault != nil {
			return s
		}
		err = a.checkBody(ctx, s, a.blocks[i].Body)
	}
	if err != nil {
		a.log.Debug("a block is left for its turn", "place", i, "reason", err)
		return nil
	}
	return s
}

// head returns what is shown of a block's header; nil when there is no use in it.
func (a *ahead) head(i int) (*shown, error) {
	if a.heads[i] != nil {
		return a.heads[i], nil
	}
	header, err := chain.DecodeHeader(a.blocks[i].Header)
	if err != nil || header.Height <= a.Tip().Header.Height || a.genesis.RootDelay == 0 {
		return nil, err
	}
	a.heads[i], err = a.shown(header, &a.blocks[i], a.decidingRuling())
	return a.heads[i], err
}

// shown checks that the validators of a ruling have decided a block's header.
func (c *Chain) shown(header *chain.Header, b *blocksync.Block, ruling *Ruling) (*shown, error) {
	proof, err := chain.DecodeProof(b.Proof)
	if err != nil {
		return nil, err
	}
	hash := header.Hash(c.suite)
	if err := c.verifier.Verify(c.identity, ruling.Validators, header, hash, *proof); err != nil {
		return nil, err
	}
	return &shown{header: header, hash: hash, proof: proof, set: ruling.set}, nil
}

// checkBody checks a body's transactions, when they are the header's. Of a block whose results
// are known only those signatures are checked for which the header does not vouch.
func (c *Chain) checkBody(ctx context.Context, s *shown, encoded []byte) error {
	body, err := chain.DecodeBody(encoded)
	if err != nil {
		return err
	}
	check := c.verifyAll
	if s.results != nil {
		check = c.verifyUnbound
	}
	p, err := c.decodeBody(ctx, &chain.Block{Header: s.header, Body: *body}, nil, check)
	if err != nil {
		return err
	}
	s.block, s.transactions = p.block, p.transactions
	return nil
}
