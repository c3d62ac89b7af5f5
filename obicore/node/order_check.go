package node

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// checkOrder refuses what no honest proposer orders: a nonce that is spent in the state
// whose root the block carries, an id twice, here or in the blocks above that state, and
// more gas than the block has. How far this node has come with executing must not matter:
// who meets the same block sooner or later, proposed or decided, comes to the same verdict.
func (d *deferred) checkOrder(p *prepared) error {
	seen := d.orderedBelow(p.block.Header.Height)
	spent, err := d.newSpent(p.block.Header.Height)
	if err != nil {
		return err
	}
	defer spent.close()
	included := d.includedBelow(p.block.Header.Height)
	gas := uint64(0)
	for i := range p.transactions {
		t := &p.transactions[i]
		if seen[t.ID] {
			return fmt.Errorf("transaction %s is ordered twice", t.ID)
		}
		seen[t.ID] = true
		if gas += t.Gas; gas > p.block.Header.GasLimit || gas < t.Gas {
			return fmt.Errorf("the transactions may use more gas than the block's %d", p.block.Header.GasLimit)
		}
		if t.Once {
			again, err := included(t.ID)
			if err != nil {
				return err
			}
			if again {
				return fmt.Errorf("transaction %s was included in the last %d blocks", t.ID, d.genesis.Window)
			}
		}
		if err := spent.check(t); err != nil {
			return err
		}
	}
	p.fresh = true // the ledger does not tell any more once it holds this block too
	return nil
}

// orderedIDs are those in the block at a height.
type orderedIDs struct {
	height uint64
	ids    []chain.Hash
}

// orderedBelow returns the ids in the blocks between the one at a height and the state
// whose root that carries.
func (d *deferred) orderedBelow(height uint64) map[chain.Hash]bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	seen := make(map[chain.Hash]bool)
	for _, o := range d.lately {
		if o.height > d.carried(height) && o.height < height {
			for _, id := range o.ids {
				seen[id] = true
			}
		}
	}
	return seen
}

// idsAbove returns the ids in the blocks above a height, up to another.
func (c *Chain) idsAbove(below, last uint64) (blocks []orderedIDs, err error) {
	for height := below + 1; height <= last; height++ {
		body, err := c.store.Body(height)
		if err != nil {
			return nil, err
		}
		of := orderedIDs{height: height}
		for _, entry := range body.Entries() {
			id, err := c.idOf(entry)
			if err != nil {
				return nil, fmt.Errorf("block %d: %w", height, err)
			}
			of.ids = append(of.ids, id)
		}
		blocks = append(blocks, of)
	}
	return blocks, nil
}

// idOf returns the id of an entry, whose signatures do not matter for it.
func (c *Chain) idOf(entry chain.Entry) (chain.Hash, error) {
	if entry.Removed != nil {
		return entry.Removed.ID, nil
	}
	t, err := c.decode(entry.Wire)
	if err != nil {
		return chain.Hash{}, err
	}
	return t.ID, nil
}

// spent tells which nonces are spent in the state whose root a block carries. It may lie
// some heights back, where reading takes longer, and nonces only grow: what is not spent in
// the latest state is not spent there either.
type spent struct {
	chain  *Chain
	height uint64
	latest ledger.View
	before ledger.View          // at the height, opened when it is first asked
	known  map[pool.Lane]uint64 // in the latest
}

func (d *deferred) newSpent(height uint64) (*spent, error) {
	latest, err := d.store.View(d.Head().Header.Height)
	return &spent{chain: d.Chain, height: d.carried(height), latest: latest, known: make(map[pool.Lane]uint64)}, err
}

func (s *spent) close() {
	_ = s.latest.Close()
	if s.before != nil {
		_ = s.before.Close()
	}
}

// check refuses a nonce that is spent.
func (s *spent) check(t *chain.Verified) (err error) {
	if t.System || t.Lane == chain.UnorderedLane {
		return nil
	}
	lane := pool.LaneOf(t)
	nonce, known := s.known[lane]
	if !known {
		if nonce, err = NextNonce(s.latest, lane); err != nil {
			return err
		}
		s.known[lane] = nonce
	}
	if t.Nonce >= nonce {
		return nil
	}
	if s.before == nil {
		if s.before, err = s.chain.store.View(s.height); err != nil {
			return err
		}
	}
	if nonce, err = NextNonce(s.before, lane); err != nil {
		return err
	}
	if t.Nonce < nonce {
		return fmt.Errorf("nonce %d of %s is spent", t.Nonce, t.Sender)
	}
	return nil
}
