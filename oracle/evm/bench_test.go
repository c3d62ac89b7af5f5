//go:build !cgo

package evm

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"

	own "github.com/credibleledger/credibleledger/obicore/contract/evm"
)

// loop runs a body again and again until no gas is left.
func loop(body ...byte) []byte {
	code := append([]byte{byte(vm.JUMPDEST)}, body...)
	return append(code, byte(vm.PUSH1), 0, byte(vm.JUMP))
}

// bodies are for BenchmarkLoop; each leaves the stack as it finds it. The one of deep goes
// down as far as its gas reaches and does not come round.
var bodies = map[string][]byte{
	"arithmetic": {
		0x60, 7, 0x60, 5, byte(vm.ADD), 0x60, 3, byte(vm.MUL), 0x60, 9, byte(vm.SWAP1), byte(vm.SUB), 0x60, 2, byte(vm.SHL),
		byte(vm.DUP1), byte(vm.LT), byte(vm.ISZERO), byte(vm.POP),
	},
	"memory": {
		0x60, 1, 0x60, 64, byte(vm.MSTORE), 0x60, 64, byte(vm.MLOAD), 0x60, 32, byte(vm.MSTORE), 0x60, 32, byte(vm.MLOAD), byte(vm.POP),
	},
	"keccak256": {0x60, 64, 0x60, 0, byte(vm.KECCAK256), byte(vm.POP)},
	"storage":   {0x60, 1, byte(vm.SLOAD), 0x60, 2, byte(vm.SLOAD), byte(vm.ADD), 0x60, 3, byte(vm.SSTORE)},
	"call":      {0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x60, 4, byte(vm.GAS), byte(vm.STATICCALL), byte(vm.POP)},
	"deep":      {0x5f, 0x5f, 0x5f, 0x5f, 0x30, byte(vm.GAS), byte(vm.STATICCALL), byte(vm.STOP)},
	"division": {0x7f, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf9, 0xf8, 0xf7, 0xf6, 0xf5, 0xf4, 0xf3, 0xf2, 0xf1, 0xf0,
		0xef, 0xee, 0xed, 0xec, 0xeb, 0xea, 0xe9, 0xe8, 0xe7, 0xe6, 0xe5, 0xe4, 0xe3, 0xe2, 0xe1, 0xe0,
		byte(vm.DUP1), 0x6f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, byte(vm.SWAP1), byte(vm.DIV), byte(vm.POP), byte(vm.POP)},
}

// BenchmarkLoop gives each machine ten million gas. Both are without cgo.
func BenchmarkLoop(b *testing.B) {
	const gas = 10_000_000
	for name, body := range bodies {
		s := &scene{codes: map[[20]byte][]byte{callees[0]: loop(body...)}, gas: gas}
		for _, a := range append(callees[1:], delegated) {
			s.codes[a] = []byte{0}
		}
		seen := &touched{accounts: make(map[common.Address]bool), slots: make(map[common.Address]map[common.Hash]bool)}
		b.Run(name+"/ours", func(b *testing.B) {
			machine := own.New()
			measure(b, func() uint64 { return gas - runOurs(machine, s, seen, false).gasLeft })
		})
		b.Run(name+"/go-ethereum", func(b *testing.B) {
			measure(b, func() uint64 { return gas - runTheirs(s, nil).gasLeft })
		})
	}
}

// measure reports how much gas is used in a second.
func measure(b *testing.B, run func() (used uint64)) {
	used := uint64(0)
	for b.Loop() {
		used += run()
	}
	b.ReportMetric(float64(used)/1e6/b.Elapsed().Seconds(), "Mgas/s")
}
