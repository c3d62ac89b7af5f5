package smartbft

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// members translates between node ids and the engine's numbers.
type members struct {
	set    *chain.ValidatorSet
	ids    []uint64 // ascending: leader of view v is ids[v mod n]
	number map[chain.NodeID]uint64
	member map[uint64]*chain.Validator
}

// numberOf is the first eight bytes of the id.
func numberOf(id chain.NodeID) uint64 { return binary.BigEndian.Uint64(id[:8]) }

// newMembers refuses a set that the engine cannot run with.
func newMembers(set *chain.ValidatorSet) (*members, error) {
	m := &members{set: set, number: make(map[chain.NodeID]uint64), member: make(map[uint64]*chain.Validator)}
	if len(set.Members) == 0 {
		return nil, fmt.Errorf("smartbft: the validator set of epoch %d is empty; name at least one validator", set.Epoch)
	}
	for i := range set.Members {
		v := &set.Members[i]
		n := numberOf(v.ID)
		switch other := m.member[n]; {
		case n == 0:
			return nil, fmt.Errorf("smartbft: the first eight bytes of validator %s are zero, and the engine has no node 0; give the node another id", v.ID)
		case other != nil:
			return nil, fmt.Errorf("smartbft: validators %s and %s have the same first eight bytes, which name a node in this engine; give one of them another id", other.ID, v.ID)
		case v.Weight != set.Members[0].Weight:
			return nil, fmt.Errorf("smartbft: validator %s has weight %d and %s has %d; this engine counts nodes, so make all weights equal", set.Members[0].ID, set.Members[0].Weight, v.ID, v.Weight)
		}
		m.ids = append(m.ids, n)
		m.number[v.ID], m.member[n] = n, v
	}
	slices.Sort(m.ids)
	return m, nil
}

// leader is the node that leads a view.
func (m *members) leader(view uint64) uint64 { return m.ids[view%uint64(len(m.ids))] }

// id is the node id of a number, zero when it is no member's.
func (m *members) id(number uint64) chain.NodeID {
	if v := m.member[number]; v != nil {
		return v.ID
	}
	return chain.NodeID{}
}

// quorum is how many nodes the engine needs for a decision; it is the count of
// nodes whose weight is consensus.Quorum.
func (m *members) quorum() int { return (len(m.ids)+m.faulty())/2 + 1 }

// faulty is how many nodes may be faulty.
func (m *members) faulty() int { return (len(m.ids) - 1) / 3 }
