package node

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// ErrDevelopment says that a chain cannot be edited or rewound.
var ErrDevelopment = errors.New("only a development chain in memory can be edited: start credible dev without --data")

// Development makes a chain editable. It is for development chains in memory:
// every edit is recorded as a system transaction at the head of the next block,
// and shows in the latest state at once.
type Development struct {
	// Edit returns the system transaction that makes the writes.
	Edit func(writes []chain.Write) (chain.Verified, error)

	mutex        sync.Mutex
	edits        map[chain.StateKey][]byte // recorded in the next block
	editBytes    int                       // what they take there, about
	taken        map[chain.StateKey][]byte // those that the block being made records
	used         NextBlock                 // what the block being made has taken
	offset       time.Duration             // added to the clock
	next         NextBlock
	manual       bool // no block without a demand
	revertPoints []revertPoint

	rewinding sync.RWMutex // held for writing while the chain is taken back; taken after commitMutex
	era       uint64       // how often that was; under rewinding
}

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
	return t.ID, c.enterOne(t)
}
