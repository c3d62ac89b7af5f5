package pool_test

import (
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

func TestASenderHasAtMostPerSenderTransactions(t *testing.T) {
	limits := roomy()
	limits.PerSender = 3
	p := newPool(limits)
	for nonce := range uint64(3) {
		mustAdd(t, p, offer(1, 10+nonce, 1, 1), 10)
	}
	for _, nonce := range []uint64{13, 14, 1 << 40, ^uint64(0)} {
		_, err := p.Add(offer(1, nonce, 1, 1), 10, p.Advances())
		if !errors.Is(err, pool.ErrGap) && !errors.Is(err, pool.ErrSenderFull) {
			t.Errorf("nonce %d: %v", nonce, err)
		}
	}
	mustAdd(t, p, offer(1, 11, 10, 10), 10) // a replacement needs no more room
	mustAdd(t, p, offer(2, 0, 1, 1), 0)
	wantCount(t, p, 4, 0)
}

func TestANonceTooFarAheadIsRefused(t *testing.T) {
	limits := roomy()
	p := newPool(limits)
	mustAdd(t, p, offer(1, uint64(limits.PerSender)-1, 1, 1), 0)
	if _, err := p.Add(offer(1, uint64(limits.PerSender), 1, 1), 0, p.Advances()); !errors.Is(err, pool.ErrGap) {
		t.Errorf("got %v", err)
	}
}

// full is a pool of four transactions: one pending, three queued of two senders.
func full(t *testing.T) (p *pool.Pool, pending, single, cheap, dear chain.Verified) {
	limits := roomy()
	limits.Transactions = 4
	p = newPool(limits)
	pending, single, cheap, dear = offer(1, 0, 5, 5), offer(2, 9, 1, 1), offer(3, 9, 10, 10), offer(3, 8, 20, 20)
	for _, transaction := range []chain.Verified{pending, single, cheap, dear} {
		mustAdd(t, p, transaction, 0)
	}
	return p, pending, single, cheap, dear
}

func wantHeld(t *testing.T, p *pool.Pool, held bool, transactions ...chain.Verified) {
	t.Helper()
	for _, transaction := range transactions {
		if _, ok := p.Get(transaction.ID); ok != held {
			t.Errorf("nonce %d of %s: held %t, want %t", transaction.Nonce, transaction.Sender, ok, held)
		}
	}
}

func TestAPendingNewcomerTakesThePlaceOfTheCheapestQueuedOfTheMostCrowdedSender(t *testing.T) {
	p, pending, single, cheap, dear := full(t)
	newcomer := offer(4, 0, 0, 0) // whatever it offers: only it can go into a block
	mustAdd(t, p, newcomer, 0)
	wantHeld(t, p, false, cheap)
	wantHeld(t, p, true, pending, single, dear, newcomer)
}

func TestAQueuedNewcomerTakesAPlaceFromAMoreCrowdedSender(t *testing.T) {
	p, pending, single, cheap, dear := full(t)
	newcomer := offer(4, 1, 0, 0)
	mustAdd(t, p, newcomer, 0)
	wantHeld(t, p, false, cheap)
	wantHeld(t, p, true, pending, single, dear, newcomer)
}

func TestAFullPoolRefusesAQueuedNewcomerOfTheMostCrowdedSender(t *testing.T) {
	p, pending, single, cheap, dear := full(t)
	if _, err := p.Add(offer(3, 7, 1000, 1000), 0, p.Advances()); !errors.Is(err, pool.ErrFull) {
		t.Errorf("got %v", err)
	}
	wantHeld(t, p, true, pending, single, cheap, dear)
}

func TestPendingTransactionsAreNeverEvicted(t *testing.T) {
	limits := roomy()
	limits.Transactions = 3
	p := newPool(limits)
	for from := range byte(3) {
		mustAdd(t, p, offer(from, 0, 1, 1), 0)
	}
	if _, err := p.Add(offer(9, 0, 1000, 1000), 0, p.Advances()); !errors.Is(err, pool.ErrFull) {
		t.Errorf("got %v", err)
	}
	wantCount(t, p, 3, 0)
}

func TestAReplacementNeedsNoRoomInAFullPool(t *testing.T) {
	p, pending, single, cheap, dear := full(t)
	replacement := offer(1, 0, 10, 10)
	if added := mustAdd(t, p, replacement, 0); added.Replaced == nil || added.Replaced.ID != pending.ID {
		t.Errorf("got %+v", added)
	}
	mustAdd(t, p, offer(2, 9, 100, 100), 0) // a queued one too
	wantCount(t, p, 1, 3)
	wantHeld(t, p, true, cheap, dear)
	wantHeld(t, p, false, single, pending)
}

func TestALargerReplacementNeedsOnlyTheDifference(t *testing.T) {
	limits := roomy()
	limits.Bytes = 300
	p := newPool(limits)
	mustAdd(t, p, sized(offer(1, 0, 10, 10), 200), 0)
	mustAdd(t, p, sized(offer(1, 0, 20, 20), 300), 0)
	if _, err := p.Add(sized(offer(1, 0, 40, 40), 301), 0, p.Advances()); !errors.Is(err, pool.ErrFull) {
		t.Errorf("got %v", err)
	}
	wantCount(t, p, 1, 0)
}

func TestBytesAreBoundedAndGivenBack(t *testing.T) {
	limits := roomy()
	limits.Bytes = 1000
	p := newPool(limits)
	if _, err := p.Add(sized(offer(1, 0, 1, 1), 1001), 0, p.Advances()); !errors.Is(err, pool.ErrFull) {
		t.Errorf("a transaction larger than the pool gives %v", err)
	}
	for nonce := range uint64(50) {
		transaction := sized(offer(1, nonce, 1, 1), 1000)
		mustAdd(t, p, transaction, nonce)
		if _, err := p.Add(offer(2, 0, 1, 1), 0, p.Advances()); !errors.Is(err, pool.ErrFull) {
			t.Fatalf("a full pool gives %v", err)
		}
		p.Advance(0, map[pool.Lane]uint64{{Sender: sender(1)}: nonce + 1}, []chain.Hash{transaction.ID})
	}
	wantCount(t, p, 0, 0)
}

func TestARefusedNewcomerEvictsNobody(t *testing.T) {
	limits := roomy()
	limits.Bytes = 1000
	p := newPool(limits)
	small, large := sized(offer(1, 5, 1, 1), 100), sized(offer(2, 0, 50, 50), 900)
	mustAdd(t, p, small, 0)
	mustAdd(t, p, large, 0)
	// The place of the queued one is not enough for it.
	if _, err := p.Add(sized(offer(3, 0, 10, 10), 500), 0, p.Advances()); !errors.Is(err, pool.ErrFull) {
		t.Fatalf("got %v", err)
	}
	wantHeld(t, p, true, small, large)
}

func TestARefusalLeavesNoTrace(t *testing.T) {
	limits := roomy()
	limits.Transactions = 1
	p := newPool(limits)
	mustAdd(t, p, offer(1, 0, 1, 1), 0)
	for from := byte(2); from < 50; from++ {
		if _, err := p.Add(offer(from, 0, 1, 1), 0, p.Advances()); !errors.Is(err, pool.ErrFull) {
			t.Fatalf("got %v", err)
		}
	}
	if senders := len(p.Contents()); senders != 1 {
		t.Errorf("%d senders are kept", senders)
	}
}
