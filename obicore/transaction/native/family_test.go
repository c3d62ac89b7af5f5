package native_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

func TestWhatIsSignedDecodesToTheSameFieldsAndVerifies(t *testing.T) {
	eachScheme(t, func(t *testing.T, suite crypto.Suite, scheme chain.Scheme) {
		random := rand.New(rand.NewPCG(1, uint64(scheme)))
		sender, payer, family := newAccount(t, suite, scheme, 1), newAccount(t, suite, chain.SchemeSecp256k1, 2), familyOf(suite)
		for range 40 {
			signed := sign(t, suite, randomContent(random, sender.address, payer.address), sender, payer)
			raw := signed.Encode()
			decoded, err := native.Decode(raw)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(decoded, signed) || !bytes.Equal(decoded.Encode(), raw) {
				t.Fatalf("got %s\nwant %s", viewOf(t, decoded), viewOf(t, signed))
			}
			verified, err := verify(family, raw)
			if err != nil || verified.Sender != sender.address || verified.Payer != signed.PaidBy() {
				t.Fatalf("sender %s, payer %s, error %v", verified.Sender, verified.Payer, err)
			}
		}
	})
}

func TestTheChainSeesWhatTheEnvelopeSays(t *testing.T) {
	suite := standard.New()
	sender := newAccount(t, suite, chain.SchemeEd25519, 1)
	content := plain(sender.address)
	content.Lane, content.ValidUntil, content.Payload = 7, 99, chain.Hash{1}
	content.Access = []chain.Access{{Address: chain.Address{2}, Slots: []chain.Word{word(3)}}}
	signed := sign(t, suite, content, sender, account{})
	raw := signed.Encode()
	families, err := chain.NewFamilies(familyOf(suite))
	if err != nil {
		t.Fatal(err)
	}
	got, err := families.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	want := &chain.Transaction{Type: 0x43, Raw: raw, ID: content.ID(suite), Wire: suite.Sum(raw), ChainID: chainID, Protected: true, Once: true,
		Lane: 7, Nonce: 3, ValidUntil: 99, Gas: 50_000, FeeCap: word(9), TipCap: word(2), Calls: content.Calls, Access: content.Access, Payload: chain.Hash{1}}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v\nwant %+v", got, want)
	}
}

func TestSigningAgainKeepsTheID(t *testing.T) {
	suite := standard.New()
	family := familyOf(suite)
	sender, payer := newAccount(t, suite, chain.SchemeP256, 1), newAccount(t, suite, chain.SchemeEd25519, 2)
	content := plain(sender.address)
	content.Payer = payer.address
	first := sign(t, suite, content, sender, payer)
	// ECDSA has many signatures over one digest: this signer has another nonce.
	second := sign(t, suite, content, account{secondNonce(t, sender), sender.address}, payer)
	a, err := family.Decode(first.Encode())
	if err != nil {
		t.Fatal(err)
	}
	b, err := family.Decode(second.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if a.ID != b.ID || a.Wire == b.Wire {
		t.Fatalf("ids %s and %s, wire hashes %s and %s", a.ID, b.ID, a.Wire, b.Wire)
	}
	if _, err := family.Verify(b); err != nil {
		t.Fatal(err)
	}
	if _, err := content.SignAsPayer(suite, payer); err != nil {
		t.Fatalf("the payer cannot sign first: %v", err)
	}
}

func TestNoTransactionOfAnotherChainIsTaken(t *testing.T) {
	eachScheme(t, func(t *testing.T, suite crypto.Suite, scheme chain.Scheme) {
		sender := newAccount(t, suite, scheme, 1)
		signed := sign(t, suite, plain(sender.address), sender, account{})
		other := native.NewFamily(suite, chain.Hash{9}, chainID)
		if _, err := other.Decode(signed.Encode()); !errors.Is(err, native.ErrChain) {
			t.Fatalf("got %v", err)
		}
		moved := *signed
		moved.Identity = chain.Hash{9} // the signature does not go along
		if _, err := verify(other, moved.Encode()); !errors.Is(err, chain.ErrSignature) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestNoFlippedBitVerifies(t *testing.T) {
	eachScheme(t, func(t *testing.T, suite crypto.Suite, scheme chain.Scheme) {
		sender, payer, family := newAccount(t, suite, scheme, 1), newAccount(t, suite, scheme, 2), familyOf(suite)
		content := plain(sender.address)
		content.Payer = payer.address
		raw := sign(t, suite, content, sender, payer).Encode()
		step := 1
		if testing.Short() {
			step = 7
		}
		for bit := 0; bit < 8*len(raw); bit += step {
			flipped := bytes.Clone(raw)
			flipped[bit/8] ^= 1 << (bit % 8)
			if verified, err := verify(family, flipped); err == nil {
				t.Fatalf("bit %d: verifies as %s, paid by %s", bit, verified.Sender, verified.Payer)
			}
		}
	})
}

func TestABundleOfAThousandCallsVerifies(t *testing.T) {
	suite := standard.New()
	sender := newAccount(t, suite, chain.SchemeEd25519, 1)
	content := plain(sender.address)
	content.Calls = nil
	for i := range 1000 {
		to := chain.Address{byte(i), byte(i >> 8), 1}
		content.Calls = append(content.Calls, chain.Call{To: &to, Value: word(uint64(i)), Input: []byte{byte(i)}})
	}
	verified, err := verify(familyOf(suite), sign(t, suite, content, sender, account{}).Encode())
	if err != nil || !reflect.DeepEqual(verified.Calls, content.Calls) {
		t.Fatalf("%d calls, error %v", len(verified.Calls), err)
	}
}

func TestTheJSONFormKeepsEveryField(t *testing.T) {
	suite := standard.New()
	random := rand.New(rand.NewPCG(3, 4))
	sender, payer := newAccount(t, suite, chain.SchemeP256, 1), newAccount(t, suite, chain.SchemeSecp256k1, 2)
	for i := range 100 {
		transaction := randomContent(random, sender.address, payer.address)
		if i%2 == 0 {
			transaction = sign(t, suite, transaction, sender, payer)
		}
		var back native.Transaction
		if err := json.Unmarshal([]byte(viewOf(t, transaction)), &back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(&back, transaction) {
			t.Fatalf("got %s\nwant %s", viewOf(t, &back), viewOf(t, transaction))
		}
	}
}

func TestJSONThatIsNoNativeTransactionIsRefused(t *testing.T) {
	for _, text := range []string{`{"type":"0x2"}`, `{}`, `{"type":"0x43","v":"0x1"}`, `{"type":"0x043"}`, `{"type":"67"}`, `[]`,
		`{"type":"0x43","lane":"0x10000000000000000"}`, `{"type":"0x43","signature":{"scheme":65536}}`} {
		var back native.Transaction
		if err := json.Unmarshal([]byte(text), &back); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}
