package smartbft

import (
	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// maxSeen bounds the votes of one node that are remembered.
const maxSeen = 8

// seen remembers the last votes of every node. It is used by one goroutine.
type seen struct {
	votes map[uint64][]seenVote
}

type seenVote struct {
	consensus.Vote
	signature []byte
}

// note keeps a vote and returns one that it contradicts.
func (s *seen) note(from uint64, vote seenVote) (other seenVote, contradicts bool) {
	if s.votes == nil {
		s.votes = make(map[uint64][]seenVote)
	}
	for _, other := range s.votes[from] {
		if other.Height == vote.Height && other.Round == vote.Round {
			return other, other.Hash != vote.Hash
		}
	}
	if s.votes[from] = append(s.votes[from], vote); len(s.votes[from]) > maxSeen {
		s.votes[from] = s.votes[from][1:]
	}
	return other, false
}

// watch looks at every vote and reports two that contradict each other. Signatures
// are verified only then.
func (i *instance) watch(from uint64, commit *protos.Commit) {
	said, err := decodeVoted(commit.GetSignature().GetMsg())
	if err != nil || commit.GetSignature().GetSigner() != from {
		return
	}
	vote := seenVote{consensus.Vote{Height: commit.GetSeq(), Round: said.round, Hash: said.hash}, commit.GetSignature().GetValue()}
	other, contradicts := i.seen.note(from, vote)
	if !contradicts || !i.calls.Enter() {
		return
	}
	defer i.calls.Leave()
	member := i.engine.membersNow().member[from]
	if member == nil || i.verifyVote(member, vote) != nil {
		return
	}
	if i.verifyVote(member, other) != nil {
		i.seen.replace(from, vote) // the one that was kept was not signed
		return
	}
	i.host.Report(consensus.Evidence{
		Accused: member.ID, Kind: commitKind, A: other.Vote, B: vote.Vote, SignatureA: other.signature, SignatureB: vote.signature,
	})
}

func (i *instance) verifyVote(member *chain.Validator, vote seenVote) error {
	return i.host.Verify(member.ConsensusKey, commitKind, vote.Encode(), vote.signature)
}

// replace keeps a vote in the place of another for its height and round.
func (s *seen) replace(from uint64, vote seenVote) {
	for n, other := range s.votes[from] {
		if other.Height == vote.Height && other.Round == vote.Round {
			s.votes[from][n] = vote
		}
	}
}
