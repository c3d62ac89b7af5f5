package proof_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/internal/provable"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// again is what a reader of the document's file gets.
func again(tb testing.TB, d *proof.Document) *proof.Document {
	tb.Helper()
	text, err := d.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	read, err := proof.Decode(text)
	if err != nil {
		tb.Fatalf("%v\n%s", err, text)
	}
	return read
}

func TestEveryClaimIsProvedByItsFileAlone(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for name, d := range w.documents(t) {
			finding, err := proof.Verify(again(t, d), w.trust, options())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if len(finding.Assumed) > 0 || finding.Height != provable.Height || finding.Chain != w.Identity {
				t.Fatalf("%s: %+v", name, finding)
			}
		}
	})
}

func TestAFindingSaysWhatIsInTheState(t *testing.T) {
	w := newWorld(t, "standard", "binary", 2)
	finding, err := proof.Verify(w.documents(t)["state"], w.trust, options())
	if err != nil {
		t.Fatal(err)
	}
	have := map[chain.StateKey]string{}
	for _, entry := range w.Entries {
		have[entry.Key] = string(entry.Value)
	}
	for i, key := range w.some() {
		if entry := finding.Entries[i]; entry.Key != key || string(entry.Value) != have[key] {
			t.Errorf("entry %d: %+v", i, entry)
		}
	}
}

func TestAFindingSaysWhatBecameOfATransaction(t *testing.T) {
	w := newWorld(t, "standard", "binary", 2)
	all := w.documents(t)
	for i, name := range []string{"succeeded", "failed", "void"} {
		finding, err := proof.Verify(all["receipt "+name], w.trust, options())
		if err != nil {
			t.Fatal(err)
		}
		have, want := finding.Transaction, w.Results.Transactions[i].Receipt
		if have.ID != w.IDs[i] || have.Index != uint64(i) || !bytes.Equal(have.Receipt.Encode(), want.Encode()) {
			t.Errorf("%s: %+v", name, have)
		}
	}
	finding, err := proof.Verify(all["transaction"], w.trust, options())
	if err != nil || !bytes.Equal(finding.Transaction.Verified.Raw, w.Wires[2]) || finding.Transaction.Verified.Sender.IsZero() {
		t.Errorf("%+v %v", finding, err)
	}
}

func TestWhatIsNotTrustedIsSaidToBeAssumed(t *testing.T) {
	w := newWorld(t, "standard", "binary", 2)
	d, err := w.State(w.some()...)
	if err != nil {
		t.Fatal(err)
	}
	header, err := w.Under(w.Headers[0])
	if err != nil {
		t.Fatal(err)
	}
	set, k := w.Set.Hash(w.Suite), uint64(2)
	before := *w.Headers[0]
	before.Height--
	for _, c := range []struct {
		name     string
		trust    proof.Trust
		document *proof.Document
		want     []proof.Assumption
	}{
		{"nothing", proof.Trust{}, d, []proof.Assumption{proof.AssumedValidators, proof.AssumedRootDelay}},
		{"the identity", proof.Trust{Chain: w.Identity}, d, []proof.Assumption{proof.AssumedValidators, proof.AssumedRootDelay}},
		{"the set", proof.Trust{Validators: []chain.Hash{set}}, d, []proof.Assumption{proof.AssumedRootDelay}},
		{"the set, for a header", proof.Trust{Validators: []chain.Hash{set}}, header, nil},
		{"the set and the root delay", proof.Trust{Validators: []chain.Hash{set}, RootDelay: &k}, d, nil},
		{"a checkpoint", proof.FromHeader(&before, w.Suite), header, nil},
		{"the header itself", proof.Trust{Headers: []chain.Hash{w.Headers[0].Hash(w.Suite)}}, header, nil},
	} {
		finding, err := proof.Verify(c.document, c.trust, options())
		if err != nil || !slices.Equal(finding.Assumed, c.want) {
			t.Errorf("%s: %+v %v", c.name, finding, err)
		}
	}
}

