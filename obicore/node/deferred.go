package node

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// deferred orders blocks without executing them and executes what is decided, one
// block after the other, in a goroutine of its own. The header at h carries the
// roots of h-k, so that a block can be proposed or judged as soon as the one k
// before its own height is executed.
type deferred struct {
	*Chain
	delay uint64

	mutex    sync.Mutex
	flight   []*inFlight  // decided and not executed, ascending
	lately   []orderedIDs // of the last blocks, executed or not: those above the state whose root the next one carries
	checked  *prepared    // the last proposal that was found good
	lastFull uint64       // height of the last decided block with transactions
	stopping bool
	changed  chan struct{} // closed and made anew when flight or head changes

	done chan struct{}
}

// inFlight is a block that is decided and waits for its execution.
type inFlight struct {
	*prepared
	proof   chain.Proof
	pooled  int // of its transactions, how many the pool holds
	decided time.Time
}

func newDeferred(c *Chain) (d *deferred, err error) {
	d = &deferred{Chain: c, delay: c.genesis.RootDelay, changed: make(chan struct{}), done: make(chan struct{})}
	tip := c.Tip().Header.Height
	for height := tip; height > 0 && height+d.delay > tip; height-- {
		header, err := c.store.Header(height)
		if err != nil {
			return nil, err
		}
		if header.TransactionCount > 0 {
			d.lastFull = height
			break
		}
	}
	if d.lately, err = c.idsAbove(d.carried(tip+1), tip); err != nil {
		return nil, err
	}
	go d.run()
	return d, nil
}

// close lets the block that is being executed end; the rest is executed when the
// chain is opened again.
func (d *deferred) close() error {
	d.mutex.Lock()
	d.stopping = true
	d.change()
	d.mutex.Unlock()
	<-d.done
	return nil
}

func (d *deferred) forget() {}

