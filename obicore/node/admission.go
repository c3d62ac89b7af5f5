package node

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution"
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
func (c *Chain) Submit(ctx context.Context, raw []byte) (chain.Hash, error) {
	ids, errs := c.SubmitAll(ctx, [][]byte{raw})
	return ids[0], errs[0]
}

// SubmitAll admits many transactions of a client in order, which costs less than one
// after the other; see [Chain.Submit]. Both results have one entry for each.
func (c *Chain) SubmitAll(ctx context.Context, raws [][]byte) (ids []chain.Hash, errs []error) {
	if !c.inTurn(ctx, func() { ids, errs = c.submitAll(raws) }) {
		ids, errs = make([]chain.Hash, len(raws)), slices.Repeat([]error{c.pool.Overtaken()}, len(raws))
	}
	return ids, errs
}

// submitAll is SubmitAll at once.
func (c *Chain) submitAll(raws [][]byte) (ids []chain.Hash, errs []error) {
	taken, errs := c.takeAll(raws)
	ids = make([]chain.Hash, len(raws))
	for i, t := range taken {
		if t.Transaction == nil {
			continue
		}
		if ids[i] = t.ID; errs[i] == nil && c.link != nil {
			c.link.offer(t)
		}
	}
	return ids, errs
}

// takeAll admits transactions, whoever has sent them. One is empty when not even its
// envelope is good.
func (c *Chain) takeAll(raws [][]byte) (taken []chain.Verified, errs []error) {
	defer c.admits(raws)()
	taken, errs = c.admitAll(raws, &c.crowd)
	c.enter(taken, errs)
	c.metrics.took(errs)
	return taken, errs
}

// admitAll decodes transactions and checks everything that needs no account. Beside an
// error stands what is good so far. from counts who has sent them.
func (c *Chain) admitAll(raws [][]byte, from *crowd) (admitted []chain.Verified, errs []error) {
	admitted, errs = make([]chain.Verified, len(raws)), make([]error, len(raws))
	if reason := c.HaltReason(); reason != nil {
		for i := range errs {
			errs[i] = fmt.Errorf("%w: %w", ErrStopped, reason)
		}
		return admitted, errs
	}
	var decoded []*chain.Transaction
	var places []int
	for i, raw := range raws {
		t, err := c.admit(raw)
		if err == nil {
			if pooled, known := c.pool.Get(t.ID); known {
				admitted[i], err = pooled, pool.ErrKnown
			} else {
				err = c.turnAway(from)
			}
		}
		if errs[i] = err; err == nil {
			decoded, places = append(decoded, t), append(places, i)
		}
	}
	verified, failures := c.verifyAdmitted(decoded)
	for i, place := range places {
		admitted[place], errs[place] = verified[i], failures[i]
	}
	return admitted, errs
}

// admit decodes a transaction of a client. To what holds in blocks too it adds what this
// node alone chooses: no unsigned transactions from outside, and no legacy ones that
// could be replayed from other chains.
func (c *Chain) admit(raw []byte) (*chain.Transaction, error) {
	t, err := c.permitted(raw)
	switch {
	case err != nil:
		return nil, err
	case t.System || t.Type == unsignedType:
		return nil, fmt.Errorf("%w: 0x%02x", ErrType, t.Type)
	case !t.Protected && !c.options.AllowUnprotected:
		return nil, ErrUnprotected
	}
	return t, nil
}

// permitted decodes a transaction that may stand in a block of this chain; its
// signature is not checked yet. The rules here are consensus: a proposal that
// breaks one is invalid. Legacy transactions without a chain id (EIP-155) are
// valid in blocks, because whether to admit them is each node's own choice.
func (c *Chain) permitted(raw []byte) (*chain.Transaction, error) {
	return c.permittedBy(c.decode, raw)
}

func (c *Chain) permittedBy(decode func([]byte) (*chain.Transaction, error), raw []byte) (*chain.Transaction, error) {
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
	t, err := decode(raw)
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

func (c *Chain) decode(raw []byte) (*chain.Transaction, error) { return c.families.Decode(raw) }

// decodeOnce is decode for what this node has likely met before.
func (c *Chain) decodeOnce(raw []byte) (*chain.Transaction, error) {
	if t, known := c.checkedBefore(raw); known {
		return t.Transaction, nil
	}
	return c.decode(raw)
}

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
	verified, errs := c.verifyAll(context.Background(), []*chain.Transaction{t})
	return verified[0], errs[0]
}
