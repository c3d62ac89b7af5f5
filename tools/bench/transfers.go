package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// recipients is how many accounts are paid, unless the settings say so.
const recipients = 256

// newRecipients returns accounts that nobody has used before: they depend on salt.
func newRecipients(salt chain.Address, count int) []chain.Address {
	list := make([]chain.Address, count)
	for i := range list {
		hash := keccak.Keccak256(binary.BigEndian.AppendUint64(salt[:], uint64(i)))
		list[i] = chain.Address(hash[:20])
	}
	return list
}

// drawn returns one of the list for a number: each as likely as the others, and in
// every run the same place.
func drawn(list []chain.Address, number int) *chain.Address {
	return &list[rand.NewPCG(uint64(number), 7).Uint64()%uint64(len(list))]
}

// transfers move one wei each.
type transfers struct {
	accounts int
	to       []chain.Address
}

func (t *transfers) prepare(_ context.Context, root *root, _ []*account) error {
	t.to = newRecipients(root.address, t.accounts)
	return nil
}

func (t *transfers) order(n int) order {
	return order{to: drawn(t.to, n), value: chain.WordFromUint64(1)}
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
