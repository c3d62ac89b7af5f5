package native_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

// FuzzDecode: what is accepted is canonical RLP, is written back unchanged, obeys Check, has a JSON form that keeps it, and
// verifies without a panic, alone as in a batch.
func FuzzDecode(f *testing.F) {
	signed, _, _ := paid(f)
	f.Add(signed.Encode())
	suite := standard.New()
	family := familyOf(suite)
	f.Fuzz(func(t *testing.T, raw []byte) {
		decoded, err := native.Decode(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(decoded.Encode(), raw) {
			t.Fatalf("written again: %x", decoded.Encode())
		}
		if err := rlp.Validate(raw[1:], 5); err != nil {
			t.Fatalf("accepted although %v", err)
		}
		if err := decoded.Check(); err != nil {
			t.Fatalf("accepted although %v", err)
		}
		var back native.Transaction
		if err := json.Unmarshal([]byte(viewOf(t, decoded)), &back); err != nil || !reflect.DeepEqual(&back, decoded) {
			t.Fatalf("JSON gives %s, error %v", viewOf(t, &back), err)
		}
		whole, err := family.Decode(raw)
		if err != nil {
			return
		}
		_, single := family.Verify(whole)
		_, batch := family.VerifyBatch([]*chain.Transaction{whole, whole})
		if (single == nil) != (batch[0] == nil) || (single == nil) != (batch[1] == nil) {
			t.Fatalf("single %v, batch %v", single, batch)
		}
	})
}

// FuzzJSON: no text makes reading panic, and what is read is written and read again as the same.
func FuzzJSON(f *testing.F) {
	signed, _, _ := paid(f)
	f.Add([]byte(viewOf(f, signed)))
	f.Fuzz(func(t *testing.T, text []byte) {
		var first, second native.Transaction
		if err := json.Unmarshal(text, &first); err != nil {
			return
		}
		if err := json.Unmarshal([]byte(viewOf(t, &first)), &second); err != nil || !reflect.DeepEqual(&first, &second) {
			t.Fatalf("%s becomes %s, error %v", viewOf(t, &first), viewOf(t, &second), err)
		}
	})
}
