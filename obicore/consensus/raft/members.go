package raft

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// numberOf is a node's number in raft: the first eight bytes of its id.
func numberOf(id chain.NodeID) uint64 { return binary.BigEndian.Uint64(id[:8]) }

// members are the validators of one set with their numbers.
type members struct {
	set     *chain.ValidatorSet
	byID    map[chain.NodeID]*chain.Validator
	byNum   map[uint64]chain.NodeID
	numbers []uint64 // ascending
}

// newMembers checks that this engine can run with a set.
func newMembers(set *chain.ValidatorSet) (*members, error) {
	if set == nil || len(set.Members) == 0 {
		return nil, fmt.Errorf("raft: the validator set is empty; a chain needs at least one validator")
	}
	m := &members{set: set, byID: make(map[chain.NodeID]*chain.Validator), byNum: make(map[uint64]chain.NodeID)}
	for i := range set.Members {
		v := &set.Members[i]
		number := numberOf(v.ID)
		other, taken := m.byNum[number]
		switch {
		case number == 0 || number >= maxNumber:
			return nil, fmt.Errorf("raft: the id of validator %s begins with a number that raft keeps for itself; give it another id", v.ID)
		case taken:
			return nil, fmt.Errorf("raft: the ids of validators %s and %s begin with the same eight bytes; give one another id", other, v.ID)
		case v.Weight != set.Members[0].Weight:
			return nil, fmt.Errorf("raft: validator %s has weight %d, another %d; this engine needs equal weights", v.ID, v.Weight, set.Members[0].Weight)
		}
		m.byID[v.ID], m.byNum[number] = v, v.ID
		m.numbers = append(m.numbers, number)
	}
	slices.Sort(m.numbers)
	return m, nil
}

// maxNumber is where raft's own targets begin.
const maxNumber = ^uint64(0) - 1

func (m *members) has(id chain.NodeID) bool { return m.byID[id] != nil }

// enough reports whether so many members are a majority.
func (m *members) enough(count int) bool { return count > len(m.numbers)/2 }

// missing is how many of a majority are missing beside count members.
func (m *members) missing(count int) int { return max(0, len(m.numbers)/2+1-count) }

// prove puts endorsements into a proof.
func (m *members) prove(round uint64, endorsements map[chain.NodeID]consensus.Endorsement) chain.Proof {
	proof := consensus.QuorumProof{Round: round, Endorsements: make([]consensus.Endorsement, len(m.set.Members))}
	for i := range m.set.Members {
		proof.Endorsements[i] = endorsements[m.set.Members[i].ID]
	}
	return chain.Proof{Kind: Kind, Epoch: m.set.Epoch, Bytes: proof.Encode()}
}
