package raft

import (
	"bytes"
	"testing"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

func TestWhatIsRememberedReadsBack(t *testing.T) {
	entry := func(index, term uint64) *pb.Entry { return &pb.Entry{Index: new(index), Term: new(term)} }
	base := remembered{epoch: 1, index: 5, term: 2, height: 3, hard: hardState{2, 7, 5}, entries: []*pb.Entry{entry(6, 2)}}
	record, err := base.encodeBase()
	if err != nil {
		t.Fatal(err)
	}
	records := [][]byte{record}
	for _, step := range []struct {
		hard    hardState
		entries []*pb.Entry
	}{{hardState{2, 7, 6}, []*pb.Entry{entry(7, 2), entry(8, 2)}}, {hardState{3, 9, 7}, nil}, {hardState{3, 9, 7}, []*pb.Entry{entry(8, 3)}}} {
		record, err := encodeStep(step.hard, step.entries)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, record)
	}
	var r remembered
	for _, record := range records {
		if err := r.replay(record); err != nil {
			t.Fatal(err)
		}
	}
	if r.hard != (hardState{3, 9, 7}) || r.index != 5 || r.height != 3 || len(r.entries) != 3 {
		t.Fatalf("remembered is %+v", r)
	}
	for i, want := range []*pb.Entry{entry(6, 2), entry(7, 2), entry(8, 3)} {
		if !proto.Equal(r.entries[i], want) {
			t.Errorf("entry %d is %v, want %v", i, r.entries[i], want)
		}
	}
}

func TestRecordsThatDoNotFollowAreRefused(t *testing.T) {
	step, err := encodeStep(hardState{1, 0, 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	gap, err := encodeStep(hardState{1, 0, 1}, []*pb.Entry{{Index: new(uint64(9)), Term: new(uint64(1))}})
	if err != nil {
		t.Fatal(err)
	}
	if (&remembered{}).replay(step) == nil {
		t.Error("a step before any beginning is taken")
	}
	for what, record := range map[string][]byte{"a gap": gap, "garbage": {1, 2}, "nothing": nil, "a byte more": append(bytes.Clone(step), 0)} {
		if (&remembered{index: 1}).replay(record) == nil {
			t.Errorf("%s is taken", what)
		}
	}
}

func FuzzFrame(f *testing.F) {
	vote := consensus.Vote{Height: 3, Round: 2, Hash: chain.Hash{1}}
	for _, seed := range []frame{
		{kind: frameDemand, epoch: 1, height: 2},
		{kind: frameVote, payload: votePayload(vote, consensus.Endorsement{Signature: []byte{1}, Export: []byte{2}}, true)},
		{kind: frameCertificate, payload: certificatePayload(vote, []byte{1, 2})},
		{kind: frameRaft, payload: marshalled(f, &pb.Message{Type: pb.MsgHeartbeat.Enum(), Term: new(uint64(2))})},
	} {
		f.Add(seed.encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		decoded, err := decodeFrame(b)
		if err != nil {
			return
		}
		again := frame{kind: decoded.kind, epoch: decoded.epoch, height: decoded.height, payload: decoded.payload}
		if !bytes.Equal(again.encode(), b) {
			t.Errorf("a frame of kind %d is not canonical", decoded.kind)
		}
	})
}

func marshalled(t testing.TB, m *pb.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
