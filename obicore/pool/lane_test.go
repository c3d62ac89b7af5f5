package pool_test

import (
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// in puts a transaction into a lane.
func in(lane uint64, t chain.Verified) chain.Verified {
	moved := *t.Transaction
	moved.Lane, moved.ID[31] = lane, byte(lane)
	t.Transaction = &moved
	return t
}

func until(height uint64, t chain.Verified) chain.Verified {
	bounded := *t.Transaction
	bounded.ValidUntil = height
	t.Transaction = &bounded
	return t
}

func TestLanesOfASenderDoNotWaitForEachOther(t *testing.T) {
	p := newPool(roomy())
	for _, lane := range []uint64{0, 7, 9} {
		mustAdd(t, p, in(lane, offer(1, 3, 1, 1)), 3)
	}
	mustAdd(t, p, in(7, offer(1, 5, 1, 1)), 3) // 4 is missing in this lane alone
	wantCount(t, p, 3, 1)
	p.Advance(1, map[pool.Lane]uint64{{Sender: sender(1), Number: 7}: 5}, nil)
	wantCount(t, p, 3, 0)
	if next := p.NextNonce(pool.Lane{Sender: sender(1), Number: 7}, 5); next != 6 {
		t.Errorf("the next nonce of lane 7 is %d", next)
	}
}

func TestUnorderedTransactionsArePendingWhateverTheirNonce(t *testing.T) {
	p := newPool(roomy())
	var all []chain.Verified
	for _, nonce := range []uint64{900, 2, 2, 40} {
		unordered := in(chain.UnorderedLane, offer(1, nonce, 1, 1))
		mustAdd(t, p, unordered, nonce)
		all = append(all, unordered)
	}
	wantCount(t, p, 4, 0)
	if _, err := p.Add(all[2], 2, p.Advances()); !errors.Is(err, pool.ErrKnown) {
		t.Errorf("one that is known: %v", err)
	}
	p.Advance(1, nil, []chain.Hash{all[1].ID})
	wantCount(t, p, 3, 0)
	selection := p.Select()
	first, _ := selection.Next()
	selection.Skip(&first)
	if _, more := selection.Next(); !more {
		t.Error("one that is skipped takes others with it")
	}
}

func TestWhatIsValidUpToAHeightGoesWithIt(t *testing.T) {
	p := newPool(roomy())
	mustAdd(t, p, until(10, offer(1, 0, 1, 1)), 0)
	mustAdd(t, p, until(12, offer(1, 1, 1, 1)), 0)
	mustAdd(t, p, offer(1, 2, 1, 1), 0)
	mustAdd(t, p, until(11, offer(2, 0, 1, 1)), 0)
	p.Advance(9, nil, nil) // the next block has height 10
	wantCount(t, p, 4, 0)
	p.Advance(10, nil, nil)
	wantCount(t, p, 1, 2) // nonce 0 is missing now
	p.Advance(12, nil, nil)
	wantCount(t, p, 0, 1)
}

func TestTheLimitsOfASenderHoldForAllItsLanes(t *testing.T) {
	limits := roomy()
	limits.PerSender, limits.QueuedPerSender = 6, 2
	p := newPool(limits)
	for lane := range uint64(2) {
		mustAdd(t, p, in(lane, offer(1, 5, 1, 1)), 4)
	}
	if _, err := p.Add(in(2, offer(1, 5, 1, 1)), 4, p.Advances()); !errors.Is(err, pool.ErrSenderFull) {
		t.Errorf("a third one that waits: %v", err)
	}
	for lane := range uint64(4) {
		mustAdd(t, p, in(10+lane, offer(1, 0, 1, 1)), 0)
	}
	if _, err := p.Add(in(20, offer(1, 0, 1, 1)), 0, p.Advances()); !errors.Is(err, pool.ErrSenderFull) {
		t.Errorf("a seventh one: %v", err)
	}
	mustAdd(t, p, in(20, offer(2, 0, 1, 1)), 0)
}
