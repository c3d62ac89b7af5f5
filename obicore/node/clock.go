package node

import (
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// NextBlock overrides what the next block takes from clock and parent.
type NextBlock struct {
	Time       uint64 // milliseconds; 0 = the clock's
	Randomness *chain.Hash
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
	d.offset = time.Duration(int64(milliseconds)-c.options.WallClock().UnixMilli()) * time.Millisecond
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

// now is the clock with the development chain's offset, in milliseconds.
func (c *Chain) now() uint64 {
	now := c.options.WallClock()
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
