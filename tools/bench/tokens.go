package bench

import (
	"context"
	"math/big"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// tokens move one unit of an ERC-20 token each.
type tokens struct {
	payees
	contract chain.Address
}

func (t *tokens) prepare(ctx context.Context, root *root, senders []*account) (err error) {
	if t.contract, err = root.create(ctx, embedded(tokenCode)); err != nil {
		return err
	}
	mints := make([]order, len(senders))
	for i, a := range senders {
		mints[i] = order{to: &t.contract, data: callData("mint(address,uint256)", wordOf(a.address), chain.WordFromUint64(1<<40)), gas: preparationGas}
	}
	if err := root.execute(ctx, mints); err != nil {
		return err
	}
	return t.payees.prepare(ctx, root, t.holds)
}

func (t *tokens) holds(ctx context.Context, c *client, of chain.Address) (*big.Int, error) {
	return c.big(ctx, "eth_call", map[string]any{"to": t.contract, "input": hexadecimal(callData("balanceOf(address)", wordOf(of)))}, "latest")
}

func (t *tokens) order(n int) order {
	return order{to: &t.contract, data: callData("transfer(address,uint256)", wordOf(t.paidBy(n)), chain.WordFromUint64(1))}
}

func (*tokens) gas() uint64 { return 65_000 }

func (t *tokens) check(ctx context.Context, c *client, numbers []int) error {
	return t.payees.check(ctx, c, t.holds, numbers)
}
