package reference

import (
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// event is what a core is told. Exactly one of the fields after now is set.
type event struct {
	now       time.Time
	noticed   bool // there is something to propose
	ticked    bool // a while has passed
	received  *received
	proposed  *proposed
	validated *validated
	endorsed  *endorsed
	committed *committed
	synced    *synced
}

// received is a message of a peer.
type received struct {
	from chain.NodeID
	*message
}

// proposed is the answer to propose.
type proposed struct {
	propose
	proposal consensus.Proposal
	hash     chain.Hash
	err      error
}

// validated is the answer to validate.
type validated struct {
	validate
	err error
}

// endorsed is the answer to endorse.
type endorsed struct {
	endorse
	endorsement consensus.Endorsement
	err         error
}

// committed is the answer to a commit.
type committed struct {
	decision consensus.Decision
	next     *chain.ValidatorSet
	err      error
}

// synced says that the host has come further, or has other validators, by other ways.
type synced struct {
	tip  *consensus.Decision
	next *chain.ValidatorSet
}

// effect is what a core wants done; one of its fields is set. What follows a record is done
// only when the record is durable.
type effect struct {
	record    []byte
	forget    bool // everything in the log
	propose   *propose
	validate  *validate
	endorse   *endorse
	send      *send
	commit    *consensus.Decision
	fetch     bool
	report    *consensus.Evidence
	broadcast []byte
}

// propose asks the host for a proposal; a probe only wants to know whether there is one.
type propose struct {
	parent consensus.Decision
	round  uint64
	force  bool
	probe  bool
}

// validate asks the host about the proposal in a message; restored is one of the log's.
type validate struct {
	*message
	hash     chain.Hash
	restored bool
}

// endorse asks the host for a vote.
type endorse struct {
	kind string
	vote consensus.Vote
}

// send is a message for one peer.
type send struct {
	to      chain.NodeID
	message []byte
}
