package simplex

import (
	"fmt"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// maxMembers bounds the validators: the list of suspected leaders stands in every
// header's consensus meta, and has to fit.
const maxMembers = 128

// members are the validators of one epoch as Simplex knows them.
type members struct {
	set   *chain.ValidatorSet
	ids   []upstream.NodeID    // ascending: the leader of round r is ids[r mod n]
	place map[chain.NodeID]int // in the set
}

// newMembers refuses a set that the engine cannot run with.
func newMembers(set *chain.ValidatorSet) (*members, error) {
	m := &members{set: set, place: make(map[chain.NodeID]int)}
	if len(set.Members) == 0 || len(set.Members) > maxMembers {
		return nil, fmt.Errorf("simplex: the validator set of epoch %d has %d members; this engine runs with 1 to %d", set.Epoch, len(set.Members), maxMembers)
	}
	for i := range set.Members {
		v := &set.Members[i]
		if v.Weight != set.Members[0].Weight {
			return nil, fmt.Errorf("simplex: validator %s has weight %d and %s has %d; this engine counts nodes, so make all weights equal", set.Members[0].ID, set.Members[0].Weight, v.ID, v.Weight)
		}
		if _, twice := m.place[v.ID]; twice {
			return nil, fmt.Errorf("simplex: validator %s stands twice in the set of epoch %d", v.ID, set.Epoch)
		}
		m.ids, m.place[v.ID] = append(m.ids, idOf(v.ID)), i
	}
	upstream.SortNodes(m.ids)
	return m, nil
}

// idOf is a node id as Simplex takes it.
func idOf(id chain.NodeID) upstream.NodeID { return append(upstream.NodeID(nil), id[:]...) }

// has says whether a node is a validator.
func (m *members) has(id chain.NodeID) bool {
	_, ok := m.place[id]
	return ok
}

// of is the validator that Simplex calls so, nil when there is none.
func (m *members) of(id upstream.NodeID) *chain.Validator {
	if len(id) != len(chain.NodeID{}) {
		return nil
	}
	place, ok := m.place[chain.NodeID(id)]
	if !ok {
		return nil
	}
	return &m.set.Members[place]
}

// leader is the node that leads a round.
func (m *members) leader(round uint64) chain.NodeID {
	return chain.NodeID(m.ids[round%uint64(len(m.ids))])
}

// faulty is how many may be.
func (m *members) faulty() int { return (len(m.ids) - 1) / 3 }

// quorum is how many nodes a certificate needs.
func (m *members) quorum() int { return upstream.Quorum(len(m.ids)) }

// isQuorum counts nodes as Simplex does and weighs them as the proof's reader will.
func (m *members) isQuorum(ids []upstream.NodeID) bool {
	seen, weight := make(map[chain.NodeID]bool), uint64(0)
	for _, id := range ids {
		if v := m.of(id); v != nil && !seen[v.ID] {
			seen[v.ID] = true
			weight += v.Weight
		}
	}
	return len(seen) >= m.quorum() && weight >= consensus.Quorum(m.set, consensus.BFT)
}
