package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Replayed says what a replay has covered.
type Replayed struct {
	From, To     uint64 // heights
	Transactions uint64
}

// Replay checks all signatures in the stored bodies again, and executes the blocks whose state is
// kept again under this binary; see [Chain.ReplayRange].
func (c *Chain) Replay(ctx context.Context, progress func(share float64)) error {
	_, err := c.ReplayRange(ctx, Range{To: math.MaxUint64, Signatures: true}, progress)
	return err
}

// Range is what a replay goes through.
type Range struct {
	From, To uint64 // heights
	// Signatures says that they are checked again, of bodies without a state too. Else the
	// signers are whom the ledger names since the blocks came, where it does.
	Signatures bool
}

// ReplayRange executes the stored blocks of a range again under this binary and compares
// the results, transaction by transaction. It changes nothing and needs the state at every
// height, so that it covers what of the range lies inside the retention window. A
// *Difference names the first transaction that differs.
func (c *Chain) ReplayRange(ctx context.Context, r Range, progress func(share float64)) (done Replayed, err error) {
	status := c.store.Status()
	begin := max(1, r.From, status.OldestBody)
	first := max(begin, status.OldestState+1)
	if status.OldestState > 0 {
		first = max(first, status.OldestState+1+c.genesis.RootDelay) // its ruling must be kept too
	}
	if !r.Signatures {
		begin = first
	}
	last := min(r.To, status.Executed)
	done = Replayed{From: first, To: first - 1}
	again := func(ctx context.Context, height uint64) (transactions uint64, err error) {
		if height < first {
			return 0, c.checkSignatures(ctx, height)
		}
		return c.replayBlock(ctx, height, r.Signatures)
	}
	err = c.replayAhead(ctx, begin, last, again, func(height, transactions uint64) {
		if height >= first {
			done.To, done.Transactions = height, done.Transactions+transactions
		}
		progress(float64(height-begin+1) / float64(last-begin+1))
	})
	return done, err
}

// checkSignatures checks those of a block without executing it.
func (c *Chain) checkSignatures(ctx context.Context, height uint64) error {
	header, err := c.store.Header(height)
	if err != nil {
		return err
	}
	body, err := c.store.Body(height)
	if errors.Is(err, ledger.ErrPruned) {
		return nil // meanwhile
	}
	if err == nil {
		_, err = c.decodeBody(ctx, &chain.Block{Header: header, Body: *body}, nil, c.checkedAgain(height))
	}
	return err
}

// replayAhead goes through blocks on all cores, for each stands on a stored state of its own,
// and calls same for each in order until one differs.
func (c *Chain) replayAhead(ctx context.Context, first, last uint64, again func(ctx context.Context, height uint64) (transactions uint64, err error), same func(height, transactions uint64)) error {
	type outcome struct {
		transactions uint64
		err          error
	}
	var workers sync.WaitGroup
	defer workers.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ahead := make(chan chan outcome, runtime.GOMAXPROCS(0)) // in the order of heights
	workers.Go(func() {
		defer close(ahead)
		for height := first; height <= last && ctx.Err() == nil; height++ {
			block := make(chan outcome, 1)
			select {
			case ahead <- block:
			case <-ctx.Done():
				return
			}
			workers.Go(func() {
				var o outcome
				o.transactions, o.err = again(ctx, height)
				block <- o
			})
		}
	})
	height := first
	for block := range ahead {
		o := <-block
		if o.err != nil {
			return fmt.Errorf("block %d: %w", height, o.err)
		}
		same(height, o.transactions)
		height++
	}
	return ctx.Err()
}

func (c *Chain) replayBlock(ctx context.Context, height uint64, signatures bool) (transactions uint64, err error) {
	header, err := c.store.Header(height)
	if err != nil {
		return 0, err
	}
	if err := c.VerifyDecision(header); err != nil {
		return 0, err
	}
	body, err := c.store.Body(height)
	if err != nil {
		return 0, err
	}
	verify := c.asStored(height)
	if signatures {
		verify = c.checkedAgain(height)
	}
	p, err := c.decodeBody(ctx, &chain.Block{Header: header, Body: *body}, nil, verify)
	if err != nil {
		return 0, err
	}
	view, err := c.store.View(height - 1)
	if err != nil {
		return 0, err
	}
	defer view.Close()
	block := &Block{Header: header, Transactions: p.transactions}
	if err := c.fillContext(block); err != nil {
		return 0, err
	}
	context, err := c.Context(block, view)
	if err != nil {
		return 0, err
	}
	if r := c.recoveryIn(height); r != nil && r.Height+1 == height {
		context.Recovered = r.Validators
	}
	context.Offences = offencesIn(body)
	again, err := c.executor.Run(ctx, context, view, p.transactions)
	if err != nil {
		return 0, err
	}
	stored, err := c.store.Results(height)
	if err != nil {
		return 0, err
	}
	return header.TransactionCount, c.sameResults(p, stored, again)
}

