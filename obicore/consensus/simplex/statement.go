package simplex

import (
	"encoding/asn1"
	"fmt"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Contexts of what Simplex signs.
const (
	contextNotarize = "ToBeSignedVote"
	contextEmpty    = "ToBeSignedEmptyVote"
	contextFinalize = "ToBeSignedFinalization"
)

// statement is what a signature of Simplex is under, in this engine's terms.
type statement struct {
	kind    string
	round   uint64
	header  upstream.BlockHeader // of the block, but for an empty vote
	message []byte               // what is signed; of a carrier's finalize vote it is the vote
	vote    consensus.Vote
}

// statementOf reads what Simplex wants signed or verified; header is the chain's header
// when a carrier is finalized. The caller is inside the guard.
func (i *instance) statementOf(message, header []byte) (s statement, err error) {
	var m upstream.SignedMessage
	if rest, err := asn1.Unmarshal(message, &m); err != nil || len(rest) > 0 {
		return s, fmt.Errorf("simplex: a message to sign of %d bytes: %w", len(message), consensus.ErrMessage)
	}
	s.message = m.Payload
	if m.Context == contextEmpty {
		return i.emptyStatement(s, header)
	}
	if err = s.header.FromBytes(m.Payload); err != nil {
		return s, err
	}
	s.round = s.header.Round
	switch {
	case s.header.Epoch != i.members.set.Epoch || s.header.Version != 0:
		return s, fmt.Errorf("%w: epoch %d, version %d", consensus.ErrMessage, s.header.Epoch, s.header.Version)
	case m.Context == contextNotarize && len(header) == 0:
		s.kind = notarizeKind
	case m.Context == contextFinalize && len(header) == 0:
		s.kind = fillerKind
	case m.Context == contextFinalize:
		return s, i.finalizeStatement(&s, header)
	default:
		return s, fmt.Errorf("%w: context %q", consensus.ErrMessage, m.Context)
	}
	return s, nil
}

func (i *instance) emptyStatement(s statement, header []byte) (statement, error) {
	var v upstream.ToBeSignedEmptyVote
	if err := v.FromBytes(s.message); err != nil {
		return s, err
	}
	if s.kind, s.round = emptyKind, v.Round; v.Epoch != i.members.set.Epoch || len(header) > 0 {
		return s, fmt.Errorf("%w: an empty vote of epoch %d", consensus.ErrMessage, v.Epoch)
	}
	return s, nil
}

// finalizeStatement checks that the chain's header is that of the block.
func (i *instance) finalizeStatement(s *statement, header []byte) error {
	b, err := newCarrier(consensus.Proposal{Header: header})
	if err == nil {
		err = b.bind(i)
	}
	if err != nil {
		return err
	}
	if !b.header.Equals(&s.header) {
		return fmt.Errorf("%w: the header is of another block", consensus.ErrMessage)
	}
	s.kind = finalizeKind
	s.vote = consensus.Vote{Height: b.proposal.Height, Round: s.round, Hash: chain.Hash(s.header.Digest)}
	return nil
}

// checkVote verifies a validator's signature under a statement.
func (i *instance) checkVote(member *chain.Validator, s statement, e endorsement) error {
	if s.kind == finalizeKind {
		return i.host.CheckEndorsement(member, s.kind, s.vote, e)
	}
	if len(e.Export) > 0 {
		return fmt.Errorf("%w: an export signature under %s", consensus.ErrMessage, s.kind)
	}
	return i.host.Verify(member.ConsensusKey, s.kind, s.message, e.Signature)
}