// change wakes everybody who waits; the mutex is held.
func (d *deferred) change() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// await waits until holds, which is called with the mutex held.
func (d *deferred) await(ctx context.Context, holds func() bool) error {
	for {
		d.mutex.Lock()
		done, changed, stopping := holds(), d.changed, d.stopping
		d.mutex.Unlock()
		switch {
		case done:
			return nil
		case stopping:
			return ErrStopped
		}
		select {
		case <-changed:
		case <-d.halted:
			return d.HaltReason()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// carried returns the height of the state whose root the block at a height carries.
func (d *deferred) carried(height uint64) uint64 { return max(height, d.delay) - d.delay }

// awaitExecuted waits until the block at height is executed.
func (d *deferred) awaitExecuted(ctx context.Context, height uint64) error {
	return d.await(ctx, func() bool { return d.Head().Header.Height >= height })
}

// wanted implements course: something to order, roots that no header carries yet,
// or a block time that stands still.
func (d *deferred) wanted() bool {
	tip := d.Tip().Header
	if d.demanded.Load() > 0 {
		return true
	}
	if beat := d.options.Heartbeat; beat > 0 && d.now() >= tip.Time+uint64(beat.Milliseconds()) {
		return true
	}
	pending, _ := d.pool.Count()
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if tip.Height < d.lastFull+d.delay && d.lastFull > 0 {
		return true
	}
	for _, f := range d.flight {
		pending -= f.pooled
	}
	return pending > 0
}

// validationTime bounds the wait for this node's own execution when it judges a
// proposal.
const validationTime = 5 * time.Second

// validate checks a proposal of another node on top of the tip, without executing
// it.
func (d *deferred) validate(ctx context.Context, proposal consensus.Proposal, known []chain.Verified) error {
	block, err := d.decodeProposal(proposal)
	if err != nil {
		return err
	}
	if skew := block.Header.Time; skew > d.now()+uint64(d.options.Skew.Milliseconds()) {
		return fmt.Errorf("%w: its time %d ms is more than %s ahead of this node's clock", consensus.ErrProposal, block.Header.Time, d.options.Skew)
	}
	ctx, cancel := context.WithTimeout(ctx, validationTime)
	defer cancel()
	_, err = d.check(ctx, block, known, nil)
	return err
}

// foresee implements course: commit finds what is checked here.
func (d *deferred) foresee(ctx context.Context, decided *shown) error {
	_, err := d.check(ctx, decided.block, decided.transactions, decided.results)
	return err
}

// check returns a block as one that may follow the tip. Its results are given when they are
// proved; nil has it executed.
func (d *deferred) check(ctx context.Context, block *chain.Block, known []chain.Verified, results *chain.Results) (*prepared, error) {
	header, tip := block.Header, d.Tip()
	if checked := d.checkedAs(header); checked != nil {
		return checked, nil
	}
	if header.Height != tip.Header.Height+1 {
		return nil, fmt.Errorf("%w: height %d, the tip is %d", consensus.ErrProposal, header.Height, tip.Header.Height)
	}
	if err := d.awaitExecuted(ctx, d.carried(header.Height)); err != nil {
		return nil, err
	}
	if d.recovers(header.Height) {
		if err := d.checkRecovery(); err != nil {
			return nil, err
		}
	}
	ruling, err := d.Ruling(header.Height)
	if err != nil {
		return nil, err
	}
	next, err := d.nextValidators(header.Height, nil, nil)
	if err != nil {
		return nil, err
	}
	if err := d.checkHeader(tip.Header, header, ruling); err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	if header.NextValidators != next.Hash(d.suite) {
		return nil, fmt.Errorf("%w: next validator set %s is not what state says", consensus.ErrProposal, header.NextValidators)
	}
	if err := d.checkRoots(header, nil); err != nil {
		return nil, err
	}
	p, err := d.decodeBody(ctx, block, known, d.verifyAll)
	if err == nil {
		p.offences, err = d.checkEvidence(block, ruling)
	}
	if err == nil {
		if p.results, p.followed = results, results != nil; !p.followed {
			err = d.checkOrder(p)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	p.ruling, p.next = ruling, next
	d.mutex.Lock()
	d.checked = p
	d.mutex.Unlock()
	return p, nil
}

// checkedAs returns the block with a header if it is the last that was found good.
func (d *deferred) checkedAs(header *chain.Header) *prepared {
	hash := header.Hash(d.suite)
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.checked == nil || d.checked.hash != hash {
		return nil
	}
	return d.checked
}

func (d *deferred) inFlight() []*inFlight {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return slices.Clone(d.flight)
}

// commit makes a decision durable and hands it on to execution. A decided root
// that differs from this node's own stops the chain with everything kept.
func (d *deferred) commit(ctx context.Context, decision consensus.Decision) (*chain.ValidatorSet, error) {
	d.commitMutex.Lock()
	defer d.commitMutex.Unlock()
	ctx = context.WithoutCancel(ctx)
	header, err := chain.DecodeHeader(decision.Proposal.Header)
	if err != nil {
		return nil, err
	}
	if tip := d.Tip(); header.Height <= tip.Header.Height {
		return nil, d.sameDecision(header)
	}
	p := d.checkedAs(header) // its body need not be read again
	if p == nil {
		block, err := d.decodeProposal(decision.Proposal)
		if err == nil {
			p, err = d.check(ctx, block, nil, nil)
		}
		if err != nil {
			return nil, err
		}
	}
	if _, err := d.executor.Rules(header.Rules); err != nil {
		d.halt(err) // before the height, with everything up to here intact
		return nil, err
	}
	d.recentIDs.add(p.block.Header.Height, p.ids)
	if err := d.store.Append(ctx, ledger.Decided{Block: p.block, Proof: decision.Proof, IDs: p.ids, Signers: d.signersOf(p)}); err != nil {
		return nil, err
	}
	f := &inFlight{prepared: p, proof: decision.Proof, decided: d.options.Clock.Now()}
	f.pooled = d.pooledOf(p.ids)
	d.sizing.decided(p.block.Header.Height, p.hash, p.used(d.genesis.Limits), f.decided)
	d.fly(f)
	d.decided(p.ids)
	if p.next.Epoch == p.ruling.Validators.Epoch {
		return nil, nil
	}
	return p.next, nil
}

// sameDecision accepts a decision that this chain has already, and no other for
// its height.
func (d *deferred) sameDecision(header *chain.Header) error {
	mine, err := d.store.Header(header.Height)
	if err != nil {
		return err
	}
	if have, want := mine.Hash(d.suite), header.Hash(d.suite); have != want {
		return fmt.Errorf("node: height %d is decided as %s here and as %s elsewhere: the chain has forked", header.Height, have, want)
	}
	return nil
}

// fly puts a durable block at the end of the line for execution.
func (d *deferred) fly(f *inFlight) {
	header := f.block.Header
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.flight = append(d.flight, f)
	d.lately = append(d.lately, orderedIDs{header.Height, f.ids})
	d.lately = slices.DeleteFunc(d.lately, func(o orderedIDs) bool { return o.height <= d.carried(header.Height+1) })
	d.checked = nil
	if header.TransactionCount > 0 {
		d.lastFull = header.Height
	}
	d.tip.Store(&Tip{Header: header, Hash: f.hash, proof: f.proof})
	d.change()
}

// run executes decided blocks until close.
func (d *deferred) run() {
	defer close(d.done)
	for {
		if d.await(context.Background(), func() bool { return len(d.flight) > 0 }) != nil {
			return
		}
		next := d.inFlight()[0]
		if err := d.executeNext(next); err != nil {
			d.halt(fmt.Errorf("executing block %d: %w", next.block.Header.Height, err))
			return
		}
		d.nudge()
	}
}

// resultsFor executes a block, or takes the results that it came with; Commit refuses these
// when they do not lead to the root that they say.
func (d *deferred) resultsFor(p *prepared) (*executed, error) {
	if !p.followed {
		return d.Chain.run(context.Background(), p)
	}
	e := &executed{prepared: *p}
	return e, d.stage(e)
}

// executeNext executes the block after the head, makes its results durable and
// shows them.
func (d *deferred) executeNext(f *inFlight) error {
	e, err := d.resultsFor(f.prepared)
	if err != nil {
		return err
	}
	if err := d.store.Commit(context.Background(), e.results, e.staged); err != nil {
		return err
	}
	d.recentRoots.put(e.block.Header.Height, e.results, d.suite)
	if err := d.show(&e.prepared, f.proof); err != nil {
		return err
	}
	d.metrics.committed(&e.prepared, d.options.Clock.Now().Sub(f.decided))
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.flight = d.flight[1:]
	d.change()
	return nil
}
