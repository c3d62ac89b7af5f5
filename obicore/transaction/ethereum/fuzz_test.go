package ethereum_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// FuzzDecode: what is accepted is canonical RLP, is written back unchanged, obeys Check, and verifies without a panic.
func FuzzDecode(f *testing.F) {
	random := rand.New(rand.NewPCG(17, 18))
	for kind := range ethereum.TypeSetCode + 1 {
		f.Add(signedRaw(f, randomUnsigned(random, kind)))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		decoded, err := ethereum.Decode(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(decoded.Encode(), raw) {
			t.Fatalf("written again: %x", decoded.Encode())
		}
		payload := raw
		if decoded.Type != ethereum.TypeLegacy {
			payload = raw[1:]
		}
		if err := rlp.Validate(payload, 5); err != nil {
			t.Fatalf("accepted although %v", err)
		}
		if err := decoded.Check(); err != nil {
			t.Fatalf("accepted although %v", err)
		}
		whole, err := family.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		verified, err := family.Verify(whole)
		if err == nil && len(verified.Delegate) != len(decoded.Authorizations) {
			t.Fatal("authorisations were lost")
		}
	})
}

// FuzzTypedData: no text makes parsing or hashing panic, and a hash is stable.
func FuzzTypedData(f *testing.F) {
	for _, text := range []string{exampleMail, exampleArrays, typed("int8", `-128`), typed("S[2][]", `[[{"n": 1}, {"n": 2}]]`)} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		data, err := ethereum.ParseTypedData(text)
		if err != nil {
			return
		}
		first, err1 := data.Hash(keccak)
		second, err2 := data.Hash(keccak)
		if first != second || (err1 == nil) != (err2 == nil) {
			t.Fatalf("hashes %s and %s, errors %v and %v", first, second, err1, err2)
		}
	})
}
