package node

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// course is the way of a block through the node: immediate, where a block is
// executed before it is decided and carries its own roots, or deferred, where it
// is executed after its decision and a later header carries its roots (formats
// item 7). The chain's genesis says which.
type course interface {
	// propose, validate and commit are consensus.Host's, for the parent at a height.
	// known are the transactions of the proposal's body when this node has put it
	// together of them, all checked before; nil otherwise.
	propose(ctx context.Context, parent uint64, meta []byte, force bool) (consensus.Proposal, error)
	validate(ctx context.Context, proposal consensus.Proposal, known []chain.Verified) error
	commit(ctx context.Context, decision consensus.Decision) (*chain.ValidatorSet, error)
	// foresee judges a block that is shown to be decided and will be committed next, and whose
	// body has been looked at.
	foresee(ctx context.Context, decided *shown) error
	// wanted reports whether a block is due: there is something to order, or rules
	// ask for an empty one.
	wanted() bool
	// forget drops what is prepared on the head, which has been moved.
	forget()
	// close ends what runs by itself.
	close() error
}

func newCourse(c *Chain) (course, error) {
	if c.genesis.RootDelay == 0 {
		return &immediate{Chain: c}, nil
	}
	return newDeferred(c)
}

// prepared is a block that has been checked on this node, and in an immediate
// course executed.
type prepared struct {
	hash         chain.Hash
	block        *chain.Block
	transactions []chain.Verified
	ids          []chain.Hash
	fresh        bool            // no id of it stands in a block that it remembers
	offences     []chain.Offence // that it holds evidence of
	ruling       *Ruling         // under which it is executed
	results      *chain.Results
	followed     bool                // the results are given and proved, and senders may be unknown
	next         *chain.ValidatorSet // deciding the next block
}
