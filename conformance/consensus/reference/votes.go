package reference

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// maxRounds bounds the rounds of one height for which votes are kept.
const maxRounds = 64

// ballot is where a vote belongs.
type ballot struct {
	kind          string
	height, round uint64
}

// counted is a vote whose endorsement was checked.
type counted struct {
	hash        chain.Hash
	endorsement consensus.Endorsement
}

// votes are the first vote of every validator in every ballot.
type votes map[ballot]map[chain.NodeID]counted

// add counts a vote; the other one when the validator has voted otherwise before.
func (v votes) add(b ballot, from chain.NodeID, c counted) (other counted, contradicts bool) {
	if v[b] == nil {
		if len(v) >= 2*2*maxRounds {
			return other, false
		}
		v[b] = make(map[chain.NodeID]counted)
	}
	if first, ok := v[b][from]; ok {
		return first, first.hash != c.hash
	}
	v[b][from] = c
	return other, false
}

// has says whether the same vote was counted before.
func (v votes) has(b ballot, from chain.NodeID, hash chain.Hash) bool {
	c, ok := v[b][from]
	return ok && c.hash == hash
}

// drop forgets the heights before one.
func (v votes) drop(before uint64) {
	for b := range v {
		if b.height < before {
			delete(v, b)
		}
	}
}

// proof gathers the endorsements of a hash in a ballot, and their weight.
func (v votes) proof(set *chain.ValidatorSet, b ballot, hash chain.Hash) (p consensus.QuorumProof, weight uint64) {
	p = consensus.QuorumProof{Round: b.round, Endorsements: make([]consensus.Endorsement, len(set.Members))}
	for i := range set.Members {
		if c, ok := v[b][set.Members[i].ID]; ok && c.hash == hash {
			p.Endorsements[i] = c.endorsement
			weight += set.Members[i].Weight
		}
	}
	return p, weight
}
