package pool_test

import (
	"errors"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// crowded are limits whose queue is the narrow part.
func crowded() pool.Limits {
	limits := roomy()
	limits.Transactions, limits.Queued, limits.QueuedPerSender = 400, 100, 20
	return limits
}

func TestQueuedTransactionsOfManySendersLeaveRoomForPendingOnes(t *testing.T) {
	p := newPool(crowded())
	for from := range byte(200) {
		mustAdd(t, p, offer(from, 5, 0, 0), 0)
	}
	wantCount(t, p, 0, 100)
	for from := range byte(200) {
		mustAdd(t, p, offer(from, 0, 0, 0), 0)
	}
	wantCount(t, p, 200, 100)
}

func TestOneSenderQueuesAtMostItsShare(t *testing.T) {
	limits := crowded()
	p := newPool(limits)
	for nonce := range uint64(limits.QueuedPerSender) {
		mustAdd(t, p, offer(1, 1+nonce, 1, 1), 0)
	}
	if _, err := p.Add(offer(1, 40, 9, 9), 0, p.Advances()); !errors.Is(err, pool.ErrSenderFull) {
		t.Errorf("got %v", err)
	}
	mustAdd(t, p, offer(1, 3, 9, 9), 0) // a replacement takes no further place
	if added := mustAdd(t, p, offer(1, 0, 1, 1), 0); len(added.Promoted) != limits.QueuedPerSender {
		t.Errorf("%d promoted", len(added.Promoted))
	}
	mustAdd(t, p, offer(1, 40, 9, 9), 0)
	wantCount(t, p, limits.QueuedPerSender+1, 1)
}

func TestAFewSendersWithFullQueuesDoNotLockOthersOut(t *testing.T) {
	limits := crowded()
	p := newPool(limits)
	for from := range byte(5) {
		for nonce := range uint64(limits.QueuedPerSender) {
			mustAdd(t, p, offer(from, 1+nonce, 1000, 1000), 0)
		}
	}
	honest := []chain.Verified{offer(9, 1, 0, 0), offer(9, 2, 0, 0), offer(9, 3, 0, 0)}
	for _, transaction := range honest {
		mustAdd(t, p, transaction, 0)
	}
	wantHeld(t, p, true, honest...)
	wantCount(t, p, 0, limits.Queued)
}

func TestALargeQueuedTransactionTakesMorePlaces(t *testing.T) {
	limits := crowded()
	limits.Queued = 10
	p := newPool(limits)
	large := sized(offer(1, 1, 1, 1), 9*4096)
	mustAdd(t, p, large, 0)
	mustAdd(t, p, offer(2, 1, 1, 1), 0)
	wantCount(t, p, 0, 2)
	mustAdd(t, p, offer(3, 1, 1, 1), 0)
	wantHeld(t, p, false, large)
	if _, err := p.Add(sized(offer(4, 1, 1, 1), 10*4096+1), 0, p.Advances()); !errors.Is(err, pool.ErrFull) {
		t.Errorf("a transaction larger than the queue gives %v", err)
	}
	wantCount(t, p, 0, 2)
}

func TestAQueuedTransactionIsDroppedAfterItsLife(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	limits := roomy()
	p := pool.New(limits, func() time.Time { return now })
	early := offer(1, 1, 1, 1)
	mustAdd(t, p, early, 0)
	pending := offer(2, 0, 1, 1)
	mustAdd(t, p, pending, 0)
	now = now.Add(limits.QueuedLife / 2)
	late := offer(1, 2, 1, 1)
	mustAdd(t, p, late, 0)

	now = now.Add(limits.QueuedLife / 2)
	p.Advance(0, nil, nil)
	wantHeld(t, p, false, early)
	wantHeld(t, p, true, late, pending)

	now = now.Add(limits.QueuedLife)
	mustAdd(t, p, offer(3, 0, 1, 1), 0)
	wantHeld(t, p, false, late)
	wantHeld(t, p, true, pending)
}

func TestTheLifeOfAQueuedTransactionBeginsWhenItIsQueued(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	limits := roomy()
	p := pool.New(limits, func() time.Time { return now })
	first, second := offer(1, 0, 1, 1), offer(1, 1, 1, 1)
	mustAdd(t, p, first, 0)
	mustAdd(t, p, second, 0)
	now = now.Add(2 * limits.QueuedLife)
	p.Remove(first.ID)
	p.Advance(0, nil, nil)
	wantHeld(t, p, true, second)
	now = now.Add(limits.QueuedLife)
	p.Advance(0, nil, nil)
	wantHeld(t, p, false, second)
}

func TestPendingTransactionsThatFallIntoTheQueueKeepToItsLimits(t *testing.T) {
	limits := crowded()
	p := newPool(limits)
	first := offer(1, 0, 1, 1)
	mustAdd(t, p, first, 0)
	for nonce := uint64(1); nonce < 60; nonce++ {
		mustAdd(t, p, offer(1, nonce, 1, 1), 0)
	}
	p.Remove(first.ID)
	wantCount(t, p, 0, limits.QueuedPerSender)
	// Those nearest to the gap are kept.
	if added := mustAdd(t, p, offer(1, 0, 1, 1), 0); len(added.Promoted) != limits.QueuedPerSender {
		t.Errorf("%d promoted", len(added.Promoted))
	}
}

func TestAQueuedTransactionNamesTheMissingNonce(t *testing.T) {
	p := newPool(roomy())
	pending, queued := offer(1, 3, 1, 1), offer(1, 7, 1, 1)
	mustAdd(t, p, pending, 3)
	mustAdd(t, p, queued, 3)
	if nonce, waits := p.Missing(queued.ID); !waits || nonce != 4 {
		t.Errorf("nonce %d, waits %t", nonce, waits)
	}
	for _, id := range []chain.Hash{pending.ID, {1}} {
		if _, waits := p.Missing(id); waits {
			t.Errorf("%s waits", id)
		}
	}
}

// A refusal must not cost a walk over the queue, which would show in what it
// allocates.
func TestARefusalCostsTheSameInALargePool(t *testing.T) {
	cost := func(size int) float64 {
		limits := roomy()
		limits.Transactions, limits.Queued, limits.Bytes = size+2, size, (size+2)*wire
		p := newPool(limits)
		mustAdd(t, p, sized(offer(1, 0, 1, 1), 2*wire), 0)
		for i := range size {
			queued := offer(1, 2, 1, 1)
			queued.Sender = chain.Address{1, byte(i), byte(i >> 8)}
			mustAdd(t, p, queued, 0)
		}
		refused := sized(offer(2, 0, 2, 2), size*wire+1) // larger than the whole queue
		return testing.AllocsPerRun(100, func() {
			if _, err := p.Add(refused, 0, p.Advances()); !errors.Is(err, pool.ErrFull) {
				t.Fatalf("got %v", err)
			}
		})
	}
	if small, large := cost(300), cost(30_000); large > small+3 {
		t.Errorf("%v allocations in a small pool, %v in a large one", small, large)
	}
}
