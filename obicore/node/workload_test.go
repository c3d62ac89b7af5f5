package node_test

import (
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

// What the contracts of a workload do.
var (
	// With more than one word of input it stores the second word at the slot that the first
	// one names and logs both; otherwise it returns the slot.
	storing = []byte{
		0x36, 0x60, 0x20, 0x10, 0x60, 0x13, 0x57, // input longer than 32 bytes?
		0x60, 0, 0x35, 0x54, 0x60, 0, 0x52, 0x60, 0x20, 0x60, 0, 0xf3, // return the slot
		0x5b, 0x60, 0x20, 0x35, 0x60, 0, 0x35, 0x81, 0x81, 0x55, // store
		0x33, 0x60, 0, 0x52, 0x60, 0x20, 0x60, 0, 0xa2, 0, // log caller, slot and value
	}
	counting        = []byte{0x60, 0, 0x54, 0x60, 1, 0x01, 0x60, 0, 0x55, 0}          // slot 0 becomes one more
	spoiling        = []byte{0x60, 1, 0x60, 0, 0x55, 0x60, 1, 0x60, 1, 0xa0, 0xfe}    // writes, logs and takes all gas
	changingItsMind = []byte{0x60, 1, 0x60, 0, 0x55, 0x60, 0, 0x60, 0, 0xfd}          // writes and reverts
	leaving         = []byte{0x33, 0xff}                                              // destroys itself in favour of its caller
	deploying       = []byte{0x60, byte(len(storing)), 0x80, 0x60, 16, 0x60, 0, 0x39} // initcode of storing, after a write
)

// storeSlots is how many slots of a storing contract are written.
const storeSlots = 8

// Where they stand from genesis on.
var (
	storeAddress   = chain.Address{0xaa, 1}
	counterAddress = chain.Address{0xaa, 2}
	spoilerAddress = chain.Address{0xaa, 3}
	fickleAddress  = chain.Address{0xaa, 4}
	leaverAddress  = chain.Address{0xaa, 5}
)

func allocateContracts(to chain.Allocation) {
	to[storeAddress] = chain.AllocatedAccount{Code: storing}
	to[counterAddress] = chain.AllocatedAccount{Code: counting}
	to[spoilerAddress] = chain.AllocatedAccount{Code: spoiling}
	to[fickleAddress] = chain.AllocatedAccount{Code: changingItsMind}
	to[leaverAddress] = chain.AllocatedAccount{Code: leaving}
}

// initcode writes slot 7 and returns storing.
func initcode() []byte {
	code := append([]byte{0x60, 7, 0x60, 7, 0x55}, deploying...)
	return append(append(code, 0x60, 0, 0xf3), storing...)
}

// effect is what a transaction that succeeds leaves, as who wrote it expects.
type effect struct {
	owner chain.Address
	slot  chain.Word
	value chain.Word // of the slot, or an amount that owner receives
	paid  bool
}

// intent is one transaction of a workload, on whatever chain.
type intent struct {
	wallet, payer int // payer of a native transaction, -1 for none
	ethereum      *ethereum.Transaction
	native        *native.Transaction // without identity, sender and payer
	fails         bool
	effects       []effect
}

// workload is transactions for one block after the other, drawn from a seed; block h
// takes those of step h-1.
type workload struct {
	random  *rand.Rand
	senders []chain.Address
	window  uint64
	nonces  map[[2]uint64]uint64 // by wallet and lane
	stores  []chain.Address      // contracts with the code storing
	created []chain.Address      // that become stores with the next block
	steps   [][]*intent
}

func newWorkload(random *rand.Rand, senders []chain.Address, window uint64, blocks int) *workload {
	w := &workload{random: random, senders: senders, window: window, nonces: map[[2]uint64]uint64{}, stores: []chain.Address{storeAddress}}
	for range blocks {
		var step []*intent
		for range max(0, random.IntN(5)-1) { // two of five blocks are empty
			step = append(step, w.draw(uint64(len(w.steps)+1)))
		}
		w.steps, w.stores, w.created = append(w.steps, step), append(w.stores, w.created...), nil
	}
	return w
}

// next takes the next nonce of a lane.
func (w *workload) next(wallet int, lane uint64) uint64 {
	key := [2]uint64{uint64(wallet), lane}
	w.nonces[key]++
	return w.nonces[key] - 1
}

func (w *workload) draw(height uint64) *intent {
	i := &intent{wallet: w.random.IntN(len(w.senders)), payer: -1}
	if w.random.IntN(2) == 0 {
		w.drawEthereum(i)
	} else {
		w.drawNative(i, height)
	}
	return i
}

func (w *workload) drawEthereum(i *intent) {
	tip := uint64(w.random.IntN(4))
	i.ethereum = &ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: testChainID, Nonce: w.next(i.wallet, 0), Gas: 200_000,
		FeeCap: chain.WordFromUint64(tip), TipCap: chain.WordFromUint64(tip),
	}
	switch w.random.IntN(6) {
	case 0:
		i.ethereum.Data = initcode()
		created := ethereum.ContractAddress(w.senders[i.wallet], i.ethereum.Nonce, keccak.Keccak256)
		w.created = append(w.created, created)
		i.effects = []effect{{owner: created, slot: chain.WordFromUint64(7), value: chain.WordFromUint64(7)}}
	case 1: // destroys itself while it is created
		i.ethereum.Data, i.ethereum.Value = leaving, chain.WordFromUint64(3)
	default:
		call := w.call(i, w.random.IntN(8) == 0)
		i.ethereum.To, i.ethereum.Value, i.ethereum.Data = call.To, call.Value, call.Input
	}
}

