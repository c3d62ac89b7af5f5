package simplex

import (
	"sync"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// maxSeen bounds the votes of one node that are remembered.
const maxSeen = 8

// seen remembers the last finalize votes of every node.
type seen struct {
	mutex sync.Mutex
	votes map[chain.NodeID][]seenVote
}

type seenVote struct {
	consensus.Vote
	signature []byte
}

// note keeps a vote and returns one that it contradicts.
func (s *seen) note(from chain.NodeID, vote seenVote) (other seenVote, contradicts bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.votes == nil {
		s.votes = make(map[chain.NodeID][]seenVote)
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

// replace keeps a vote in the place of another for its height and round.
func (s *seen) replace(from chain.NodeID, vote seenVote) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for n, other := range s.votes[from] {
		if other.Height == vote.Height && other.Round == vote.Round {
			s.votes[from][n] = vote
		}
	}
}

// watch looks at every finalize vote and reports two that contradict each other.
// Signatures are verified only then.
func (i *instance) watch(from chain.NodeID, v *upstream.FinalizeVote) {
	given, err := decodeSignature(v.Signature.Value)
	if err != nil || given.height == 0 || string(v.Signature.Signer) != string(from[:]) {
		return
	}
	vote := seenVote{consensus.Vote{Height: given.height, Round: v.Finalization.Round, Hash: chain.Hash(given.digest)}, given.Signature}
	other, contradicts := i.seen.note(from, vote)
	if !contradicts || !i.calls.Enter() {
		return
	}
	defer i.calls.Leave()
	member := i.members.of(idOf(from))
	if i.signed(member, vote) != nil {
		return
	}
	if i.signed(member, other) != nil {
		i.seen.replace(from, vote) // the one that was kept was not signed
		return
	}
	i.host.Report(consensus.Evidence{
		Accused: from, Kind: finalizeKind, A: other.Vote, B: vote.Vote, SignatureA: other.signature, SignatureB: vote.signature,
	})
}

func (i *instance) signed(member *chain.Validator, vote seenVote) error {
	return i.host.Verify(member.ConsensusKey, finalizeKind, vote.Encode(), vote.signature)
}
