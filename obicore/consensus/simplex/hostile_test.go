package simplex

import (
	"encoding/asn1"
	"errors"
	"testing"
	"time"

	upstream "github.com/ava-labs/simplex"
)

// votesFor counts the notarize votes for a block that were sent.
func (r *recorder) votesFor(b *block) (count int) {
	for _, f := range r.of(frameVote) {
		if f.message.VoteMessage.Vote.Digest == b.header.Digest {
			count++
		}
	}
	return count
}

func TestAnHonestBlockGetsAVote(t *testing.T) {
	play(t, allCare, func(s *script) {
		b := s.filler(s.root, 1)
		s.offer(b)
		time.Sleep(100 * time.Millisecond)
		if s.heard.votesFor(b) == 0 {
			t.Error("no vote")
		}
	})
}

// Simplex itself takes a block with sequence number 0 in any round.
func TestABlockBesideTheRootOfItsEpochGetsNoVote(t *testing.T) {
	for what, m := range map[string]upstream.ProtocolMetadata{
		"sequence number 0": {Round: 1},
		"unknown parent":    {Round: 1, Seq: 1, Prev: upstream.Digest{1}},
	} {
		play(t, allCare, func(s *script) {
			b := newFiller(m, upstream.NewBlacklist(4))
			s.offer(b)
			time.Sleep(100 * time.Millisecond)
			if s.heard.votesFor(b) > 0 {
				t.Errorf("a vote for a block with %s", what)
			}
		})
	}
}

func TestALeaderThatMakesManyBlocksGetsOneLookedAt(t *testing.T) {
	play(t, allCare, func(s *script) {
		first, second := s.filler(s.root, 1), s.filler(s.root, 1, 0)
		s.offer(first)
		s.offer(second)
		time.Sleep(100 * time.Millisecond)
		if s.heard.votesFor(first) == 0 || s.heard.votesFor(second) > 0 || s.heard.current.ancestry.get(second.header.Digest) != nil {
			t.Errorf("%d and %d votes, or the second block is verified", s.heard.votesFor(first), s.heard.votesFor(second))
		}
	})
}

func TestACertificateByTooFewIsNone(t *testing.T) {
	play(t, allCare, func(s *script) {
		b := s.filler(s.root, 1)
		s.offer(b)
		f := s.finalization(b)
		c := f.QC.(*certificate)
		c.votes = c.votes[:2]
		s.say(1, &upstream.Message{Finalization: f})
		time.Sleep(100 * time.Millisecond)
		c.owner = s.heard.current
		message, err := asn1.Marshal(upstream.SignedMessage{Payload: b.header.Bytes(), Context: contextFinalize})
		if err != nil {
			t.Fatal(err)
		}
		if err = c.Verify(message); s.round() != 1 || !errors.Is(err, errAggregate) || s.heard.current.ancestry.isFinal(b.header.Digest) {
			t.Errorf("two of four finalize a block; round %d", s.round())
		}
	})
}

// What was signed in one epoch says nothing in the next, in which rounds count from one.
func TestVotesOfAnotherEpochAreNotTaken(t *testing.T) {
	play(t, allCare, func(s *script) {
		v := upstream.ToBeSignedEmptyVote{EmptyVoteMetadata: upstream.EmptyVoteMetadata{Round: 1, Epoch: 1}}
		left := &upstream.EmptyNotarization{Vote: v, QC: s.certificate(emptyKind, v.Bytes())}
		s.say(1, &upstream.Message{EmptyNotarization: left}) // the frame says epoch 0
		time.Sleep(100 * time.Millisecond)
		if s.round() != 1 {
			t.Errorf("round %d", s.round())
		}
		v.Epoch = 0
		s.say(1, &upstream.Message{EmptyNotarization: &upstream.EmptyNotarization{Vote: v, QC: s.certificate(emptyKind, v.Bytes())}})
		time.Sleep(100 * time.Millisecond)
		if s.round() != 2 {
			t.Errorf("round %d after a certificate of this epoch", s.round())
		}
	})
}
