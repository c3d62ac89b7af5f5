package execution

import (
	"context"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// Block is everything outside state that execution depends on.
type Block struct {
	contract.Block
	Rules      uint64        // version in force
	Parent     chain.Hash    // header hash of Height-1
	FeeAccount chain.Address // receives base and priority fees
	BurnBase   bool          // the base fee is destroyed instead
	// Included reports whether an id was included inside the duplicate window;
	// nil when no family needs it.
	Included func(id chain.Hash) bool
	// Admit asks the admission policy again; nil refuses nothing.
	Admit func(chain.Verified) error
}

// Executor runs blocks and single transactions. It is safe for concurrent use.
type Executor struct {
	machines []contract.VM
	table    RulesTable
	codeHash func([]byte) chain.Hash
	natives  []chain.Address
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
	return x, nil
}

// Rules returns the rules of a version, or an UnknownRulesError.
func (x *Executor) Rules(version uint64) (Rules, error) { return x.table.Of(version) }

// CodeHash returns the digest that account leaves carry for code.
func (x *Executor) CodeHash(code []byte) chain.Hash { return x.codeHash(code) }

// Run executes a block over the state after its parent. The results carry no
// state root: the ledger computes it from the writes.
func (x *Executor) Run(ctx context.Context, block Block, view ledger.View, transactions []chain.Verified) (*chain.Results, error) {
	rules, err := x.table.Of(block.Rules)
	if err != nil {
		return nil, err
	}
	world := state.New(view)
	results := &chain.Results{
		Opening:      x.open(rules, &block, world),
		Transactions: make([]chain.Result, 0, len(transactions)),
	}
	gasLeft := block.GasLimit
	for i := range transactions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		outcome, err := x.include(rules, &block, world, transactions[i], gasLeft)
		if err != nil {
			return nil, fmt.Errorf("transaction %d of block %d: %w", i, block.Height, err)
		}
		gasLeft -= outcome.Receipt.GasUsed
		results.Transactions = append(results.Transactions, outcome)
	}
	return results, world.Err()
}

// include executes one ordered transaction, or makes it void.
func (x *Executor) include(rules Rules, block *Block, world *state.State, t chain.Verified, gasLeft uint64) (chain.Result, error) {
	run, err := x.Apply(context.Background(), rules, block, world, Message{Verified: t}, gasLeft, nil)
	if refused, ok := err.(*InvalidError); ok {
		return chain.Result{Receipt: chain.Receipt{Status: chain.StatusFailed, Reason: refused.Reason}}, nil
	}
	if err != nil {
		return chain.Result{}, err
	}
	return chain.Result{Receipt: run.Receipt(), Writes: run.Writes}, nil
}