// Difference is where executing a block again comes to something else than is stored.
type Difference struct {
	Height uint64
	Index  int        // of the transaction; -1 for the writes before the first one
	ID     chain.Hash // of the transaction
	What   string     // the first thing that differs: both values, the stored one first
}

// Error implements error.
func (d *Difference) Error() string {
	if d.Index < 0 {
		return "the writes before the first transaction differ: " + d.What
	}
	return fmt.Sprintf("transaction %d, %s, differs: %s", d.Index, d.ID, d.What)
}

// Unwrap returns ErrRoot: the roots would differ.
func (d *Difference) Unwrap() error { return ErrRoot }

// sameResults compares leaf by leaf.
func (c *Chain) sameResults(p *prepared, stored, again *chain.Results) error {
	height := p.block.Header.Height
	if what := differentWrites(stored.Opening, again.Opening); what != "" {
		return &Difference{Height: height, Index: -1, What: what}
	}
	if len(stored.Transactions) != len(again.Transactions) {
		return fmt.Errorf("%w: %d results are stored, there are %d transactions", ErrRoot, len(stored.Transactions), len(again.Transactions))
	}
	for i := range stored.Transactions {
		have, want := &again.Transactions[i], &stored.Transactions[i]
		if want.Leaf(c.suite) != have.Leaf(c.suite) {
			return &Difference{Height: height, Index: i, ID: p.ids[i], What: differentResult(want, have)}
		}
	}
	return nil
}

func differentResult(stored, again *chain.Result) string {
	a, b := &stored.Receipt, &again.Receipt
	switch {
	case a.Status != b.Status || a.Reason != b.Reason:
		return fmt.Sprintf("status %d (reason %d), now %d (reason %d)", a.Status, a.Reason, b.Status, b.Reason)
	case a.GasUsed != b.GasUsed:
		return fmt.Sprintf("gas %d, now %d", a.GasUsed, b.GasUsed)
	case !bytes.Equal(a.Encode(), b.Encode()):
		return fmt.Sprintf("%d events, now %d or others", len(a.Logs), len(b.Logs))
	}
	return differentWrites(stored.Writes, again.Writes)
}

// differentWrites names the first entry that differs, or nothing.
func differentWrites(stored, again []chain.Write) string {
	for i := range max(len(stored), len(again)) {
		switch {
		case i >= len(stored):
			return fmt.Sprintf("entry %x is not written, now %x", again[i].Key.Encode(), again[i].Value)
		case i >= len(again):
			return fmt.Sprintf("entry %x is written as %x, now not", stored[i].Key.Encode(), stored[i].Value)
		case stored[i].Key != again[i].Key:
			return fmt.Sprintf("entry %x is written, now %x", stored[i].Key.Encode(), again[i].Key.Encode())
		case !bytes.Equal(stored[i].Value, again[i].Value):
			return fmt.Sprintf("entry %x is written as %x, now as %x", stored[i].Key.Encode(), stored[i].Value, again[i].Value)
		}
	}
	return ""
}

// VerifyDecision checks the stored proof that a header was decided, with the
// validator set of the state before it.
func (c *Chain) VerifyDecision(header *chain.Header) error {
	proof, err := c.store.Proof(header.Height)
	if err != nil {
		return err
	}
	set, err := c.validatorsBefore(header.Height)
	if err != nil {
		return err
	}
	if set.Hash(c.suite) != header.Validators {
		if r := c.recoveryIn(header.Height); r != nil {
			if err := r.Check(c.suite, c.identity, set, c.verifyDigest); err != nil {
				return err
			}
			set = r.Validators
		}
	}
	return c.verifier.Verify(c.identity, set, header, header.Hash(c.suite), *proof)
}

func (c *Chain) validatorsBefore(height uint64) (*chain.ValidatorSet, error) {
	view, err := c.keptView(c.rulingHeight(height))
	if err != nil {
		return nil, err
	}
	defer view.Close()
	return readValidators(view)
}
