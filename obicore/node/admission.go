package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// The reasons of refusal at admission that neither pool nor execution gives.
var (
	ErrOversized   = errors.New("oversized data")
	ErrType        = errors.New("transaction type not supported")
	ErrUnprotected = errors.New("only replay-protected (EIP-155) transactions allowed over RPC")
	ErrSender      = errors.New("invalid sender")
	ErrStopped     = errors.New("the chain has stopped")
)

// blobType is EIP-4844's envelope: it decodes, and stands in no block, because
// the platform has no blob sidecars.
const blobType = 3

// unsignedType is the development family's envelope; only the node of a
// development chain makes such transactions.
const unsignedType = 0x7e

// Submit admits a client's transaction to the pool and returns its id. The id is
// also returned beside pool.ErrKnown.
func (c *Chain) Submit(_ context.Context, raw []byte) (chain.Hash, error) {
	t, err := c.take(raw)
	if t.Transaction == nil {
		return chain.Hash{}, err
	}
	if err == nil && c.link != nil {
		c.link.offer(t)
	}
	return t.ID, err
}

// take admits a transaction, whoever has sent it. The transaction is empty when
// not even its envelope is good.
func (c *Chain) take(raw []byte) (chain.Verified, error) {
	if reason := c.HaltReason(); reason != nil {
		return chain.Verified{}, fmt.Errorf("%w: %w", ErrStopped, reason)
	}
	t, err := c.admit(raw)
	if err == nil {
		err = c.enter(t)
	}
	if err != nil {
		c.metrics.refused.Inc()
		return t, err
	}
	c.metrics.admitted.Inc()
	return t, nil
}

// admit decodes a transaction of a client and checks everything that needs no
// account. To what holds in blocks too it adds what this node alone chooses: no
// unsigned transactions from outside, and no legacy ones that could be replayed
// from other chains.
func (c *Chain) admit(raw []byte) (chain.Verified, error) {
	t, err := c.permitted(raw)
	switch {
	case err != nil:
		return chain.Verified{}, err
	case t.System || t.Type == unsignedType:
		return chain.Verified{}, fmt.Errorf("%w: 0x%02x", ErrType, t.Type)
	case !t.Protected && !c.options.AllowUnprotected:
		return chain.Verified{}, ErrUnprotected
	}
	return c.verifyDecoded(t)
}

// permitted decodes a transaction that may stand in a block of this chain; its
// signature is not checked yet. The rules here are consensus: a proposal that
// breaks one is invalid. Legacy transactions without a chain id (EIP-155) are
// valid in blocks, because whether to admit them is each node's own choice.
func (c *Chain) permitted(raw []byte) (*chain.Transaction, error) {
	kind, err := chain.EnvelopeType(raw)
	if err != nil {
		return nil, foreign(raw, err)
	}
	// The record of an edit is as large as the edit.
	unsigned := kind == unsignedType && c.editable()
	if limit := c.genesis.Limits.TransactionBytes; uint64(len(raw)) > limit && !unsigned {
		return nil, fmt.Errorf("%w: transaction size %d, limit %d", ErrOversized, len(raw), limit)
	}
	if kind == blobType {
		return nil, fmt.Errorf("%w: blob transactions have no place here, send the data as calldata", ErrType)
	}
	t, err := c.decode(raw)
	switch {
	case err != nil:
		return nil, foreign(raw, err)
	case (t.System || kind == unsignedType) && !unsigned:
		return nil, fmt.Errorf("%w: 0x%02x is for development chains in memory", ErrType, kind)
	case t.Protected && t.ChainID != c.genesis.EVMChainID:
		return nil, fmt.Errorf("%w: %w: have %d, want %d", ErrSender, execution.ErrWrongChain, t.ChainID, c.genesis.EVMChainID)
	}
	return t, nil
}

// foreign gives an envelope of an unknown type the words that clients match on.
func foreign(raw []byte, err error) error {
	if errors.Is(err, chain.ErrUnknownType) {
		return fmt.Errorf("%w: 0x%02x", ErrType, raw[0])
	}
	return err
}

// enter checks a verified transaction against the latest state and pools it; on a
// development chain not while that is taken back.
func (c *Chain) enter(t chain.Verified) error {
	if c.editable() {
		d := c.options.Development
		d.rewinding.RLock()
		defer d.rewinding.RUnlock()
	}
	return c.pooled(t)
}

// pooled is enter for whoever keeps the chain from being taken back.
func (c *Chain) pooled(t chain.Verified) error {
	added, err := c.offerPool(t)
	for errors.Is(err, pool.ErrMoved) { // once a block
		added, err = c.offerPool(t)
	}
	if err != nil {
		return err
	}
	if added.Pending {
		pending := append([]chain.Verified{t}, added.Promoted...)
		c.feed.publish(Event{Pending: pending})
		c.notify()
	}
	return nil
}

// offerPool checks a transaction on the head and gives it to the pool, which refuses
// with pool.ErrMoved when a block has come in between.
func (c *Chain) offerPool(t chain.Verified) (added pool.Added, err error) {
	advances := c.pool.Advances()
	head := c.Head()
	view, err := c.View(head.Header.Height)
	if err != nil {
		return added, err
	}
	defer view.Close()
	header := c.nextHeader(head)
	rules, err := c.executor.Rules(header.Rules)
	if err != nil {
		return added, err
	}
	block := c.context(header, &head.Ruling, view)
	world := state.New(view)
	if err := c.executor.Check(rules, &block, world, execution.Message{Verified: t, Future: true}); err != nil {
		if _, known := c.pool.Get(t.ID); known {
			return added, pool.ErrKnown
		}
		return added, err
	}
	nonce := t.Nonce // the unordered lane has none
	if t.Lane != chain.UnorderedLane {
		nonce = execution.NextNonce(world, t.Sender, t.Lane)
	}
	return c.pool.Add(t, nonce, advances)
}

func (c *Chain) decode(raw []byte) (*chain.Transaction, error) { return c.families.Decode(raw) }

// verify decodes a transaction and checks its signatures, unless this node has
// checked the same bytes before.
func (c *Chain) verify(raw []byte) (chain.Verified, error) {
	t, err := c.decode(raw)
	if err != nil {
		return chain.Verified{}, err
	}
	return c.verifyDecoded(t)
}

func (c *Chain) verifyDecoded(t *chain.Transaction) (chain.Verified, error) {
	if known, ok := c.verified.get(t.Wire); ok {
		return known, nil
	}
	verified, err := c.families.Verify(t)
	if err != nil {
		return chain.Verified{}, fmt.Errorf("%w: %w", ErrSender, err)
	}
	c.verified.put(verified)
	return verified, nil
}
