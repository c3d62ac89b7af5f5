package segment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// state loads the chunks and ends with the root that the base says.
func (r *restoration) state(ctx context.Context) error {
	order := chunkOrder{more: true}
	order.ranger, _ = r.commitment.(ledger.Ranger)
	root, err := r.commitment.Root(nodesNow{r.db})
	if err != nil {
		return err
	}
	number := 0
	for c, err := range r.base.Chunks {
		if err := errors.Join(err, ctx.Err(), r.trouble.err()); err != nil {
			return err
		}
		if err := order.check(r.base.Root, c); err != nil {
			return fmt.Errorf("chunk %d: %w", number, err)
		}
		entries := slices.Clone(c.Entries)
		slices.SortFunc(entries, func(a, b chain.Write) int { return a.Key.Compare(b.Key) })
		if root, err = r.fold(r.db, r.base.Height, entries); err != nil {
			return fmt.Errorf("chunk %d: %w", number, err)
		}
		number++
	}
	if order.ranger != nil && order.more {
		return fmt.Errorf("%w: the snapshot ends with chunk %d, before the last place", ledger.ErrProof, number)
	}
	if root != r.base.Root {
		return fmt.Errorf("%w: the chunks lead to state root %s, not %s", ledger.ErrProof, root, r.base.Root)
	}
	return r.stateDone()
}

// stateDone notes that the base's state is in.
func (r *restoration) stateDone() error {
	batch, height := r.db.NewBatch(), number(r.base.Height)
	err := errors.Join(
		batch.Set(keyApplied, append(number(r.base.Height+1), r.base.Root[:]...), nil),
		batch.Set(keyOldest, height, nil), batch.Set(keyBodies, height, nil), batch.Set(keyIndexed, height, nil),
		batch.Commit(pebble.NoSync),
	)
	return errors.Join(err, batch.Close())
}

// chunkOrder checks that chunks follow each other.
type chunkOrder struct {
	ranger ledger.Ranger   // nil when chunks are in the order of keys
	next   chain.Hash      // place at which the next chunk begins
	more   bool            // there is such a place
	last   *chain.StateKey // of the chunk before
}

func (o *chunkOrder) check(root chain.Hash, c *ledger.Chunk) error {
	if o.ranger == nil {
		return o.checkKeys(c)
	}
	if err := c.Within.Check(); err != nil {
		return err
	}
	if !o.more || c.Within.Prefix != o.next {
		return fmt.Errorf("%w: it begins at place %s, not where the one before ends", ledger.ErrProof, c.Within.Prefix)
	}
	o.next, o.more = c.Within.After()
	return o.ranger.VerifyRange(root, c.Within, c.Entries, c.Proof)
}

func (o *chunkOrder) checkKeys(c *ledger.Chunk) error {
	if c.Within != (ledger.Range{}) || len(c.Proof) > 0 {
		return fmt.Errorf("%w: this commitment proves no ranges", ledger.ErrProof)
	}
	for i := range c.Entries {
		key := &c.Entries[i].Key
		if o.last != nil && o.last.Compare(*key) >= 0 || len(c.Entries[i].Value) == 0 {
			return fmt.Errorf("%w: entry %d does not stand behind the one before", ledger.ErrProof, i)
		}
		o.last = key
	}
	return nil
}

// fold applies writes to a database without history, and returns the root.
func (l *Ledger) fold(db *pebble.DB, height uint64, writes []chain.Write) (chain.Hash, error) {
	nodes := remember(db)
	change, err := l.commitment.Update(nodes, writes)
	if err != nil {
		return chain.Hash{}, err
	}
	batch := db.NewBatch()
	_, err = apply(db, batch, nodes, height, writes, change, false, nil)
	if err == nil {
		err = batch.Commit(pebble.NoSync)
	}
	return change.Root, errors.Join(err, batch.Close())
}
