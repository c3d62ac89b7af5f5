package consensus

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Evidence is a transferable proof that a validator misbehaved: two votes for one
// height and round that name different headers, each with its signature.
type Evidence struct {
	Accused chain.NodeID
	Kind    string // the kind under which the votes were signed
	A, B    Vote
	// SignatureA and SignatureB are by the accused's consensus key.
	SignatureA, SignatureB []byte
}

// Verify checks that the evidence convicts its accused, given the set of the
// votes' height: ErrEvidence when it does not.
func (e *Evidence) Verify(verify VerifySignature, identity chain.Hash, set *chain.ValidatorSet) error {
	member, ok := set.Member(e.Accused)
	switch {
	case !ok:
		return fmt.Errorf("%w: %s was no validator", ErrEvidence, e.Accused)
	case e.A.Height != e.B.Height || e.A.Round != e.B.Round:
		return fmt.Errorf("%w: the votes are for different heights or rounds", ErrEvidence)
	case e.A.Hash == e.B.Hash:
		return fmt.Errorf("%w: the votes agree", ErrEvidence)
	}
	if err := verify(identity, member.ConsensusKey, e.Kind, e.A.Encode(), e.SignatureA); err != nil {
		return fmt.Errorf("%w: first vote: %w", ErrEvidence, err)
	}
	if err := verify(identity, member.ConsensusKey, e.Kind, e.B.Encode(), e.SignatureB); err != nil {
		return fmt.Errorf("%w: second vote: %w", ErrEvidence, err)
	}
	return nil
}

// Encode returns the canonical encoding: [accused, kind, vote, vote, signature,
// signature], as it stands in a block body's evidence.
func (e *Evidence) Encode() []byte {
	p := rlp.AppendBytes(nil, e.Accused[:])
	p = rlp.AppendBytes(p, []byte(e.Kind))
	p = append(p, e.A.Encode()...)
	p = append(p, e.B.Encode()...)
	p = rlp.AppendBytes(p, e.SignatureA)
	p = rlp.AppendBytes(p, e.SignatureB)
	return rlp.AppendList(nil, p)
}

// maxKind bounds the kind of a vote in bytes.
const maxKind = 64

// DecodeEvidence reads what Encode writes.
func DecodeEvidence(b []byte) (*Evidence, error) {
	e := &Evidence{}
	if err := e.decode(rlp.NewReader(b)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEvidence, err)
	}
	return e, nil
}

func (e *Evidence) decode(reader *rlp.Reader) error {
	list, err := reader.List()
	if err != nil {
		return err
	}
	if err = list.Fixed(e.Accused[:]); err != nil {
		return err
	}
	kind, err := list.Bytes()
	if err != nil {
		return err
	}
	if e.Kind = string(kind); len(kind) > maxKind {
		return fmt.Errorf("kind of %d bytes, at most %d", len(kind), maxKind)
	}
	for _, vote := range []*Vote{&e.A, &e.B} {
		if err = vote.decode(list); err != nil {
			return err
		}
	}
	for _, signature := range []*[]byte{&e.SignatureA, &e.SignatureB} {
		if *signature, err = list.Bytes(); err != nil {
			return err
		}
		if len(*signature) > maxSignature {
			return fmt.Errorf("signature of %d bytes, at most %d", len(*signature), maxSignature)
		}
	}
	return errors.Join(list.End(), reader.End())
}
