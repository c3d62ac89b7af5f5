package execution

import (
	"context"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Block is everything outside state that execution depends on.
type Block struct {
	contract.Block
	Rules      uint64        // version in force
	Parent     chain.Hash    // header hash of Height-1
	FeeAccount chain.Address // receives base and priority fees
	BurnBase   bool          // the base fee is destroyed instead
	// Recovered is the set that a recovery puts in force with this block; nil for every
	// other block.
	Recovered *chain.ValidatorSet
	// Offences are those that the block holds evidence of.
	Offences []chain.Offence
	// CodeSenders lets accounts with code send transactions, as if EIP-3607 were
	// not: development chains, where contracts are impersonated.
	CodeSenders bool
	// Window is how many heights an id is remembered for (formats, The native transaction).
	Window uint64
	// Included reports whether an id stands in one of the last Window blocks below this
	// one; nil remembers nothing. What it cannot read is a fault, not an answer.
	Included func(id chain.Hash) (bool, error)
	// Admit asks the admission policy again; nil refuses nothing.
	Admit func(chain.Verified) error
}

// Executor runs blocks and single transactions. It is safe for concurrent use.
type Executor struct {
	machines []contract.VM
	table    RulesTable
	codeHash func([]byte) chain.Hash
	natives  []chain.Address

	precompiles map[uint64][]chain.Address // by rules version, ascending
}

// New returns an executor over the machines, asked in order whether they accept
// a contract.
func New(machines []contract.VM, table RulesTable) (*Executor, error) {
	x := &Executor{machines: machines, table: table}
	for _, machine := range machines {
		if hasher, ok := machine.(contract.CodeHasher); ok && x.codeHash == nil {
			x.codeHash = hasher.CodeHash
		}
		if modules, ok := machine.(contract.Modules); ok {
			x.natives = append(x.natives, modules.Addresses()...)
		}
	}
	if x.codeHash == nil {
		return nil, fmt.Errorf("execution: no virtual machine gives code hashes; register one that does, such as the EVM")
	}
	x.precompiles = make(map[uint64][]chain.Address, len(table))
	for version := range table {
		x.precompiles[version] = x.listPrecompiles(version)
	}
	return x, nil
}

// Rules returns the rules of a version, or an UnknownRulesError.
func (x *Executor) Rules(version uint64) (Rules, error) { return x.table.Of(version) }

// CodeHash returns the digest that account leaves carry for code.
func (x *Executor) CodeHash(code []byte) chain.Hash { return x.codeHash(code) }

// Run executes a block over the state after its parent. The results carry no
// state root: the ledger computes it from the writes.
func (x *Executor) Run(ctx context.Context, block Block, view ledger.View, transactions []chain.Verified) (*chain.Results, error) {
	p, err := x.Begin(block, view)
	if err != nil {
		return nil, err
	}
	for i := range transactions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := p.Include(transactions[i]); err != nil {
			return nil, fmt.Errorf("transaction %d of block %d: %w", i, block.Height, err)
		}
	}
	return p.Results(), nil
}

// Natives returns the addresses of native modules, ascending.
func (x *Executor) Natives() []chain.Address { return x.natives }

// Precompiles returns the addresses of precompiled contracts under a rules
// version.
func (x *Executor) Precompiles(rules uint64) []chain.Address {
	if list, known := x.precompiles[rules]; known {
		return list
	}
	return x.listPrecompiles(rules)
}

func (x *Executor) isPrecompile(rules uint64, address chain.Address) bool {
	_, found := slices.BinarySearchFunc(x.Precompiles(rules), address, chain.Address.Compare)
	return found
}

func (x *Executor) listPrecompiles(rules uint64) []chain.Address {
	var list []chain.Address
	for _, machine := range x.machines {
		if precompiled, ok := machine.(contract.Precompiled); ok {
			list = append(list, precompiled.Precompiles(rules)...)
		}
	}
	slices.SortFunc(list, chain.Address.Compare)
	return list
}
