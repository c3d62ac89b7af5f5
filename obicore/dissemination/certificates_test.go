package dissemination_test

import (
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

func held(from byte, first, count int) *dissemination.Held {
	batch := checked(first, count)
	return &dissemination.Held{From: peer(from), Root: dissemination.CheckedRoot(sum{}, batch), Transactions: batch}
}

func TestABatchWaitsForEnoughStatementsWhateverComesFirst(t *testing.T) {
	now := time.Unix(0, 0)
	c := dissemination.NewCertificates(dissemination.DefaultCertificateLimits())
	h := held(1, 1, 3)
	signed := dissemination.Signed{Root: h.Root, Signature: []byte{2}}
	c.Note(peer(2), signed)
	c.Note(peer(2), dissemination.Signed{Root: id(99), Signature: []byte{9}})
	if !c.Hold(h, []byte{1}, now) || !c.Waits(peer(1)) || c.Waits(peer(2)) || !c.Holds(h.Root) {
		t.Fatal("it is not held")
	}
	c.Note(peer(2), signed)                                                    // once is enough
	c.Note(peer(1), dissemination.Signed{Root: h.Root, Signature: []byte{66}}) // the first counts
	if found, _ := c.Signatures(h.Root, 3); found != nil {
		t.Fatal("two are three")
	}
	found, signatures := c.Signatures(h.Root, 2)
	if found != h || len(signatures) != 2 || signatures[peer(1)][0] != 1 || signatures[peer(2)][0] != 2 {
		t.Fatal("two statements are not two:", signatures)
	}
	c.Refuse(h, peer(2))
	c.Note(peer(2), signed)
	if found, _ := c.Signatures(h.Root, 2); found != nil {
		t.Fatal("a statement that was refused counts")
	}
	if c.Take(now) != nil || !c.Wake().After(now) {
		t.Fatal("it leaves before it is checked")
	}
	if !c.Certify(h) || c.Certify(h) {
		t.Fatal("it is not certified once")
	}
	if found, _ := c.Signatures(h.Root, 1); found != nil {
		t.Fatal("it still waits for statements")
	}
	if c.Take(now) != h || c.Take(now) != nil || c.Waits(peer(1)) || c.Holds(h.Root) || !c.Wake().IsZero() {
		t.Fatal("it does not leave once")
	}
}

func TestWhatAPeerHasSentLeavesInOrder(t *testing.T) {
	now := time.Unix(0, 0)
	limits := dissemination.DefaultCertificateLimits()
	c := dissemination.NewCertificates(limits)
	first, second, third := held(1, 1, 2), held(1, 10, 2), &dissemination.Held{From: peer(1), Transactions: checked(20, 2), Checked: true}
	for _, h := range []*dissemination.Held{first, second, third} {
		if !c.Hold(h, []byte{1}, now) {
			t.Fatal("no room")
		}
		now = now.Add(time.Millisecond)
	}
	second.Checked = true
	if c.Take(now) != nil {
		t.Fatal("a later one overtakes the first")
	}
	now = c.Wake()
	for i, want := range []*dissemination.Held{first, second, third} {
		if c.Take(now) != want {
			t.Fatalf("number %d is another", i)
		}
	}
	if first.Checked || c.Certify(first) {
		t.Error("the one whose patience has ended counts as checked")
	}
}

func TestOfSeveralPeersTheOneWithTheLeastPatienceLeftLeavesFirst(t *testing.T) {
	now := time.Unix(0, 0)
	c := dissemination.NewCertificates(dissemination.DefaultCertificateLimits())
	late, second, first := held(1, 1, 1), held(3, 10, 1), held(2, 20, 1)
	c.Hold(second, []byte{1}, now)
	c.Hold(first, []byte{1}, now)
	c.Hold(late, []byte{1}, now.Add(time.Millisecond))
	now = now.Add(time.Hour)
	if c.Take(now) != first || c.Take(now) != second || c.Take(now) != late {
		t.Error("they leave in another order")
	}
}

func TestAProposalEndsPatienceWithWhatItNames(t *testing.T) {
	now := time.Unix(0, 0)
	c := dissemination.NewCertificates(dissemination.DefaultCertificateLimits())
	first, second, third, other := held(1, 1, 2), held(1, 10, 2), held(1, 20, 2), held(2, 30, 2)
	for _, h := range []*dissemination.Held{first, second, third, other} {
		c.Hold(h, []byte{1}, now)
	}
	if c.Hurry(func(chain.Hash) bool { return false }) || !c.Hurry(func(named chain.Hash) bool { return named == id(11) }) {
		t.Error("it does not say whether there is a hurry")
	}
	if c.Take(now) != first || c.Take(now) != second || c.Take(now) != nil {
		t.Error("not the named one and what stands before it")
	}
}

func TestWhatIsHeldOfOnePeerIsBounded(t *testing.T) {
	now := time.Unix(0, 0)
	limits := dissemination.CertificateLimits{Patience: time.Second, Batches: 3, Bytes: 10_000, Statements: 4}
	c := dissemination.NewCertificates(limits)
	for n := range 5 {
		if have, want := c.Hold(held(1, 10*n+1, 1), []byte{1}, now), n < limits.Batches; have != want {
			t.Errorf("batch %d is held: %v", n, have)
		}
	}
	if c.Hold(held(2, 1000, 30), []byte{1}, now) || !c.Hold(held(2, 1000, 10), []byte{1}, now) || c.Hold(held(2, 2000, 10), []byte{1}, now) {
		t.Error("the bytes of one peer are not bounded")
	}
	if c.Hold(held(3, 1000, 10), []byte{1}, now) {
		t.Error("one batch is held twice")
	}
	late := held(4, 5000, 1)
	c.Note(peer(5), dissemination.Signed{Root: late.Root, Signature: []byte{1}})
	c.Note(peer(6), dissemination.Signed{Root: late.Root, Signature: []byte{1}})
	for n := range limits.Statements {
		c.Note(peer(5), dissemination.Signed{Root: id(7000 + n), Signature: []byte{1}})
	}
	c.Note(peer(7), dissemination.Signed{Root: late.Root, Signature: []byte{1}})
	c.Forget(setOf(6)) // without number 7
	c.Hold(late, []byte{1}, now)
	if _, signatures := c.Signatures(late.Root, 1); len(signatures) != 2 || signatures[peer(6)] == nil {
		t.Errorf("statements of %d validators are kept", len(signatures))
	}
}
