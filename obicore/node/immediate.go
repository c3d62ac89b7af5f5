package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// immediate executes a block while it is proposed or validated, so that its header
// carries its own roots.
type immediate struct {
	*Chain
	latest *executed // the last block executed on the head; under commitMutex
}

// executed is a block with what executing it on the head came to.
type executed struct {
	prepared
	encoded consensus.Proposal
	staged  ledger.Staged
}

// propose builds the next block from the pool on top of the head.
func (i *immediate) propose(ctx context.Context, parent uint64, meta []byte, force bool) (consensus.Proposal, error) {
	i.commitMutex.Lock()
	defer i.commitMutex.Unlock()
	if reason := i.HaltReason(); reason != nil {
		return consensus.Proposal{}, reason
	}
	head := i.Head()
	if head.Header.Height != parent {
		return consensus.Proposal{}, fmt.Errorf("%w: parent %d is not the head %d", consensus.ErrProposal, parent, head.Header.Height)
	}
	if !force && !i.wanted() {
		return consensus.Proposal{}, consensus.ErrNothing
	}
	e, err := i.build(ctx, head, meta)
	var unknown *execution.UnknownRulesError
	if errors.As(err, &unknown) {
		i.halt(err) // before the height, with everything up to here intact
	}
	if err != nil {
		return consensus.Proposal{}, err
	}
	if len(e.transactions) == 0 && !force && i.demanded.Load() == 0 {
		return consensus.Proposal{}, consensus.ErrNothing
	}
	e.encoded = e.proposal()
	i.latest = e
	return e.encoded, nil
}

func (p *prepared) proposal() consensus.Proposal {
	header := p.block.Header
	return consensus.Proposal{Height: header.Height, Header: header.Encode(), Body: p.block.Body.Encode()}
}

// wanted implements course: a demand, or transactions unless blocks are made by
// demand only.
func (i *immediate) wanted() bool {
	return i.demanded.Load() > 0 || !i.Manual() && i.pool.HasPending()
}

func (i *immediate) forget() { i.latest = nil }

// foresee implements course: a block is executed when it is committed.
func (i *immediate) foresee(context.Context, *shown) error { return nil }

func (i *immediate) close() error { return nil }

// validate checks a proposal by executing it. The node's own proposal was executed
// when it was built, so it is only recognised.
func (i *immediate) validate(ctx context.Context, proposal consensus.Proposal, _ []chain.Verified) error {
	i.commitMutex.Lock()
	defer i.commitMutex.Unlock()
	_, err := i.execute(ctx, proposal)
	return err
}

// execute returns the proposal as an executed block on top of the head.
func (i *immediate) execute(ctx context.Context, proposal consensus.Proposal) (*executed, error) {
	if latest := i.latest; latest != nil && bytes.Equal(latest.encoded.Header, proposal.Header) && bytes.Equal(latest.encoded.Body, proposal.Body) {
		return latest, nil
	}
	block, err := i.decodeProposal(proposal)
	if err != nil {
		return nil, err
	}
	e, err := i.executeBlock(ctx, i.Head(), block, i.verifyAll)
	if err != nil {
		return nil, err
	}
	e.encoded = proposal
	i.latest = e
	return e, nil
}

func (c *Chain) decodeProposal(proposal consensus.Proposal) (*chain.Block, error) {
	header, err := chain.DecodeHeader(proposal.Header)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	body, err := chain.DecodeBody(proposal.Body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	return &chain.Block{Header: header, Body: *body}, nil
}

// executeBlock checks a block against the head and executes it there.
func (c *Chain) executeBlock(ctx context.Context, head *Head, block *chain.Block, verify verifying) (*executed, error) {
	header := block.Header
	if header.Height != head.Header.Height+1 {
		// The state that rules another height may not exist.
		return nil, fmt.Errorf("%w: block %d does not follow the head %d", consensus.ErrProposal, header.Height, head.Header.Height)
	}
	ruling, err := c.Ruling(header.Height)
	if err != nil {
		return nil, err
	}
	if err := c.checkHeader(head.Header, header, ruling); err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	p, err := c.decodeBody(ctx, block, nil, verify)
	if err == nil {
		p.offences, err = c.checkEvidence(block, ruling)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	p.ruling = ruling
	e, err := c.run(ctx, p)
	if err != nil {
		return nil, err
	}
	if err := c.checkRoots(header, e.results); err != nil {
		return nil, err
	}
	if header.NextValidators != e.next.Hash(c.suite) {
		return nil, fmt.Errorf("%w: next validator set %s is not what state says", consensus.ErrProposal, header.NextValidators)
	}
	return e, nil
}

// run executes a checked block on the head.
func (c *Chain) run(ctx context.Context, p *prepared) (*executed, error) {
	header := p.block.Header
	view, err := c.store.View(header.Height - 1)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	e := &executed{prepared: *p}
	block := c.context(header, p.ruling, view)
	block.Offences = p.offences
	if p.fresh {
		block.Included = func(chain.Hash) (bool, error) { return false, nil }
	}
	e.results, err = c.runner.Run(ctx, block, view, p.transactions)
	if err = errors.Join(err, c.HaltReason()); err != nil {
		return nil, err // halted: what a contract has read may be wrong
	}
	if err := c.stage(e); err != nil {
		return nil, err
	}
	e.results.StateRoot = e.staged.Root()
	return e, nil
}

// stage computes the state that results lead to, and who decides the next block.
func (c *Chain) stage(e *executed) (err error) {
	if e.staged, err = c.store.Stage(e.results.Writes()); err == nil {
		e.next, err = c.nextValidators(e.block.Header.Height, e.ruling.Validators, e.results)
	}
	return err
}

// commit makes a decision durable and shows it.
func (i *immediate) commit(ctx context.Context, decision consensus.Decision) (*chain.ValidatorSet, error) {
	i.commitMutex.Lock()
	defer i.commitMutex.Unlock()
	started := time.Now()
	// A decision must not be left half done: from here on cancellation waits.
	ctx = context.WithoutCancel(ctx)
	e, err := i.execute(ctx, decision.Proposal)
	if err != nil {
		return nil, err
	}
	i.recentIDs.add(e.block.Header.Height, e.ids)
	if err := i.store.Append(ctx, ledger.Decided{Block: e.block, Proof: decision.Proof, IDs: e.ids, Signers: i.signersOf(&e.prepared)}); err != nil {
		return nil, err
	}
	if err := i.store.Commit(ctx, e.results, e.staged); err != nil {
		return nil, err
	}
	i.latest = nil
	i.editsDone()
	before := i.Head().Validators
	i.tip.Store(&Tip{Header: e.block.Header, Hash: e.hash, proof: decision.Proof})
	i.pooledOf(e.ids)
	if err := i.show(&e.prepared, decision.Proof); err != nil {
		return nil, err
	}
	i.metrics.committed(&e.prepared, time.Since(started))
	i.decided(e.ids)
	if e.next.Epoch == before.Epoch {
		return nil, nil
	}
	return e.next, nil
}
