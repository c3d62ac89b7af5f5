package state_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

func TestWhatIsWarmForAllStaysSoUntilTheTransactionEnds(t *testing.T) {
	s := state.New(base{})
	all, other := []chain.Address{{1}, {2}, {3, 1}}, chain.Address{2, 1}
	s.WarmAll(all)
	mark := s.Snapshot()
	s.Warm(all[1])
	s.WarmSlot(all[2], chain.Word{})
	s.Warm(other)
	s.Revert(mark)
	for _, address := range all {
		if !s.IsWarm(address) {
			t.Errorf("%s is cold after a revert", address)
		}
	}
	if s.IsWarm(other) || s.IsWarmSlot(all[2], chain.Word{}) {
		t.Error("what was warmed after the mark is warm after the revert")
	}
	s.Finish()
	for _, address := range all {
		if s.IsWarm(address) {
			t.Errorf("%s is warm in the next transaction", address)
		}
	}
}
