package evm

import (
	"fmt"
	"slices"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// Name is the VM's name in a registry.
const Name = "evm"

// VM runs EVM bytecode. It is safe for concurrent use.
type VM struct {
	forks    map[uint64]*instructionSet // by rules version
	jumps    *jumpCache
	sessions sync.Pool // of *session
}

// Option configures a VM.
type Option func(*VM)

// WithFork makes a version of the chain's rules run with the given fork. Without
// options version 1 runs Osaka.
func WithFork(rules uint64, fork Fork) Option {
	return func(v *VM) { v.forks[rules] = instructionsOf(fork) }
}

// New returns a VM.
func New(options ...Option) *VM {
	v := &VM{forks: map[uint64]*instructionSet{1: instructionsOf(Osaka)}, jumps: newJumpCache(jumpCacheCodes)}
	v.sessions.New = func() any { return new(session) }
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
	set, ok := v.forks[rules]
	if !ok {
		return nil, fmt.Errorf("%w: the EVM has no rules version %d", contract.ErrRules, rules)
	}
	s := v.sessions.Get().(*session)
	s.open(v, set, env)
	return s, nil
}

// Precompiles implements contract.Precompiled.
func (v *VM) Precompiles(rules uint64) []chain.Address {
	if set, ok := v.forks[rules]; ok {
		return slices.Clone(set.precompiled.Addresses())
	}
	return nil
}

// CodeHash implements contract.CodeHasher: Keccak-256, as EXTCODEHASH shows it.
func (v *VM) CodeHash(code []byte) chain.Hash { return keccak.Keccak256(code) }
