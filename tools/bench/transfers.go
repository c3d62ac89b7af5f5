package bench

import (
	"context"
	"math/big"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// transfers move one wei each.
type transfers struct{ payees }

func (t *transfers) prepare(ctx context.Context, root *root, _ []*account) error {
	return t.payees.prepare(ctx, root, t.holds)
}

func (*transfers) holds(ctx context.Context, c *client, of chain.Address) (*big.Int, error) {
	return c.big(ctx, "eth_getBalance", of, "latest")
}

func (t *transfers) order(n int) order {
	to := t.paidBy(n)
	return order{to: &to, value: chain.WordFromUint64(1)}
}

func (*transfers) gas() uint64 { return 21_000 }

func (t *transfers) check(ctx context.Context, c *client, numbers []int) error {
	return t.payees.check(ctx, c, t.holds, numbers)
}
