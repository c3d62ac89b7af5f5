package smartbft

import (
	"testing"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
)

func commitOf(view, height, round uint64) *protos.Message {
	return &protos.Message{Content: &protos.Message_Commit{Commit: &protos.Commit{
		View: view, Seq: height, Signature: &protos.Signature{Msg: voted{round: round}.encode()},
	}}}
}

func TestAVoteForWhatANewViewCarriesOverCountsOnlyAmongThoseOfThatView(t *testing.T) {
	at := func(installed, change, into uint64) stage {
		s := stage{current: metadata{view: installed}, change: change}
		if into > 0 {
			s.carried = carriage{position{0, 5}, into}
		}
		return s
	}
	for name, c := range map[string]struct {
		vote  *protos.Message
		at    stage
		waits bool
		round uint64 // that counts
	}{
		"its own view":                         {commitOf(0, 5, 0), at(0, 0, 0), false, 0},
		"a later view":                         {commitOf(2, 5, 2), at(0, 0, 0), true, 2},
		"carried over, not here yet":           {commitOf(0, 5, 1), at(0, 0, 0), true, 0},
		"carried over, also here":              {commitOf(0, 5, 1), at(0, 1, 1), false, 1},
		"its own view, here carried over":      {commitOf(0, 5, 0), at(0, 1, 1), false, 1},
		"carried over again, not here yet":     {commitOf(0, 5, 2), at(0, 1, 1), true, 1},
		"another height than what was carried": {commitOf(0, 6, 0), at(0, 1, 1), false, 0},
		"a round before its view":              {commitOf(2, 5, 1), at(2, 2, 0), false, 2},
	} {
		if have := early(frame{message: c.vote, round: roundOf(c.vote.GetCommit())}, c.at); have != c.waits {
			t.Errorf("%s: it waits: %t", name, have)
		}
		if have := c.at.carried.round(c.vote.GetCommit()); have != c.round {
			t.Errorf("%s: votes of round %d count, want %d", name, have, c.round)
		}
	}
}

func TestAViewThatIsStartedAgainVotesInTheRoundWhoseVotesItCounts(t *testing.T) {
	carried := carriage{position{2, 5}, 4}
	for at, want := range map[position]uint64{{2, 5}: 4, {2, 6}: 2, {3, 5}: 3} {
		if have := carried.roundAt(at); have != want || have != carried.round(commitOf(at.view, at.height, 0).GetCommit()) {
			t.Errorf("%v: round %d, want %d", at, have, want)
		}
	}
}

func TestVotesOfSeveralRoundsProveNoDecisionInViewData(t *testing.T) {
	vote := func(round uint64) *protos.Signature { return &protos.Signature{Msg: voted{round: round}.encode()} }
	if err := ofOneRound([]*protos.Signature{vote(1), vote(1), vote(1)}); err != nil {
		t.Error(err)
	}
	if ofOneRound([]*protos.Signature{vote(1), vote(0), vote(1)}) == nil {
		t.Error("votes of two rounds are taken")
	}
	if ofOneRound([]*protos.Signature{{Msg: []byte{1}}}) == nil {
		t.Error("something else than a vote is taken")
	}
}

func TestANodeThatHasVotedFurtherOnTakesNoNewViewFromBefore(t *testing.T) {
	all := []viewData{idle(2), idle(2), idle(2)} // on height 4
	for height, want := range map[uint64]bool{4: true, 5: true, 6: false} {
		e := &engine{}
		_ = e.endorsed.take(metadata{view: 1, height: height}, [32]byte{1})
		if err := e.begin(all, four); (err == nil) != want {
			t.Errorf("after a vote at height %d: %v", height, err)
		}
	}
}
