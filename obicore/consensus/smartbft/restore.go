package smartbft

import (
	"errors"
	"fmt"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
	"google.golang.org/protobuf/proto"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// readLog reads the log of votes.
func readLog(wal consensus.WAL) (*savedLog, error) {
	log := &savedLog{}
	return log, wal.Replay(log.read)
}

// recollect takes from the log what the engine remembers beyond an instance of the height
// after the tip.
func (e *engine) recollect(log *savedLog, members *members) {
	if members.leader(log.proposed.view) == members.number[e.self] {
		e.remember(log.proposed, log.content)
	}
	hash, err := e.host.HeaderHash(log.content)
	if err != nil {
		return
	}
	_ = e.accepted.take(log.proposed, hash) // what it remembers counts
	if log.vote != nil {
		_ = e.endorsed.take(metadata{view: log.round, height: log.proposed.height}, hash)
	}
}

// restore returns the records of the log that SmartBFT may resume from. It
// looks at the last record only, and trusts it more than it should:
//   - a proposal or vote at or below the tip would be taken up again: it is dropped;
//   - a view change after a vote would hide that this node is prepared, and with it a
//     decision that others may have made: the vote is put last;
//   - a view change that was logged between a proposal and its vote would keep the
//     node from starting: it is dropped.
//
// view is the highest view known in memory; a node does not go back behind it.
func restore(log *savedLog, tip metadata, view uint64) ([][]byte, error) {
	if log.proposal != nil && log.proposed.height > tip.height+1 {
		return nil, fmt.Errorf("the log is at height %d and the chain at %d: blocks that this node has voted on top of are missing", log.proposed.height, tip.height)
	}
	open := log.proposal != nil && log.proposed.height == tip.height+1
	if open && log.proposed.view >= view {
		switch {
		case log.vote != nil && log.newView <= log.proposed.view:
			return [][]byte{log.proposal, log.vote}, nil
		case log.last != nil && log.last.GetNewView() == nil:
			return [][]byte{log.proposal, log.lastBytes}, nil
		}
	}
	if change := log.last.GetViewChange(); change != nil && change.GetNextView() >= max(view, tip.view) {
		return [][]byte{log.lastBytes}, nil
	}
	view = max(view, log.newView)
	if log.proposal != nil {
		view = max(view, log.proposed.view)
	}
	if view <= tip.view {
		return nil, nil
	}
	return [][]byte{viewRecord(metadata{view: view, height: tip.height})}, nil
}

// viewRecord is what SmartBFT logs when it has installed a view.
func viewRecord(m metadata) []byte {
	b, _ := proto.Marshal(&protos.SavedMessage{Content: &protos.SavedMessage_NewView{NewView: m.message()}})
	return b
}

// savedLog is what matters in the log.
type savedLog struct {
	last      *protos.SavedMessage
	lastBytes []byte
	proposal  []byte // the last one's record
	proposed  metadata
	content   consensus.Proposal
	vote      []byte // the record of the vote for it
	round     uint64 // of that vote
	newView   uint64 // the highest after it
}

func (l *savedLog) read(record []byte) error {
	record = append([]byte(nil), record...)
	m := &protos.SavedMessage{}
	if err := proto.Unmarshal(record, m); err != nil {
		return err
	}
	l.last, l.lastBytes = m, record
	switch c := m.GetContent().(type) {
	case *protos.SavedMessage_ProposedRecord:
		md, err := decodeMetadata(c.ProposedRecord.GetPrePrepare().GetProposal().GetMetadata())
		if err != nil {
			return err
		}
		l.proposal, l.proposed, l.vote, l.newView = record, md, nil, 0
		p := c.ProposedRecord.GetPrePrepare().GetProposal()
		l.content = consensus.Proposal{Height: md.height, Header: p.GetHeader(), Body: p.GetPayload()}
	case *protos.SavedMessage_Commit:
		if commit := c.Commit.GetCommit(); l.proposal != nil && commit.GetSeq() == l.proposed.height && commit.GetView() == l.proposed.view {
			l.vote, l.round = record, roundOf(commit)
		}
	case *protos.SavedMessage_NewView:
		l.newView = max(l.newView, c.NewView.GetViewId())
	case *protos.SavedMessage_ViewChange:
	default:
		return errors.New("a record of an unknown kind")
	}
	return nil
}
