package node_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/pool"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

// reverting is the code of a contract that reverts.
var reverting = []byte{0x60, 0, 0x60, 0, 0xfd}

var (
	reverter  = chain.Address{0xde, 0xad}
	recipient = chain.Address{0xbe, 0xef}
)

// openNative opens a chain with a contract that reverts and a short window.
func openNative(t *testing.T, suite string) (*fixture, *node.Chain) {
	f := newFixture(t, suite, func(g *chain.Genesis) {
		g.Window = 8
		g.Allocation[reverter] = chain.AllocatedAccount{Code: reverting}
	})
	f.options.Directory = t.TempDir()
	return f, f.open()
}

// content is a native transaction of a wallet that moves one unit.
func (w *wallet) content(c *node.Chain) *native.Transaction {
	return &native.Transaction{
		Identity: c.Identity(), Sender: w.address, Gas: 100_000,
		Calls: []chain.Call{{To: &recipient, Value: chain.WordFromUint64(1)}},
	}
}

func (w *wallet) signed(t testing.TB, c *node.Chain, content *native.Transaction) []byte {
	t.Helper()
	signed, err := content.Sign(c.Suite(), w.signer)
	if err != nil {
		t.Fatal(err)
	}
	return signed.Encode()
}

func receiptOf(t testing.TB, c *node.Chain, raw []byte) chain.Receipt {
	t.Helper()
	block, i := await(t, c, raw)
	return block.Results.Transactions[i].Receipt
}

func unitsOf(t testing.TB, c *node.Chain, owner chain.Address) uint64 {
	t.Helper()
	view, err := c.View(c.Head().Header.Height)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	account, err := node.Account(view, owner)
	if err != nil {
		t.Fatal(err)
	}
	amount, _ := account.Balance.Uint64()
	return amount
}

