package bench

import (
	"context"
	"fmt"
	"math/big"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// tokens move one unit of an ERC-20 token each.
type tokens struct {
	accounts int
	contract chain.Address
	to       []chain.Address
}

func (t *tokens) prepare(ctx context.Context, root *root, senders []*account) (err error) {
	t.to = newRecipients(root.address, t.accounts)
	if t.contract, err = root.create(ctx, embedded(tokenCode)); err != nil {
		return err
	}
	mints := make([]order, len(senders))
	for i, a := range senders {
		mints[i] = order{to: &t.contract, data: callData("mint(address,uint256)", wordOf(a.address), chain.WordFromUint64(1<<40)), gas: preparationGas}
	}
	return root.execute(ctx, mints)
}

func (t *tokens) order(n int) order {
	return order{to: &t.contract, data: callData("transfer(address,uint256)", wordOf(*drawn(t.to, n)), chain.WordFromUint64(1))}
}

func (*tokens) gas() uint64 { return 65_000 }

func (t *tokens) check(ctx context.Context, c *client, numbers []int) error {
	sum := new(big.Int)
	for _, to := range t.to {
		balance, err := c.big(ctx, "eth_call", map[string]any{"to": t.contract, "input": hexadecimal(callData("balanceOf(address)", wordOf(to)))}, "latest")
		if err != nil {
			return err
		}
		sum.Add(sum, balance)
	}
	if want := big.NewInt(int64(len(numbers))); sum.Cmp(want) != 0 {
		return fmt.Errorf("the recipients hold %s tokens, %s were sent", sum, want)
	}
	return nil
}
