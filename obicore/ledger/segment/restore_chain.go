package segment

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// chain writes links and blocks into the columns. What is above the base's height Open
// indexes and replays.
func (r *restoration) chain(ctx context.Context) error {
	var parent *chain.Header
	var known inclusions
	for link, err := range r.base.Links {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if err := r.checkChild(parent, link.Header, len(link.IDs)); err != nil {
			return err
		}
		if err := r.headers.load(link.Header.Height, encodeSealed(link.Header, &link.Proof)); err != nil {
			return err
		}
		if err := known.add(r.db, link.Header.Height, link.Header.Hash(r.options.Hasher), link.IDs); err != nil {
			return err
		}
		parent = link.Header
	}
	if err := known.write(r.db); err != nil {
		return err
	}
	if parent != nil && parent.Height+1 != r.base.Height {
		return fmt.Errorf("%w: the links end at height %d, the base is %d", ledger.ErrHeight, parent.Height, r.base.Height)
	}
	count := 0
	for block, err := range r.base.Blocks {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if err := r.block(parent, block); err != nil {
			return err
		}
		parent = block.Block.Header
		count++
	}
	if count == 0 {
		return fmt.Errorf("%w: no block of height %d", ledger.ErrNotFound, r.base.Height)
	}
	return nil
}

// inclusions are keys of the index that wait for being written, so many at once that their
// order, in which Pebble takes them many times sooner, is worth something: a million ids by the
// blocks that hold them took 12 s beside a loaded network.
type inclusions struct {
	blocks []blockPlace
	ids    []idPlace
}

type blockPlace struct {
	hash   chain.Hash
	height uint64
}

type idPlace struct {
	id     chain.Hash
	height uint64
	index  uint32
}

// inclusionsAtOnce bounds the memory to some 30 MiB.
const inclusionsAtOnce = 1 << 18

func (n *inclusions) add(db *pebble.DB, height uint64, hash chain.Hash, ids []chain.Hash) error {
	n.blocks = append(n.blocks, blockPlace{hash, height})
	for i, id := range ids {
		n.ids = append(n.ids, idPlace{id, height, uint32(i)}) //nolint:gosec // a block holds fewer
	}
	if len(n.blocks)+len(n.ids) < inclusionsAtOnce {
		return nil
	}
	return n.write(db)
}

func (n *inclusions) write(db *pebble.DB) error {
	slices.SortFunc(n.blocks, func(a, b blockPlace) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	slices.SortFunc(n.ids, func(a, b idPlace) int {
		return cmp.Or(bytes.Compare(a.id[:], b.id[:]), cmp.Compare(a.height, b.height))
	})
	batch := db.NewBatch()
	defer batch.Close()
	var fault error
	for i := range n.blocks {
		fault = errors.Join(fault, putBlock(batch, n.blocks[i].hash, n.blocks[i].height))
	}
	for i := range n.ids {
		fault = errors.Join(fault, putInclusion(batch, n.ids[i].id, n.ids[i].height, n.ids[i].index))
	}
	n.blocks, n.ids = n.blocks[:0], n.ids[:0]
	return errors.Join(fault, batch.Commit(pebble.NoSync))
}

// checkChild checks what Append checks.
func (r *restoration) checkChild(parent, header *chain.Header, ids int) error {
	switch {
	case header.Chain != r.options.Identity:
		return fmt.Errorf("%w: block of chain %s in the ledger of %s", ledger.ErrMismatch, header.Chain, r.options.Identity)
	case parent != nil && header.Height != parent.Height+1:
		return fmt.Errorf("%w: block of height %d behind %d", ledger.ErrHeight, header.Height, parent.Height)
	case parent != nil && header.Parent != parent.Hash(r.options.Hasher):
		return fmt.Errorf("%w: block %d names another parent", chain.ErrNotChild, header.Height)
	case header.TransactionCount != uint64(ids):
		return fmt.Errorf("%w: %d ids for the %d transactions of block %d", chain.ErrMalformed, ids, header.TransactionCount, header.Height)
	}
	return nil
}

func (r *restoration) block(parent *chain.Header, block *ledger.Executed) error {
	header := block.Block.Header
	if err := r.checkChild(parent, header, len(block.IDs)); err != nil {
		return err
	}
	if parent == nil && header.Height != r.base.Height {
		return fmt.Errorf("%w: the first block is of height %d, the base is %d", ledger.ErrHeight, header.Height, r.base.Height)
	}
	if header.Height == r.base.Height && block.Results.StateRoot != r.base.Root {
		return fmt.Errorf("%w: results of height %d say state root %s, not %s", ErrResults, header.Height, block.Results.StateRoot, r.base.Root)
	}
	return errors.Join(
		r.headers.load(header.Height, encodeSealed(header, &block.Proof)),
		r.bodies.load(header.Height, encodeBody(&block.Decided)),
		r.results.load(header.Height, block.Results.Encode()),
	)
}

// load puts a record behind the others. Only sync makes what was loaded durable; a file
// that is full is synced before the next one begins.
func (c *column) load(height uint64, payload []byte) error {
	if last := c.last(); last != nil && c.full(last, int64(len(payload))) {
		if err := c.sync(); err != nil {
			return err
		}
	}
	if err := c.write(height, payload); err != nil {
		return err
	}
	c.publish()
	return nil
}
