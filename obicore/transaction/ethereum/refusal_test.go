package ethereum_test

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// word gives 32 bytes: all zero but for the given last ones.
func word(last ...byte) (w chain.Word) {
	copy(w[32-len(last):], last)
	return w
}

// The order of secp256k1 and its half.
var (
	order = chain.Word(bytes.Join([][]byte{bytes.Repeat([]byte{0xff}, 15), {0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e,
		0x8c, 0xd0, 0x36, 0x41, 0x41}}, nil))
	half = func() chain.Word {
		w, _ := chain.WordFromBig(order.Big().Rsh(order.Big(), 1))
		return w
	}()
)

func TestCheckNamesTheReasonOfARefusal(t *testing.T) {
	largest := chain.Word(bytes.Repeat([]byte{0xff}, 32))
	cases := []struct {
		name   string
		kind   byte
		change func(*ethereum.Transaction)
		want   error
	}{
		{"nonce 2^64-1", ethereum.TypeDynamicFee, func(t *ethereum.Transaction) { t.Nonce = math.MaxUint64 }, ethereum.ErrNonce},
		{"tip above fee cap", ethereum.TypeDynamicFee, func(t *ethereum.Transaction) { t.TipCap, t.FeeCap = word(2), word(1) }, ethereum.ErrTip},
		{"gas × price beyond 256 bits", ethereum.TypeLegacy, func(t *ethereum.Transaction) { t.GasPrice, t.Gas = largest, 2 }, ethereum.ErrGasCost},
		{"gas × fee cap beyond 256 bits", ethereum.TypeSetCode, func(t *ethereum.Transaction) { t.FeeCap, t.Gas = largest, 2 }, ethereum.ErrGasCost},
		{"blob transaction without recipient", ethereum.TypeBlob, func(t *ethereum.Transaction) { t.To = nil }, ethereum.ErrCreation},
		{"set-code transaction without recipient", ethereum.TypeSetCode, func(t *ethereum.Transaction) { t.To = nil }, ethereum.ErrCreation},
		{"no blob", ethereum.TypeBlob, func(t *ethereum.Transaction) { t.BlobHashes = nil }, ethereum.ErrNoBlobs},
		{"blob hash of version 2", ethereum.TypeBlob, func(t *ethereum.Transaction) { t.BlobHashes = []chain.Hash{{2}} }, ethereum.ErrBlobVersion},
		{"no authorisation", ethereum.TypeSetCode, func(t *ethereum.Transaction) { t.Authorizations = nil }, ethereum.ErrNoAuthorizations},
		{"r zero", ethereum.TypeLegacy, func(t *ethereum.Transaction) { t.R = word() }, ethereum.ErrSignatureValues},
		{"s zero", ethereum.TypeAccessList, func(t *ethereum.Transaction) { t.S = word() }, ethereum.ErrSignatureValues},
		{"r = n", ethereum.TypeDynamicFee, func(t *ethereum.Transaction) { t.R = order }, ethereum.ErrSignatureValues},
		{"high s", ethereum.TypeBlob, func(t *ethereum.Transaction) { t.S, _ = half.Add(word(1)) }, ethereum.ErrSignatureValues},
		{"parity 2", ethereum.TypeSetCode, func(t *ethereum.Transaction) { t.V = word(2) }, ethereum.ErrSignatureValues},
		{"parity beyond 64 bits", ethereum.TypeDynamicFee, func(t *ethereum.Transaction) { t.V = largest }, ethereum.ErrSignatureValues},
		{"legacy v 26", ethereum.TypeLegacy, func(t *ethereum.Transaction) { t.V = word(26) }, ethereum.ErrSignatureValues},
		{"legacy v 29", ethereum.TypeLegacy, func(t *ethereum.Transaction) { t.V = word(29) }, ethereum.ErrSignatureValues},
		{"legacy v 35, chain 0", ethereum.TypeLegacy, func(t *ethereum.Transaction) { t.V = word(35) }, ethereum.ErrSignatureValues},
		{"legacy v 36, chain 0", ethereum.TypeLegacy, func(t *ethereum.Transaction) { t.V = word(36) }, ethereum.ErrSignatureValues},
		{"legacy v 0", ethereum.TypeLegacy, func(t *ethereum.Transaction) { t.V = word() }, ethereum.ErrSignatureValues},
		{"legacy v of chain 2^64", ethereum.TypeLegacy, func(t *ethereum.Transaction) { t.V = word(2, 0, 0, 0, 0, 0, 0, 0, 35) }, ethereum.ErrSignatureValues},
		{"legacy v of 256 bits", ethereum.TypeLegacy, func(t *ethereum.Transaction) { t.V = largest }, ethereum.ErrSignatureValues},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(9, 10))
			signed, err := randomUnsigned(random, c.kind).Sign(keccak, newAccount("signer").sign)
			if err != nil {
				t.Fatal(err)
			}
			c.change(signed)
			if err := signed.Check(); !errors.Is(err, c.want) {
				t.Errorf("Check: got %v, want %v", err, c.want)
			}
			if _, err := family.Decode(signed.Encode()); !errors.Is(err, c.want) {
				t.Errorf("Decode: got %v, want %v", err, c.want)
			}
		})
	}
}

