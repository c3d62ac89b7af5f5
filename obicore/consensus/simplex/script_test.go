package simplex

import (
	"context"
	"sync"
	"testing"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// script is one real engine, of node 0, and three nodes whose every word the test says.
type script struct {
	t     *testing.T
	w     *enginetest.World
	root  *block
	heard *recorder
}

// recorder is an engine that keeps what it sends.
type recorder struct {
	*engine
	consensus.Host
	mutex sync.Mutex
	sent  []frame
}

// Start implements consensus.Engine.
func (r *recorder) Start(ctx context.Context, host consensus.Host, boot consensus.Boot) error {
	r.Host = host
	return r.engine.Start(ctx, r, boot)
}

// Send implements consensus.Host.
func (r *recorder) Send(_ chain.NodeID, message []byte) {
	f, err := decodeFrame(message)
	if err != nil {
		panic(err)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.sent = append(r.sent, f)
}

// of returns the frames of a kind that were sent.
func (r *recorder) of(kind uint64) (frames []frame) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, f := range r.sent {
		if f.kind == kind {
			frames = append(frames, f)
		}
	}
	return frames
}

// finalizeVotes counts the finalize votes for a block that were sent.
func (r *recorder) finalizeVotes(b *block) (count int) {
	for _, f := range r.of(frameFinalizeVote) {
		if f.message.FinalizeVote.Finalization.Digest == b.header.Digest {
			count++
		}
	}
	return count
}

// play runs a test with the engine of node 0.
func play(t *testing.T, care care, test func(s *script)) {
	t.Helper()
	s := &script{t: t}
	given := fair(1)
	given.New = func(options consensus.Options) consensus.Engine {
		s.heard = &recorder{engine: newEngine(options, care)}
		return s.heard
	}
	synctestRun(t, func(t *testing.T) {
		s.w = enginetest.New(t, given)
		s.w.Nodes[0].Start()
		hash, err := s.w.Nodes[0].Running().HeaderHash(s.w.Nodes[0].Tip().Proposal)
		if err != nil {
			t.Fatal(err)
		}
		s.root = newRoot(s.w.Set(1), hash)
		test(s)
		s.w.End()
	})
}

// filler makes the block of a round on top of another; two fillers of one round differ
// in whom they suspect.
func (s *script) filler(below *block, round uint64, suspects ...uint16) *block {
	parent := below.Blacklist()
	parent.Updates = nil
	var updates []upstream.BlacklistUpdate
	for _, n := range suspects {
		updates = append(updates, upstream.BlacklistUpdate{Type: upstream.BlacklistOpType_NodeSuspected, NodeIndex: n})
	}
	list := parent.ApplyUpdates(updates, round)
	return newFiller(upstream.ProtocolMetadata{Round: round, Seq: below.header.Seq + 1, Prev: below.header.Digest}, list)
}

// sign signs as a node.
func (s *script) sign(node int, kind string, message []byte) upstream.Signature {
	made, err := s.w.Nodes[node].Sign(kind, message)
	if err != nil {
		s.t.Fatal(err)
	}
	value := signature{endorsement: endorsement{Signature: made}}
	return upstream.Signature{Signer: idOf(s.w.Nodes[node].ID), Value: value.encode()}
}

// certificate is by nodes 1, 2 and 3.
func (s *script) certificate(kind string, message []byte) *certificate {
	c := &certificate{owner: &instance{members: &members{set: s.w.Set(1)}}}
	for node := 1; node <= 3; node++ {
		given, err := decodeSignature(s.sign(node, kind, message).Value)
		if err != nil {
			s.t.Fatal(err)
		}
		c.votes = append(c.votes, ballot{uint64(node), given.endorsement})
	}
	return c
}

func (s *script) say(from int, m *upstream.Message) {
	kind, content, err := encodeMessage(m)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.heard.Receive(s.w.Nodes[from].ID, encodeFrame(kind, 0, 0, content)); err != nil {
		s.t.Error(err)
	}
}

// offer is a block from the leader of its round.
func (s *script) offer(b *block) {
	leader := int(b.header.Round % 4)
	vote := upstream.Vote{Vote: upstream.ToBeSignedVote{BlockHeader: b.header}, Signature: s.sign(leader, notarizeKind, b.header.Bytes())}
	s.say(leader, &upstream.Message{VerifiedBlockMessage: &upstream.VerifiedBlockMessage{VerifiedBlock: b, Vote: vote}})
}

func (s *script) notarization(b *block) *upstream.Notarization {
	return &upstream.Notarization{Vote: upstream.ToBeSignedVote{BlockHeader: b.header}, QC: s.certificate(notarizeKind, b.header.Bytes())}
}

func (s *script) finalization(b *block) *upstream.Finalization {
	return &upstream.Finalization{Finalization: upstream.ToBeSignedFinalization{BlockHeader: b.header}, QC: s.certificate(fillerKind, b.header.Bytes())}
}

// round is where the engine stands.
func (s *script) round() uint64 { return s.heard.Status().View }
