package reference

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Kinds of votes.
const (
	prepareKind = "reference/prepare"
	commitKind  = "reference/commit"
)

// Shapes of messages and records, by their first number.
const (
	shapeWant     = 1 // the sender is in this round of this height
	shapeProposal = 2
	shapePrepare  = 3
	shapeCommit   = 4
	shapeHint     = 5 // the sender has decided the height before
)

// message is what goes to peers, and what stands in the log.
type message struct {
	shape         uint64
	height, round uint64
	vote          chain.Hash // of a prepare or commit
	endorsement   consensus.Endorsement
	proposal      consensus.Proposal // of a proposal, and of a prepare in the log
	prepared      uint64             // the round plus one in which a proposal was prepared; 0: in none
	certificate   []byte             // a QuorumProof of prepares of that round
}

func (m *message) encode() []byte {
	p := rlp.AppendUint64(nil, m.shape)
	p = rlp.AppendUint64(p, m.height)
	p = rlp.AppendUint64(p, m.round)
	p = rlp.AppendBytes(p, m.vote[:])
	p = rlp.AppendBytes(p, m.endorsement.Signature)
	p = rlp.AppendBytes(p, m.endorsement.Export)
	p = rlp.AppendBytes(p, m.proposal.Header)
	p = rlp.AppendBytes(p, m.proposal.Body)
	p = rlp.AppendUint64(p, m.prepared)
	p = rlp.AppendBytes(p, m.certificate)
	return rlp.AppendList(nil, p)
}

func decodeMessage(b []byte) (*message, error) {
	m := &message{}
	reader := rlp.NewReader(b)
	err := m.decode(reader)
	if err == nil {
		err = reader.End()
	}
	if err == nil && (m.shape < shapeWant || m.shape > shapeHint) {
		err = fmt.Errorf("shape %d", m.shape)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrMessage, err)
	}
	m.proposal.Height = m.height
	return m, nil
}

func (m *message) decode(reader *rlp.Reader) error {
	list, err := reader.List()
	if err != nil {
		return err
	}
	for _, n := range []*uint64{&m.shape, &m.height, &m.round} {
		if *n, err = list.Uint64(); err != nil {
			return err
		}
	}
	if err = list.Fixed(m.vote[:]); err != nil {
		return err
	}
	for _, b := range []*[]byte{&m.endorsement.Signature, &m.endorsement.Export, &m.proposal.Header, &m.proposal.Body} {
		if *b, err = list.Bytes(); err != nil {
			return err
		}
	}
	if m.prepared, err = list.Uint64(); err != nil {
		return err
	}
	m.certificate, err = list.Bytes()
	return errors.Join(err, list.End())
}
