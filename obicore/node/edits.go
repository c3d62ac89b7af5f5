package node

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// maxEditBytes bounds the edits of one block, so that they find room in its body
// beside the transactions.
const maxEditBytes = 6 << 20

func editSize(key chain.StateKey, value []byte) int { return 64 + len(key.Subkey) + len(value) }

// Edit changes state entries now; the next block records the change.
func (c *Chain) Edit(change func(view ledger.View) ([]chain.Write, error)) error {
	d, err := c.development()
	if err != nil {
		return err
	}
	c.commitMutex.Lock()
	defer c.commitMutex.Unlock()
	view, err := c.View(c.Head().Header.Height)
	if err != nil {
		return err
	}
	writes, err := change(view)
	if err = errors.Join(err, view.Close()); err != nil {
		return err
	}
	if err := d.keep(writes); err != nil {
		return err
	}
	nonces := make(map[pool.Lane]uint64)
	noteNonces(nonces, writes)
	return c.refreshHead(nonces)
}

// keep adds writes to the edits that wait for the next block.
func (d *Development) keep(writes []chain.Write) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	size := d.editBytes
	for _, write := range writes {
		size += editSize(write.Key, write.Value)
	}
	if size > maxEditBytes {
		return fmt.Errorf("the edits that wait for a block would take %d bytes, at most %d: call evm_mine first", size, maxEditBytes)
	}
	if d.edits == nil {
		d.edits = make(map[chain.StateKey][]byte)
	}
	for _, write := range writes {
		d.forget(write.Key)
		d.edits[write.Key] = write.Value
		d.editBytes += editSize(write.Key, write.Value)
	}
	return nil
}

// forget drops an edit; under mutex.
func (d *Development) forget(key chain.StateKey) {
	if value, waits := d.edits[key]; waits {
		d.editBytes -= editSize(key, value)
		delete(d.edits, key)
	}
}

// refreshHead shows edited parameters and nonces.
func (c *Chain) refreshHead(nonces map[pool.Lane]uint64) error {
	head := c.Head()
	view, err := c.View(head.Header.Height)
	if err != nil {
		return err
	}
	defer view.Close()
	if err := c.setHead(head.Header, head.Results, head.proof, view); err != nil {
		return err
	}
	c.pool.Advance(head.Header.Height, nonces, nil)
	if c.pool.HasPending() {
		c.notify()
	}
	return nil
}

// takeEdits returns the system transaction for the edits that wait, if any.
func (c *Chain) takeEdits() (t chain.Verified, waiting bool, err error) {
	d := c.options.Development
	if d == nil {
		return t, false, nil
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.taken, d.used = maps.Clone(d.edits), d.next
	if len(d.edits) == 0 {
		return t, false, nil
	}
	t, err = d.Edit(sorted(d.edits))
	return t, true, err
}

func sorted(edits map[chain.StateKey][]byte) []chain.Write {
	writes := make([]chain.Write, 0, len(edits))
	for key, value := range edits {
		writes = append(writes, chain.Write{Key: key, Value: value})
	}
	slices.SortFunc(writes, func(a, b chain.Write) int { return a.Key.Compare(b.Key) })
	return writes
}

// editsDone forgets edits that a block has recorded, and what held for that
// block only.
func (c *Chain) editsDone() {
	if d := c.options.Development; d != nil {
		d.mutex.Lock()
		defer d.mutex.Unlock()
		// What came while the block was being made waits for the next one.
		for key, value := range d.taken {
			if bytes.Equal(d.edits[key], value) {
				d.forget(key)
			}
		}
		if d.next.Time == d.used.Time {
			d.next.Time = 0
		}
		if d.next.Randomness == d.used.Randomness {
			d.next.Randomness = nil
		}
	}
}
