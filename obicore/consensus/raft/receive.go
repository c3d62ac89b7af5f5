package raft

import (
	"slices"
	"time"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Limits of the frames that wait for an epoch to come.
const (
	earlyAtMost      = 256
	earlyBytesAtMost = 16 << 20
)

// receive takes one frame of another member.
func (e *engine) receive(f *frame) {
	if !e.members.has(f.from) {
		return // no longer
	}
	e.sight(f)
	switch epoch := e.members.set.Epoch; {
	case f.epoch > epoch:
		if len(e.early) < earlyAtMost && e.earlyBytes+len(f.payload) <= earlyBytesAtMost {
			e.early, e.earlyBytes = append(e.early, f), e.earlyBytes+len(f.payload)
		}
		return
	case f.epoch < epoch || e.group == nil:
		return
	}
	switch f.kind {
	case frameRaft:
		e.guarded(func() error { return e.receiveRaft(f.raft) })
	case frameVote:
		e.receiveVote(f)
	case frameCertificate:
		e.receiveCertificate(f)
	case frameDemand:
		e.ask(f)
	}
}

// sight notes where a peer stands.
func (e *engine) sight(f *frame) {
	s := e.heard[f.from]
	s.at, s.height = e.clock.Now(), max(s.height, f.height)
	e.heard[f.from] = s
	if s.height > e.tip.Proposal.Height && e.behindAt.IsZero() {
		e.behindAt = s.at
	}
}

// ahead is the greatest height that another member has and this node has not.
func (e *engine) ahead() (height uint64) {
	for _, s := range e.heard {
		height = max(height, s.height)
	}
	if height <= e.tip.Proposal.Height {
		return 0
	}
	return height
}

// receiveRaft gives a message to raft, or to the gate before it.
func (e *engine) receiveRaft(m *pb.Message) error {
	g := e.group
	if m.GetTo() != g.self || e.beyond(m) {
		return nil
	}
	switch m.GetType() {
	case pb.MsgApp, pb.MsgSnap, pb.MsgHeartbeat:
		if m.GetTerm() < g.term() {
			break
		}
		if e.shunned == (audience{m.GetFrom(), m.GetTerm()}) && e.clock.Now().Before(e.shunUntil) {
			return nil
		}
		e.renew()
		if m.GetType() != pb.MsgHeartbeat {
			e.hold(m)
			return nil
		}
	}
	_ = g.node.Step(m) // it refuses only what is out of date
	return nil
}

// beyond reports whether a message speaks of what cannot be: raft would panic. It
// comes from a member that has lost its log.
func (e *engine) beyond(m *pb.Message) bool {
	g := e.group
	switch last := g.last(); m.GetType() {
	case pb.MsgHeartbeat:
		return m.GetCommit() > last
	case pb.MsgAppResp:
		return !m.GetReject() && m.GetIndex() > last && g.leads()
	case pb.MsgApp:
		for _, entry := range m.GetEntries() {
			term, err := g.store.Term(entry.GetIndex())
			if entry.GetIndex() <= g.hard.commit && err == nil && term != entry.GetTerm() {
				return true
			}
		}
	case pb.MsgSnap:
		state := m.GetSnapshot().GetMetadata().GetConfState()
		return !slices.Equal(state.GetVoters(), g.members.numbers) || len(state.GetVotersOutgoing())+len(state.GetLearners())+len(state.GetLearnersNext()) > 0
	}
	return false
}

// sendRaft sends what raft has to say.
func (e *engine) sendRaft(m *pb.Message) {
	payload, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	to, known := e.members.byNum[m.GetTo()]
	if known {
		e.send(to, frameRaft, payload)
	}
}

func (e *engine) send(to chain.NodeID, kind uint64, payload []byte) {
	f := frame{kind: kind, epoch: e.members.set.Epoch, height: e.tip.Proposal.Height, payload: payload}
	e.host.Send(to, f.encode())
}

// move goes on from a tip, however it came.
func (e *engine) move(tip consensus.Decision) {
	e.tip = tip
	height := tip.Proposal.Height
	e.faults, e.trouble = 0, ""
	e.retryAt, e.behindAt, e.toldAt = time.Time{}, time.Time{}, time.Time{}
	if e.ahead() > 0 {
		e.behindAt = e.clock.Now()
	}
	if e.fetchFor <= height {
		e.fetchFor = 0
	}
	if e.asked <= height {
		e.asked = 0
	}
	e.unmet = make(map[chain.NodeID]time.Time)
	if e.decided != nil && e.decided.Proposal.Height <= height {
		e.decided = nil
	}
	for known := range e.known {
		if known <= height {
			delete(e.known, known)
		}
	}
	for id, s := range e.votes {
		if s.vote.Height <= height {
			delete(e.votes, id)
		}
	}
	e.told, e.validated = audience{}, chain.Hash{}
	if e.group == nil {
		return
	}
	if !e.group.leads() {
		e.wanted = false // the host says so again when it still wants a block
	}
	e.guarded(func() error {
		e.group.settle(height)
		return nil
	})
}
