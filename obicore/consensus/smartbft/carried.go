package smartbft

import (
	"github.com/hyperledger-labs/SmartBFT/pkg/types"
	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
	"google.golang.org/protobuf/proto"
)

// carriage is a proposal that a later view than its own has carried over.
//
// SmartBFT counts the votes of that view and those of its own as if they were the same. They
// are not: who has voted for it in its own view may, after a new view that carries nothing
// over, vote for another one, while a leader that contradicts itself has a few carry it over;
// the old votes and the new ones together would be a quorum for it beside that for the other.
// So the round of a vote is the view that carries over, and a node counts votes of the round
// in which it votes itself.
type carriage struct {
	of   position // the view of the proposal, and its height
	into uint64
}

// isOf reports whether a commit is for what was carried over.
func (c carriage) isOf(commit *protos.Commit) bool {
	return c.of == position{commit.GetView(), commit.GetSeq()}
}

// round is the one in which a commit counts here.
func (c carriage) round(commit *protos.Commit) uint64 {
	return c.roundAt(position{commit.GetView(), commit.GetSeq()})
}

// roundAt is the one in which this node votes.
func (c carriage) roundAt(p position) uint64 {
	if c.of == p {
		return max(c.into, p.view)
	}
	return p.view
}

// roundOf is the round of a vote; its message has been decoded before.
func roundOf(commit *protos.Commit) uint64 {
	said, _ := decodeVoted(commit.GetSignature().GetMsg())
	return said.round
}

// keepCarried notes a vote for a proposal that a new view carries over before it leaves.
// SmartBFT neither logs it nor remembers that it has voted: its next view data would name
// what it had in flight before, or nothing, and another proposal could be decided on top
// of theirs although the one that it has voted for is decided already.
func (i *instance) keepCarried(p types.Proposal, m metadata, vote types.Signature) {
	s := storeOf(i.core)
	if len(vote.Value) == 0 || s == nil || !i.lockSeal() {
		return
	}
	i.engine.ended.carry(m.height, i.views.now().change)
	for _, record := range carriedRecords(p, m, vote) {
		_ = journal{i}.Append(record, record[0] != commitRecord) // it ends the instance when it fails; the last lifts the seal
	}
	s.StoreProposal(p)
	s.StorePrepares(m.view, m.height)
}

// carriedRecords are those that SmartBFT makes of a proposal and of the vote for it.
func carriedRecords(p types.Proposal, m metadata, vote types.Signature) [][]byte {
	digest := p.Digest()
	proposed := &protos.ProposedRecord{
		PrePrepare: &protos.PrePrepare{View: m.view, Seq: m.height, Proposal: &protos.Proposal{
			Header: p.Header, Payload: p.Payload, Metadata: p.Metadata, VerificationSequence: uint64(p.VerificationSequence),
		}},
		Prepare: &protos.Prepare{View: m.view, Seq: m.height, Digest: digest},
	}
	commit := &protos.Message{Content: &protos.Message_Commit{Commit: &protos.Commit{
		View: m.view, Seq: m.height, Digest: digest, Signature: &protos.Signature{Signer: vote.ID, Value: vote.Value, Msg: vote.Msg},
	}}}
	var records [][]byte
	for _, saved := range []*protos.SavedMessage{
		{Content: &protos.SavedMessage_ProposedRecord{ProposedRecord: proposed}},
		{Content: &protos.SavedMessage_Commit{Commit: commit}},
	} {
		b, _ := proto.Marshal(saved) // what came as a message always encodes
		records = append(records, b)
	}
	return records
}
