package node

import (
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// noNodes is the empty tree that genesis is committed to.
type noNodes struct{}

func (noNodes) Node([]byte) ([]byte, error) { return nil, nil }

// GenesisBlock returns block 0 with its results: the allocation, the native
// modules' marker code, the parameters and the validator set.
func GenesisBlock(g *chain.Genesis, hasher chain.Hasher, commitment ledger.Commitment, codeHash func([]byte) chain.Hash, natives []chain.Address) (*ledger.Genesis, error) {
	writes, err := genesisWrites(g, codeHash, natives)
	if err != nil {
		return nil, err
	}
	change, err := commitment.Update(noNodes{}, writes)
	if err != nil {
		return nil, fmt.Errorf("genesis state: %w", err)
	}
	identity, err := g.Identity(hasher)
	if err != nil {
		return nil, err
	}
	set, err := g.ValidatorSet()
	if err != nil {
		return nil, err
	}
	results := &chain.Results{StateRoot: change.Root, Opening: writes}
	header := &chain.Header{
		Rules: chain.VersionAt(g.Rules, 0), Chain: identity, Time: g.Time, GasLimit: g.GasLimit,
		TransactionRoot: chain.TransactionRoot(hasher, nil),
		Validators:      set.Hash(hasher), NextValidators: set.Hash(hasher),
		Randomness: randomness(hasher, chain.Hash{}),
	}
	if g.RootDelay == 0 {
		header.StateRoot, header.ResultRoot = results.StateRoot, results.Root(hasher)
	}
	return &ledger.Genesis{Block: &chain.Block{Header: header}, Results: results}, nil
}

// randomness is H(parent): predictable, and documented as such.
func randomness(hasher chain.Hasher, parent chain.Hash) chain.Hash { return hasher.Sum(parent[:]) }

func genesisWrites(g *chain.Genesis, codeHash func([]byte) chain.Hash, natives []chain.Address) ([]chain.Write, error) {
	set, err := g.ValidatorSet()
	if err != nil {
		return nil, err
	}
	parameters := g.Parameters()
	writes := []chain.Write{
		{Key: chain.ParametersKey, Value: parameters.Encode()},
		{Key: chain.ValidatorsKey, Value: set.Encode()},
	}
	for _, address := range natives {
		if _, taken := g.Allocation[address]; taken {
			return nil, fmt.Errorf("%w: allocation of %s: the address belongs to a native module", chain.ErrGenesis, address)
		}
		writes = allocate(writes, address, chain.AllocatedAccount{Nonce: 1, Code: chain.MarkerCode}, codeHash)
	}
	for address, account := range g.Allocation {
		if chain.IsSystemAddress(address) {
			return nil, fmt.Errorf("%w: allocation of %s: the address range belongs to native modules", chain.ErrGenesis, address)
		}
		writes = allocate(writes, address, account, codeHash)
	}
	slices.SortFunc(writes, func(a, b chain.Write) int { return a.Key.Compare(b.Key) })
	return writes, nil
}

func allocate(writes []chain.Write, address chain.Address, account chain.AllocatedAccount, codeHash func([]byte) chain.Hash) []chain.Write {
	leaf := chain.Account{Nonce: account.Nonce, Balance: account.Balance}
	if len(account.Code) > 0 {
		leaf.CodeHash = codeHash(account.Code)
		writes = append(writes, chain.Write{Key: chain.CodeKey(address), Value: account.Code})
	}
	if !leaf.IsEmpty() {
		writes = append(writes, chain.Write{Key: chain.AccountKey(address), Value: leaf.Encode()})
	}
	for slot, value := range account.Storage {
		if stored := trimZeros(value); len(stored) > 0 {
			writes = append(writes, chain.Write{Key: chain.StorageKey(address, chain.Word(slot)), Value: stored})
		}
	}
	return writes
}

func trimZeros(value chain.Hash) []byte {
	for i, b := range value {
		if b != 0 {
			return value[i:]
		}
	}
	return nil
}
