package bench

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// evidenceSize is the length of what is recorded, in bytes.
const evidenceSize = 1024

// evidence records content of 1 KiB each: its hash in state, all of it in the log.
type evidence struct {
	contract chain.Address
	salt     chain.Address
}

func (e *evidence) prepare(ctx context.Context, root *root, _ []*account) (err error) {
	e.salt = root.address
	e.contract, err = root.create(ctx, embedded(evidenceCode))
	return err
}

func (e *evidence) order(n int) order {
	content := make([]byte, evidenceSize)
	copy(content, e.salt[:])
	binary.BigEndian.PutUint64(content[len(e.salt):], uint64(n)) //nolint:gosec // not negative
	for i := len(e.salt) + 8; i < len(content); i++ {
		content[i] = byte(i*7 + n) // not compressible at sight, and no zeros that cost less gas
	}
	data := callData("record(bytes)", chain.WordFromUint64(32), chain.WordFromUint64(evidenceSize))
	return order{to: &e.contract, data: append(data, content...)}
}

func (*evidence) gas() uint64 { return 130_000 }

func (e *evidence) check(ctx context.Context, c *client, numbers []int) error {
	count, err := c.big(ctx, "eth_call", map[string]any{"to": e.contract, "input": hexadecimal(callData("count()"))}, "latest")
	if err != nil {
		return err
	}
	if want := big.NewInt(int64(len(numbers))); count.Cmp(want) != 0 {
		return fmt.Errorf("the contract counts %s records, %s were sent", count, want)
	}
	return nil
}

func hexadecimal(b []byte) string { return "0x" + hex.EncodeToString(b) }
