package blocksync_test

import (
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
)

// asked steps until somebody is asked, which must happen within a time.
func asked(t *testing.T, s *blocksync.Synchronizer, now time.Time) (blocksync.Effect, time.Time) {
	t.Helper()
	for range 10 {
		effect, wake := s.Step(now)
		if effect != nil {
			return *effect, now
		}
		if wake.IsZero() {
			break
		}
		now = wake
	}
	t.Fatal("nobody is asked")
	return blocksync.Effect{}, now
}

func TestWhoReconnectsAfterAFaultIsPassedOverAllTheSame(t *testing.T) {
	limits, liar := blocksync.DefaultLimits(), chain.NodeID{1}
	begin := time.Unix(5, 0)
	for name, fault := range map[string]func(s *blocksync.Synchronizer) (at time.Time){
		"blocks that do not verify": func(s *blocksync.Synchronizer) time.Time {
			s.Answered(liar, 11)
			s.Applied(10, false, begin)
			s.Gone(liar, begin)
			return begin
		},
		"blocks that do not verify, gone before that is known": func(s *blocksync.Synchronizer) time.Time {
			s.Answered(liar, 11)
			s.Gone(liar, begin)
			s.Applied(10, false, begin)
			return begin
		},
		"silence": func(s *blocksync.Synchronizer) time.Time {
			at := begin.Add(limits.Answer)
			s.Step(at)
			s.Gone(liar, at)
			return at
		},
	} {
		s := blocksync.New(limits, 10)
		s.SetEager(true)
		s.Heard(liar, 1000)
		if effect, _ := s.Step(begin); effect == nil {
			t.Fatal("nobody is asked")
		}
		at := fault(s)
		if effect, wake := s.Step(at); effect != nil || !wake.IsZero() {
			t.Errorf("%s: while nobody is there it asks %+v and wakes at %s", name, effect, wake)
		}
		for range 3 { // however often it comes back
			s.Gone(liar, at.Add(time.Second))
			s.Heard(liar, 1000)
		}
		if effect, wake := s.Step(at.Add(time.Second)); effect != nil || wake != at.Add(limits.Penalty) {
			t.Errorf("%s: it asks %+v and wakes at %s", name, effect, wake)
		}
		if effect, _ := s.Step(at.Add(limits.Penalty)); effect == nil {
			t.Errorf("%s: it is never asked again", name)
		}
	}
}

func TestWhoGoesBeforeItsTimeIsUpCostsNoMoreThanOneWhoKeepsSilent(t *testing.T) {
	limits := blocksync.DefaultLimits()
	liar, honest := chain.NodeID{1}, chain.NodeID{2}
	s := blocksync.New(limits, 0)
	s.SetEager(true)
	s.Heard(liar, 1<<40)
	s.Heard(honest, 1<<40)
	begin := time.Unix(5, 0)
	now, tip, lost := begin, uint64(0), time.Duration(0)
	for now.Sub(begin) < time.Hour {
		effect, at := asked(t, s, now)
		if now = at; effect.Peer == liar {
			lost += limits.Answer - time.Millisecond
			now = now.Add(limits.Answer - time.Millisecond)
			s.Gone(liar, now)
			s.Heard(liar, 1<<40)
			continue
		}
		now = now.Add(50 * time.Millisecond)
		if !s.Answered(honest, effect.Request.From) {
			t.Fatal("an answer is not expected")
		}
		tip += 256
		s.Applied(tip, true, now)
	}
	if most := (time.Hour/(limits.Answer+limits.Penalty) + 2) * limits.Answer; lost > most {
		t.Errorf("%s of an hour went by in waiting for a liar, at most %s", lost, most)
	}
}

func TestAPeerThatRestartsOnceIsAskedAgainAtOnce(t *testing.T) {
	s := blocksync.New(blocksync.DefaultLimits(), 0)
	s.SetEager(true)
	now, id := time.Unix(5, 0), chain.NodeID{1}
	for range 5 { // with good answers in between
		s.Heard(id, 1000)
		asked(t, s, now)
		s.Gone(id, now)
		s.Heard(id, 1000)
		effect, at := asked(t, s, now)
		if !at.Equal(now) || !s.Answered(id, effect.Request.From) {
			t.Fatalf("it is asked %s later", at.Sub(now))
		}
		s.Applied(effect.Request.From, true, now)
	}
}

func TestOfThoseWhoAreGoneOnlyTheLatestAreRemembered(t *testing.T) {
	limits := blocksync.DefaultLimits()
	s := blocksync.New(limits, 0)
	now := time.Unix(5, 0)
	const each = 10 * time.Millisecond
	for n := range 10_000 {
		id := chain.NodeID{byte(n), byte(n >> 8), byte(n >> 16)}
		s.Heard(id, 7)
		s.Gone(id, now)
		if known := blocksync.Known(s); known > int(limits.Penalty/each)+1 {
			t.Fatalf("after %d peers %d are remembered", n+1, known)
		}
		now = now.Add(each)
	}
	if effect, _ := s.Step(now); effect != nil {
		t.Error("a peer that is gone is asked")
	}
	if height, known := s.Best(1, func(chain.NodeID) bool { return true }); known {
		t.Errorf("peers that are gone have height %d", height)
	}
}
