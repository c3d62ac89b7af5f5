package native_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/gm"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

func TestVerifyNamesTheReasonOfARefusal(t *testing.T) {
	suite := standard.New()
	stranger, edwards := newAccount(t, suite, chain.SchemeSecp256k1, 9), newAccount(t, suite, chain.SchemeEd25519, 9)
	by := func(a account, t2 *native.Transaction) []byte {
		signature, err := a.Sign(t2.ID(suite))
		if err != nil {
			t.Fatal(err)
		}
		return signature
	}
	for _, c := range []struct {
		name   string
		change func(*native.Transaction)
		want   error
	}{
		{"a scheme of no suite", func(t *native.Transaction) { t.BySender = later(1952, 3309) }, native.ErrScheme},
		{"a scheme of another suite", func(t *native.Transaction) { t.ByPayer.Scheme, t.ByPayer.Key = chain.SchemeSM2, make([]byte, 64) }, native.ErrScheme},
		{"a key beside a signature that yields it", func(t *native.Transaction) { t.ByPayer.Key = stranger.Public().Bytes }, native.ErrKey},
		{"no key beside a signature that needs one", func(t *native.Transaction) { t.BySender.Key = nil }, native.ErrKey},
		{"a key of small order", func(t *native.Transaction) { t.BySender.Key = append([]byte{1}, make([]byte, 31)...) }, native.ErrKey},
		{"a payer's signature by somebody else", func(t *native.Transaction) { t.ByPayer.Bytes = by(stranger, t) }, native.ErrAccount},
		{"a sender's signature by somebody else", func(t *native.Transaction) {
			t.BySender = native.Signature{Scheme: chain.SchemeEd25519, Key: edwards.Public().Bytes, Bytes: by(edwards, t)}
		}, native.ErrAccount},
		{"sender and payer changed over", func(t *native.Transaction) { t.BySender, t.ByPayer = t.ByPayer, t.BySender }, native.ErrAccount},
		{"the payer's for the sender's", func(t *native.Transaction) { t.BySender = t.ByPayer }, native.ErrAccount},
		{"a changed content", func(t *native.Transaction) { t.Gas++ }, chain.ErrSignature},
		{"a signature cut by a byte", func(t *native.Transaction) { t.BySender.Bytes = t.BySender.Bytes[:63] }, chain.ErrSignature},
		{"a signature with a byte more", func(t *native.Transaction) { t.ByPayer.Bytes = append(bytes.Clone(t.ByPayer.Bytes), 0) }, chain.ErrSignature},
		{"parity 27", func(t *native.Transaction) { t.ByPayer.Bytes = bytes.Clone(t.ByPayer.Bytes); t.ByPayer.Bytes[64] += 27 }, chain.ErrSignature},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed, _, _ := paid(t)
			c.change(changed)
			if _, err := verify(familyOf(suite), changed.Encode()); !errors.Is(err, c.want) || !errors.Is(err, chain.ErrSignature) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestSignRefusesAKeyOfAnotherAccount(t *testing.T) {
	suite := standard.New()
	sender, payer := newAccount(t, suite, chain.SchemeEd25519, 1), newAccount(t, suite, chain.SchemeP256, 2)
	content := plain(sender.address)
	if _, err := content.Sign(suite, payer); !errors.Is(err, native.ErrAccount) {
		t.Errorf("got %v", err)
	}
	if _, err := content.SignAsPayer(suite, payer); !errors.Is(err, native.ErrAccount) {
		t.Errorf("without a payer: got %v", err)
	}
	content.Payer = sender.address
	if _, err := content.SignAsPayer(suite, sender); !errors.Is(err, native.ErrPayer) {
		t.Errorf("the sender as payer: got %v", err)
	}
	if _, err := plain(sender.address).Sign(gm.New(), sender); !errors.Is(err, native.ErrScheme) {
		t.Errorf("a scheme of another suite: got %v", err)
	}
}

// locked is a signer that cannot sign.
type locked struct{ crypto.Signer }

var errLocked = errors.New("locked")

func (locked) Sign(chain.Hash) ([]byte, error) { return nil, errLocked }

func TestSignReportsWhatTheSignerReports(t *testing.T) {
	suite := standard.New()
	sender := newAccount(t, suite, chain.SchemeEd25519, 1)
	if _, err := plain(sender.address).Sign(suite, locked{sender}); !errors.Is(err, errLocked) {
		t.Errorf("got %v", err)
	}
}

// crowd is many transactions of all schemes; some of them are spoilt.
func crowd(t testing.TB, suite crypto.Suite, random *rand.Rand, size int, spoilt float64) (list []*chain.Transaction) {
	family, schemes := familyOf(suite), suite.Schemes()
	for i := range size {
		sender := newAccount(t, suite, schemes[random.IntN(len(schemes))].ID(), byte(random.IntN(8)))
		payer := newAccount(t, suite, schemes[random.IntN(len(schemes))].ID(), 100)
		content := plain(sender.address)
		content.Nonce = uint64(i)
		if random.IntN(3) == 0 {
			content.Payer = payer.address
		}
		signed := sign(t, suite, content, sender, payer)
		if random.Float64() < spoilt {
			spoil(signed, random)
		}
		decoded, err := family.Decode(signed.Encode())
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, decoded)
	}
	return list
}

// spoil makes one signature wrong, so that it still decodes.
func spoil(t *native.Transaction, random *rand.Rand) {
	s := &t.BySender
	if !t.Payer.IsZero() && random.IntN(2) == 0 {
		s = &t.ByPayer
	}
	switch random.IntN(4) {
	case 0:
		s.Bytes = bytes.Clone(s.Bytes)
		s.Bytes[random.IntN(len(s.Bytes))] ^= 1
	case 1:
		s.Scheme = chain.Scheme(1 + random.IntN(20))
		s.Bytes = s.Bytes[1:]
	case 2:
		s.Key = append(bytes.Clone(s.Key), 1)
	case 3:
		t.Gas++
	}
}

func TestTheVerdictsOfABatchAreThoseOfSingleChecks(t *testing.T) {
	for _, suite := range suites() {
		random := rand.New(rand.NewPCG(5, 6))
		for _, size := range []int{0, 1, 7, 8, 60, 300} {
			for _, spoilt := range []float64{0, 0.05, 1} {
				compare(t, suite, crowd(t, suite, random, size, spoilt))
			}
		}
	}
}

func compare(t *testing.T, suite crypto.Suite, list []*chain.Transaction) {
	t.Helper()
	family := familyOf(suite)
	families, err := chain.NewFamilies(family)
	if err != nil {
		t.Fatal(err)
	}
	verified, errs := families.VerifyBatch(list)
	for i, transaction := range list {
		single, err := family.Verify(transaction)
		if (err == nil) != (errs[i] == nil) || (err != nil && err.Error() != errs[i].Error()) || single != verified[i] {
			t.Fatalf("%s %d of %d: single %v, batch %v", suite.Name(), i, len(list), err, errs[i])
		}
	}
}

func TestABatchOfSeveralFamiliesKeepsItsOrder(t *testing.T) {
	suite := standard.New()
	families, err := chain.NewFamilies(familyOf(suite))
	if err != nil {
		t.Fatal(err)
	}
	good := crowd(t, suite, rand.New(rand.NewPCG(7, 8)), 2, 0)
	unknown := &chain.Transaction{Raw: []byte{0x02, 0xc0}}
	verified, errs := families.VerifyBatch([]*chain.Transaction{good[0], unknown, good[1], {}})
	if errs[0] != nil || errs[2] != nil || verified[0].Transaction != good[0] || verified[2].Transaction != good[1] {
		t.Errorf("the good ones: %v, %v", errs[0], errs[2])
	}
	if !errors.Is(errs[1], chain.ErrUnknownType) || !errors.Is(errs[3], chain.ErrMalformed) {
		t.Errorf("the others: %v, %v", errs[1], errs[3])
	}
}

func BenchmarkVerifyBatch(b *testing.B) {
	suite := standard.New()
	family := familyOf(suite)
	sender := newAccount(b, suite, chain.SchemeEd25519, 1)
	var list []*chain.Transaction
	for i := range 256 {
		content := plain(sender.address)
		content.Nonce = uint64(i)
		decoded, err := family.Decode(sign(b, suite, content, sender, account{}).Encode())
		if err != nil {
			b.Fatal(err)
		}
		list = append(list, decoded)
	}
	for b.Loop() {
		_, errs := family.VerifyBatch(list)
		for _, err := range errs {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
