package pool_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

func TestATransactionWithTheNextNonceIsPending(t *testing.T) {
	p := newPool(roomy())
	if added := mustAdd(t, p, offer(1, 7, 1, 1), 7); !added.Pending || added.Promoted != nil || added.Replaced != nil {
		t.Errorf("got %+v", added)
	}
	wantCount(t, p, 1, 0)
	if !p.HasPending() {
		t.Error("nothing is pending")
	}
}

func TestATransactionAfterAGapIsQueuedUntilTheGapIsFilled(t *testing.T) {
	p := newPool(roomy())
	third, second, first := offer(1, 2, 1, 1), offer(1, 1, 1, 1), offer(1, 0, 1, 1)
	for _, queued := range []chain.Verified{third, second} {
		if mustAdd(t, p, queued, 0).Pending {
			t.Errorf("nonce %d is pending before nonce 0 is there", queued.Nonce)
		}
	}
	wantCount(t, p, 0, 2)
	if p.HasPending() {
		t.Error("a queued transaction counts as pending")
	}
	added := mustAdd(t, p, first, 0)
	if !added.Pending {
		t.Error("the filler is not pending")
	}
	wantOrder(t, added.Promoted, second, third)
	wantCount(t, p, 3, 0)
}

func TestPromotionStopsAtTheNextGap(t *testing.T) {
	p := newPool(roomy())
	mustAdd(t, p, offer(1, 3, 1, 1), 0)
	second := offer(1, 1, 1, 1)
	mustAdd(t, p, second, 0)
	wantOrder(t, mustAdd(t, p, offer(1, 0, 1, 1), 0).Promoted, second)
	wantCount(t, p, 2, 1)
}

func TestAKnownTransactionIsRefused(t *testing.T) {
	p := newPool(roomy())
	transaction := offer(1, 0, 1, 1)
	mustAdd(t, p, transaction, 0)
	if _, err := p.Add(transaction, 0, p.Advances()); !errors.Is(err, pool.ErrKnown) {
		t.Errorf("got %v", err)
	}
	wantCount(t, p, 1, 0)
}

func TestASpentNonceIsRefused(t *testing.T) {
	p := newPool(roomy())
	if _, err := p.Add(offer(1, 4, 1, 1), 5, p.Advances()); !errors.Is(err, pool.ErrNonceTooLow) {
		t.Errorf("got %v", err)
	}
	wantCount(t, p, 0, 0)
}

func TestAReplacementMustOutbidBothPricesByTenPerCent(t *testing.T) {
	for name, c := range map[string]struct {
		fee, tip, newFee, newTip uint64
		accepted                 bool
	}{
		"both exactly ten per cent":       {100, 50, 110, 55, true},
		"fee cap one unit short":          {100, 50, 109, 55, false},
		"tip cap one unit short":          {100, 50, 110, 54, false},
		"only the fee cap":                {100, 50, 200, 50, false},
		"only the tip cap":                {100, 50, 100, 100, false},
		"the same prices":                 {100, 50, 100, 50, false},
		"ten per cent rounds up":          {1, 1, 2, 2, true},
		"ten per cent does not round off": {15, 15, 16, 16, false},
		"no tip stays no tip":             {100, 0, 110, 0, true},
		"from zero price to a price":      {0, 0, 1, 1, true},
		"from a price to zero":            {1, 1, 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPool(roomy())
			old, replacement := offer(1, 0, c.fee, c.tip), offer(1, 0, c.newFee, c.newTip)
			mustAdd(t, p, old, 0)
			added, err := p.Add(replacement, 0, p.Advances())
			if !c.accepted {
				if !errors.Is(err, pool.ErrUnderpriced) {
					t.Errorf("got %v", err)
				}
				wantOrder(t, selected(p.Select()), old)
				return
			}
			if err != nil || added.Replaced == nil || added.Replaced.ID != old.ID || !added.Pending {
				t.Fatalf("got %+v and %v", added, err)
			}
			if _, ok := p.Get(old.ID); ok {
				t.Error("the replaced transaction is still known")
			}
			wantOrder(t, selected(p.Select()), replacement)
		})
	}
}

func TestAReplacementPromotesNothing(t *testing.T) {
	p := newPool(roomy())
	mustAdd(t, p, offer(1, 0, 10, 10), 0)
	mustAdd(t, p, offer(1, 1, 10, 10), 0)
	if added := mustAdd(t, p, offer(1, 0, 20, 20), 0); len(added.Promoted) != 0 {
		t.Errorf("promoted %d", len(added.Promoted))
	}
	wantCount(t, p, 2, 0)
}

func TestAQueuedTransactionCanBeReplaced(t *testing.T) {
	p := newPool(roomy())
	mustAdd(t, p, offer(1, 5, 10, 10), 0)
	if added := mustAdd(t, p, offer(1, 5, 20, 20), 0); added.Pending || added.Replaced == nil {
		t.Errorf("got %+v", added)
	}
	wantCount(t, p, 0, 1)
}

