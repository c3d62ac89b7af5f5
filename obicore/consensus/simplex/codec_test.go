package simplex

import (
	"bytes"
	"context"
	"errors"
	"testing"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// samples are one frame of every kind.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	set := &chain.ValidatorSet{Members: []chain.Validator{{ID: chain.NodeID{1}, Weight: 1}, {ID: chain.NodeID{2}, Weight: 1}}}
	members, err := newMembers(set)
	if err != nil {
		t.Fatal(err)
	}
	suspects := upstream.NewBlacklist(2)
	m := upstream.ProtocolMetadata{Round: 3, Seq: 2, Prev: upstream.Digest{1}}
	fill := newFiller(m, suspects)
	header := chain.Header{Rules: 1, Height: 7, ConsensusMeta: encodeMeta(m, suspects)}
	carry, err := newCarrier(consensus.Proposal{Header: header.Encode(), Body: []byte("body")})
	if err != nil {
		t.Fatal(err)
	}
	signed := signature{endorsement: endorsement{Signature: []byte("s"), Export: []byte("e")}}
	by := upstream.Signature{Signer: idOf(chain.NodeID{1}), Value: signed.encode()}
	signed.height, signed.digest = 7, fill.header.Digest
	final := upstream.Signature{Signer: by.Signer, Value: signed.encode()}
	c := &certificate{owner: &instance{members: members}, header: header.Encode(), votes: []ballot{{0, signed.endorsement}, {1, signed.endorsement}}}
	vote := upstream.Vote{Vote: upstream.ToBeSignedVote{BlockHeader: fill.header}, Signature: by}
	notarization := &upstream.Notarization{Vote: vote.Vote, QC: c}
	finalization := &upstream.Finalization{Finalization: upstream.ToBeSignedFinalization{BlockHeader: fill.header}, QC: c}
	left := &upstream.EmptyNotarization{Vote: upstream.ToBeSignedEmptyVote{EmptyVoteMetadata: upstream.EmptyVoteMetadata{Round: 3}}, QC: c}
	made := make(map[string][]byte)
	for name, message := range map[string]*upstream.Message{
		"filler":             {VerifiedBlockMessage: &upstream.VerifiedBlockMessage{VerifiedBlock: fill, Vote: vote}},
		"carrier":            {VerifiedBlockMessage: &upstream.VerifiedBlockMessage{VerifiedBlock: carry, Vote: vote}},
		"vote":               {VoteMessage: &vote},
		"empty vote":         {EmptyVoteMessage: &upstream.EmptyVote{Vote: left.Vote, Signature: by}},
		"notarization":       {Notarization: notarization},
		"empty notarization": {EmptyNotarization: left},
		"finalize vote":      {FinalizeVote: &upstream.FinalizeVote{Finalization: finalization.Finalization, Signature: final}},
		"finalization":       {Finalization: finalization},
		"request":            {ReplicationRequest: &upstream.ReplicationRequest{Seqs: []uint64{1, 2}, Rounds: []uint64{9}, LatestRound: 4, LatestFinalizedSeq: 5}},
		"digest request":     {BlockDigestRequest: &upstream.BlockDigestRequest{Seq: 2, Digest: upstream.Digest{3}}},
		"response": {VerifiedReplicationResponse: &upstream.VerifiedReplicationResponse{
			Data:               []upstream.VerifiedQuorumRound{{VerifiedBlock: fill, Notarization: notarization, EmptyNotarization: left}, {EmptyNotarization: left}},
			LatestFinalizedSeq: &upstream.VerifiedQuorumRound{VerifiedBlock: carry, Finalization: finalization},
		}},
	} {
		kind, content, err := encodeMessage(message)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		made[name] = encodeFrame(kind, 0, 6, content)
	}
	made["demand"], made["here"] = encodeFrame(frameDemand, 0, 6, nil), encodeFrame(frameHere, 0, 6, nil)
	return made
}

// again encodes what was decoded: a message that is received is one that can be sent.
func again(f frame) ([]byte, error) {
	if f.message == nil {
		return encodeFrame(f.kind, f.epoch, f.height, nil), nil
	}
	m := *f.message
	if b := m.BlockMessage; b != nil {
		m.VerifiedBlockMessage = &upstream.VerifiedBlockMessage{VerifiedBlock: b.Block.(*block), Vote: b.Vote}
	}
	if r := m.ReplicationResponse; r != nil {
		m.VerifiedReplicationResponse = &upstream.VerifiedReplicationResponse{LatestRound: verified(r.LatestRound), LatestFinalizedSeq: verified(r.LatestSeq)}
		for n := range r.Data {
			m.VerifiedReplicationResponse.Data = append(m.VerifiedReplicationResponse.Data, *verified(&r.Data[n]))
		}
	}
	kind, content, err := encodeMessage(&m)
	return encodeFrame(kind, f.epoch, f.height, content), err
}

