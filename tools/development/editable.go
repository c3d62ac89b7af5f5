package development

import (
	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/development"
)

// editable returns a copy of a registry with what a chain needs to be edited: the
// unsigned transaction family and the module that records edits.
func editable(registry *kernel.Registry, suite crypto.Suite) (*kernel.Registry, *node.Development) {
	changed := *registry
	var identity chain.Hash
	changed.Families = func(suite crypto.Suite, chainIdentity chain.Hash, chainID uint64) ([]chain.Family, error) {
		identity = chainIdentity
		families, err := registry.Families(suite, chainIdentity, chainID)
		return append(families, development.NewFamily(suite, chainIdentity)), err
	}
	changed.Contracts = func(crypto.Suite) ([]contract.VM, error) {
		modules, err := native.New(native.Parameters{}, native.Development{})
		return []contract.VM{modules, evm.New()}, err
	}
	return &changed, &node.Development{Edit: func(writes []chain.Write) (chain.Verified, error) {
		address := native.DevelopmentAddress
		family := development.NewFamily(suite, identity)
		raw := development.Encode(address, &chain.Transaction{
			System: true, ChainID: ChainID, Gas: 1 << 40, Calls: []chain.Call{{To: &address, Input: native.EditInput(writes)}},
		})
		t, err := family.Decode(raw)
		if err != nil {
			return chain.Verified{}, err
		}
		return family.Verify(t)
	}}
}

// unsigned makes the envelope of an impersonated account's transaction.
func unsigned(from chain.Address, t *chain.Transaction) ([]byte, error) {
	return development.Encode(from, t), nil
}
