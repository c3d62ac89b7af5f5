package dissemination_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

type sum struct{}

func (sum) Sum(parts ...[]byte) chain.Hash { return sha256.Sum256(bytes.Join(parts, nil)) }

func ids(from, count int) (list []chain.Hash) {
	for n := range count {
		list = append(list, id(from+n))
	}
	return list
}

func peer(n byte) (p chain.NodeID) {
	p[0] = n
	return p
}

// headerOf is a header that orders a batch by digest.
func headerOf(b *dissemination.Batch) *chain.Header {
	return &chain.Header{
		TransactionCount: uint64(len(b.IDs)), TransactionRoot: chain.TransactionRoot(sum{}, [][]chain.Hash{nil, b.IDs}),
		EvidenceRoot: chain.EvidenceRoot(sum{}, b.Evidence),
	}
}

func verified(id chain.Hash) chain.Verified {
	return chain.Verified{Transaction: &chain.Transaction{ID: id, Raw: id[:]}}
}

func TestABatchMatchesItsHeaderOnly(t *testing.T) {
	b := &dissemination.Batch{IDs: ids(1, 5), Evidence: [][]byte{{1}}}
	header := headerOf(b)
	if !b.Matches(sum{}, header) {
		t.Error("it does not match its own header")
	}
	for name, other := range map[string]*dissemination.Batch{
		"fewer": {IDs: ids(1, 4), Evidence: b.Evidence}, "others": {IDs: ids(2, 5), Evidence: b.Evidence},
		"without evidence": {IDs: b.IDs}, "other evidence": {IDs: b.IDs, Evidence: [][]byte{{2}}},
	} {
		if other.Matches(sum{}, header) {
			t.Errorf("%s: it matches", name)
		}
	}
	whole := *header
	whole.TransactionRoot = chain.TransactionRoot(sum{}, [][]chain.Hash{b.IDs})
	if b.Matches(sum{}, &whole) {
		t.Error("it matches a header whose transactions travel in the proposal")
	}
	twice := &dissemination.Batch{IDs: append(ids(1, 2), id(1))}
	if twice.Matches(sum{}, headerOf(twice)) {
		t.Error("a transaction is named twice")
	}
}

