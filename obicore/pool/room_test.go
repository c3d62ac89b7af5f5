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
	p := pool.New(limits)
	for nonce := range uint64(3) {
		mustAdd(t, p, offer(1, 10+nonce, 1, 1), 10)
	}
	for _, nonce := range []uint64{13, 14, 1 << 40, ^uint64(0)} {
		_, err := p.Add(offer(1, nonce, 1, 1), 10)
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
	p := pool.New(limits)
	mustAdd(t, p, offer(1, uint64(limits.PerSender)-1, 1, 1), 0)
	if _, err := p.Add(offer(1, uint64(limits.PerSender), 1, 1), 0); !errors.Is(err, pool.ErrGap) {
		t.Errorf("got %v", err)
	}
}

// full is a pool of three transactions: one pending, two queued.
func full(t *testing.T) (p *pool.Pool, pending, cheap, dear chain.Verified) {
	limits := roomy()
	limits.Transactions = 3
	p = pool.New(limits)
	pending, cheap, dear = offer(1, 0, 5, 5), offer(2, 9, 10, 10), offer(3, 9, 20, 20)
	for _, transaction := range []chain.Verified{pending, cheap, dear} {
		mustAdd(t, p, transaction, 0)
	}
	return p, pending, cheap, dear
}

func TestAPendingNewcomerTakesThePlaceOfTheCheapestQueued(t *testing.T) {
	p, pending, cheap, dear := full(t)
	newcomer := offer(4, 0, 11, 11)
	mustAdd(t, p, newcomer, 0)
	if _, ok := p.Get(cheap.ID); ok {
		t.Error("the cheapest queued transaction is still there")
	}
	for _, kept := range []chain.Verified{pending, dear, newcomer} {
		if _, ok := p.Get(kept.ID); !ok {
			t.Errorf("the transaction of %s is gone", kept.Sender)
		}
	}
}

func TestAFullPoolRefusesWhatIsNotPendingOrOffersNoMore(t *testing.T) {
	for name, newcomer := range map[string]chain.Verified{
		"queued":        offer(4, 1, 1000, 1000),
		"no more":       offer(4, 0, 10, 10),
		"less":          offer(4, 0, 1000, 9),
		"same, queued":  offer(2, 8, 1000, 1000),
		"a second gap":  offer(1, 2, 1000, 1000),
		"tip, not fees": offer(4, 0, 1000, 0),
	} {
		t.Run(name, func(t *testing.T) {
			p, pending, cheap, dear := full(t)
			if _, err := p.Add(newcomer, 0); !errors.Is(err, pool.ErrFull) {
				t.Errorf("got %v", err)
			}
			for _, kept := range []chain.Verified{pending, cheap, dear} {
				if _, ok := p.Get(kept.ID); !ok {
					t.Errorf("the transaction of %s is gone", kept.Sender)
				}
			}
		})
	}
}

func TestPendingTransactionsAreNeverEvicted(t *testing.T) {
	limits := roomy()
	limits.Transactions = 3
	p := pool.New(limits)
	for from := range byte(3) {
		mustAdd(t, p, offer(from, 0, 1, 1), 0)
	}
	if _, err := p.Add(offer(9, 0, 1000, 1000), 0); !errors.Is(err, pool.ErrFull) {
		t.Errorf("got %v", err)
	}
	wantCount(t, p, 3, 0)
}

func TestAReplacementNeedsNoRoomInAFullPool(t *testing.T) {
	p, pending, cheap, dear := full(t)
	replacement := offer(1, 0, 10, 10)
	if added := mustAdd(t, p, replacement, 0); added.Replaced == nil || added.Replaced.ID != pending.ID {
		t.Errorf("got %+v", added)
	}
	mustAdd(t, p, offer(2, 9, 100, 100), 0) // a queued one too
	wantCount(t, p, 1, 2)
	if _, ok := p.Get(dear.ID); !ok {
		t.Error("a replacement evicted another transaction")
	}
	if _, ok := p.Get(cheap.ID); ok {
		t.Error("the replaced transaction is still there")
	}
}

func TestALargerReplacementNeedsOnlyTheDifference(t *testing.T) {
	limits := roomy()
	limits.Bytes = 300
	p := pool.New(limits)
	mustAdd(t, p, sized(offer(1, 0, 10, 10), 200), 0)
	mustAdd(t, p, sized(offer(1, 0, 20, 20), 300), 0)
	if _, err := p.Add(sized(offer(1, 0, 40, 40), 301), 0); !errors.Is(err, pool.ErrFull) {
		t.Errorf("got %v", err)
	}
	wantCount(t, p, 1, 0)
}

func TestBytesAreBoundedAndGivenBack(t *testing.T) {
	limits := roomy()
	limits.Bytes = 1000
	p := pool.New(limits)
	if _, err := p.Add(sized(offer(1, 0, 1, 1), 1001), 0); !errors.Is(err, pool.ErrFull) {
		t.Errorf("a transaction larger than the pool gives %v", err)
	}
	for nonce := range uint64(50) {
		transaction := sized(offer(1, nonce, 1, 1), 1000)
		mustAdd(t, p, transaction, nonce)
		if _, err := p.Add(offer(2, 0, 1, 1), 0); !errors.Is(err, pool.ErrFull) {
			t.Fatalf("a full pool gives %v", err)
		}
		p.Advance(map[chain.Address]uint64{sender(1): nonce + 1}, []chain.Hash{transaction.ID})
	}
	wantCount(t, p, 0, 0)
}

func TestARefusedNewcomerEvictsNobody(t *testing.T) {
	limits := roomy()
	limits.Bytes = 1000
	p := pool.New(limits)
	small, large := sized(offer(1, 5, 1, 1), 100), sized(offer(2, 0, 50, 50), 900)
	mustAdd(t, p, small, 0)
	mustAdd(t, p, large, 0)
	// It beats the small queued one, whose place is not enough.
	if _, err := p.Add(sized(offer(3, 0, 10, 10), 500), 0); !errors.Is(err, pool.ErrFull) {
		t.Fatalf("got %v", err)
	}
	if _, ok := p.Get(small.ID); !ok {
		t.Error("a transaction was evicted for a newcomer that was then refused")
	}
}

func TestARefusalLeavesNoTrace(t *testing.T) {
	limits := roomy()
	limits.Transactions = 1
	p := pool.New(limits)
	mustAdd(t, p, offer(1, 0, 1, 1), 0)
	for from := byte(2); from < 50; from++ {
		if _, err := p.Add(offer(from, 0, 1, 1), 0); !errors.Is(err, pool.ErrFull) {
			t.Fatalf("got %v", err)
		}
	}
	if senders := len(p.Contents()); senders != 1 {
		t.Errorf("%d senders are kept", senders)
	}
}
