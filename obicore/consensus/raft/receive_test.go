package raft

import (
	"context"
	"errors"
	"testing"
	"time"

	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// FuzzReceive gives an engine among others any bytes of a validator; it must take
// them or refuse them, and never end the process.
func FuzzReceive(f *testing.F) {
	number := func(v uint64) *uint64 { return &v }
	from, to := numberOf(chain.NodeID{2}), numberOf(chain.NodeID{1})
	for _, m := range []*pb.Message{
		{Type: pb.MsgHeartbeat.Enum(), Term: number(2), Commit: number(1)},
		{Type: pb.MsgVote.Enum(), Term: number(3), Index: number(9), LogTerm: number(2)},
		{Type: pb.MsgPreVote.Enum(), Term: number(3), Index: number(9), LogTerm: number(2)},
		{Type: pb.MsgTimeoutNow.Enum(), Term: number(2)},
		{Type: pb.MsgAppResp.Enum(), Term: number(2), Index: number(7)},
		{Type: pb.MsgApp.Enum(), Term: number(2), Index: number(1), LogTerm: number(1), Commit: number(2), Entries: []*pb.Entry{{Index: number(2), Term: number(2)}}},
		{Type: pb.MsgApp.Enum(), Term: number(2), Index: number(1), LogTerm: number(1), Entries: []*pb.Entry{{Index: number(2), Term: number(2), Data: []byte{0xc0}}}},
		{Type: pb.MsgSnap.Enum(), Term: number(2), Snapshot: &pb.Snapshot{Data: metaOf(0), Metadata: &pb.SnapshotMetadata{Index: number(5), Term: number(2)}}},
	} {
		m.From, m.To = number(from), number(to)
		f.Add((&frame{kind: frameRaft, payload: marshalled(f, m)}).encode())
	}
	vote := consensus.Vote{Height: 1, Round: 2, Hash: chain.Hash{1}}
	f.Add((&frame{kind: frameVote, payload: votePayload(vote, consensus.Endorsement{Signature: []byte{1}}, true)}).encode())
	f.Add((&frame{kind: frameCertificate, payload: certificatePayload(vote, []byte{0xc0})}).encode())
	f.Add((&frame{kind: frameDemand, height: 1 << 63, epoch: 3}).encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, message []byte) {
		w := enginetest.New(t, fair(1))
		w.Nodes[0].Start()
		defer w.End()
		h := w.Nodes[0].Running()
		for n := 1; n < 3; n++ {
			err := h.Engine.Receive(w.Nodes[n].ID, message)
			if err != nil && !errors.Is(err, consensus.ErrMessage) {
				t.Errorf("refused with %v", err)
			}
		}
		if err := h.Engine.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestMessagesThatNoRaftOfThisEngineSendsAreRefused(t *testing.T) {
	number := func(v uint64) *uint64 { return &v }
	for what, m := range map[string]*pb.Message{
		"local":                   {Type: pb.MsgHup.Enum()},
		"a proposal":              {Type: pb.MsgProp.Enum(), Term: number(1)},
		"no term":                 {Type: pb.MsgApp.Enum()},
		"a term beyond all":       {Type: pb.MsgHeartbeat.Enum(), Term: number(1 << 63)},
		"a gap":                   {Type: pb.MsgApp.Enum(), Term: number(2), Index: number(1), Entries: []*pb.Entry{{Index: number(3), Term: number(2)}}},
		"a later term":            {Type: pb.MsgApp.Enum(), Term: number(2), Index: number(1), Entries: []*pb.Entry{{Index: number(2), Term: number(3)}}},
		"a configuration":         {Type: pb.MsgApp.Enum(), Term: number(2), Index: number(1), Entries: []*pb.Entry{{Index: number(2), Term: number(2), Type: pb.EntryConfChangeV2.Enum()}}},
		"a snapshot of no height": {Type: pb.MsgSnap.Enum(), Term: number(2), Snapshot: &pb.Snapshot{Metadata: &pb.SnapshotMetadata{Index: number(5), Term: number(2)}}},
	} {
		if err := checkMessage(m); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}

// A majority that has an entry of an earlier term has not decided it: the paper's
// figure 8. Nobody may vote for it before raft has committed something after it.
func TestAnEntryOfAnEarlierTermIsVotedForWhenRaftHasCommittedIt(t *testing.T) {
	w := enginetest.New(t, fair(1))
	h := &enginetest.Host{Node: w.Nodes[0]}
	e := newEngine(consensus.Options{})
	e.host, e.clock, e.random, e.self, e.wal = h, enginetest.Clock{}, w.Draw, h.ID, h
	e.tip = h.Tip()
	m, err := newMembers(w.Set(0))
	if err != nil {
		t.Fatal(err)
	}
	w.Order()
	p, err := h.Propose(t.Context(), e.tip, metaOf(2), false)
	if err != nil {
		t.Fatal(err)
	}
	base := beginning(m.set)
	index := base.index + 1
	base.entries = []*pb.Entry{{Index: &index, Term: new(uint64(2)), Data: encodeProposal(p)}}
	for _, later := range []uint64{2, 3} {
		base.hard = hardState{term: later, commit: base.index}
		g, err := e.newGroup(m, base)
		if err != nil {
			t.Fatal(err)
		}
		b := g.undecided(0)
		if b == nil {
			t.Fatal("the entry is not found")
		}
		if may := g.votable(b); may != (later == 2) {
			t.Errorf("in term %d the entry of term 2 may be voted for: %v", later, may)
		}
		if g.applied = index; !g.votable(b) {
			t.Errorf("in term %d the committed entry may not be voted for", later)
		}
	}
}

func TestAMessageAboutWhatCannotBeDoesNotStopTheNode(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(10 * time.Second)
		number := func(v uint64) *uint64 { return &v }
		for n := range 3 {
			term := w.Nodes[n].Running().Engine.Status().View
			from := (n + 1) % 3
			for _, m := range []*pb.Message{
				{Type: pb.MsgHeartbeat.Enum(), Term: number(term), Commit: number(1 << 40)},
				{Type: pb.MsgAppResp.Enum(), Term: number(term), Index: number(1 << 40)},
				{Type: pb.MsgApp.Enum(), Term: number(term), Index: number(1), LogTerm: number(1), Entries: []*pb.Entry{{Index: number(2), Term: number(term)}}},
			} {
				m.From, m.To = number(numberOf(w.Nodes[from].ID)), number(numberOf(w.Nodes[n].ID))
				w.Send(from, n, (&frame{kind: frameRaft, payload: marshalled(t, m)}).encode())
			}
		}
		w.Settle(20 * time.Second)
	})
}