func (w *workload) drawNative(i *intent, height uint64) {
	i.native = &native.Transaction{Lane: []uint64{0, 1, 1 << 63, chain.UnorderedLane}[w.random.IntN(4)], Gas: 2_000_000}
	if i.native.Lane == chain.UnorderedLane {
		i.native.Nonce, i.native.ValidUntil = w.random.Uint64(), height+uint64(w.random.IntN(int(w.window)))
	} else {
		i.native.Nonce = w.next(i.wallet, i.native.Lane)
	}
	if w.random.IntN(3) == 0 {
		i.payer = w.random.IntN(len(w.senders))
		i.native.FeeCap, i.native.TipCap = chain.WordFromUint64(2), chain.WordFromUint64(1)
	}
	for n := range 1 + w.random.IntN(5) {
		i.native.Calls = append(i.native.Calls, w.call(i, n > 0 && w.random.IntN(12) == 0))
	}
}

// call draws one call and notes what it does.
func (w *workload) call(i *intent, fails bool) chain.Call {
	if fails {
		i.fails = true
		return chain.Call{To: [...]*chain.Address{&spoilerAddress, &fickleAddress}[w.random.IntN(2)]}
	}
	switch w.random.IntN(6) {
	case 0, 1:
		to, amount := chain.Address{0xbb, byte(w.random.IntN(24))}, chain.WordFromUint64(uint64(1+w.random.IntN(9)))
		i.effects = append(i.effects, effect{owner: to, value: amount, paid: true})
		return chain.Call{To: &to, Value: amount}
	case 2:
		return chain.Call{To: &counterAddress}
	case 3:
		return chain.Call{To: &leaverAddress, Value: chain.WordFromUint64(5)}
	}
	// Half of the writes remove the slot.
	store := w.stores[w.random.IntN(len(w.stores))*w.random.IntN(2)]
	slot, value := chain.WordFromUint64(uint64(w.random.IntN(storeSlots))), chain.WordFromUint64(uint64(max(0, w.random.IntN(80)-40)))
	i.effects = append(i.effects, effect{owner: store, slot: slot, value: value})
	return chain.Call{To: &store, Input: append(slot[:], value[:]...)}
}

// sign gives the intent the form that it has on a chain.
func (i *intent) sign(t testing.TB, c *node.Chain, wallets []*wallet) []byte {
	t.Helper()
	if i.ethereum != nil {
		return wallets[i.wallet].sign(t, i.ethereum)
	}
	content := *i.native
	content.Identity, content.Sender = c.Identity(), wallets[i.wallet].address
	if i.payer >= 0 && i.payer != i.wallet {
		content.Payer = wallets[i.payer].address
	}
	signed, err := content.Sign(c.Suite(), wallets[i.wallet].signer)
	if err == nil && !content.Payer.IsZero() {
		signed, err = signed.SignAsPayer(c.Suite(), wallets[i.payer].signer)
	}
	if err != nil {
		t.Fatal(err)
	}
	return signed.Encode()
}