func TestADocumentThatRestsOnSomethingElseIsRefused(t *testing.T) {
	w := newWorld(t, "standard", "binary", 2)
	d, err := w.State(w.some()...)
	if err != nil {
		t.Fatal(err)
	}
	other := uint64(1)
	for name, trust := range map[string]proof.Trust{
		"another chain":      {Chain: chain.Hash{1}},
		"another set":        {Validators: []chain.Hash{{1}}},
		"another header":     {Headers: []chain.Hash{{1}}},
		"another root delay": {RootDelay: &other},
		"another engine":     {Consensus: "smartbft"},
	} {
		if _, err := proof.Verify(d, trust, options()); !errors.Is(err, proof.ErrTrust) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBlockZeroIsProvedOnlyByItsHash(t *testing.T) {
	w := newWorld(t, "standard", "binary", 0)
	zero := *w.Headers[0]
	zero.Height = 0
	d, err := w.Under(&zero)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proof.Verify(d, w.trust, options()); !errors.Is(err, proof.ErrProof) {
		t.Errorf("a decision of block 0: %v", err)
	}
	d.Decision = chain.Bytes{}
	if finding, err := proof.Verify(again(t, d), w.trust, options()); err != nil || !slices.Equal(finding.Assumed, []proof.Assumption{proof.AssumedHeader}) {
		t.Errorf("without its hash: %+v %v", finding, err)
	}
	w.trust.Headers = []chain.Hash{zero.Hash(w.Suite)}
	if finding, err := proof.Verify(d, w.trust, options()); err != nil || len(finding.Assumed) > 0 {
		t.Errorf("with its hash: %+v %v", finding, err)
	}
	w.trust.Headers = []chain.Hash{{1}}
	if _, err := proof.Verify(d, w.trust, options()); !errors.Is(err, proof.ErrTrust) {
		t.Errorf("with the hash of another: %v", err)
	}
}

// TestTheCrossingOfTwoTruthsIsRefused puts parts of good documents into others.
func TestTheCrossingOfTwoTruthsIsRefused(t *testing.T) {
	w := newWorld(t, "standard", "binary", 2)
	make2 := func() (a, b *proof.Document) {
		a, errA := w.Receipt(0)
		b, errB := w.Receipt(1)
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		return a, b
	}
	stateOf := func(keys ...chain.StateKey) *proof.Document {
		d, err := w.State(keys...)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	transaction := func() *proof.Document {
		d, err := w.Transaction(0)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		place string
		forge func() *proof.Document
	}{
		{"receipt: inclusion: path of transaction 1", func() *proof.Document { a, b := make2(); a.Receipt.Inclusion = b.Receipt.Inclusion; return a }},
		{"receipt: inclusion: path of transaction 0", func() *proof.Document { a, b := make2(); a.Receipt.ID = b.Receipt.ID; return a }},
		{"receipt: path to the header's result root", func() *proof.Document { a, b := make2(); a.Receipt.Receipt = b.Receipt.Receipt; return a }},
		{"receipt: path to the header's result root", func() *proof.Document { a, b := make2(); a.Receipt.Path = b.Receipt.Path; return a }},
		{"receipt: path to the header's result root", func() *proof.Document { // the result of 1 as if it were the first of its batch
			a, b := make2()
			b.Receipt.ID, b.Receipt.Inclusion = a.Receipt.ID, a.Receipt.Inclusion
			return b
		}},
		{"receipt: headers: 1 of them", func() *proof.Document { a, _ := make2(); a.Receipt.Headers = a.Receipt.Headers[1:]; return a }},
		{"receipt: header 1", func() *proof.Document {
			a, _ := make2()
			a.Receipt.Headers = []chain.Bytes{a.Receipt.Headers[1], a.Receipt.Headers[0]}
			return a
		}},
		{"receipt: inclusion: batches: they have 1 transactions", func() *proof.Document {
			a, _ := make2()
			a.Receipt.Inclusion.Batches[1].Count = 1
			a.Receipt.Inclusion.Batches[2].Count = 0
			return a
		}},
		{"receipt: inclusion: batches: they lead to transaction root", func() *proof.Document {
			a, _ := make2()
			batches := a.Receipt.Inclusion.Batches
			batches[1].Count, batches[2].Count = 1, 2
			return a
		}},
		{"receipt: inclusion: index 3", func() *proof.Document { a, _ := make2(); a.Receipt.Inclusion.Index = 3; return a }},
		{"state: ledger: proof does not verify", func() *proof.Document {
			a := stateOf(w.Entries[0].Key)
			a.State.Entries[0].Value = nil
			return a
		}},
		{"state: ledger: proof does not verify: leads to root", func() *proof.Document {
			a := stateOf(w.Entries[0].Key)
			a.State.Entries[0].Value = append(slices.Clone(a.State.Entries[0].Value), 1)
			return a
		}},
		{"entry 1: keys are not in strictly ascending order", func() *proof.Document {
			a := stateOf(w.Entries[0].Key, w.Entries[1].Key)
			slices.Reverse(a.State.Entries)
			return a
		}},
		{"transaction: wire: it is transaction", func() *proof.Document {
			a := transaction()
			a.Transaction.Wire = w.Wires[1]
			return a
		}},
		{"decision: ", func() *proof.Document {
			a, b := transaction(), stateOf(w.Entries[0].Key)
			a.Decision = b.Decision
			return a
		}},
	} {
		_, err := proof.Verify(c.forge(), w.trust, options())
		if !errors.Is(err, proof.ErrProof) || !strings.Contains(err.Error(), c.place) {
			t.Errorf("want %q: %v", c.place, err)
		}
	}
}

func TestAHeaderWithoutAStateRootProvesNothing(t *testing.T) {
	w := newWorld(t, "standard", "binary", 0)
	empty := *w.Headers[0]
	empty.StateRoot = chain.Hash{}
	d, err := w.Under(&empty)
	if err != nil {
		t.Fatal(err)
	}
	d.State = &proof.State{
		Commitment: "binary/1", Entries: []proof.Entry{{Key: w.Entries[0].Key.Encode()}}, Path: chain.Bytes{0, 0, 0, 1, 0},
	}
	if _, err := proof.Verify(d, w.trust, options()); !errors.Is(err, proof.ErrProof) || !strings.Contains(err.Error(), "state root is zero") {
		t.Error(err)
	}
}
