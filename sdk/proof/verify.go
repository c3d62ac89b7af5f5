package proof

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Options are the modules that documents can name.
type Options struct {
	// Suite returns the crypto suite with a name.
	Suite func(name string) (crypto.Suite, error)
	// Decisions returns the verifiers of decisions, as light.Verifiers does.
	Decisions func(signature consensus.VerifySignature) []consensus.ProofVerifier
	// Commitment returns the verifier of state proofs of a kind; needed for states.
	Commitment func(kind string, hasher chain.Hasher) (ledger.MultiVerifier, error)
	// Families returns the transaction families of a chain; needed for transactions.
	Families func(suite crypto.Suite, identity chain.Hash) ([]chain.Family, error)
}

// Finding is what a document proves.
type Finding struct {
	Chain chain.Hash
	// Height is that of the block that the claim is about: its state, its transactions.
	Height uint64
	// Header is the header that the proof stands under, at Height or k above.
	Header *chain.Header
	Hash   chain.Hash // of Header
	// Validators are the set that decided Header.
	Validators *chain.ValidatorSet
	// Assumed lists what only the document says; a proof is complete without.
	Assumed []Assumption

	Entries     []chain.Write       // of a state claim; an entry without a value is absent
	Transaction *TransactionFinding // of a transaction or receipt claim
}

// TransactionFinding is what is proved of one transaction.
type TransactionFinding struct {
	ID    chain.Hash
	Index uint64 // in its block

	Verified *chain.Verified // of a transaction claim: its content, and who sent it
	Receipt  *chain.Receipt  // of a receipt claim
}

// Verify checks a document against what is trusted.
func Verify(d *Document, trust Trust, options Options) (*Finding, error) {
	suite, err := options.Suite(d.Crypto)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	v := &verification{Document: d, trust: trust, options: options, suite: suite, finding: &Finding{Chain: d.Chain}}
	for _, step := range []func() error{v.sealed, v.decided, v.trusted, v.claim} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return v.finding, nil
}

// verification is one document on its way.
type verification struct {
	*Document
	trust   Trust
	options Options
	suite   crypto.Suite
	decider consensus.ProofVerifier // that has found the decision good; nil for block 0
	finding *Finding
}

// sealed checks that header and set belong to each other and to the chain.
func (v *verification) sealed() error {
	header, err := chain.DecodeHeader(v.Header)
	if err != nil {
		return at("header", err)
	}
	set, err := chain.DecodeValidatorSet(v.Validators)
	if err != nil {
		return at("validators", err)
	}
	switch have := set.Hash(v.suite); {
	case header.Chain != v.Chain:
		return fault("header", "it is of chain %s, the document of %s", header.Chain, v.Chain)
	case have != header.Validators:
		return fault("validators", "the set is %s, the header is decided by %s", have, header.Validators)
	}
	v.finding.Header, v.finding.Hash, v.finding.Validators = header, header.Hash(v.suite), set
	return nil
}

// decided checks that the set has decided the header.
func (v *verification) decided() error {
	header := v.finding.Header
	if header.Height == 0 {
		if len(v.Decision) > 0 {
			return fault("decision", "nobody decides block 0")
		}
		return nil
	}
	proof, err := chain.DecodeProof(v.Decision)
	if err != nil {
		return at("decision", err)
	}
	verifier, err := v.verifier(proof.Kind)
	if err != nil {
		return err
	}
	if err := verifier.Verify(v.Chain, v.finding.Validators, header, v.finding.Hash, *proof); err != nil {
		return at("decision", err)
	}
	v.decider = verifier
	return nil
}

func (v *verification) verifier(kind string) (consensus.ProofVerifier, error) {
	for _, verifier := range v.options.Decisions(consensus.SignatureBy(v.suite)) {
		if verifier.Kind() == kind {
			return verifier, nil
		}
	}
	return nil, fmt.Errorf("%w: decision: no verifier for kind %q", ErrUnknown, kind)
}

// trusted checks that chain and header rest on what is trusted.
func (v *verification) trusted() error {
	if err := v.trust.checkChain(v.Document); err != nil {
		return err
	}
	var err error
	if v.finding.Assumed, err = v.trust.checkHeader(v.finding, v.decider); err != nil {
		return err
	}
	if v.trust.RootDelay == nil && (v.State != nil || v.Receipt != nil) {
		v.finding.Assumed = append(v.finding.Assumed, AssumedRootDelay)
	}
	return nil
}

// claim checks what the document says beyond its header.
func (v *verification) claim() error {
	switch {
	case v.State != nil:
		return v.state(v.State)
	case v.Receipt != nil:
		return v.receipt(v.Receipt)
	case v.Transaction != nil:
		return v.transaction(v.Transaction)
	}
	v.finding.Height = v.finding.Header.Height
	return nil
}

// below returns the height whose roots the header carries.
func (v *verification) below() (uint64, error) {
	if v.RootDelay > chain.MaxRootDelay || v.finding.Header.Height < v.RootDelay {
		return 0, fault("header", "at height %d it carries no root yet: the root delay is %d", v.finding.Header.Height, v.RootDelay)
	}
	return v.finding.Header.Height - v.RootDelay, nil
}
