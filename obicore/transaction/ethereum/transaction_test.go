package ethereum_test

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

func randomWord(random *rand.Rand, maxBytes int) (w chain.Word) {
	for i := 32 - random.IntN(maxBytes+1); i < 32; i++ {
		w[i] = byte(random.Uint32())
	}
	return w
}

func randomAddress(random *rand.Rand) (a chain.Address) {
	for i := range a {
		a[i] = byte(random.Uint32())
	}
	return a
}

// randomUnsigned makes a transaction of the given type with every field that the type has.
func randomUnsigned(random *rand.Rand, kind byte) *ethereum.Transaction {
	to := randomAddress(random)
	t := &ethereum.Transaction{
		Type: kind, ChainID: random.Uint64N(5), Nonce: random.Uint64() >> random.IntN(64), Gas: random.Uint64() >> random.IntN(64),
		To: &to, Value: randomWord(random, 32),
	}
	t.Nonce = min(t.Nonce, math.MaxUint64-1)
	if length := random.IntN(3) * random.IntN(200); length > 0 {
		t.Data = bytes.Repeat([]byte{byte(random.Uint32())}, length)
	}
	if kind <= ethereum.TypeAccessList {
		t.GasPrice = randomWord(random, 20)
	} else {
		t.TipCap = randomWord(random, 20)
		t.FeeCap, _ = t.TipCap.Add(randomWord(random, 20))
	}
	if kind <= ethereum.TypeDynamicFee && random.IntN(2) == 0 {
		t.To = nil
	}
	if kind != ethereum.TypeLegacy {
		for range random.IntN(3) {
			access := chain.Access{Address: randomAddress(random)}
			for range random.IntN(3) {
				access.Slots = append(access.Slots, randomWord(random, 32))
			}
			t.AccessList = append(t.AccessList, access)
		}
	}
	if kind == ethereum.TypeBlob {
		t.BlobFeeCap = randomWord(random, 32)
		for range 1 + random.IntN(6) {
			hash := chain.Hash(randomWord(random, 31))
			hash[0] = 1
			t.BlobHashes = append(t.BlobHashes, hash)
		}
	}
	if kind == ethereum.TypeSetCode {
		for range 1 + random.IntN(3) {
			t.Authorizations = append(t.Authorizations, ethereum.Authorization{
				ChainID: randomWord(random, 32), Address: randomAddress(random), Nonce: random.Uint64(), Parity: byte(random.Uint32()),
				R: randomWord(random, 32), S: randomWord(random, 32),
			})
		}
	}
	return t
}

func TestSignedTransactionsOfEveryTypeSurviveARoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	signer := newAccount("signer")
	for kind := range ethereum.TypeSetCode + 1 {
		for range 100 {
			signed, err := randomUnsigned(random, kind).Sign(keccak, signer.sign)
			if err != nil {
				t.Fatalf("type %d: %v", kind, err)
			}
			raw := signed.Encode()
			decoded, err := ethereum.Decode(raw)
			if err != nil {
				t.Fatalf("type %d: %v", kind, err)
			}
			if !reflect.DeepEqual(decoded, signed) {
				t.Fatalf("type %d: read back %+v, want %+v", kind, decoded, signed)
			}
			if !bytes.Equal(decoded.Encode(), raw) || decoded.ID(keccak) != keccak(raw) {
				t.Fatalf("type %d: written again differently", kind)
			}
			sender, err := decoded.Sender(keccak, curve{})
			if err != nil || sender != signer.address {
				t.Fatalf("type %d: sender %s, error %v, want %s", kind, sender, err, signer.address)
			}
		}
	}
}

func TestEveryCutAndEveryAppendedByteIsRefused(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for kind := range ethereum.TypeSetCode + 1 {
		signed, err := randomUnsigned(random, kind).Sign(keccak, newAccount("signer").sign)
		if err != nil {
			t.Fatal(err)
		}
		raw := signed.Encode()
		for cut := range raw {
			if _, err := ethereum.Decode(raw[:cut]); err == nil {
				t.Fatalf("type %d: accepted when cut at %d", kind, cut)
			}
		}
		for _, extra := range []byte{0x00, 0x80, 0xc0, 0xff} {
			if _, err := ethereum.Decode(append(bytes.Clone(raw), extra)); !errors.Is(err, rlp.ErrTrailing) {
				t.Fatalf("type %d: with a further byte: %v", kind, err)
			}
		}
	}
}

func TestExampleOfEIP155(t *testing.T) {
	raw := unhex(t, "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe53"+
		"7567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83")
	decoded, err := ethereum.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	const digest = "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
	if got := decoded.SigningHash(keccak); got.String() != digest {
		t.Errorf("signing hash %s, want %s", got, digest)
	}
	unsigned := unhex(t, "0xec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080")
	if !bytes.Equal(decoded.EncodeUnsigned(), unsigned) {
		t.Errorf("unsigned bytes %x", decoded.EncodeUnsigned())
	}
	sender, err := decoded.Sender(keccak, curve{})
	if want := address(t, "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"); err != nil || sender != want {
		t.Errorf("sender %s, error %v, want %s", sender, err, want)
	}
	if decoded.ChainID != 1 || !decoded.Protected() {
		t.Errorf("chain id %d, protected %t", decoded.ChainID, decoded.Protected())
	}
}
