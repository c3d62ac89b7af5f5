package dissemination

import (
	"encoding/binary"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Checkers returns the validators that check a batch of a first node at once, count of
// them: those that stand after it in the ring of the set, from a place that the root of
// the batch chooses, so that the work of one busy node is spread over all others. It is
// empty when the first node is no member or there are not so many others.
func Checkers(set *chain.ValidatorSet, first chain.NodeID, root chain.Hash, count int) []chain.NodeID {
	others := len(set.Members) - 1
	place := memberIndex(set, first)
	if place < 0 || count > others {
		return nil
	}
	chosen := make([]chain.NodeID, count)
	from := int(binary.BigEndian.Uint32(root[:]) % uint32(max(others, 1))) //nolint:gosec // a set has at most 1,024 members
	for i := range chosen {
		chosen[i] = set.Members[(place+1+(from+i)%others)%len(set.Members)].ID
	}
	return chosen
}

// memberIndex returns the place of a member in its set, -1 when it has none.
func memberIndex(set *chain.ValidatorSet, id chain.NodeID) int {
	for i := range set.Members {
		if set.Members[i].ID == id {
			return i
		}
	}
	return -1
}
