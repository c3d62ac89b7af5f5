package evm

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// Name is the VM's name in a registry.
const Name = "evm"

// Fork is an Ethereum hard fork whose instruction set and precompiles the
// interpreter can run.
type Fork uint8

// The forks. Chains run Osaka; the older ones exist for test harnesses.
const (
	Cancun Fork = iota + 1
	Prague
	Osaka
)

// VM runs EVM bytecode. It is safe for concurrent use.
type VM struct {
	forks     map[uint64]Fork
	jumpDests *jumpDestCache
	bridges   sync.Pool                   // of *bridges
	config    atomic.Pointer[description] // the last one that was asked for
}

// description is go-ethereum's description of a chain.
type description struct {
	fork   Fork
	id     uint64
	config *params.ChainConfig
}

func (v *VM) chainConfig(fork Fork, id uint64) *params.ChainConfig {
	last := v.config.Load()
	if last == nil || last.fork != fork || last.id != id {
		last = &description{fork, id, chainConfig(fork, id)}
		v.config.Store(last)
	}
	return last.config
}

// Option configures a VM.
type Option func(*VM)

// WithFork makes a version of the chain's rules run with the given fork. Without
// options version 1 runs Osaka.
func WithFork(rules uint64, fork Fork) Option {
	return func(v *VM) { v.forks[rules] = fork }
}

// New returns a VM.
func New(options ...Option) *VM {
	v := &VM{forks: map[uint64]Fork{1: Osaka}, jumpDests: newJumpDestCache(jumpDestLimit)}
	for _, option := range options {
		option(v)
	}
	return v
}

// Name implements contract.VM.
func (v *VM) Name() string { return Name }

// Accepts implements contract.VM: everything that no VM before it has claimed.
func (v *VM) Accepts(chain.Address, []byte) bool { return true }

// Begin implements contract.VM.
func (v *VM) Begin(env contract.Env, rules uint64) (contract.Session, error) {
	fork, ok := v.forks[rules]
	if !ok {
		return nil, fmt.Errorf("%w: the EVM has no rules version %d", contract.ErrRules, rules)
	}
	block := env.Block()
	transaction := env.Transaction()
	config := v.chainConfig(fork, block.ChainID)
	settings := vm.Config{}
	if env.Trace() != nil {
		settings.Tracer = hooks(env.Trace(), env.State())
	}
	s := &session{vm: v, env: env}
	context := blockContext(&block)
	context.Transfer = s.transfer
	machine := vm.NewEVM(context, &stateDB{State: env.State(), session: s, trace: env.Trace()}, config, settings)
	machine.SetJumpDestCache(v.jumpDests)
	machine.SetTxContext(vm.TxContext{
		Origin:     common.Address(transaction.Origin),
		GasPrice:   toInt(transaction.GasPrice),
		BlobHashes: commonHashes(transaction.BlobHashes),
	})
	s.machine = machine
	if natives := env.Natives(); len(natives) > 0 {
		s.bridges = v.bridgesFor(s, fork, natives)
		machine.SetPrecompiles(s.bridges.contracts)
	}
	return s, nil
}

// Precompiles implements contract.Precompiled.
func (v *VM) Precompiles(rules uint64) []chain.Address {
	var list []chain.Address
	for _, address := range vm.ActivePrecompiles(forkRules(v.forks[rules])) {
		list = append(list, chain.Address(address))
	}
	slices.SortFunc(list, func(a, b chain.Address) int { return bytes.Compare(a[:], b[:]) })
	return list
}

func blockContext(block *contract.Block) vm.BlockContext {
	random := common.Hash(block.Randomness)
	return vm.BlockContext{
		CanTransfer: canTransfer,
		GetHash: func(height uint64) common.Hash {
			if block.Ancestor == nil {
				return common.Hash{}
			}
			return common.Hash(block.Ancestor(height))
		},
		Coinbase:    common.Address(block.Coinbase),
		GasLimit:    block.GasLimit,
		BlockNumber: new(big.Int).SetUint64(block.Height),
		Time:        block.Time / 1000,
		Difficulty:  new(big.Int),
		BaseFee:     block.BaseFee.Big(),
		BlobBaseFee: block.BlobFee.Big(),
		Random:      &random,
	}
}

// chainConfig returns go-ethereum's description of a chain on which every fork
// up to the given one is active from the start.
func chainConfig(fork Fork, chainID uint64) *params.ChainConfig {
	zero, genesis := new(big.Int), uint64(0)
	config := &params.ChainConfig{
		ChainID:        new(big.Int).SetUint64(chainID),
		HomesteadBlock: zero, EIP150Block: zero, EIP155Block: zero, EIP158Block: zero,
		ByzantiumBlock: zero, ConstantinopleBlock: zero, PetersburgBlock: zero, IstanbulBlock: zero,
		MuirGlacierBlock: zero, BerlinBlock: zero, LondonBlock: zero, ArrowGlacierBlock: zero,
		GrayGlacierBlock: zero, MergeNetsplitBlock: zero, TerminalTotalDifficulty: zero,
		ShanghaiTime: &genesis, CancunTime: &genesis,
	}
	if fork >= Prague {
		config.PragueTime = &genesis
	}
	if fork >= Osaka {
		config.OsakaTime = &genesis
	}
	return config
}

func forkRules(fork Fork) params.Rules {
	return chainConfig(fork, 1).Rules(new(big.Int), true, 0)
}

func commonHashes(hashes []chain.Hash) []common.Hash {
	list := make([]common.Hash, len(hashes))
	for i, hash := range hashes {
		list[i] = common.Hash(hash)
	}
	return list
}

// CodeHash implements contract.CodeHasher: Keccak-256, as EXTCODEHASH shows it.
func (v *VM) CodeHash(code []byte) chain.Hash { return chain.Hash(crypto.Keccak256Hash(code)) }
