package consensus

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

var errUnexpectedExport = fmt.Errorf("%w: an export signature of a validator without export key", ErrProof)

// QuorumProof is a proof by signatures of enough validators. Engines whose
// decisions rest on a quorum put its encoding into chain.Proof.Bytes.
type QuorumProof struct {
	Round        uint64
	Endorsements []Endorsement // one per member of the set, in its order; without signature where it did not sign
}

// Quorum is the weight of which any two shares of the set have an honest member
// in common: ⌈(W+f+1)/2⌉ with f = ⌊(W−1)/3⌋ of total weight W for Byzantine
// faults, a majority for crash faults.
func Quorum(set *chain.ValidatorSet, fault Fault) uint64 {
	total := TotalWeight(set)
	if fault != BFT {
		return total/2 + 1
	}
	return (total+(total-1)/3)/2 + 1
}

// TotalWeight is the sum of the members' weights.
func TotalWeight(set *chain.ValidatorSet) (total uint64) {
	for i := range set.Members {
		total += set.Members[i].Weight
	}
	return total
}

// Encode returns the canonical encoding: [round, [endorsement…]], where an
// endorsement is [signature, export] and one that is missing the empty list.
func (p *QuorumProof) Encode() []byte {
	var list []byte
	for i := range p.Endorsements {
		e := &p.Endorsements[i]
		if len(e.Signature) == 0 {
			list = rlp.AppendList(list, nil)
			continue
		}
		list = rlp.AppendList(list, rlp.AppendBytes(rlp.AppendBytes(nil, e.Signature), e.Export))
	}
	return rlp.AppendList(nil, rlp.AppendList(rlp.AppendUint64(nil, p.Round), list))
}

// maxSignature bounds one signature of a proof in bytes.
const maxSignature = 8 << 10

// DecodeQuorumProof reads what Encode writes.
func DecodeQuorumProof(b []byte) (*QuorumProof, error) {
	p, err := decodeQuorumProof(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProof, err)
	}
	return p, nil
}

func decodeQuorumProof(b []byte) (*QuorumProof, error) {
	reader := rlp.NewReader(b)
	outer, err := reader.List()
	if err != nil {
		return nil, err
	}
	p := &QuorumProof{}
	if p.Round, err = outer.Uint64(); err != nil {
		return nil, err
	}
	list, err := outer.List()
	if err != nil {
		return nil, err
	}
	for list.More() {
		if len(p.Endorsements) == chain.MaxValidators {
			return nil, fmt.Errorf("more than %d endorsements", chain.MaxValidators)
		}
		e, err := decodeEndorsement(list)
		if err != nil {
			return nil, err
		}
		p.Endorsements = append(p.Endorsements, e)
	}
	return p, errors.Join(outer.End(), reader.End())
}

func decodeEndorsement(list *rlp.Reader) (e Endorsement, err error) {
	item, err := list.List()
	if err != nil || !item.More() {
		return e, err
	}
	if e.Signature, err = item.Bytes(); err != nil {
		return e, err
	}
	if e.Export, err = item.Bytes(); err != nil {
		return e, err
	}
	if len(e.Signature) == 0 || len(e.Signature) > maxSignature || len(e.Export) > maxSignature {
		return e, fmt.Errorf("endorsement of %d and %d bytes", len(e.Signature), len(e.Export))
	}
	return e, item.End()
}

// Verify checks that members of set with at least the weight of quorum have
// endorsed the header. Every endorsement that is there must be good: a proof has
// no room for garbage.
func (p *QuorumProof) Verify(verify VerifySignature, identity chain.Hash, set *chain.ValidatorSet, kind string, height uint64, hash chain.Hash, quorum uint64) error {
	if len(p.Endorsements) != len(set.Members) {
		return fmt.Errorf("%w: %d places for %d validators", ErrProof, len(p.Endorsements), len(set.Members))
	}
	vote, weight := Vote{Height: height, Round: p.Round, Hash: hash}, uint64(0)
	for i := range p.Endorsements {
		e, member := &p.Endorsements[i], &set.Members[i]
		if len(e.Signature) == 0 {
			continue
		}
		if err := e.Verify(verify, identity, member, kind, vote); err != nil {
			return fmt.Errorf("%w: vote of validator %d, %s: %w", ErrProof, i, member.ID, err)
		}
		weight += member.Weight
	}
	if weight < quorum {
		return fmt.Errorf("%w: endorsed with weight %d, %d is the quorum", ErrProof, weight, quorum)
	}
	return nil
}
