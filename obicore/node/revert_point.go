package node

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// revertPoint is what evm_revert goes back to.
type revertPoint struct {
	id     uint64
	height uint64
	edits  map[chain.StateKey][]byte
	bytes  int // of the edits
	offset time.Duration
	next   NextBlock
	pool   [][]byte // shared with the point before where nothing has changed
	held   int      // bytes that this one and those before it hold, about
}

// Limits of the points that are kept.
const (
	maxRevertPoints = 10_000
	maxRevertBytes  = 64 << 20 // of edits and transactions in them
)

// Snapshot notes the present state, as evm_snapshot does, and returns its number.
func (c *Chain) Snapshot() (uint64, error) {
	d, err := c.development()
	if err != nil {
		return 0, err
	}
	c.commitMutex.Lock()
	defer c.commitMutex.Unlock()
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if len(d.revertPoints) >= maxRevertPoints {
		return 0, fmt.Errorf("%d snapshots are kept already: revert to one of them", len(d.revertPoints))
	}
	s := revertPoint{id: c.revertPointsMade + 1, height: c.Head().Header.Height, edits: maps.Clone(d.edits), bytes: d.editBytes, offset: d.offset, next: d.next}
	var before revertPoint
	if n := len(d.revertPoints); n > 0 {
		before = d.revertPoints[n-1]
	}
	s.share(before, c.pool.Export())
	if s.held > maxRevertBytes {
		return 0, fmt.Errorf("the snapshots would hold %d bytes of waiting edits and transactions, at most %d: revert to one of them, or call evm_mine first", s.held, maxRevertBytes)
	}
	c.revertPointsMade = s.id
	d.revertPoints = append(d.revertPoints, s)
	return s.id, nil
}

// revertEntry is about what noting one transaction takes beside its bytes.
const revertEntry = 32

// share fills in the pool, which is the one of the point before when no
// transaction has come or gone since.
func (s *revertPoint) share(before revertPoint, waiting []chain.Verified) {
	s.held = before.held + s.bytes
	if slices.EqualFunc(before.pool, waiting, func(raw []byte, t chain.Verified) bool { return bytes.Equal(raw, t.Raw) }) {
		s.pool = before.pool
		return
	}
	s.pool = make([][]byte, len(waiting))
	for i := range waiting {
		s.pool[i] = waiting[i].Raw
		s.held += revertEntry + len(waiting[i].Raw)
	}
}

// RevertTo goes back to a point that Snapshot has noted, which is used up with all later ones; false
// when there is none of that number.
func (c *Chain) RevertTo(id uint64) (bool, error) {
	d, err := c.development()
	if err != nil {
		return false, err
	}
	rewinder, ok := c.store.(ledger.Rewinder)
	if !ok {
		return false, fmt.Errorf("the ledger module cannot rewind: %w", ErrDevelopment)
	}
	c.commitMutex.Lock()
	defer c.commitMutex.Unlock()
	s, found := d.findRevertPoint(id)
	if !found {
		return false, nil
	}
	if err := c.rewind(d, rewinder, s); err != nil {
		return true, err
	}
	return true, c.tellEngine(context.Background())
}

func (d *Development) findRevertPoint(id uint64) (revertPoint, bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	i := slices.IndexFunc(d.revertPoints, func(s revertPoint) bool { return s.id == id })
	if i < 0 {
		return revertPoint{}, false
	}
	return d.revertPoints[i], true
}

// restore puts back what a point holds, and drops it with all later ones.
func (d *Development) restore(s revertPoint) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.revertPoints = slices.DeleteFunc(d.revertPoints, func(other revertPoint) bool { return other.id >= s.id })
	d.edits, d.editBytes, d.offset, d.next = s.edits, s.bytes, s.offset, s.next
}

// rewind begins a new era: whoever reads meanwhile waits, or reads again.
func (c *Chain) rewind(d *Development, rewinder ledger.Rewinder, s revertPoint) error {
	d.rewinding.Lock()
	defer d.rewinding.Unlock()
	d.era++
	d.restore(s)
	c.course.forget()
	if err := rewinder.Rewind(context.Background(), s.height); err != nil {
		return err
	}
	c.blocks.clear()
	c.rulings.clear()
	if err := c.loadHead(s.height); err != nil {
		return err
	}
	head := c.Head()
	c.tip.Store(&Tip{Header: head.Header, Hash: head.Hash, proof: head.proof})
	c.refill(s.pool)
	return nil
}

// refill makes the pool what it was.
func (c *Chain) refill(transactions [][]byte) {
	c.pool.Clear()
	var verified []chain.Verified
	for _, raw := range transactions {
		if t, err := c.verify(raw); err == nil {
			verified = append(verified, t)
		}
	}
	errs := make([]error, len(verified))
	c.pooled(verified, errs)
	for i, err := range errs {
		if err != nil {
			c.log.Info("transaction dropped by a revert", "id", verified[i].ID, "reason", err)
		}
	}
}

// tellEngine says to the engine where the head is.
func (c *Chain) tellEngine(ctx context.Context) error {
	tip, err := c.tipDecision()
	engine := c.participation.engine.Load()
	if err != nil || engine == nil {
		return err
	}
	return (*engine).SyncedTo(ctx, tip)
}
