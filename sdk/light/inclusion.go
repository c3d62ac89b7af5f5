package light

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// StateHeight is the height whose state the trusted header's root stands for.
func (c *Client) StateHeight() (uint64, error) {
	if h := c.trusted.Header.Height; h >= c.options.RootDelay {
		return h - c.options.RootDelay, nil
	}
	return 0, fmt.Errorf("%w: height %d carries no root yet", ErrHeader, c.trusted.Header.Height)
}

// VerifyState checks what stands under a key in the state after StateHeight, or
// that nothing does when the proof's value is empty.
func (c *Client) VerifyState(proof ledger.Proof) error {
	if _, err := c.StateHeight(); err != nil {
		return err
	}
	if c.options.State == nil || proof.Kind != c.options.State.Kind() {
		return fmt.Errorf("%w: %q", ErrUnknown, proof.Kind)
	}
	return c.options.State.Verify(c.trusted.Header.StateRoot, proof)
}

// Inclusion proves that a transaction stands in a block: its place in its batch, and
// the batch's among the batches.
type Inclusion struct {
	ID    chain.Hash
	Batch chain.MerkleProof // of ID in the batch root
	Root  chain.Hash        // of the batch
	Block chain.MerkleProof // of the batch root in the transaction root
}

// VerifyInclusion checks that the block of the trusted header holds a transaction.
func (c *Client) VerifyInclusion(p *Inclusion) error {
	if err := p.Batch.Verify(c.options.Suite, p.Root, p.ID); err != nil {
		return err
	}
	return p.Block.Verify(c.options.Suite, c.trusted.Header.TransactionRoot, p.Root)
}

// VerifyResult checks the result leaf of a transaction or of the block's opening
// under the result root, which stands for StateHeight.
func (c *Client) VerifyResult(leaf chain.Hash, proof chain.MerkleProof) error {
	if _, err := c.StateHeight(); err != nil {
		return err
	}
	return proof.Verify(c.options.Suite, c.trusted.Header.ResultRoot, leaf)
}
