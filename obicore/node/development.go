package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// ErrDevelopment says that a chain cannot be edited or rewound.
var ErrDevelopment = errors.New("only a development chain in memory can be edited: start credible dev without --data")

// Development makes a chain editable. It is for development chains in memory:
// every edit is recorded as a system transaction at the head of the next block,
// and shows in the latest state at once.
type Development struct {
	// Edit returns the system transaction that makes the writes.
	Edit func(writes []chain.Write) (chain.Verified, error)

	mutex     sync.Mutex
	edits     map[chain.StateKey][]byte // recorded in the next block
	editBytes int                       // what they take there, about
	taken     map[chain.StateKey][]byte // those that the block being made records
	used      NextBlock                 // what the block being made has taken
	offset    time.Duration             // added to the clock
	next      NextBlock
	manual    bool // no block without a demand
	snapshots []snapshot
}

// NextBlock overrides what the next block takes from clock and parent.
type NextBlock struct {
	Time       uint64 // milliseconds; 0 = the clock's
	Randomness *chain.Hash
}

// snapshot is what evm_revert goes back to.
type snapshot struct {
	id     uint64
	height uint64
	edits  map[chain.StateKey][]byte
	bytes  int // of the edits
	offset time.Duration
	next   NextBlock
	pool   [][]byte
}

// maxSnapshots bounds the snapshots that are kept.
const maxSnapshots = 10_000

// maxEditBytes bounds the edits of one block, so that they find room in its body
// beside the transactions.
const maxEditBytes = 6 << 20

func editSize(key chain.StateKey, value []byte) int { return 64 + len(key.Subkey) + len(value) }

// development returns the chain's development mode, or ErrDevelopment.
func (c *Chain) development() (*Development, error) {
	if !c.editable() {
		return nil, ErrDevelopment
	}
	return c.options.Development, nil
}

// editable reports whether this is a development chain in memory.
func (c *Chain) editable() bool {
	return c.options.Development != nil && c.options.Directory == "" && c.genesis.RootDelay == 0
}

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
	return c.refreshHead(noncesOf(writes))
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
func (c *Chain) refreshHead(nonces map[chain.Address]uint64) error {
	head := c.Head()
	view, err := c.View(head.Header.Height)
	if err != nil {
		return err
	}
	defer view.Close()
	if err := c.setHead(head.Header, head.Results, head.proof, view); err != nil {
		return err
	}
	c.pool.Advance(nonces, nil)
	if c.pool.HasPending() {
		c.notify()
	}
	return nil
}

