package node_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// misnamer is a ledger that names others as the signers of its blocks.
type misnamer struct{ ledger.Module }

func (m misnamer) Open(ctx context.Context, options ledger.Options) (ledger.Ledger, error) {
	opened, err := m.Module.Open(ctx, options)
	return misnamedLedger{opened}, err
}

type misnamedLedger struct{ ledger.Ledger }

func (l misnamedLedger) Signers(height uint64) ([][]byte, error) {
	signers, err := l.Ledger.(ledger.SignerKeeper).Signers(height)
	for i := range signers {
		signers[i] = append([]byte(nil), signers[i]...)
		signers[i][0] ^= 1
	}
	return signers, err
}

func TestABlockIsReadBackWithTheSignersThatWereFound(t *testing.T) {
	f, c := openNative(t, "standard")
	a, b := f.wallets[0], f.wallets[1]
	block, _ := await(t, c, a.transfer(t, chain.Address{7}, 1))
	want := map[uint64]*node.Block{block.Header.Height: block}

	authorization, err := (&ethereum.Authorization{ChainID: chain.WordFromUint64(testChainID), Address: chain.Address{9}}).
		Sign(keccak.Keccak256, ethereum.SignWith(b.signer))
	if err != nil {
		t.Fatal(err)
	}
	nobody := authorization
	nobody.Nonce = math.MaxUint64
	block, _ = await(t, c, a.sign(t, &ethereum.Transaction{
		Type: ethereum.TypeSetCode, ChainID: testChainID, Nonce: a.nonce, Gas: 200_000, To: &chain.Address{7},
		Authorizations: []ethereum.Authorization{authorization, nobody},
	}))
	a.nonce++
	want[block.Header.Height] = block
	if d := block.Transactions[0].Delegate; d[0].Authority != b.address || d[1].Valid {
		t.Fatalf("authorities %+v", d)
	}
	content := a.content(c)
	content.Lane = 5
	block, _ = await(t, c, a.signed(t, c, content))
	want[block.Header.Height] = block

	c = reopenAndReplay(t, f, c)
	for height, block := range want {
		again, err := c.BlockAt(height)
		if err != nil || !reflect.DeepEqual(again.Transactions, block.Transactions) {
			t.Errorf("block %d has %+v, had %+v: %v", height, again, block, err)
		}
	}
}

func TestFalseSignersBelowTheOldestStateAreFoundToo(t *testing.T) {
	f := newFixture(t, "standard", nil)
	f.options.Directory, f.options.RetainState = t.TempDir(), 4
	c := f.open()
	block, index := await(t, c, f.wallets[0].transfer(t, chain.Address{7}, 1))
	for range 12 {
		if err := c.Mine(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	if oldest := c.Ledger().Status().OldestState; oldest <= block.Header.Height {
		t.Fatalf("states are kept from %d on", oldest)
	}
	last := 0.0
	if err := c.Replay(t.Context(), func(share float64) { last = share }); err != nil || last != 1 {
		t.Fatalf("replay ends at %v: %v", last, err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	f.registry.Ledger[segment.Name] = misnamer{f.registry.Ledger[segment.Name]}
	err := f.open().Replay(t.Context(), func(float64) {})
	if !errors.Is(err, ledger.ErrCorrupt) || !strings.Contains(err.Error(), block.Transactions[index].ID.String()) {
		t.Errorf("false signers in block %d: %v", block.Header.Height, err)
	}
}

func TestFalseSignersAreFoundWhenSignaturesAreCheckedAgain(t *testing.T) {
	f := newFixture(t, "standard", nil)
	f.options.Directory = t.TempDir()
	c := f.open()
	block, index := await(t, c, f.wallets[0].transfer(t, chain.Address{7}, 1))
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	f.registry.Ledger[segment.Name] = misnamer{f.registry.Ledger[segment.Name]}
	c = f.open()
	read, err := c.BlockAt(block.Header.Height)
	if err != nil || read.Transactions[index].Sender == f.wallets[0].address {
		t.Fatalf("the signers are not those of the ledger: %v", err)
	}
	err = c.Replay(t.Context(), func(float64) {})
	if !errors.Is(err, ledger.ErrCorrupt) || !strings.Contains(err.Error(), block.Transactions[index].ID.String()) {
		t.Errorf("with signatures: %v", err)
	}
	var difference *node.Difference
	_, err = c.ReplayRange(t.Context(), node.Range{To: math.MaxUint64}, func(float64) {})
	if !errors.As(err, &difference) || difference.Height != block.Header.Height {
		t.Errorf("without signatures: %v", err)
	}
}
