package simplex

import (
	"errors"
	"fmt"
	"log/slog"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// signer signs for Simplex. What it refuses gets no signature and no error, which would
// end Simplex's work half-way: such a vote is not sent and counts nowhere.
type signer struct{ *instance }

// Sign implements simplex.Signer.
func (s signer) Sign(message []byte) ([]byte, error) {
	if s.retired.Load() || !s.calls.Enter() {
		return nil, nil
	}
	defer s.calls.Leave()
	value, err := s.sign(message)
	if err != nil {
		s.engine.logf(slog.LevelWarn, "simplex: a vote is not signed: %v", err)
		if errors.Is(err, consensus.ErrDoubleSign) {
			s.engine.show(err)
		}
		return nil, nil
	}
	return value, nil
}

var errContradiction = errors.New("another vote of this node stands against it")

func (s signer) sign(message []byte) ([]byte, error) {
	what, err := s.stated(message)
	if err != nil {
		return nil, err
	}
	passed := func() bool { return s.ancestry.passed(what.header) }
	if s.engine.care.votes && !s.engine.votes.allow(what.kind, what.round, what.header.Digest, passed) {
		return nil, fmt.Errorf("%s in round %d: %w", what.kind, what.round, errContradiction)
	}
	made := signature{}
	if what.kind == finalizeKind {
		made.height, made.digest = what.vote.Height, what.header.Digest
		made.endorsement, err = s.host.Endorse(finalizeKind, what.vote)
	} else {
		made.Signature, err = s.host.Sign(what.kind, what.message)
	}
	if err != nil {
		return nil, err
	}
	return made.encode(), nil
}

// stated reads a message with what this node knows of its block.
func (i *instance) stated(message []byte) (statement, error) {
	what, err := i.statementOf(message, nil)
	if err != nil || what.kind != fillerKind {
		return what, err
	}
	a := i.ancestry.get(what.header.Digest)
	switch {
	case a == nil || !a.block.header.Equals(&what.header):
		return what, fmt.Errorf("finalizing block %s of round %d, which this node has not verified", what.header.Digest, what.round)
	case a.block.content == carrier:
		return i.statementOf(message, a.block.proposal.Header)
	case a.block.content == root:
		return what, errRoot
	}
	return what, nil
}

// Verify implements simplex.SignatureVerifier. Only this node's own votes and those that
// peers have signed themselves come here; a finalize vote has to be for the block that
// is stored for its round, because Simplex would finalize that one.
func (i *instance) Verify(message, value []byte, by upstream.NodeID) error {
	if !i.calls.Enter() {
		return errRetired
	}
	defer i.calls.Leave()
	member := i.members.of(by)
	if member == nil {
		return fmt.Errorf("%w: %s is no validator", consensus.ErrMessage, by)
	}
	given, err := decodeSignature(value)
	if err != nil {
		return err
	}
	what, err := i.stated(message)
	if err != nil {
		return err
	}
	if stored, ok := i.stored.get(what.round); what.kind == finalizeKind || what.kind == fillerKind {
		if !ok || stored != what.header.Digest {
			return fmt.Errorf("%w: a finalize vote for another block of round %d", consensus.ErrMessage, what.round)
		}
	}
	if given.height != what.vote.Height || what.kind == finalizeKind && given.digest != what.header.Digest {
		return fmt.Errorf("%w: a vote for height %d, the block's is %d", consensus.ErrMessage, given.height, what.vote.Height)
	}
	return i.checkVote(member, what, given.endorsement)
}