func TestValuesAtTheEndsOfTheirRangeAreAccepted(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for name, change := range map[string]func(*ethereum.Transaction){
		"nonce 2^64-2":             func(t *ethereum.Transaction) { t.Nonce = math.MaxUint64 - 1 },
		"s = n/2":                  func(t *ethereum.Transaction) { t.S = half },
		"r = n-1":                  func(t *ethereum.Transaction) { t.R, _ = order.Sub(word(1)) },
		"largest price, gas 1":     func(t *ethereum.Transaction) { t.GasPrice, t.Gas = chain.Word(bytes.Repeat([]byte{0xff}, 32)), 1 },
		"largest gas, price 2^192": func(t *ethereum.Transaction) { t.GasPrice, t.Gas = chain.Word{7: 1}, math.MaxUint64 },
		"chain 2^64-1": func(t *ethereum.Transaction) {
			t.ChainID, t.V = math.MaxUint64, word(2, 0, 0, 0, 0, 0, 0, 0, 33)
		},
	} {
		signed, err := randomUnsigned(random, ethereum.TypeLegacy).Sign(keccak, newAccount("signer").sign)
		if err != nil {
			t.Fatal(err)
		}
		change(signed)
		decoded, err := ethereum.Decode(signed.Encode())
		if err != nil || decoded.ChainID != signed.ChainID {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDecodeRefusesWhatIsNoTransaction(t *testing.T) {
	signed, err := randomUnsigned(rand.New(rand.NewPCG(13, 14)), ethereum.TypeBlob).Sign(keccak, newAccount("signer").sign)
	if err != nil {
		t.Fatal(err)
	}
	inner := signed.Encode()[1:]
	sidecar := append([]byte{ethereum.TypeBlob}, rlp.AppendList(nil, append(bytes.Clone(inner), 0xc0, 0xc0, 0xc0))...)
	for _, c := range []struct {
		name string
		raw  []byte
		want error
	}{
		{"nothing", nil, chain.ErrMalformed},
		{"type 0 as a byte", append([]byte{0}, inner...), chain.ErrUnknownType},
		{"type 5", append([]byte{5}, inner...), chain.ErrUnknownType},
		{"type 0x7f", append([]byte{0x7f}, inner...), chain.ErrUnknownType},
		{"a string", []byte{0x83, 1, 2, 3}, chain.ErrUnknownType},
		{"an empty list", []byte{0xc0}, chain.ErrMalformed},
		{"a type alone", []byte{2}, chain.ErrMalformed},
		{"blobs with their transaction", sidecar, ethereum.ErrBlobSidecar},
		{"too many bytes", append([]byte{2}, make([]byte, chain.MaxWire)...), chain.ErrTooLarge},
	} {
		if _, err := ethereum.Decode(c.raw); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}
