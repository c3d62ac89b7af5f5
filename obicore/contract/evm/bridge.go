package evm

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// bridges are the precompiles of a fork with bridges to native modules among them, for
// one session at a time. To make them costs as much as a small contract's run, so that
// they pass from session to session.
type bridges struct {
	fork      Fork
	natives   []chain.Address
	contracts vm.PrecompiledContracts
	session   *session
}

// bridgesFor returns bridges for a session.
func (v *VM) bridgesFor(s *session, fork Fork, natives []chain.Address) *bridges {
	b, _ := v.bridges.Get().(*bridges)
	if b == nil || b.fork != fork || !slices.Equal(b.natives, natives) {
		b = &bridges{fork: fork, natives: slices.Clone(natives), contracts: maps.Clone(vm.ActivePrecompiledContracts(forkRules(fork)))}
		for _, address := range natives {
			b.contracts[common.Address(address)] = &bridge{of: b, address: address}
		}
	}
	b.session = s
	return b
}

// bridge lets EVM code read native modules: the interpreter calls it as a
// precompile, so it knows no caller and runs read-only.
type bridge struct {
	of      *bridges
	address chain.Address
	entered entrance
}

var (
	errBridge = errors.New("native module")
	errSelf   = errors.New("a native module runs as itself only: use CALL or STATICCALL")
)

// RequiredGas implements vm.PrecompiledContract; the interpreter calls it once
// for each call, first. The module meters itself, so the price is what a read of
// it costs.
func (b *bridge) RequiredGas(input []byte) uint64 {
	s := b.of.session
	b.entered, s.entered = s.entered, entrance{}
	return bridgeGas + bridgeWordGas*uint64((len(input)+31)/32)
}

// The price of entering a native module from EVM code.
const (
	bridgeGas     = 2_600
	bridgeWordGas = 12
)

// Run implements vm.PrecompiledContract.
func (b *bridge) Run(input []byte) ([]byte, error) {
	switch {
	case b.entered.callee != common.Address(b.address):
		return nil, fmt.Errorf("%w: %w", errBridge, errSelf)
	case b.entered.paid:
		return nil, vm.ErrExecutionReverted // a module takes no value
	}
	outcome := b.of.session.env.Call(b.of.session.ctx, contract.Frame{
		Kind: contract.StaticCall, Self: b.address, Code: b.address, Gas: bridgeRunGas,
		ReadOnly: true, Depth: 1, Input: input,
	})
	switch {
	case outcome.Err == nil:
		return outcome.Output, nil
	case errors.Is(outcome.Err, contract.ErrRevert):
		return outcome.Output, vm.ErrExecutionReverted
	}
	return nil, fmt.Errorf("%w: %w", errBridge, outcome.Err)
}

// bridgeRunGas bounds the work of a read through the bridge.
const bridgeRunGas = 1_000_000

// Name implements vm.PrecompiledContract.
func (b *bridge) Name() string { return "NATIVE" }
