package smartbft

import (
	"testing"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
)

// four is a set of four members, as far as counting goes.
var four = &members{ids: []uint64{1, 2, 3, 4}}

// idle has nothing in flight on top of height 4.
func idle(next uint64) viewData { return viewData{next: next, last: metadata{height: 4}} }

// holding has a proposal of a view in flight for height 5.
func holding(next uint64, name string, view uint64, prepared bool) viewData {
	v := idle(next)
	v.inFlight, v.prepared = &metadata{view: view, height: 5}, prepared
	v.proposal = &protos.Proposal{Header: []byte(name), Metadata: v.inFlight.encode()}
	return v
}

func digestOfNamed(name string, view uint64) string {
	return proposalOf(holding(0, name, view, false).proposal).Digest()
}

func TestWhoHoldsTheOtherOfTwoProposalsGivesWay(t *testing.T) {
	all := []viewData{holding(2, "a", 1, false), holding(2, "a", 1, false), holding(2, "b", 1, true), holding(2, "b", 1, true)}
	if _, ok := outcome(all, 5, four); ok {
		t.Error("two proposals, of which neither can be carried over or left, have an outcome")
	}
	if c := chosen(all, 5, four); c == nil || c.digest != digestOfNamed("b", 1) {
		t.Errorf("the others are to give way to %+v", c)
	}
	all[0] = idle(2)
	if survivor, ok := outcome(all, 5, four); !ok || survivor != digestOfNamed("b", 1) {
		t.Errorf("one has given way, and %q survives (%t)", survivor, ok)
	}
}

func TestNobodyGivesWayToWhatTooFewHaveTakenUp(t *testing.T) {
	few := []viewData{holding(2, "a", 1, false), holding(2, "a", 1, false), holding(2, "b", 1, true), idle(2)}
	if c := chosen(few, 5, four); c != nil {
		t.Errorf("the others are to give way to %+v", c)
	}
	if survivor, ok := outcome(few, 5, four); !ok || survivor != "" {
		t.Errorf("%q survives (%t) where a quorum is not prepared", survivor, ok)
	}
}

func TestOfTwoProposalsTheLaterViewIsChosenAndInOneViewEachInTurn(t *testing.T) {
	pairs := func(next, first, second uint64) []viewData {
		return []viewData{holding(next, "a", first, true), holding(next, "a", first, true), holding(next, "b", second, true), holding(next, "b", second, true)}
	}
	if c := chosen(pairs(4, 1, 2), 5, four); c == nil || c.at.view != 2 {
		t.Errorf("of views 1 and 2, %+v is chosen", c)
	}
	if a, b := chosen(pairs(4, 1, 1), 5, four), chosen(pairs(5, 1, 1), 5, four); a == nil || b == nil || a.digest == b.digest {
		t.Errorf("%+v is chosen in two changes of view", a)
	}
}

func TestANewViewEndsWhatWasInFlightBefore(t *testing.T) {
	var s superseded
	s.note(5, 3, "survivor", []byte("new view"))
	s.note(5, 2, "", []byte("older"))
	for _, c := range []struct {
		what   string
		at     metadata
		digest string
		ends   bool
	}{
		{"a proposal of an earlier view", metadata{view: 2, height: 5}, "other", true},
		{"what is carried over", metadata{view: 2, height: 5}, "survivor", false},
		{"a proposal of the new view", metadata{view: 3, height: 5}, "other", false},
		{"a proposal for another height", metadata{view: 2, height: 6}, "other", false},
	} {
		if got := s.ends(c.at, c.digest) != nil; got != c.ends || s.frees(c.at, c.digest) != c.ends {
			t.Errorf("%s is ended: %t", c.what, got)
		}
	}
	s.carry(5, 4)
	if s.frees(metadata{view: 2, height: 5}, "other") {
		t.Error("a vote for what a later new view has carried over is forgotten")
	}
}
