package chaos

import (
	"fmt"

	"github.com/anishathalye/porcupine"
	"github.com/credibleledger/credibleledger/kernel/chain"
)

// registerCode is a contract of registers, written by hand: input is key, mode,
// value. Mode 0 logs the value of the key, any other sets it.
var registerCode = []byte{
	0x60, 0x20, 0x35, 0x60, 0x16, 0x57, // mode != 0: jump to the write
	0x60, 0x00, 0x35, 0x54, 0x60, 0x00, 0x52, // memory[0] = storage[key]
	0x60, 0x00, 0x35, 0x60, 0x20, 0x60, 0x00, 0xa1, 0x00, // log1(memory[0:32], key)
	0x5b, 0x60, 0x40, 0x35, 0x60, 0x00, 0x35, 0x55, 0x00, // storage[key] = value
}

// deployment returns the code that creates a contract with the given code.
func deployment(code []byte) []byte {
	return append([]byte{0x60, byte(len(code)), 0x80, 0x60, 0x09, 0x3d, 0x39, 0x3d, 0xf3}, code...)
}

// operation is one operation on a register.
type operation struct {
	key   uint64
	write bool
	value uint64
}

func (o operation) input() []byte {
	mode := uint64(0)
	if o.write {
		mode = 1
	}
	key, word, value := chain.WordFromUint64(o.key), chain.WordFromUint64(mode), chain.WordFromUint64(o.value)
	return append(append(append([]byte{}, key[:]...), word[:]...), value[:]...)
}

// unknown is the output of an operation of which nobody was told the outcome.
const unknown = ^uint64(0)

// registers is the model that a history must fit: each key a register of its own,
// zero at first.
var registers = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byKey := make(map[uint64][]porcupine.Operation)
		for _, op := range history {
			key := op.Input.(operation).key
			byKey[key] = append(byKey[key], op)
		}
		var parts [][]porcupine.Operation
		for _, part := range byKey {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return uint64(0) },
	Step: func(state, input, output any) (bool, any) {
		o := input.(operation)
		if o.write {
			return true, o.value
		}
		seen := output.(uint64)
		return seen == unknown || seen == state.(uint64), state
	},
	Equal: func(a, b any) bool { return a.(uint64) == b.(uint64) },
	DescribeOperation: func(input, output any) string {
		o := input.(operation)
		if o.write {
			return fmt.Sprintf("write %d = %d", o.key, o.value)
		}
		return fmt.Sprintf("read %d: %d", o.key, output)
	},
}