func refused(t testing.TB, c *node.Chain, raw []byte, want error) {
	t.Helper()
	if _, err := c.Submit(t.Context(), raw); !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestEachLaneOfASenderHasNoncesOfItsOwn(t *testing.T) {
	for _, suite := range []string{"standard", "gm"} {
		t.Run(suite, func(t *testing.T) {
			f, c := openNative(t, suite)
			w := f.wallets[0]
			next := map[uint64]uint64{}
			for _, lane := range []uint64{0, 5, 5, 1 << 63, 0, 5} {
				content := w.content(c)
				content.Lane, content.Nonce = lane, next[lane]
				next[lane]++
				if r := receiptOf(t, c, w.signed(t, c, content)); r.Status != chain.StatusSucceeded {
					t.Fatalf("lane %d: %+v", lane, r)
				}
				refused(t, c, w.signed(t, c, content), execution.ErrNonceTooLow)
			}
			for lane, want := range next {
				view, err := c.View(c.Head().Header.Height)
				if err != nil {
					t.Fatal(err)
				}
				if nonce, err := node.NextNonce(view, pool.Lane{Sender: w.address, Number: lane}); err != nil || nonce != want {
					t.Errorf("lane %d is at %d, want %d: %v", lane, nonce, want, err)
				}
				view.Close()
			}
			if got := unitsOf(t, c, recipient); got != 6 {
				t.Errorf("%d units have come, want 6", got)
			}
			reopenAndReplay(t, f, c)
		})
	}
}

// reopenAndReplay closes a chain, opens it and executes everything again.
func reopenAndReplay(t *testing.T, f *fixture, c *node.Chain) *node.Chain {
	t.Helper()
	if err := c.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	c = f.open()
	if err := c.Replay(t.Context(), func(float64) {}); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnUnorderedTransactionHappensOnceHoweverItIsSigned(t *testing.T) {
	f, c := openNative(t, "standard")
	w := f.wallets[0]
	content := w.content(c)
	content.Lane, content.Nonce, content.ValidUntil = chain.UnorderedLane, ^uint64(0), c.Head().Header.Height+6
	raw := w.signed(t, c, content)
	if r := receiptOf(t, c, raw); r.Status != chain.StatusSucceeded {
		t.Fatalf("%+v", r)
	}
	for range 2 { // with another signature where the scheme has one
		refused(t, c, w.signed(t, c, content), execution.ErrDuplicate)
	}
	c = reopenAndReplay(t, f, c)
	refused(t, c, raw, execution.ErrDuplicate)
	for range 7 {
		await(t, c, w.transfer(t, recipient, 0))
	}
	refused(t, c, raw, execution.ErrExpired)
}

func TestAnUnorderedTransactionMustEndWithinTheWindow(t *testing.T) {
	f, c := openNative(t, "standard")
	content := f.wallets[0].content(c)
	content.Lane, content.ValidUntil = chain.UnorderedLane, c.Head().Header.Height+1+8+1
	refused(t, c, f.wallets[0].signed(t, c, content), execution.ErrUnbounded)
	content.ValidUntil--
	if _, err := c.Submit(t.Context(), f.wallets[0].signed(t, c, content)); err != nil {
		t.Error(err)
	}
}

func TestWhatIsOrderedAgainWithinTheWindowIsVoid(t *testing.T) {
	f, c := openNative(t, "standard")
	w := f.wallets[0]
	content := w.content(c)
	content.Lane, content.ValidUntil = chain.UnorderedLane, 8
	poor := *w.content(c) // cannot start, and its id is spent all the same
	poor.Lane, poor.ValidUntil, poor.Calls = chain.UnorderedLane, 8, []chain.Call{{To: &recipient, Value: chain.Word{0: 0xff}}}
	families, err := f.registry.Families(c.Suite(), c.Identity(), testChainID)
	if err != nil {
		t.Fatal(err)
	}
	router, err := chain.NewFamilies(families...)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(raw []byte) chain.Verified {
		decoded, err := router.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		verified, err := router.Verify(decoded)
		if err != nil {
			t.Fatal(err)
		}
		return verified
	}
	view, err := c.View(0)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	rich, penniless := verify(w.signed(t, c, content)), verify(w.signed(t, c, &poor))
	results, err := c.Executor().Run(t.Context(), c.NextContext(view), view, []chain.Verified{rich, penniless, rich, penniless})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []chain.Reason{chain.ReasonNone, chain.ReasonBalance, chain.ReasonDuplicate, chain.ReasonDuplicate} {
		if r := results.Transactions[i].Receipt; r.Reason != want || len(results.Transactions[i].Writes) > 0 != (want == chain.ReasonNone) {
			t.Errorf("transaction %d: %+v, %d writes, want reason %d", i, r, len(results.Transactions[i].Writes), want)
		}
	}
}

func TestABundleHappensAsAWholeOrNotAtAll(t *testing.T) {
	f, c := openNative(t, "standard")
	w := f.wallets[0]
	content := w.content(c)
	content.Gas = 120_000
	for range 9 {
		content.Calls = append(content.Calls, content.Calls[0])
	}
	if r := receiptOf(t, c, w.signed(t, c, content)); r.Status != chain.StatusSucceeded || unitsOf(t, c, recipient) != 10 {
		t.Fatalf("%+v, %d units have come, want 10", r, unitsOf(t, c, recipient))
	}
	content.Nonce, content.Gas = 1, 200_000
	content.Calls = append(content.Calls, chain.Call{To: &reverter}, content.Calls[0])
	if r := receiptOf(t, c, w.signed(t, c, content)); r.Status != chain.StatusFailed || r.Void() || unitsOf(t, c, recipient) != 10 {
		t.Fatalf("%+v, %d units have come, want 10", r, unitsOf(t, c, recipient))
	}
	content.Nonce = 2
	content.Gas = 21_000 // a call costs more than nothing
	refused(t, c, w.signed(t, c, content), execution.ErrIntrinsicGas)
	content.Gas, content.Calls = 16_000_000, nil
	for range 1001 {
		content.Calls = append(content.Calls, chain.Call{To: &recipient})
	}
	refused(t, c, w.signed(t, c, content), execution.ErrType)
	content.Calls = content.Calls[:1000]
	if r := receiptOf(t, c, w.signed(t, c, content)); r.Status != chain.StatusSucceeded {
		t.Errorf("1,000 calls: %+v", r)
	}
}

func TestThePayerPaysForGasAndTheSenderForTheRest(t *testing.T) {
	f, c := openNative(t, "standard")
	suite := c.Suite()
	scheme, err := suite.Scheme(chain.SchemeEd25519)
	if err != nil {
		t.Fatal(err)
	}
	stranger := newEdwards(t, scheme, suite)
	content := stranger.content(c)
	content.Calls[0].Value, content.FeeCap, content.TipCap = chain.Word{}, chain.WordFromUint64(3), chain.WordFromUint64(3)
	payer := f.wallets[1]
	content.Payer = payer.address
	half, err := content.Sign(suite, stranger.signer)
	if err != nil {
		t.Fatal(err)
	}
	both, err := half.SignAsPayer(suite, payer.signer)
	if err != nil {
		t.Fatal(err)
	}
	before := unitsOf(t, c, payer.address)
	r := receiptOf(t, c, both.Encode())
	if paid := before - unitsOf(t, c, payer.address); r.Status != chain.StatusSucceeded || paid != 3*r.GasUsed {
		t.Errorf("%+v: the payer has paid %d", r, paid)
	}
	content.Nonce, content.Calls[0].Value = 1, chain.WordFromUint64(1)
	half, err = content.Sign(suite, stranger.signer)
	if err != nil {
		t.Fatal(err)
	}
	if both, err = half.SignAsPayer(suite, payer.signer); err != nil {
		t.Fatal(err)
	}
	refused(t, c, both.Encode(), execution.ErrInsufficientFunds)
}

func newEdwards(t testing.TB, scheme crypto.Scheme, suite crypto.Suite) *wallet {
	t.Helper()
	signer, err := scheme.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	address, err := suite.Address(signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	return &wallet{signer: signer, address: address}
}