func TestMessagesOfAnotherFormAreRefused(t *testing.T) {
	list := func(items ...[]byte) []byte { return rlp.AppendList(nil, bytes.Join(items, nil)) }
	number, header := func(n uint64) []byte { return rlp.AppendUint64(nil, n) }, rlp.AppendBytes(nil, make([]byte, 32))
	for name, message := range map[string][]byte{
		"empty":                  {},
		"half an id":             list(number(6), header, rlp.AppendBytes(nil, make([]byte, 33))),
		"a header too short":     list(number(6), rlp.AppendBytes(nil, make([]byte, 31)), rlp.AppendBytes(nil, nil)),
		"one item too many":      list(number(6), header, rlp.AppendBytes(nil, nil), number(1)),
		"an empty transaction":   list(number(7), header, list(rlp.AppendBytes(nil, nil))),
		"too many ids":           list(number(6), header, rlp.AppendBytes(nil, make([]byte, 32*(dissemination.MaxBatchCount+1)))),
		"something after it":     append((&dissemination.Want{}).Encode(), 0),
		"too many in evidence":   (&dissemination.Batch{Evidence: make([][]byte, chain.MaxEvidence+1)}).Encode(),
		"transactions, of class": dissemination.Encode([][]byte{{1, 2}}),
	} {
		if m, err := dissemination.DecodeBatch(message); !errors.Is(err, dissemination.ErrMessage) && !errors.Is(err, dissemination.ErrKind) {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
	if _, err := dissemination.DecodeBatch(list(number(10))); !errors.Is(err, dissemination.ErrKind) {
		t.Error(err)
	}
}

func FuzzDecodeBatch(f *testing.F) {
	f.Add((&dissemination.Batch{Header: id(1), IDs: ids(1, 3), Evidence: [][]byte{{1, 2}}}).Encode())
	f.Add((&dissemination.Batch{Header: id(1)}).Encode())
	f.Add((&dissemination.Want{Header: id(2), IDs: ids(7, 2)}).Encode())
	f.Add((&dissemination.Want{Header: id(2)}).Encode())
	f.Add((&dissemination.Part{Header: id(3), Wires: [][]byte{{1}, {2, 3}}}).Encode())
	f.Add((&dissemination.Signed{Root: id(4), Signature: []byte{1}}).Encode())
	f.Fuzz(func(t *testing.T, message []byte) {
		m, err := dissemination.DecodeBatch(message)
		if err == nil && !bytes.Equal(m.(interface{ Encode() []byte }).Encode(), message) {
			t.Fatalf("%x decodes and encodes to something else", message)
		}
	})
}

func TestAPeerThatTellsTooMuchPushesOutItsOwnBatchesOnly(t *testing.T) {
	s := dissemination.NewShelf(dissemination.ShelfLimits{Batches: 3, Bytes: 1000})
	kept := func(n int) bool { return len(s.Find(id(n), peer(1))) > 0 }
	s.Put(peer(1), &dissemination.Batch{Header: id(1), IDs: ids(0, 2)})
	for n := 2; n < 100; n++ {
		s.Put(peer(2), &dissemination.Batch{Header: id(n), IDs: ids(0, 2)})
	}
	if !kept(1) || kept(96) || !kept(97) || !kept(98) || !kept(99) {
		t.Error("the last three of the one and that of the other are not what is kept")
	}
	s.Put(peer(2), &dissemination.Batch{Header: id(100), IDs: ids(0, 25)})
	if kept(97) || kept(98) || !kept(99) || !kept(100) {
		t.Error("more bytes are kept than allowed, or fewer")
	}
	s.Put(peer(2), &dissemination.Batch{Header: id(101), IDs: ids(0, 50)})
	if kept(101) || !kept(100) {
		t.Error("one batch takes more than all may")
	}
	if s.Drop(id(100)); kept(100) || !kept(99) {
		t.Error("it is not what was dropped")
	}
}

func TestAnAssemblyTakesFromThePoolAndAsksForTheRest(t *testing.T) {
	patience := dissemination.DefaultPatience()
	now := time.Unix(0, 0)
	a := dissemination.NewAssembly(patience, id(9), []chain.NodeID{peer(1), peer(2), peer(3)}, now)
	b := &dissemination.Batch{Header: id(9), IDs: ids(10, 4)}
	if _, want := a.Step(now); want != nil {
		t.Fatal("it asks at once for what is on its way")
	}
	now = a.Wake()
	to, want := a.Step(now)
	if want == nil || to != peer(1) || len(want.IDs) != 0 || want.Header != id(9) {
		t.Fatalf("it asks %s for %+v", to, want)
	}
	if a.Admits(peer(2)); a.Admits(peer(2)) || !a.Admits(peer(1)) || !a.Admits(peer(1)) {
		t.Error("a peer is heard twice without having been asked, or not although it was")
	}
	a.Answered(peer(1), nil, now)
	a.Begin(b, now)
	a.Look(func(want chain.Hash) (chain.Verified, bool) { return verified(want), want == id(11) || want == id(13) })
	now = a.Wake()
	if to, want = a.Step(now); to != peer(2) || len(want.IDs) != 2 || want.IDs[0] != id(10) || want.IDs[1] != id(12) {
		t.Fatalf("it asks %s for %+v", to, want)
	}
	if a.Expects(peer(3)) || !a.Expects(peer(2)) || a.Done() {
		t.Error("it expects an answer of another")
	}
	a.Answered(peer(2), []chain.Verified{verified(id(12)), verified(id(77))}, now)
	if to, want = a.Step(now); to != peer(3) || len(want.IDs) != 1 {
		t.Fatalf("after a part it asks %s for %+v", to, want)
	}
	a.Answered(peer(3), []chain.Verified{verified(id(10))}, now)
	if !a.Done() {
		t.Fatal("it is not done")
	}
	for i, transaction := range a.Transactions() {
		if transaction.ID != b.IDs[i] {
			t.Errorf("place %d has %s", i, transaction.ID)
		}
	}
	if _, want = a.Step(now.Add(time.Hour)); want != nil || !a.Wake().IsZero() {
		t.Error("it goes on asking")
	}
}

func TestAnAssemblyAsksAllInTurnWithPausesUntilSomebodyAnswers(t *testing.T) {
	now := time.Unix(0, 0)
	a := dissemination.NewAssembly(dissemination.DefaultPatience(), id(9), []chain.NodeID{peer(1), peer(2)}, now)
	began := now
	asked := make(map[chain.NodeID]int)
	for now.Sub(began) < 10*time.Second {
		now = a.Wake()
		to, want := a.Step(now)
		if want == nil {
			t.Fatal("it does not ask when it said it would")
		}
		if asked[to]++; asked[to]%2 == 0 {
			a.Answered(to, nil, now) // it has nothing
		}
	}
	if asked[peer(1)] < 10 || asked[peer(2)] < 10 || asked[peer(1)] > 50 || asked[peer(2)] > 50 {
		t.Errorf("in ten seconds it asked %d and %d times", asked[peer(1)], asked[peer(2)])
	}
}

func TestWhoAsksTooOftenOrForTooMuchGetsNothingForAWhile(t *testing.T) {
	r := dissemination.NewRation(dissemination.Portion{Answers: 3, Bytes: 100, Window: time.Second})
	now := time.Unix(0, 0)
	for _, want := range []int{100, 40, 40, 0} {
		if left := r.Left(peer(1), now); left != want {
			t.Errorf("%d bytes are left, want %d", left, want)
		}
		if want == 100 {
			r.Spend(peer(1), 60)
		}
	}
	if r.Left(peer(2), now) != 100 {
		t.Error("one peer takes from another's")
	}
	if r.Left(peer(1), now.Add(time.Second)) != 100 {
		t.Error("the next window begins with nothing")
	}
}
