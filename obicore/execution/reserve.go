package execution

import (
	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// Reserve notes on world that a transaction has been ordered: its nonce is used
// and the most that it can cost is gone. What it would give to others is not
// counted, so that what starts after it here starts after it in a block, unless
// its code takes from other accounts.
func Reserve(world *state.State, t *chain.Verified) {
	if t.Lane != chain.UnorderedLane && t.Nonce+1 > NextNonce(world, t.Sender, t.Lane) {
		setNonce(world, t.Sender, t.Lane, t.Nonce+1)
	}
	value, overflow := t.Value()
	worst, much := new(uint256.Int).MulOverflow(uint256.NewInt(t.Gas), integer(t.FeeCap))
	if overflow || much {
		return // cannot start anyway
	}
	take(world, t.Sender, integer(value))
	take(world, t.Payer, worst)
}

func take(world *state.State, owner chain.Address, amount *uint256.Int) {
	if have := world.BalanceInt(owner); have.Lt(amount) {
		amount = new(uint256.Int).Set(have)
	}
	world.SubBalance(owner, amount)
}
