package proof

import (
	"fmt"
	"slices"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Trust is what a verifier believes before it reads a document. What is left out is
// not checked, and the Finding says so.
type Trust struct {
	// Chain is the identity that the document must have; any when zero.
	Chain chain.Hash
	// Validators are digests of validator sets whose decisions are believed.
	Validators []chain.Hash
	// Headers are hashes of headers that are believed themselves.
	Headers []chain.Hash
	// RootDelay is the chain's k; nil when it is not known.
	RootDelay *uint64
	// Consensus is the name of the chain's engine; empty when it is not known. It decides
	// how much of a set's weight makes a decision.
	Consensus string
}

// FromGenesis trusts a genesis: the chain's identity, engine, root delay and first
// validator set, and so every block that this set has decided. The header of block 0
// takes execution to compute; who has its hash adds it to Headers.
func FromGenesis(genesis *chain.Genesis, hasher chain.Hasher) (t Trust, err error) {
	if t.Chain, err = genesis.Identity(hasher); err != nil {
		return t, err
	}
	set, err := genesis.ValidatorSet()
	if err != nil {
		return t, err
	}
	t.Validators, t.RootDelay, t.Consensus = []chain.Hash{set.Hash(hasher)}, &genesis.RootDelay, genesis.Consensus
	return t, nil
}

// FromHeader trusts a header of a chain: itself, and whatever the set that it announces
// has decided. A header tells neither the root delay nor the engine: add them from a
// genesis.
func FromHeader(header *chain.Header, hasher chain.Hasher) Trust {
	return Trust{Chain: header.Chain, Validators: []chain.Hash{header.NextValidators}, Headers: []chain.Hash{header.Hash(hasher)}}
}

// Assumption is something that a document says and nothing that is trusted confirms.
type Assumption string

// The assumptions.
const (
	// AssumedValidators: nobody vouches for the set that decided the header. Anybody can
	// make such a document with a set of his own.
	AssumedValidators Assumption = "validators"
	// AssumedHeader: nobody decides block 0, and nobody vouches for it.
	AssumedHeader Assumption = "header"
	// AssumedRootDelay: with another k the same roots are those of another height.
	AssumedRootDelay Assumption = "root delay"
	// AssumedConsensus: a majority has decided, which is enough for the engine that the
	// votes are of, and would be too little for one against Byzantine faults.
	AssumedConsensus Assumption = "consensus"
)

// checkChain refuses a document of another chain.
func (t *Trust) checkChain(d *Document) error {
	if !t.Chain.IsZero() && d.Chain != t.Chain {
		return fmt.Errorf("%w: it is of chain %s, not %s", ErrTrust, d.Chain, t.Chain)
	}
	if t.RootDelay != nil && d.RootDelay != *t.RootDelay {
		return fmt.Errorf("%w: it says that the root delay is %d, the chain's is %d", ErrTrust, d.RootDelay, *t.RootDelay)
	}
	return nil
}

// checkHeader says what is assumed of a header that decider has found decided, or that
// it does not rest on what is trusted.
func (t *Trust) checkHeader(f *Finding, decider consensus.ProofVerifier) ([]Assumption, error) {
	switch {
	case slices.Contains(t.Headers, f.Hash):
		return nil, nil
	case f.Header.Height == 0 && len(t.Headers) > 0:
		return nil, fmt.Errorf("%w: its block 0 is %s, which is not among the trusted headers", ErrTrust, f.Hash)
	case f.Header.Height == 0:
		return []Assumption{AssumedHeader}, nil
	}
	assumed, err := t.checkVotes(decider)
	switch {
	case err != nil || slices.Contains(t.Validators, f.Header.Validators):
		return assumed, err
	case len(t.Validators) > 0 || len(t.Headers) > 0:
		return nil, fmt.Errorf("%w: block %d is decided by validator set %s of epoch %d, which is not among the trusted ones: trust a later checkpoint, or this set",
			ErrTrust, f.Header.Height, f.Header.Validators, f.Validators.Epoch)
	}
	return append(assumed, AssumedValidators), nil
}

// checkVotes says what is assumed of the votes that decider has found good.
func (t *Trust) checkVotes(decider consensus.ProofVerifier) ([]Assumption, error) {
	if t.Consensus != "" && !strings.HasPrefix(decider.Kind(), t.Consensus+"/") {
		return nil, fmt.Errorf("%w: its decision is of kind %q, the chain's engine is %q", ErrTrust, decider.Kind(), t.Consensus)
	}
	if quorum, votes := decider.(consensus.QuorumVerifier); t.Consensus == "" && votes && quorum.Fault != consensus.BFT {
		return []Assumption{AssumedConsensus}, nil
	}
	return nil, nil
}
