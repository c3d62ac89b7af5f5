package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// propose orders pool transactions on top of the tip, none of which is executed.
func (d *deferred) propose(ctx context.Context, parent uint64, meta []byte, force bool) (consensus.Proposal, error) {
	if reason := d.HaltReason(); reason != nil {
		return consensus.Proposal{}, reason
	}
	tip := d.Tip()
	if tip.Header.Height != parent {
		return consensus.Proposal{}, fmt.Errorf("%w: parent %d is not the tip %d", consensus.ErrProposal, parent, tip.Header.Height)
	}
	if !force && !d.wanted() {
		return consensus.Proposal{}, consensus.ErrNothing
	}
	height := parent + 1
	if err := d.awaitExecuted(ctx, d.carried(height)); err != nil {
		return consensus.Proposal{}, err
	}
	p, err := d.order(ctx, tip, meta)
	if err != nil {
		return consensus.Proposal{}, err
	}
	d.mutex.Lock()
	d.checked = p
	d.mutex.Unlock()
	if byDigest(&p.block.Body) {
		return d.proposeDigest(p)
	}
	return p.proposal(), nil
}

func (d *deferred) order(ctx context.Context, tip *Tip, meta []byte) (*prepared, error) {
	height := tip.Header.Height + 1
	ruling, err := d.Ruling(height)
	if err != nil {
		return nil, err
	}
	p := &prepared{ruling: ruling}
	if p.next, err = d.nextValidators(height, nil, nil); err != nil {
		return nil, err
	}
	header := d.childHeader(tip.Header, tip.Hash, ruling)
	header.ConsensusMeta, header.NextValidators = meta, p.next.Hash(d.suite)
	if header.StateRoot, header.ResultRoot, err = d.roots(height, nil); err != nil {
		return nil, err
	}
	p.block = &chain.Block{Header: header}
	if d.recovers(height) {
		p.block.Body.Evidence = [][]byte{d.options.Recovery.Encode()}
	} else {
		p.block.Body.Evidence, p.offences = d.chooseEvidence(height, ruling)
	}
	if err := d.choose(ctx, p, ruling); err != nil {
		return nil, err
	}
	d.seal(p)
	p.hash = header.Hash(d.suite)
	return p, nil
}

// choose takes from the pool what could start on the latest executed state after
// all that is in flight, at the worst price of each: a proposer never orders what
// cannot start (formats, Results).
func (d *deferred) choose(ctx context.Context, p *prepared, ruling *Ruling) error {
	header, limits := p.block.Header, d.genesis.Limits
	rules, err := d.executor.Rules(header.Rules)
	if err != nil {
		d.halt(err) // before the height, with everything up to here intact
		return err
	}
	// The blocks in flight are read before the head: one that is executed in
	// between is then counted twice, which only makes the choice more careful.
	flight, ordered := d.inFlight(), d.orderedBelow(header.Height)
	view, err := d.store.View(d.Head().Header.Height)
	if err != nil {
		return err
	}
	defer view.Close()
	world, block := state.New(view), d.context(header, ruling, view)
	for _, f := range flight {
		if f.followed {
			return nil // what its senders have spent is not known before its results are in
		}
		for i := range f.transactions {
			execution.Reserve(world, &f.transactions[i])
		}
	}
	bytes, gas, left := uint64(0), uint64(0), false
	defer func() { d.backlogged.Store(left) }()
	selection, most := d.pool.Select(), d.sizing.share(header.Height, header.ConsensusMeta)
	for ctx.Err() == nil {
		if tip := d.Tip().Header.Height; tip >= header.Height {
			return fmt.Errorf("%w: parent %d is no longer the tip, %d is", consensus.ErrProposal, header.Height-1, tip)
		}
		count := uint64(len(p.transactions))
		if count > 0 && (count >= most.of(limits.BlockCount) || bytes >= most.of(limits.BlockBytes) || gas >= most.of(header.GasLimit)) {
			left = true
			break
		}
		t, ok := selection.Next()
		if !ok {
			break
		}
		if t.Lane != chain.UnorderedLane && t.Nonce < execution.NextNonce(world, t.Sender, t.Lane) {
			continue // in flight
		}
		if ordered[t.ID] { // in flight, or just void
			selection.Skip(&t)
			continue
		}
		if bytes+uint64(len(t.Raw)) > limits.BlockBytes || t.Gas > header.GasLimit-gas {
			left = true
			selection.Skip(&t)
			continue
		}
		err := d.executor.Check(rules, &block, world, execution.Message{Verified: t})
		var refused *execution.InvalidError
		switch {
		case errors.As(err, &refused):
			selection.Skip(&t)
			if len(flight) == 0 {
				d.reject(t, refused)
			}
		case err != nil:
			return err
		default:
			execution.Reserve(world, &t)
			bytes, gas = bytes+uint64(len(t.Raw)), gas+t.Gas
			p.transactions = append(p.transactions, t)
		}
	}
	p.fresh = true // each was looked for
	return ctx.Err()
}
