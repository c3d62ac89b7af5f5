package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// recipients is how many accounts are paid, in turn.
const recipients = 256

// newRecipients returns accounts that nobody has used before: they depend on salt.
func newRecipients(salt chain.Address) []chain.Address {
	list := make([]chain.Address, recipients)
	for i := range list {
		hash := keccak.Keccak256(binary.BigEndian.AppendUint64(salt[:], uint64(i)))
		list[i] = chain.Address(hash[:20])
	}
	return list
}

// transfers move one wei each.
type transfers struct{ to []chain.Address }

func (t *transfers) prepare(_ context.Context, root *root, _ []*account) error {
	t.to = newRecipients(root.address)
	return nil
}

func (t *transfers) order(n int) order {
	return order{to: &t.to[n%recipients], value: chain.WordFromUint64(1)}
}

func (*transfers) gas() uint64 { return 21_000 }

func (t *transfers) check(ctx context.Context, c *client, numbers []int) error {
	sum := new(big.Int)
	for _, to := range t.to {
		balance, err := c.big(ctx, "eth_getBalance", to, "latest")
		if err != nil {
			return err
		}
		sum.Add(sum, balance)
	}
	if want := big.NewInt(int64(len(numbers))); sum.Cmp(want) != 0 {
		return fmt.Errorf("the recipients hold %s wei, %s were sent", sum, want)
	}
	return nil
}
