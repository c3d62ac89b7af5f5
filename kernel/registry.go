package kernel

import (
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/kernel/security"
)

// Registry is the explicit choice of modules that a distribution's main builds.
// Nothing registers itself: there is no global registry and no init function.
type Registry struct {
	Crypto    map[string]crypto.Suite
	Consensus map[string]consensus.Module
	Ledger    map[string]ledger.Module
	Mesh      map[string]network.Module
	Channels  map[string]network.ChannelModule
	// Commitments are the state commitments that a genesis can choose.
	Commitments map[string]ledger.NewCommitment
	// Families returns the transaction families of a chain; they may depend on
	// its suite, its identity and its numeric chain id.
	Families func(suite crypto.Suite, identity chain.Hash, chainID uint64) ([]chain.Family, error)
	// Contracts returns the virtual machines of a chain, in the order in which
	// they are asked whether they accept a contract.
	Contracts func(suite crypto.Suite) ([]contract.VM, error)
	// Admission is asked about every transaction; nil refuses nothing.
	Admission security.Admission
}

// ErrUnknownModule names a module that the registry does not hold.
type ErrUnknownModule struct {
	Direction string
	Name      string
	Known     []string
}

// Error says which module is missing and which exist.
func (e *ErrUnknownModule) Error() string {
	return fmt.Sprintf("no %s module %q in this binary; it has %v", e.Direction, e.Name, e.Known)
}

// CryptoSuite returns the suite with the given name.
func (r *Registry) CryptoSuite(name string) (crypto.Suite, error) {
	return pick(r.Crypto, "crypto", name)
}

// ConsensusModule returns the consensus module with the given name.
func (r *Registry) ConsensusModule(name string) (consensus.Module, error) {
	return pick(r.Consensus, "consensus", name)
}

// LedgerModule returns the ledger module with the given name.
func (r *Registry) LedgerModule(name string) (ledger.Module, error) {
	return pick(r.Ledger, "ledger", name)
}

// MeshModule returns the mesh module with the given name.
func (r *Registry) MeshModule(name string) (network.Module, error) {
	return pick(r.Mesh, "mesh", name)
}

// ChannelModule returns the channel module with the given name.
func (r *Registry) ChannelModule(name string) (network.ChannelModule, error) {
	return pick(r.Channels, "channel", name)
}

// Commitment returns the state commitment with the given name.
func (r *Registry) Commitment(name string) (ledger.NewCommitment, error) {
	return pick(r.Commitments, "commitment", name)
}

func pick[M any](modules map[string]M, direction, name string) (M, error) {
	module, ok := modules[name]
	if ok {
		return module, nil
	}
	known := make([]string, 0, len(modules))
	for other := range modules {
		known = append(known, other)
	}
	slices.Sort(known)
	return module, &ErrUnknownModule{Direction: direction, Name: name, Known: known}
}
