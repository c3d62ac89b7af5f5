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
// view in which the header was proposed.
const Kind = "smartbft/1"

// maxVote bounds the part of a vote that stands in Signature.Msg.
const maxVote = 16 << 10

// voteMessage is the Msg of the engine's signature: [hash, auxiliary data, export
// signature]. The auxiliary data serve the rotation of leaders and stay empty.
func voteMessage(hash chain.Hash, export []byte) []byte {
	p := rlp.AppendBytes(nil, hash[:])
	p = rlp.AppendBytes(p, nil)
	p = rlp.AppendBytes(p, export)
	return rlp.AppendList(nil, p)
}

func decodeVoteMessage(b []byte) (hash chain.Hash, export []byte, err error) {
	if len(b) > maxVote {
		return hash, nil, fmt.Errorf("vote of %d bytes, at most %d", len(b), maxVote)
	}
	reader := rlp.NewReader(b)
	list, err := reader.List()
	if err != nil {
		return hash, nil, err
	}
	if err = list.Fixed(hash[:]); err != nil {
		return hash, nil, err
	}
	auxiliary, err := list.Bytes()
	if err != nil {
		return hash, nil, err
	}
	if len(auxiliary) > 0 {
		return hash, nil, errors.New("auxiliary data in a vote; leaders do not rotate here")
	}
	if export, err = list.Bytes(); err != nil {
		return hash, nil, err
	}
	return hash, export, errors.Join(list.End(), reader.End())
}

// signatureOf is a member's endorsement as the engine carries it.
func signatureOf(number uint64, hash chain.Hash, e consensus.Endorsement) types.Signature {
	return types.Signature{ID: number, Value: e.Signature, Msg: voteMessage(hash, e.Export)}
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
			made = append(made, signatureOf(numberOf(set.Members[i].ID), hash, e))
		}
	}
	return made
}

// assemble makes a proof from votes by number; votes of strangers are left out.
func assemble(set *chain.ValidatorSet, view uint64, votes map[uint64]consensus.Endorsement) (proof chain.Proof, endorsed int) {
	quorum := consensus.QuorumProof{Round: view, Endorsements: make([]consensus.Endorsement, len(set.Members))}
	for i := range set.Members {
		if e, ok := votes[numberOf(set.Members[i].ID)]; ok {
			quorum.Endorsements[i] = e
			endorsed++
		}
	}
	return chain.Proof{Kind: Kind, Epoch: set.Epoch, Bytes: quorum.Encode()}, endorsed
}