// AdvanceTime moves the chain's clock forward and returns the whole offset.
func (c *Chain) AdvanceTime(by time.Duration) (time.Duration, error) {
	d, err := c.development()
	if err != nil {
		return 0, err
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if sum := d.offset + by; by > 0 && sum < d.offset {
		return 0, fmt.Errorf("the clock is %s ahead already: it cannot go another %s forward", d.offset, by)
	}
	d.offset += by
	return d.offset, nil
}

// SetTime sets the clock so that it stands at the given time now.
func (c *Chain) SetTime(milliseconds uint64) (time.Duration, error) {
	d, err := c.development()
	if err != nil {
		return 0, err
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.offset = time.Duration(int64(milliseconds)-c.options.Clock.Now().UnixMilli()) * time.Millisecond
	return d.offset, nil
}

// SetNext overrides parts of the next block.
func (c *Chain) SetNext(change func(*NextBlock)) error {
	d, err := c.development()
	if err != nil {
		return err
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	change(&d.next)
	return nil
}

// SetManual turns mining on demand on or off (evm_setAutomine).
func (c *Chain) SetManual(manual bool) error {
	d, err := c.development()
	if err != nil {
		return err
	}
	d.mutex.Lock()
	d.manual = manual
	d.mutex.Unlock()
	if !manual {
		c.notify()
	}
	return nil
}

// Manual reports whether blocks are made by demand only.
func (c *Chain) Manual() bool {
	d := c.options.Development
	if d == nil {
		return false
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.manual
}

// SubmitUnsigned pools a transaction of the development family; admission refuses
// that family from anybody else.
func (c *Chain) SubmitUnsigned(_ context.Context, raw []byte) (chain.Hash, error) {
	if _, err := c.development(); err != nil {
		return chain.Hash{}, err
	}
	t, err := c.verify(raw)
	if err != nil {
		return chain.Hash{}, err
	}
	return t.ID, c.enter(t)
}

// Snapshot notes the present state and returns its number.
func (c *Chain) Snapshot() (uint64, error) {
	d, err := c.development()
	if err != nil {
		return 0, err
	}
	c.commitMutex.Lock()
	defer c.commitMutex.Unlock()
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if len(d.snapshots) >= maxSnapshots {
		return 0, fmt.Errorf("%d snapshots are kept already: revert to one of them", len(d.snapshots))
	}
	s := snapshot{id: 1, height: c.Head().Header.Height, edits: maps.Clone(d.edits), bytes: d.editBytes, offset: d.offset, next: d.next}
	if n := len(d.snapshots); n > 0 {
		s.id = d.snapshots[n-1].id + 1
	} else if c.snapshotsTaken > 0 {
		s.id = c.snapshotsTaken + 1
	}
	c.snapshotsTaken = s.id
	for _, t := range c.pool.Export() {
		s.pool = append(s.pool, t.Raw)
	}
	d.snapshots = append(d.snapshots, s)
	return s.id, nil
}

// RevertTo goes back to a snapshot, which is used up with all later ones; false
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
	d.mutex.Lock()
	i := slices.IndexFunc(d.snapshots, func(s snapshot) bool { return s.id == id })
	if i < 0 {
		d.mutex.Unlock()
		return false, nil
	}
	s := d.snapshots[i]
	d.snapshots = d.snapshots[:i]
	d.edits, d.editBytes, d.offset, d.next = s.edits, s.bytes, s.offset, s.next
	d.mutex.Unlock()
	return true, c.rewind(rewinder, s)
}

func (c *Chain) rewind(rewinder ledger.Rewinder, s snapshot) error {
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
	c.pool.Clear()
	for _, raw := range s.pool {
		if t, err := c.verify(raw); err == nil {
			if err := c.enter(t); err != nil {
				c.log.Info("transaction dropped by a revert", "id", t.ID, "reason", err)
			}
		}
	}
	return c.tellEngine(context.Background())
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

// now is the clock with the development chain's offset, in milliseconds.
func (c *Chain) now() uint64 {
	now := c.options.Clock.Now()
	if d := c.options.Development; d != nil {
		d.mutex.Lock()
		defer d.mutex.Unlock()
		now = now.Add(d.offset)
	}
	return uint64(max(now.UnixMilli(), 0))
}

// adjust applies what development has set for the next block.
func (c *Chain) adjust(header *chain.Header) {
	d := c.options.Development
	if d == nil {
		return
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.next.Time != 0 {
		header.Time = d.next.Time
	}
	if d.next.Randomness != nil {
		header.Randomness = *d.next.Randomness
	}
}

// coinbaseKey is the entry that holds the coinbase of the blocks from the one on
// that records it. It stands in the state like every other edit, so that a block
// is read as it was executed; its owner is the module that records the edits.
var coinbaseKey = chain.StateKey{Owner: chain.SystemAddress(0xffff), Space: chain.SpaceModule, Subkey: "coinbase"}

// SetCoinbase sets the coinbase of the next blocks.
func (c *Chain) SetCoinbase(coinbase chain.Address) error {
	return c.Edit(func(ledger.View) ([]chain.Write, error) {
		return []chain.Write{{Key: coinbaseKey, Value: coinbase[:]}}, nil
	})
}

// chosenCoinbase returns what SetCoinbase has set in a state, if anything.
func (c *Chain) chosenCoinbase(view ledger.View) (*chain.Address, error) {
	if !c.editable() {
		return nil, nil
	}
	value, err := view.Get(coinbaseKey)
	if err != nil || len(value) != chain.AddressSize {
		return nil, err
	}
	return (*chain.Address)(value), nil
}

// edited lays waiting edits over a view of the latest state.
func (c *Chain) edited(view ledger.View) ledger.View {
	if view.Height() != c.Head().Header.Height {
		return view
	}
	return c.overlaid(view)
}

// overlaid lays waiting edits over a view.
func (c *Chain) overlaid(view ledger.View) ledger.View {
	d := c.options.Development
	if d == nil {
		return view
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if len(d.edits) == 0 {
		return view
	}
	return &editedView{View: view, edits: maps.Clone(d.edits)}
}

// editedView is the latest state with edits that the next block will record.
type editedView struct {
	ledger.View
	edits map[chain.StateKey][]byte
}

// Get implements ledger.View.
func (v *editedView) Get(key chain.StateKey) ([]byte, error) {
	if value, changed := v.edits[key]; changed {
		if len(value) == 0 {
			return nil, nil
		}
		return value, nil
	}
	return v.View.Get(key)
}

// Scan implements ledger.View.
func (v *editedView) Scan(owner chain.Address, space chain.Space, from string, f func(string, []byte) bool) error {
	entries := make(map[string][]byte)
	err := v.View.Scan(owner, space, from, func(subkey string, value []byte) bool {
		entries[subkey] = bytes.Clone(value)
		return true
	})
	if err != nil {
		return err
	}
	for key, value := range v.edits {
		if key.Owner == owner && key.Space == space && key.Subkey >= from {
			entries[key.Subkey] = value
		}
	}
	for _, subkey := range slices.Sorted(maps.Keys(entries)) {
		if len(entries[subkey]) > 0 && !f(subkey, entries[subkey]) {
			break
		}
	}
	return nil
}

func noncesOf(writes []chain.Write) map[chain.Address]uint64 {
	nonces := make(map[chain.Address]uint64)
	for _, write := range writes {
		if write.Key.Space != chain.SpaceAccount || len(write.Value) == 0 {
			continue
		}
		if account, err := chain.DecodeAccount(write.Value); err == nil {
			nonces[write.Key.Owner] = account.Nonce
		}
	}
	return nonces
}
