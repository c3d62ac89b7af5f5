package node

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// A node that checks every signature has done so before a block is in its ledger. Who reads it back
// from the own ledger takes what that came to from there, as it takes state and results: to
// recover the senders again costs more than all else of a block.

// signersOf returns what the ledger keeps beside a block; nil when this node has not checked
// all its signatures itself, because headers proved its results or others' statements stood for
// them: such a block is checked when it is read back.
func (c *Chain) signersOf(p *prepared) [][]byte {
	if p.followed || c.options.Checks == ChecksCertified {
		return nil
	}
	signers := make([][]byte, len(p.transactions))
	for i := range p.transactions {
		signers[i] = p.transactions[i].Signers()
	}
	return signers
}

// asStored says who signed the transactions of a block in the ledger, and checks the
// signatures of one that it knows nothing of.
func (c *Chain) asStored(height uint64) verifying {
	return func(ctx context.Context, transactions []*chain.Transaction) ([]chain.Verified, []error) {
		signers, err := c.storedSigners(height)
		if err == nil && signers == nil {
			return c.verifyAll(ctx, transactions)
		}
		verified, errs := make([]chain.Verified, len(transactions)), make([]error, len(transactions))
		if err == nil && len(signers) != len(transactions) {
			err = fmt.Errorf("%w: %d signers of %d transactions", ledger.ErrCorrupt, len(signers), len(transactions))
		}
		if err != nil {
			return verified, append(errs[:0], err) // of them all
		}
		for i, t := range transactions {
			if verified[i], errs[i] = t.SignedBy(signers[i]); errs[i] != nil {
				errs[i] = fmt.Errorf("%w: %w", ledger.ErrCorrupt, errs[i])
			}
		}
		return verified, errs
	}
}

// checkedAgain checks the signatures of a block in the ledger, and that they come to what
// stands there.
func (c *Chain) checkedAgain(height uint64) verifying {
	return func(ctx context.Context, transactions []*chain.Transaction) ([]chain.Verified, []error) {
		verified, errs := c.verifyUnless(ctx, transactions, func([]byte) (chain.Verified, bool) { return chain.Verified{}, false }, runtime.GOMAXPROCS(0))
		if errors.Join(errs...) != nil {
			return verified, errs
		}
		stored, faults := c.asStored(height)(ctx, transactions)
		if errors.Join(faults...) != nil {
			return stored, faults
		}
		for i := range stored {
			if string(stored[i].Signers()) != string(verified[i].Signers()) {
				faults[i] = fmt.Errorf("%w: transaction %s is signed by %s, the ledger says %s", ledger.ErrCorrupt, verified[i].ID, verified[i].Sender, stored[i].Sender)
			}
		}
		return verified, faults
	}
}

func (c *Chain) storedSigners(height uint64) ([][]byte, error) {
	keeper, keeps := c.store.(ledger.SignerKeeper)
	if !keeps {
		return nil, nil
	}
	return keeper.Signers(height)
}
