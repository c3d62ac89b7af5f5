package snapshot

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// Rules are what a genesis and the modules of a binary make of a chain.
type Rules struct {
	Genesis    *chain.Genesis
	File       []byte // the canonical genesis file
	Identity   chain.Hash
	Suite      crypto.Suite
	Commitment ledger.Commitment
	Verifier   consensus.ProofVerifier
	families   *chain.Families
	codeHash   func(code []byte) chain.Hash
}

// RulesOf returns the rules of a genesis.
func RulesOf(registry *kernel.Registry, genesis *chain.Genesis) (*Rules, error) {
	r := &Rules{Genesis: genesis}
	err := genesis.Check()
	if err == nil {
		r.Suite, err = registry.CryptoSuite(genesis.Crypto)
	}
	if err == nil {
		r.File, err = genesis.Canonical()
	}
	if err == nil {
		r.Identity, err = genesis.Identity(r.Suite)
	}
	if err != nil {
		return nil, err
	}
	return r, r.modules(registry)
}

func (r *Rules) modules(registry *kernel.Registry) error {
	newCommitment, err := registry.Commitment(r.Genesis.Commitment)
	if err != nil {
		return err
	}
	engine, err := registry.ConsensusModule(r.Genesis.Consensus)
	if err != nil {
		return err
	}
	families, err := registry.Families(r.Suite, r.Identity, r.Genesis.EVMChainID)
	if err != nil {
		return err
	}
	machines, err := registry.Contracts(r.Suite)
	if err != nil {
		return err
	}
	executor, err := execution.New(machines, execution.DefaultRules())
	if err != nil {
		return err
	}
	r.Commitment, r.Verifier = newCommitment(r.Suite), engine.Verifier(consensus.SignatureBy(r.Suite))
	r.codeHash = executor.CodeHash
	r.families, err = chain.NewFamilies(families...)
	return err
}

// delay is k: the header at h carries the roots of h-k.
func (r *Rules) delay() uint64 { return r.Genesis.RootDelay }

// firstLink is the height from which on a snapshot of a height has the headers and ids
// below it: as far back as the next blocks refuse ids that come again, and as contracts may
// ask for hashes.
func (r *Rules) firstLink(height uint64) (first uint64) {
	if back := max(r.Genesis.Window, ancestors) - 1; height+r.delay() > back {
		first = height + r.delay() - back
	}
	return min(first, height)
}

// checkHeights refuses a manifest that leaves out ids that the next blocks need, and one
// of genesis, which nobody decides.
func (r *Rules) checkHeights(m *Manifest) error {
	if first := r.firstLink(m.Height); m.Height == 0 || m.First != first {
		return fmt.Errorf("%w: manifest: links from height %d below height %d, they begin at %d", ErrFault, m.First, m.Height, first)
	}
	return nil
}
