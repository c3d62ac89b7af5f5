package native_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/gm"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

// identity is the chain of the tests; its numeric id is chainID.
var identity = chain.Hash{0xc1, 31: 0x1d}

const chainID = 4711

func suites() []crypto.Suite { return []crypto.Suite{standard.New(), gm.New()} }

func familyOf(suite crypto.Suite) *native.Family { return native.NewFamily(suite, identity, chainID) }

// account is a key with its address.
type account struct {
	crypto.Signer
	address chain.Address
}

// newAccount makes the n-th key of a scheme.
func newAccount(t testing.TB, suite crypto.Suite, id chain.Scheme, n byte) account {
	t.Helper()
	scheme, err := suite.Scheme(id)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := scheme.Import([]byte{0: byte(id), 30: n, 31: 1})
	if err != nil {
		t.Fatal(err)
	}
	address, err := suite.Address(signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	return account{signer, address}
}

// eachScheme runs f for each scheme of each suite.
func eachScheme(t *testing.T, f func(t *testing.T, suite crypto.Suite, scheme chain.Scheme)) {
	for _, suite := range suites() {
		for _, scheme := range suite.Schemes() {
			t.Run(suite.Name()+"/"+scheme.ID().String(), func(t *testing.T) { f(t, suite, scheme.ID()) })
		}
	}
}

func word(v uint64) chain.Word { return chain.WordFromUint64(v) }

// plain is one call of sender in lane 0.
func plain(sender chain.Address) *native.Transaction {
	to := chain.Address{0x70}
	return &native.Transaction{Identity: identity, Sender: sender, Nonce: 3, Gas: 50_000, FeeCap: word(9), TipCap: word(2),
		Calls: []chain.Call{{To: &to, Value: word(5), Input: []byte("input")}}}
}

// randomContent is any content that Check allows.
func randomContent(random *rand.Rand, sender, payer chain.Address) *native.Transaction {
	t := plain(sender)
	t.Lane = []uint64{0, 1, random.Uint64() / 2, chain.UnorderedLane}[random.IntN(4)]
	t.Nonce, t.ValidUntil, t.Gas = random.Uint64N(1<<40), 1+random.Uint64N(1<<20), random.Uint64N(1<<40)
	t.FeeCap = word(1 + random.Uint64())
	if random.IntN(2) == 0 {
		t.Payer = payer
	}
	if random.IntN(2) == 0 {
		t.Payload = chain.Hash{byte(1 + random.IntN(255))}
	}
	t.Calls = nil
	for range 1 + random.IntN(4) {
		to := chain.Address{byte(random.Uint32())}
		t.Calls = append(t.Calls, chain.Call{To: &to, Value: word(random.Uint64()), Input: randomBytes(random, random.IntN(80))})
	}
	if random.IntN(5) == 0 {
		t.Calls = []chain.Call{{Value: word(random.Uint64()), Input: randomBytes(random, 60)}}
	}
	for range random.IntN(3) {
		access := chain.Access{Address: chain.Address{byte(random.Uint32())}}
		for range random.IntN(3) {
			access.Slots = append(access.Slots, word(random.Uint64()))
		}
		t.Access = append(t.Access, access)
	}
	return t
}

func randomBytes(random *rand.Rand, n int) []byte {
	if n == 0 {
		return nil
	}
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// sign signs by the sender and, where there is one, by the payer.
func sign(t testing.TB, suite crypto.Suite, content *native.Transaction, sender, payer account) *native.Transaction {
	t.Helper()
	signed, err := content.Sign(suite, sender)
	if err == nil && !content.Payer.IsZero() {
		signed, err = signed.SignAsPayer(suite, payer)
	}
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// verify decodes and verifies wire bytes.
func verify(family *native.Family, raw []byte) (chain.Verified, error) {
	t, err := family.Decode(raw)
	if err != nil {
		return chain.Verified{}, err
	}
	return family.Verify(t)
}

func viewOf(t testing.TB, transaction *native.Transaction) string {
	t.Helper()
	text, err := json.Marshal(transaction)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