func verified(q *upstream.QuorumRound) *upstream.VerifiedQuorumRound {
	if q == nil {
		return nil
	}
	v := &upstream.VerifiedQuorumRound{Notarization: q.Notarization, Finalization: q.Finalization, EmptyNotarization: q.EmptyNotarization}
	if q.Block != nil {
		v.VerifiedBlock = q.Block.(*block)
	}
	return v
}

// largest is a set to which every certificate belongs.
func largest(t testing.TB) *instance {
	t.Helper()
	set := &chain.ValidatorSet{}
	for n := range maxMembers {
		set.Members = append(set.Members, chain.Validator{ID: chain.NodeID{byte(n), 1}, Weight: 1})
	}
	members, err := newMembers(set)
	if err != nil {
		t.Fatal(err)
	}
	return &instance{members: members}
}

func TestEveryMessageComesThroughTheCodecUnchanged(t *testing.T) {
	owner := largest(t)
	for name, b := range samples(t) {
		f, err := decodeFrame(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, c := range f.certificates {
			c.owner = owner
		}
		back, err := again(f)
		if err != nil || !bytes.Equal(back, b) {
			t.Errorf("%s: %v\n%x\n%x", name, err, b, back)
		}
		for cut := range b {
			if _, err := decodeFrame(b[:cut]); !errors.Is(err, consensus.ErrMessage) {
				t.Errorf("%s, cut after %d bytes: %v", name, cut, err)
			}
		}
		if _, err := decodeFrame(append(bytes.Clone(b), 0)); !errors.Is(err, consensus.ErrMessage) {
			t.Errorf("%s with a byte more: %v", name, err)
		}
	}
}

func TestAMessageOfAnotherEpochIsNoPartOfAFrame(t *testing.T) {
	for _, name := range []string{"filler", "carrier", "vote", "notarization", "finalize vote", "finalization", "response"} {
		f, err := decodeFrame(samples(t)[name])
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range f.certificates {
			c.owner = largest(t)
		}
		f.epoch = 1
		b, err := again(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeFrame(b); !errors.Is(err, consensus.ErrMessage) {
			t.Errorf("%s of epoch 0 in a frame of epoch 1: %v", name, err)
		}
	}
}

// FuzzFrame reads any bytes; what it takes it writes again to the byte, so that there is
// one encoding of every message.
func FuzzFrame(f *testing.F) {
	for _, b := range samples(f) {
		f.Add(b)
	}
	owner := largest(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		read, err := decodeFrame(b)
		if err != nil {
			if !errors.Is(err, consensus.ErrMessage) {
				t.Errorf("refused with %v", err)
			}
			return
		}
		for _, c := range read.certificates {
			if c.owner = owner; len(c.votes) > 0 && c.votes[len(c.votes)-1].place >= maxMembers {
				return // bind refuses it
			}
		}
		if back, err := again(read); err == nil && !bytes.Equal(back, b) {
			t.Errorf("%x is taken and written as %x", b, back)
		}
	})
}

// FuzzRecord reads any bytes as a record of the log.
func FuzzRecord(f *testing.F) {
	f.Add([]byte{recordOfSimplex, 0, 3, 0, 0})
	f.Add(append([]byte{recordOfSimplex}, upstream.NewEmptyVoteRecord(upstream.ToBeSignedEmptyVote{})...))
	f.Add(append([]byte{recordOfBlock}, upstream.BlockRecord(upstream.BlockHeader{}, []byte{1})...))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = parseEntry(b) })
}

// FuzzReceive gives an engine among others any bytes of a validator; it must take them
// or refuse them, and never end the process.
func FuzzReceive(f *testing.F) {
	for _, b := range samples(f) {
		f.Add(b)
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, message []byte) {
		w := enginetest.New(t, fair(1))
		w.Nodes[0].Start()
		defer w.End()
		for n := 1; n < 4; n++ {
			err := w.Nodes[0].Running().Engine.Receive(w.Nodes[n].ID, message)
			if err != nil && !errors.Is(err, consensus.ErrMessage) {
				t.Errorf("refused with %v", err)
			}
		}
		if err := w.Nodes[0].Running().Engine.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}
