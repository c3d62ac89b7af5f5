package dissemination_test

import (
	"bytes"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

// checked is a batch of count transactions, of which the odd ones are paid by another.
func checked(from, count int) (batch []chain.Verified) {
	for n := from; n < from+count; n++ {
		t := transaction(n)
		t.Wire, t.Sender, t.Payer = id(n), chain.Address{byte(n)}, chain.Address{byte(n)}
		if n%2 == 1 {
			t.Payer = chain.Address{byte(n), 1}
		}
		batch = append(batch, t)
	}
	return batch
}

func TestAStatedBatchReadsBack(t *testing.T) {
	batch := checked(1, 9)
	message := dissemination.NewStated([]byte{1, 2}, batch).Encode()
	if !dissemination.IsStated(message) || dissemination.IsStated(dissemination.EncodeTransactions(batch)) {
		t.Error("batches with and without a statement are not told apart")
	}
	back, err := dissemination.DecodeStated(message)
	if err != nil || !bytes.Equal(back.Signature, []byte{1, 2}) || len(back.Claims) != len(batch) {
		t.Fatal(back, err)
	}
	for i, c := range back.Claims {
		if !bytes.Equal(c.Wire, batch[i].Raw) || c.Sender != batch[i].Sender || c.Payer != batch[i].Payer {
			t.Errorf("transaction %d reads back as another", i)
		}
	}
	m, err := dissemination.DecodeBatch((&dissemination.Signed{Root: id(7), Signature: []byte{3}}).Encode())
	signed, ok := m.(*dissemination.Signed)
	if err != nil || !ok || signed.Root != id(7) || !bytes.Equal(signed.Signature, []byte{3}) {
		t.Errorf("a statement reads back as %+v: %v", m, err)
	}
}

func TestStatedBatchesOfAnotherFormAreRefused(t *testing.T) {
	list := func(items ...[]byte) []byte { return rlp.AppendList(nil, bytes.Join(items, nil)) }
	text := func(size int) []byte { return rlp.AppendBytes(nil, bytes.Repeat([]byte{7}, size)) }
	kind := rlp.AppendUint64(nil, 9)
	good := list(kind, text(64), list(list(text(100), text(20))))
	if _, err := dissemination.DecodeStated(good); err != nil {
		t.Fatal(err)
	}
	for name, message := range map[string][]byte{
		"nothing": {}, "no list": {9}, "another kind": list(rlp.AppendUint64(nil, 7), text(64), list(list(text(100), text(20)))),
		"no signature": list(kind, text(0), list(list(text(100), text(20)))), "a long signature": list(kind, text(5000), list(list(text(100), text(20)))),
		"no transactions": list(kind, text(64), list()), "an empty transaction": list(kind, text(64), list(list(text(0), text(20)))),
		"no sender": list(kind, text(64), list(list(text(100), text(0)))), "half a payer": list(kind, text(64), list(list(text(100), text(30)))),
		"a payer that is the sender": list(kind, text(64), list(list(text(100), text(40)))),
		"more than a payer":          list(kind, text(64), list(list(text(100), text(41)))),
		"more in a transaction":      list(kind, text(64), list(list(text(100), text(20), text(1)))),
		"more in the message":        list(kind, text(64), list(list(text(100), text(20))), text(1)), "more after it": append(bytes.Clone(good), 0),
	} {
		if _, err := dissemination.DecodeStated(message); err == nil {
			t.Errorf("%s: it is accepted", name)
		}
	}
}

func FuzzDecodeStated(f *testing.F) {
	f.Add(dissemination.NewStated([]byte{1, 2}, checked(1, 3)).Encode())
	f.Add(dissemination.EncodeTransactions(checked(1, 3)))
	f.Fuzz(func(t *testing.T, message []byte) {
		m, err := dissemination.DecodeStated(message)
		if err != nil {
			return
		}
		if !bytes.Equal(m.Encode(), message) || !dissemination.IsStated(message) {
			t.Fatalf("%x decodes and encodes to something else", message)
		}
	})
}

func TestTheRootOfWhatIsCheckedCoversWiresSendersAndPayers(t *testing.T) {
	root := dissemination.CheckedRoot(sum{}, checked(1, 5))
	for name, change := range map[string]func(batch []chain.Verified) []chain.Verified{
		"another wire form": func(b []chain.Verified) []chain.Verified {
			other := *b[2].Transaction
			other.Wire[31] ^= 1 // the same id under other signatures
			b[2].Transaction = &other
			return b
		},
		"another sender": func(b []chain.Verified) []chain.Verified { b[4].Sender[19] ^= 1; return b },
		"another payer":  func(b []chain.Verified) []chain.Verified { b[0].Payer[19] ^= 1; return b },
		"another order":  func(b []chain.Verified) []chain.Verified { b[0], b[1] = b[1], b[0]; return b },
		"fewer":          func(b []chain.Verified) []chain.Verified { return b[:4] },
	} {
		if dissemination.CheckedRoot(sum{}, change(checked(1, 5))) == root {
			t.Errorf("%s: the root is the same", name)
		}
	}
	if dissemination.CheckedRoot(sum{}, checked(1, 5)) != root {
		t.Error("the same batch has two roots")
	}
}

func TestAStatementIsForOneChainSetRootAndCount(t *testing.T) {
	one := dissemination.Statement{Set: id(1), Root: id(2), Count: 3}
	seen := map[chain.Hash]bool{one.Digest(sum{}, id(9)): true, one.Digest(sum{}, id(8)): true}
	for _, other := range []dissemination.Statement{{Set: id(4), Root: id(2), Count: 3}, {Set: id(1), Root: id(4), Count: 3}, {Set: id(1), Root: id(2), Count: 4}} {
		seen[other.Digest(sum{}, id(9))] = true
	}
	if len(seen) != 5 {
		t.Errorf("five statements have %d digests", len(seen))
	}
}

func TestWhatYieldsMoreThanSenderAndPayerIsNotStated(t *testing.T) {
	for transaction, want := range map[*chain.Transaction]bool{{}: true, {System: true}: false, {Delegate: []chain.Delegation{{}}}: false} {
		if dissemination.Certifiable(transaction) != want {
			t.Errorf("%+v: want %v", transaction, want)
		}
	}
}
