package light_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/sdk/light"
)

// majority is a checkpoint and a header above it for which four of seven validators have
// voted in a kind of vote.
func majority(t *testing.T, kind, vote string) (light.Checkpoint, *chain.Header, chain.Proof) {
	t.Helper()
	suite := standard.New()
	scheme, err := suite.Scheme(suite.Default())
	if err != nil {
		t.Fatal(err)
	}
	set, signers := &chain.ValidatorSet{Epoch: 1}, map[chain.NodeID]crypto.Signer{}
	for range 7 {
		signer, err := scheme.Generate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		id := suite.Sum(signer.Public().Bytes)
		signers[id] = signer
		set.Members = append(set.Members, chain.Validator{ID: id, ConsensusKey: signer.Public(), Weight: 1})
	}
	slices.SortFunc(set.Members, func(a, b chain.Validator) int { return slices.Compare(a.ID[:], b.ID[:]) })
	hash := set.Hash(suite)
	trusted := &chain.Header{Rules: 1, Chain: chain.Hash{7}, Time: uint64(time.Now().UnixMilli()) - 1000, Validators: hash, NextValidators: hash}
	next := &chain.Header{Rules: 1, Chain: chain.Hash{7}, Height: 1, Parent: trusted.Hash(suite), Time: trusted.Time + 1, Validators: hash, NextValidators: hash}
	proof := &consensus.QuorumProof{Endorsements: make([]consensus.Endorsement, len(set.Members))}
	message := consensus.Vote{Height: 1, Hash: next.Hash(suite)}.Encode()
	for i := range 4 {
		digest := chain.SigningHash(suite, chain.DomainVote, next.Chain, vote, message)
		if proof.Endorsements[i].Signature, err = signers[set.Members[i].ID].Sign(digest); err != nil {
			t.Fatal(err)
		}
	}
	return light.Checkpoint{Header: trusted, Validators: set}, next, chain.Proof{Kind: kind, Epoch: 1, Bytes: proof.Encode()}
}

func TestAMajorityDecidesOnlyWhereTheChainsEngineIsForCrashes(t *testing.T) {
	checkpoint, next, proof := majority(t, "raft/1", "raft/commit")
	for engine, want := range map[string]error{"raft": nil, "smartbft": light.ErrUnknown, "": light.ErrUnknown} {
		client, err := light.New(checkpoint, light.Options{Suite: standard.New(), Consensus: engine})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Advance(next, proof, nil); !errors.Is(err, want) {
			t.Errorf("of engine %q: %v, want %v", engine, err, want)
		}
	}
	checkpoint, next, proof = majority(t, "smartbft/1", "smartbft/commit")
	client, err := light.New(checkpoint, light.Options{Suite: standard.New()})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Advance(next, proof, nil); !errors.Is(err, consensus.ErrProof) {
		t.Errorf("four of seven against Byzantine faults: %v", err)
	}
}
