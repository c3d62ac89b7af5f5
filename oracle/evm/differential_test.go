//go:build !cgo

package evm

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	own "github.com/credibleledger/credibleledger/obicore/contract/evm"
)

// draw makes a scene of a seed.
func draw(seed uint64) *scene {
	random := rand.New(rand.NewPCG(seed, 1))
	s := &scene{codes: make(map[[20]byte][]byte), gas: 20_000 + random.Uint64N(2_000_000)}
	for _, a := range callees {
		s.codes[a] = program(random, 0)
	}
	s.codes[delegated] = append([]byte{0xef, 0x01, 0x00}, callees[random.IntN(len(callees))][:]...)
	s.input = make([]byte, random.IntN(200))
	for i := range s.input {
		s.input[i] = byte(random.Uint32())
	}
	s.value = random.Uint64N(3)
	switch random.IntN(8) {
	case 0:
		s.static = true
	case 1:
		s.creation, s.input = true, program(random, 1)
	}
	return s
}

func compare(t *testing.T, machine *own.VM, seed uint64, s *scene) (steps int) {
	t.Helper()
	seen := &touched{accounts: make(map[common.Address]bool), slots: make(map[common.Address]map[common.Hash]bool)}
	theirs := runTheirs(s, seen)
	for _, traced := range []bool{true, false} {
		if difference := differ(runOurs(machine, s, seen, traced), theirs, traced); difference != "" {
			t.Fatalf("seed %d, traced %t: %s", seed, traced, difference)
		}
	}
	return len(theirs.steps)
}

// TestRandomProgramsRunAsOnGoEthereum takes EVM_SEEDS programs, from EVM_SEED on.
func TestRandomProgramsRunAsOnGoEthereum(t *testing.T) {
	machine, steps := own.New(), 0
	first, count := number("EVM_SEED", 0), number("EVM_SEEDS", 2_000)
	for seed := first; seed < first+count; seed++ {
		steps += compare(t, machine, seed, draw(seed))
	}
	t.Logf("%d programs, %d steps", count, steps)
}

func number(name string, otherwise uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	return otherwise
}

// FuzzAnyCodeRunsAsOnGoEthereum runs code as it is given.
func FuzzAnyCodeRunsAsOnGoEthereum(f *testing.F) {
	for seed := range uint64(20) {
		s := draw(seed)
		f.Add(s.codes[callees[0]], s.codes[callees[1]], s.input, s.gas)
	}
	machine := own.New()
	f.Fuzz(func(t *testing.T, first, second, input []byte, gas uint64) {
		s := draw(0)
		s.codes[callees[0]], s.codes[callees[1]], s.input, s.gas = first, second, input, gas%1_000_000
		if len(first) == 0 || len(second) == 0 || first[0] == 0xef || second[0] == 0xef {
			return // no contract is like this
		}
		compare(t, machine, 0, s)
	})
}
