package ethereum_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

func signedRaw(t testing.TB, unsigned *ethereum.Transaction) []byte {
	t.Helper()
	signed, err := unsigned.Sign(keccak, newAccount("sender").sign)
	if err != nil {
		t.Fatal(err)
	}
	return signed.Encode()
}

func TestFamilyIsReachedThroughTheRouterByItsTypeBytes(t *testing.T) {
	families, err := chain.NewFamilies(family)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(15, 16))
	for kind := range ethereum.TypeSetCode + 1 {
		unsigned := randomUnsigned(random, kind)
		raw := signedRaw(t, unsigned)
		decoded, err := families.Decode(raw)
		if err != nil {
			t.Fatalf("type %d: %v", kind, err)
		}
		if decoded.Type != kind || decoded.ID != keccak(raw) || decoded.Wire != decoded.ID || decoded.Lane != 0 || len(decoded.Calls) != 1 {
			t.Errorf("type %d: got %+v", kind, decoded)
		}
		if kind <= ethereum.TypeAccessList && (decoded.FeeCap != unsigned.GasPrice || decoded.TipCap != unsigned.GasPrice) {
			t.Errorf("type %d: fee cap %s, tip cap %s, want %s", kind, decoded.FeeCap, decoded.TipCap, unsigned.GasPrice)
		}
		verified, err := families.Verify(decoded)
		if sender := newAccount("sender").address; err != nil || verified.Sender != sender || verified.Payer != sender {
			t.Errorf("type %d: sender %s, payer %s, error %v", kind, verified.Sender, verified.Payer, err)
		}
	}
}

func TestLegacyTransactionsAreProtectedOnlyWithAChainID(t *testing.T) {
	for chainID, want := range map[uint64]bool{0: false, 1: true, 1337: true, math.MaxUint64: true} {
		decoded, err := family.Decode(signedRaw(t, &ethereum.Transaction{ChainID: chainID}))
		if err != nil || decoded.Protected != want || decoded.ChainID != chainID {
			t.Errorf("chain %d: got %+v, error %v", chainID, decoded, err)
		}
	}
}

// setCode makes a set-code transaction with one valid authorisation and five that have no effect.
func setCode(t testing.TB) (raw []byte, authority chain.Address) {
	t.Helper()
	signer := newAccount("authority")
	valid, err := (&ethereum.Authorization{ChainID: word(1), Address: chain.Address{7}, Nonce: 3}).Sign(keccak, signer.sign)
	if err != nil {
		t.Fatal(err)
	}
	highS, zeroR, parity, lastNonce, noPoint := valid, valid, valid, valid, valid
	highS.S, _ = order.Sub(valid.S)
	highS.Parity ^= 1
	zeroR.R = word()
	parity.Parity = 27
	lastNonce.Nonce = math.MaxUint64
	noPoint.R = word(5) // no point of the curve has this x
	to := chain.Address{1}
	unsigned := &ethereum.Transaction{Type: ethereum.TypeSetCode, ChainID: 1, To: &to,
		Authorizations: []ethereum.Authorization{valid, highS, zeroR, parity, lastNonce, noPoint}}
	return signedRaw(t, unsigned), signer.address
}

func TestAuthoritiesAreRecoveredAndInvalidOnesAreMarked(t *testing.T) {
	raw, authority := setCode(t)
	decoded, err := family.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	verified, err := family.Verify(decoded)
	if err != nil {
		t.Fatal(err)
	}
	if first := verified.Delegate[0]; !first.Valid || first.Authority != authority || first.Nonce != 3 || first.Address != (chain.Address{7}) {
		t.Errorf("got %+v, want authority %s", first, authority)
	}
	for i, other := range verified.Delegate[1:] {
		if other.Valid || !other.Authority.IsZero() {
			t.Errorf("authorisation %d: got %+v", i+1, other)
		}
	}
}

func TestVerifyLeavesTheDecodedTransactionAlone(t *testing.T) {
	raw, _ := setCode(t)
	decoded, err := family.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := family.Verify(decoded); err != nil {
		t.Fatal(err)
	}
	for i, delegation := range decoded.Delegate {
		if delegation.Valid || !delegation.Authority.IsZero() {
			t.Errorf("authorisation %d of the decoded transaction was changed", i)
		}
	}
}

func TestVerifyRecoversEachSignatureOnce(t *testing.T) {
	raw, _ := setCode(t)
	recoveries := 0
	counting := ethereum.NewFamily(keccak, curve{recoveries: &recoveries})
	decoded, err := counting.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := counting.Verify(decoded); err != nil {
		t.Fatal(err)
	}
	if want := 3; recoveries != want { // the sender, the valid authority and the one that is no point
		t.Errorf("%d recoveries, want %d", recoveries, want)
	}
}

func TestSignatureThatYieldsNoKeyIsRefused(t *testing.T) {
	signed, err := (&ethereum.Transaction{Type: ethereum.TypeDynamicFee}).Sign(keccak, newAccount("sender").sign)
	if err != nil {
		t.Fatal(err)
	}
	signed.R = word(5)
	decoded, err := family.Decode(signed.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := family.Verify(decoded); !errors.Is(err, chain.ErrSignature) {
		t.Errorf("got %v", err)
	}
}

func TestDecodedInputIsNotCopied(t *testing.T) {
	raw := signedRaw(t, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, Data: []byte("a long enough input")})
	decoded, err := family.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	input := decoded.Calls[0].Input
	for i := range raw {
		if &raw[i] == &input[0] {
			return
		}
	}
	t.Error("the input does not alias the wire bytes")
}

func TestSignReportsWhatTheSignerReports(t *testing.T) {
	locked := errors.New("locked")
	fail := func(chain.Hash) (r, s chain.Word, parity byte, err error) { return r, s, 0, locked }
	if _, err := (&ethereum.Transaction{}).Sign(keccak, fail); !errors.Is(err, locked) {
		t.Errorf("got %v", err)
	}
	if _, err := (&ethereum.Authorization{}).Sign(keccak, fail); !errors.Is(err, locked) {
		t.Errorf("got %v", err)
	}
	high := func(chain.Hash) (r, s chain.Word, parity byte, err error) { return word(1), order, 0, nil }
	if _, err := (&ethereum.Transaction{}).Sign(keccak, high); !errors.Is(err, chain.ErrSignature) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkDecode(b *testing.B) {
	to := chain.Address{1}
	raw := signedRaw(b, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, ChainID: 1, To: &to, Gas: 21_000, FeeCap: word(1), Data: make([]byte, 68)})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ethereum.Decode(raw); err != nil {
			b.Fatal(err)
		}
	}
}