func TestAtZeroPriceTheLatestWinsABoundedNumberOfTimes(t *testing.T) {
	limits := roomy()
	p := newPool(limits)
	latest := offer(1, 0, 0, 0)
	mustAdd(t, p, latest, 0)
	for range limits.Replacements {
		latest = offer(1, 0, 0, 0)
		mustAdd(t, p, latest, 0)
	}
	if _, err := p.Add(offer(1, 0, 0, 0), 0, p.Advances()); !errors.Is(err, pool.ErrUnderpriced) {
		t.Errorf("replacement %d: %v", limits.Replacements+1, err)
	}
	wantOrder(t, selected(p.Select()), latest)
	mustAdd(t, p, offer(1, 0, 1, 1), 0)
}

// The product of price and percentage may come within the rounding of 2^256.
func TestAPriceNearTheLargestIsNotUndercut(t *testing.T) {
	highest := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	for _, price := range []*big.Int{highest, new(big.Int).Div(highest, big.NewInt(100+pool.PriceBump))} {
		p := newPool(roomy())
		old := offer(1, 0, 0, 0)
		old.FeeCap, _ = chain.WordFromBig(price)
		old.TipCap = old.FeeCap
		mustAdd(t, p, old, 0)
		if _, err := p.Add(offer(1, 0, 1, 1), 0, p.Advances()); !errors.Is(err, pool.ErrUnderpriced) {
			t.Errorf("a price of 1 in place of %v: %v", price, err)
		}
	}
}

func TestNextNonceFollowsThePendingTransactions(t *testing.T) {
	p := newPool(roomy())
	if next := p.NextNonce(pool.Lane{Sender: sender(1)}, 3); next != 3 {
		t.Errorf("%d without transactions", next)
	}
	for _, nonce := range []uint64{3, 4, 6} {
		mustAdd(t, p, offer(1, nonce, 1, 1), 3)
	}
	if next := p.NextNonce(pool.Lane{Sender: sender(1)}, 3); next != 5 {
		t.Errorf("%d, want 5", next)
	}
}

func TestAdvanceDropsWhatIsSpentAndMakesTheRestPending(t *testing.T) {
	p := newPool(roomy())
	included, spent, rest := offer(1, 0, 1, 1), offer(1, 1, 1, 1), offer(1, 3, 1, 1)
	for _, transaction := range []chain.Verified{included, spent, rest} {
		mustAdd(t, p, transaction, 0)
	}
	other := offer(2, 0, 1, 1)
	mustAdd(t, p, other, 0)
	// Another node's block used nonces 1 and 2 too, with other transactions.
	p.Advance(0, map[pool.Lane]uint64{{Sender: sender(1)}: 3, {Sender: sender(9)}: 1}, []chain.Hash{included.ID, {1, 2, 3}})
	wantCount(t, p, 2, 0)
	wantOrder(t, selected(p.Select()), rest, other)
	if _, ok := p.Get(spent.ID); ok {
		t.Error("a transaction with a spent nonce is still there")
	}
	if _, err := p.Add(offer(1, 2, 1, 1), 3, p.Advances()); !errors.Is(err, pool.ErrNonceTooLow) {
		t.Errorf("a spent nonce gives %v", err)
	}
}

func TestANonceThatWasReadBeforeABlockIsRefused(t *testing.T) {
	p := newPool(roomy())
	included := offer(1, 0, 1, 1)
	mustAdd(t, p, included, 0)
	read := p.Advances()
	// The sender leaves the pool with the block, and what the pool knew of it too.
	p.Advance(0, map[pool.Lane]uint64{{Sender: sender(1)}: 1}, []chain.Hash{included.ID})
	next := offer(1, 1, 1, 1)
	if _, err := p.Add(next, 0, read); !errors.Is(err, pool.ErrMoved) {
		t.Fatalf("a nonce from before the block gives %v", err)
	}
	mustAdd(t, p, next, 1)
	wantCount(t, p, 1, 0)
}

func TestRemovingAPendingTransactionQueuesThoseBehindIt(t *testing.T) {
	p := newPool(roomy())
	first := offer(1, 0, 1, 1)
	mustAdd(t, p, first, 0)
	mustAdd(t, p, offer(1, 1, 1, 1), 0)
	if !p.Remove(first.ID) || p.Remove(first.ID) {
		t.Error("Remove does not report what it did")
	}
	wantCount(t, p, 0, 1)
}

func TestClearLeavesNothingAndFreesTheRoom(t *testing.T) {
	limits := roomy()
	limits.Transactions, limits.Bytes = 1, wire
	p := newPool(limits)
	for range 3 {
		mustAdd(t, p, offer(1, 0, 1, 1), 0)
		p.Clear()
		wantCount(t, p, 0, 0)
	}
	if len(p.Contents()) != 0 || len(p.Export()) != 0 {
		t.Error("something is left")
	}
}
