package reference

import "github.com/credibleledger/credibleledger/kernel/consensus"

// Flaw is a fault that is put into an engine on purpose, to show that the judge finds it.
type Flaw uint8

// The flaws.
const (
	Sound      Flaw = iota
	SmallVote       // half of the weight is a quorum
	Unanimous       // only all together are a quorum
	VotesAgain      // a validator votes for every proposal of a round
	Unlocked        // a validator forgets what it has locked on when a round ends
)

// quorum is the weight of votes that is enough.
func (c *core) quorum() uint64 {
	switch c.flaw {
	case SmallVote:
		return (consensus.TotalWeight(c.set) + 1) / 2
	case Unanimous:
		return consensus.TotalWeight(c.set)
	}
	return consensus.Quorum(c.set, c.fault)
}
