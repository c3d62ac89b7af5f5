package smartbft

import (
	"errors"
	"fmt"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Kind names the proofs of this engine: a consensus.QuorumProof whose round is the
// view in which the header was proposed, or the later one whose new view carried it over.
const Kind = "smartbft/1"

// maxVote bounds the part of a vote that stands in Signature.Msg.
const maxVote = 16 << 10

// voted is the Msg of the engine's signature: what a vote is for, and in which round.
type voted struct {
	hash   chain.Hash // of the header
	round  uint64
	export []byte // signature for foreign chains
}

// encode returns [hash, round, export signature].
func (v voted) encode() []byte {
	p := rlp.AppendBytes(nil, v.hash[:])
	p = rlp.AppendUint64(p, v.round)
	p = rlp.AppendBytes(p, v.export)
	return rlp.AppendList(nil, p)
}

func decodeVoted(b []byte) (v voted, err error) {
	if len(b) > maxVote {
		return v, fmt.Errorf("vote of %d bytes, at most %d", len(b), maxVote)
	}
	reader := rlp.NewReader(b)
	list, err := reader.List()
	if err != nil {
		return v, err
	}
	if err = list.Fixed(v.hash[:]); err != nil {
		return v, err
	}
	if v.round, err = list.Uint64(); err != nil {
		return v, err
	}
	if v.export, err = list.Bytes(); err != nil {
		return v, err
	}
	return v, errors.Join(list.End(), reader.End())
}

// signatureOf is a member's endorsement as the engine carries it.
func signatureOf(number uint64, hash chain.Hash, round uint64, e consensus.Endorsement) types.Signature {
	return types.Signature{ID: number, Value: e.Signature, Msg: voted{hash, round, e.Export}.encode()}
}

// signatures rebuilds the engine's signatures from a proof; nil when the set is not
// the one that decided.
func signatures(set *chain.ValidatorSet, hash chain.Hash, proof chain.Proof) []types.Signature {
	quorum, err := consensus.DecodeQuorumProof(proof.Bytes)
	if err != nil || proof.Kind != Kind || set == nil || proof.Epoch != set.Epoch || len(quorum.Endorsements) != len(set.Members) {
		return nil
	}
	var made []types.Signature
	for i, e := range quorum.Endorsements {
		if len(e.Signature) > 0 {
			made = append(made, signatureOf(numberOf(set.Members[i].ID), hash, quorum.Round, e))
		}
	}
	return made
}

// assemble makes a proof from votes by number; votes of strangers are left out.
func assemble(set *chain.ValidatorSet, round uint64, votes map[uint64]consensus.Endorsement) (proof chain.Proof, endorsed int) {
	quorum := consensus.QuorumProof{Round: round, Endorsements: make([]consensus.Endorsement, len(set.Members))}
	for i := range set.Members {
		if e, ok := votes[numberOf(set.Members[i].ID)]; ok {
			quorum.Endorsements[i] = e
			endorsed++
		}
	}
	return chain.Proof{Kind: Kind, Epoch: set.Epoch, Bytes: quorum.Encode()}, endorsed
}
