package pool_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

func TestSelectionGoesByTipThenByArrivalThenByNonce(t *testing.T) {
	p := newPool(roomy())
	low, early, late := offer(1, 0, 50, 1), offer(2, 0, 50, 5), offer(3, 0, 50, 5)
	rich := offer(1, 1, 50, 50) // waits for the low one of its sender
	queued := offer(4, 1, 99, 99)
	for _, transaction := range []chain.Verified{rich, low, early, late, queued} {
		mustAdd(t, p, transaction, 0)
	}
	wantOrder(t, selected(p.Select()), early, late, low, rich)
}

func TestSkippingASenderLeavesOutItsOthers(t *testing.T) {
	p := newPool(roomy())
	first, second, other := offer(1, 0, 9, 9), offer(1, 1, 9, 9), offer(2, 0, 1, 1)
	for _, transaction := range []chain.Verified{first, second, other} {
		mustAdd(t, p, transaction, 0)
	}
	selection := p.Select()
	if transaction, ok := selection.Next(); !ok || transaction.ID != first.ID {
		t.Fatal("the first one does not come first")
	}
	selection.Skip(&first)
	selection.Skip(&first) // again, and of nobody: nothing happens
	stranger := offer(77, 0, 1, 1)
	selection.Skip(&stranger)
	wantOrder(t, selected(selection), other)
}

func TestASelectionIsASnapshot(t *testing.T) {
	p := newPool(roomy())
	first, second := offer(1, 0, 1, 1), offer(1, 1, 1, 1)
	mustAdd(t, p, first, 0)
	mustAdd(t, p, second, 0)
	selection := p.Select()
	p.Advance(0, map[pool.Lane]uint64{{Sender: sender(1)}: 2}, []chain.Hash{first.ID, second.ID})
	mustAdd(t, p, offer(2, 0, 9, 9), 0)
	wantOrder(t, selected(selection), first, second)
}

func TestContentsAreInOrderOfSenderAndNonce(t *testing.T) {
	p := newPool(roomy())
	for _, from := range []byte{9, 1, 5} {
		for _, nonce := range []uint64{4, 1, 0, 6} {
			mustAdd(t, p, offer(from, nonce, 1, 1), 0)
		}
	}
	contents := p.Contents()
	if len(contents) != 3 {
		t.Fatalf("%d senders", len(contents))
	}
	for i, c := range contents {
		if i > 0 && bytes.Compare(contents[i-1].Sender[:], c.Sender[:]) >= 0 {
			t.Errorf("sender %s comes after %s", c.Sender, contents[i-1].Sender)
		}
		if len(c.Pending) != 2 || c.Pending[0].Nonce != 0 || c.Pending[1].Nonce != 1 {
			t.Errorf("pending of %s: %d", c.Sender, len(c.Pending))
		}
		if len(c.Queued) != 2 || c.Queued[0].Nonce != 4 || c.Queued[1].Nonce != 6 {
			t.Errorf("queued of %s: %d", c.Sender, len(c.Queued))
		}
	}
}

func TestAnExportedPoolCanBeFilledAgain(t *testing.T) {
	p, again := newPool(roomy()), newPool(roomy())
	for _, transaction := range []chain.Verified{
		offer(1, 1, 3, 3), offer(2, 0, 9, 9), offer(1, 0, 2, 2), offer(2, 0, 20, 20), offer(3, 5, 1, 1), offer(4, 0, 20, 20),
	} {
		mustAdd(t, p, transaction, 0)
	}
	for _, transaction := range p.Export() {
		mustAdd(t, again, transaction, 0)
	}
	wantOrder(t, selected(again.Select()), selected(p.Select())...)
	wantCount(t, again, 4, 1)
}

func TestThePoolCanBeUsedByManyAtOnce(t *testing.T) {
	p := newPool(roomy())
	offers := make([][]chain.Verified, 4)
	for from := range offers {
		for nonce := range uint64(50) {
			offers[from] = append(offers[from], offer(byte(from), nonce, 1, 1))
		}
	}
	var group sync.WaitGroup
	for from := range offers {
		group.Go(func() {
			for _, transaction := range offers[from] {
				if _, err := p.Add(transaction, 0, p.Advances()); err != nil {
					t.Error(err)
				}
			}
		})
		group.Go(func() {
			for range 50 {
				selected(p.Select())
				p.Contents()
				p.Count()
				p.NextNonce(pool.Lane{Sender: sender(byte(from))}, 0)
			}
		})
	}
	group.Wait()
	wantCount(t, p, 200, 0)
}
