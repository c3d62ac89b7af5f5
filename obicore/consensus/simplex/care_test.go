package simplex

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	upstream "github.com/ava-labs/simplex"
)

func synctestRun(t *testing.T, test func(t *testing.T)) { synctest.Test(t, test) }

// leaveAndNotarize has node 0 vote to leave round 1, and then get the notarization of
// the block of that round.
func leaveAndNotarize(s *script) *block {
	s.w.Order()
	time.Sleep(1500 * time.Millisecond)
	if len(s.heard.of(frameEmptyVote)) == 0 {
		s.t.Fatal("node 0 has not voted to leave the round")
	}
	b := s.filler(s.root, 1)
	s.offer(b)
	time.Sleep(10 * time.Millisecond)
	s.say(1, &upstream.Message{Notarization: s.notarization(b)})
	time.Sleep(10 * time.Millisecond)
	if s.round() != 2 {
		s.t.Fatalf("node 0 is in round %d after the notarization of round 1", s.round())
	}
	return b
}

// In Simplex a node that has voted to leave a round must not help to finalize its block,
// because the others may have left the round without the block. The pin makes the vote
// when it repeats its finalize votes.
func TestWithoutCareAnEmptyVoteIsFollowedByAFinalizeVote(t *testing.T) {
	t.Run("with care", func(t *testing.T) {
		play(t, allCare, func(s *script) {
			b := leaveAndNotarize(s)
			time.Sleep(10 * time.Second)
			if n := s.heard.finalizeVotes(b); n != 0 {
				t.Errorf("%d finalize votes for a round that node 0 has voted to leave", n)
			}
		})
	})
	t.Run("without", func(t *testing.T) {
		without := allCare
		without.votes = false
		play(t, without, func(s *script) {
			b := leaveAndNotarize(s)
			time.Sleep(10 * time.Second)
			if s.heard.finalizeVotes(b) == 0 {
				t.Error("there is no finalize vote: the care is not what helps")
			}
		})
	})
}

// The log keeps the empty vote, so that a restart does not make the node forget it.
func TestAnEmptyVoteIsRememberedAfterARestart(t *testing.T) {
	play(t, allCare, func(s *script) {
		b := leaveAndNotarize(s)
		s.w.Nodes[0].Restart()
		time.Sleep(10 * time.Second)
		if n := s.heard.finalizeVotes(b); n != 0 {
			t.Errorf("%d finalize votes after the restart", n)
		}
		if s.round() != 2 {
			t.Errorf("round %d after the restart", s.round())
		}
	})
}

// When a block on top is finalized, the one below is in the chain for good: now the vote
// does no harm and is needed.
func TestAFinalizedBlockOnTopAllowsTheFinalizeVoteBelow(t *testing.T) {
	play(t, allCare, func(s *script) {
		b := leaveAndNotarize(s)
		top := s.filler(b, 2)
		s.offer(top)
		time.Sleep(10 * time.Millisecond)
		s.say(2, &upstream.Message{Notarization: s.notarization(top)})
		time.Sleep(10 * time.Millisecond)
		if n := s.heard.finalizeVotes(b); n != 0 {
			t.Errorf("%d finalize votes before the block on top is finalized", n)
		}
		s.say(2, &upstream.Message{Finalization: s.finalization(top)})
		time.Sleep(10 * time.Second)
		if s.heard.finalizeVotes(b) == 0 {
			t.Error("no finalize vote although a block on top is finalized")
		}
	})
}

// leftAndFinal has a block on top of the one of a round that node 0 has left finalized, and
// two others vote for the one below. It returns how many blocks node 0 has indexed then.
func leftAndFinal(s *script) uint64 {
	b := leaveAndNotarize(s)
	top := s.filler(b, 2)
	s.offer(top)
	time.Sleep(10 * time.Millisecond)
	s.say(2, &upstream.Message{Notarization: s.notarization(top)})
	s.say(2, &upstream.Message{Finalization: s.finalization(top)})
	time.Sleep(10 * time.Millisecond)
	for node := 1; node <= 2; node++ {
		s.say(node, &upstream.Message{FinalizeVote: &upstream.FinalizeVote{
			Finalization: upstream.ToBeSignedFinalization{BlockHeader: b.header}, Signature: s.sign(node, fillerKind, b.header.Bytes()),
		}})
	}
	time.Sleep(10 * time.Second)
	s.heard.engine.mutex.Lock()
	defer s.heard.engine.mutex.Unlock()
	return s.heard.current.ledger.last().header.Seq
}

// Simplex gathers no votes for a block of a round that was left, though what stands on it
// is final: nodes of which all are needed decide nothing ever again.
func TestWithoutCareABlockThatIsFinalByWhatStandsOnItIsNotDecided(t *testing.T) {
	for _, care := range []bool{true, false} {
		t.Run(fmt.Sprint("care: ", care), func(t *testing.T) {
			given := allCare
			given.belated = care
			play(t, given, func(s *script) {
				if indexed := leftAndFinal(s); care != (indexed == 2) {
					t.Errorf("%d blocks are indexed", indexed)
				}
			})
		})
	}
}

