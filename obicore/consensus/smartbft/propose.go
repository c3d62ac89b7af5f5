package smartbft

import (
	"bytes"
	"context"
	"log/slog"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// AssembleProposal implements api.Assembler. It cannot fail upward: after a bounded
// number of attempts it returns a proposal that this node itself refuses, so that
// another leads.
func (i *instance) AssembleProposal(meta []byte, _ [][]byte) types.Proposal {
	refused := types.Proposal{Metadata: meta}
	m, err := decodeMetadata(meta)
	tip := i.engine.tipNow()
	if err != nil || m.height != tip.Proposal.Height+1 || i.retired.Load() || !i.calls.Enter() {
		return refused
	}
	defer i.calls.Leave()
	if i.engine.care.confirm && i.wished.is(m.view) {
		return refused
	}
	if p, ok := i.engine.proposed(m); ok {
		return types.Proposal{Header: p.Header, Payload: p.Body, Metadata: meta}
	}
	if p, ok := i.demands.prepared(m); ok {
		i.engine.remember(m, p)
		return types.Proposal{Header: p.Header, Payload: p.Body, Metadata: meta}
	}
	for range 3 {
		p, err := i.propose(i.ctx, tip, meta, true)
		if err == nil {
			i.engine.remember(m, p)
			return types.Proposal{Header: p.Header, Payload: p.Body, Metadata: meta}
		}
		if i.engine.height() >= m.height {
			break // it was decided meanwhile
		}
		i.engine.show(err)
		i.engine.logf(slog.LevelWarn, "smartbft: no proposal for height %d: %v", m.height, err)
		if !i.nap(i.engine.timing.again) {
			break
		}
	}
	return refused
}

// propose asks the host for a proposal and checks that it carries the meta.
func (i *instance) propose(ctx context.Context, tip consensus.Decision, meta []byte, force bool) (consensus.Proposal, error) {
	p, err := i.host.Propose(ctx, tip, meta, force)
	if err != nil {
		return p, err
	}
	have, err := metaOf(p)
	if err == nil && !bytes.Equal(have, meta) {
		err = consensus.ErrProposal
	}
	return p, err
}

// remember keeps what this node has proposed. SmartBFT starts a view again after a
// sync and asks for its proposal again: another one for the same view and height
// would be equivocation, and the others could not vote for it.
func (e *engine) remember(m metadata, p consensus.Proposal) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.mine, e.mineAt = p, m
}

func (e *engine) proposed(m metadata) (consensus.Proposal, bool) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.mine, e.mineAt == m && e.mine.Height == e.tip.Proposal.Height+1
}
