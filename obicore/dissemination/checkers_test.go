package dissemination_test

import (
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

func setOf(count int) *chain.ValidatorSet {
	set := &chain.ValidatorSet{}
	for n := range count {
		set.Members = append(set.Members, chain.Validator{ID: peer(byte(n + 1)), Weight: 1})
	}
	return set
}

func TestCheckersAreOthersAndTheirWorkIsSpread(t *testing.T) {
	for _, count := range []int{4, 7, 10} {
		set, faults := setOf(count), (count-1)/3
		work := make(map[chain.NodeID]int)
		const batches = 6000
		for n := range batches {
			root := sum{}.Sum([]byte{byte(n), byte(n >> 8)})
			chosen := dissemination.Checkers(set, peer(2), root, faults)
			if !slices.Equal(chosen, dissemination.Checkers(set, peer(2), root, faults)) {
				t.Fatal("two nodes choose differently")
			}
			distinct := make(map[chain.NodeID]bool)
			for _, id := range chosen {
				distinct[id] = true
				work[id]++
			}
			if len(distinct) != faults || distinct[peer(2)] {
				t.Fatalf("%d of %d: %v", faults, count, chosen)
			}
		}
		fair := batches * faults / (count - 1)
		for n := range count {
			if have := work[peer(byte(n+1))]; n != 1 && (have < fair*8/10 || have > fair*12/10) {
				t.Errorf("of %d validators number %d checks %d batches, a fair share is %d", count, n, have, fair)
			}
		}
	}
}

func TestNobodyIsChosenForAStrangerOrByASetThatIsTooSmall(t *testing.T) {
	if dissemination.Checkers(setOf(4), peer(9), id(1), 1) != nil || dissemination.Checkers(setOf(1), peer(1), id(1), 1) != nil || dissemination.Checkers(setOf(2), peer(1), id(1), 2) != nil {
		t.Error("somebody is")
	}
	if len(dissemination.Checkers(setOf(1), peer(1), id(1), 0)) != 0 {
		t.Error("one of none is chosen")
	}
}
