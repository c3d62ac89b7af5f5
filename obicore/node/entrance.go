package node

import (
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// enter pools the transactions without an error, in order, and fills in the errors; on a
// development chain not while that is taken back.
func (c *Chain) enter(transactions []chain.Verified, errs []error) {
	if c.editable() {
		d := c.options.Development
		d.rewinding.RLock()
		defer d.rewinding.RUnlock()
	}
	c.pooled(transactions, errs)
}

// enterOne is enter for one transaction.
func (c *Chain) enterOne(t chain.Verified) error {
	errs := []error{nil}
	c.enter([]chain.Verified{t}, errs)
	return errs[0]
}

// pooled is enter for whoever keeps the chain from being taken back.
func (c *Chain) pooled(transactions []chain.Verified, errs []error) {
	var at *entrance
	defer func() { at.close() }()
	var pending []chain.Verified
	for i := range transactions {
		if errs[i] != nil {
			continue
		}
		var added pool.Added
		for added, errs[i] = at.offer(transactions[i]); errors.Is(errs[i], pool.ErrMoved); added, errs[i] = at.offer(transactions[i]) {
			at.close()
			if at, errs[i] = c.entrance(); errs[i] != nil {
				break
			}
		}
		if errs[i] == nil && added.Pending {
			pending = append(append(pending, transactions[i]), added.Promoted...)
		}
	}
	if len(pending) > 0 {
		c.feed.publish(Event{Pending: pending})
		c.notify()
	}
}

// entrance is where transactions are checked that want into the pool: the state at a head.
type entrance struct {
	chain    *Chain
	advances uint64
	view     ledger.View
	world    *state.State
	block    execution.Block
	rules    execution.Rules
}

func (c *Chain) entrance() (e *entrance, err error) {
	e = &entrance{chain: c, advances: c.pool.Advances()}
	head := c.Head()
	if e.view, err = c.View(head.Header.Height); err != nil {
		return nil, err
	}
	header := c.nextHeader(head)
	if e.rules, err = c.executor.Rules(header.Rules); err != nil {
		return nil, errors.Join(err, e.view.Close())
	}
	e.block, e.world = c.context(header, &head.Ruling, e.view), state.New(e.view)
	return e, nil
}

func (e *entrance) close() {
	if e != nil {
		_ = e.view.Close() // it was only read
	}
}

// offer checks a transaction and gives it to the pool, which refuses with pool.ErrMoved
// when a block has come since; nowhere is such an entrance, too.
func (e *entrance) offer(t chain.Verified) (added pool.Added, err error) {
	if e == nil {
		return added, pool.ErrMoved
	}
	if err := e.chain.executor.Check(e.rules, &e.block, e.world, execution.Message{Verified: t, Future: true}); err != nil {
		if _, known := e.chain.pool.Get(t.ID); known {
			return added, pool.ErrKnown
		}
		if e.chain.pool.Advances() != e.advances {
			err = pool.ErrMoved // the newer state may let it in
		}
		return added, err
	}
	nonce := t.Nonce // the unordered lane has none
	if t.Lane != chain.UnorderedLane {
		nonce = execution.NextNonce(e.world, t.Sender, t.Lane)
	}
	return e.chain.pool.Add(t, nonce, e.advances)
}
