package raft

import (
	"errors"
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"
)

// maxTerm bounds terms and indexes of messages, so that no sum overflows.
const maxTerm = 1 << 62

// checkMessage refuses what no raft of this engine sends: messages that are local,
// entries with a gap, changes of the configuration.
func checkMessage(m *pb.Message) error {
	switch m.GetType() {
	case pb.MsgApp, pb.MsgAppResp, pb.MsgVote, pb.MsgVoteResp, pb.MsgPreVote, pb.MsgPreVoteResp, pb.MsgHeartbeat, pb.MsgHeartbeatResp, pb.MsgTimeoutNow:
		if m.GetSnapshot() != nil {
			return fmt.Errorf("%s with a snapshot", m.GetType())
		}
	case pb.MsgSnap:
		return checkSnapshot(m)
	default:
		return fmt.Errorf("a message of type %s", m.GetType())
	}
	for _, v := range []uint64{m.GetTerm(), m.GetIndex(), m.GetLogTerm(), m.GetCommit(), m.GetRejectHint()} {
		if v >= maxTerm {
			return fmt.Errorf("%s with the number %d", m.GetType(), v)
		}
	}
	if m.GetTerm() == 0 || len(m.GetResponses()) > 0 {
		return fmt.Errorf("%s without a term or with responses", m.GetType())
	}
	if context := m.GetContext(); len(context) > 0 && (m.GetType() != pb.MsgVote || string(context) != "CampaignTransfer") {
		return fmt.Errorf("%s with a context", m.GetType())
	}
	return checkEntries(m)
}

func checkEntries(m *pb.Message) error {
	if len(m.GetEntries()) > 0 && m.GetType() != pb.MsgApp {
		return fmt.Errorf("%s with entries", m.GetType())
	}
	term := m.GetLogTerm()
	for i, e := range m.GetEntries() {
		switch {
		case e.GetIndex() != m.GetIndex()+1+uint64(i):
			return fmt.Errorf("entry %d of an append after %d", e.GetIndex(), m.GetIndex())
		case e.GetType() != pb.EntryNormal:
			return fmt.Errorf("an entry of type %s; the configuration follows the chain", e.GetType())
		case e.GetTerm() < term || e.GetTerm() > m.GetTerm() || e.GetTerm() == 0:
			return fmt.Errorf("an entry of term %d after %d in term %d", e.GetTerm(), term, m.GetTerm())
		}
		term = e.GetTerm()
	}
	return nil
}

func checkSnapshot(m *pb.Message) error {
	s := m.GetSnapshot()
	index, term := s.GetMetadata().GetIndex(), s.GetMetadata().GetTerm()
	switch {
	case index == 0 || term == 0 || index >= maxTerm || term > m.GetTerm() || m.GetTerm() >= maxTerm:
		return fmt.Errorf("a snapshot at %d of term %d in term %d", index, term, m.GetTerm())
	case len(s.GetData()) != 8:
		return errors.New("a snapshot that does not name a height")
	case len(m.GetEntries()) > 0 || len(m.GetContext()) > 0 || len(m.GetResponses()) > 0:
		return errors.New("a snapshot with more")
	}
	return nil
}