// A leader shows node 0 one block and the others another, which they notarize. The pin
// takes the certificate of the other block for that of its own.
func TestWithoutCareACertificateOfAnotherBlockIsTakenForTheOwn(t *testing.T) {
	show := func(s *script) (own, other *block) {
		own, other = s.filler(s.root, 1), s.filler(s.root, 1, 0)
		s.offer(own)
		time.Sleep(10 * time.Millisecond)
		s.say(2, &upstream.Message{Notarization: s.notarization(other)})
		time.Sleep(10 * time.Millisecond)
		return own, other
	}
	t.Run("with care", func(t *testing.T) {
		play(t, allCare, func(s *script) {
			own, other := show(s)
			asked := s.heard.of(frameDigestRequest)
			if s.round() != 1 || len(asked) == 0 || asked[0].message.BlockDigestRequest.Digest != other.header.Digest {
				t.Fatalf("round %d, the other block is asked for %d times", s.round(), len(asked))
			}
			s.say(2, &upstream.Message{VerifiedReplicationResponse: &upstream.VerifiedReplicationResponse{
				Data: []upstream.VerifiedQuorumRound{{VerifiedBlock: other, Notarization: s.notarization(other)}},
			}})
			time.Sleep(5 * time.Second)
			if s.round() != 2 || s.heard.finalizeVotes(own) > 0 || s.heard.finalizeVotes(other) == 0 {
				t.Errorf("round %d, %d finalize votes for the block of the liar, %d for the other", s.round(), s.heard.finalizeVotes(own), s.heard.finalizeVotes(other))
			}
			s.w.Nodes[0].Restart() // the log has both blocks and one notarization
			time.Sleep(time.Second)
			if s.round() != 2 {
				t.Errorf("round %d after a restart", s.round())
			}
		})
	})
	t.Run("without", func(t *testing.T) {
		without := allCare
		without.conflict, without.votes = false, false
		play(t, without, func(s *script) {
			show(s)
			time.Sleep(time.Second)
			if s.heard.faultsNow() == 0 && s.round() == 1 {
				t.Error("neither the round nor a fault shows that the certificate was taken: the care is not what helps")
			}
		})
	})
}

// A node that gets the notarization of a round by replication sits in the next without a
// timer, at the pin.
func TestWithoutCareARoundAfterReplicationIsNotBegun(t *testing.T) {
	replicate := func(s *script) (left int) {
		s.w.Order()
		b := s.filler(s.root, 1)
		s.say(1, &upstream.Message{Notarization: s.notarization(b)})
		time.Sleep(10 * time.Millisecond)
		s.say(1, &upstream.Message{VerifiedReplicationResponse: &upstream.VerifiedReplicationResponse{
			Data: []upstream.VerifiedQuorumRound{{VerifiedBlock: b, Notarization: s.notarization(b)}},
		}})
		time.Sleep(5 * time.Second)
		if s.round() != 2 {
			s.t.Fatalf("round %d", s.round())
		}
		for _, f := range s.heard.of(frameEmptyVote) {
			if f.message.EmptyVoteMessage.Vote.Round == 2 {
				left++
			}
		}
		return left
	}
	t.Run("with care", func(t *testing.T) {
		play(t, allCare, func(s *script) {
			if replicate(s) == 0 {
				t.Error("node 0 waits for the leader of round 2 without end")
			}
		})
	})
	t.Run("without", func(t *testing.T) {
		without := allCare
		without.begin = false
		play(t, without, func(s *script) {
			if replicate(s) > 0 {
				t.Error("node 0 leaves round 2: the care is not what helps")
			}
		})
	})
}

// faultsNow is how many instances have failed on this tip.
func (e *engine) faultsNow() int {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.faults
}

func TestVotesOfOneRoundDoNotContradictEachOther(t *testing.T) {
	a, b := upstream.Digest{1}, upstream.Digest{2}
	never, yes := func() bool { return false }, func() bool { return true }
	fresh := func() *votes {
		v := &votes{}
		v.enter(0)
		v.certify(1, a)
		return v
	}
	v := fresh()
	first, again := v.allow(notarizeKind, 1, a, never), v.allow(notarizeKind, 1, a, never)
	if !first || !again || v.allow(notarizeKind, 1, b, never) {
		t.Error("two blocks of one round get a vote, or one does not get it again")
	}
	if !v.allow(finalizeKind, 1, a, never) || v.allow(emptyKind, 1, upstream.Digest{}, never) || v.allow(finalizeKind, 1, b, yes) {
		t.Error("a finalize vote is followed by one that contradicts it")
	}
	v = fresh()
	if !v.allow(emptyKind, 1, upstream.Digest{}, never) || v.allow(fillerKind, 1, a, never) || !v.allow(fillerKind, 1, a, yes) {
		t.Error("an empty vote is followed by a finalize vote, or a finalized block on top does not allow it")
	}
	if v = fresh(); v.allow(finalizeKind, 2, b, never) || v.allow(finalizeKind, 1, b, never) {
		t.Error("a block without a notarization gets a finalize vote")
	}
	v.enter(1)
	if !v.allow(notarizeKind, 1, b, never) {
		t.Error("the rounds of another epoch count")
	}
}
