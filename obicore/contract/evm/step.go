package evm

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// show tells a tracer of the instruction in hand, with the registers as it finds them.
func (f *frame) show(op Opcode, err error) {
	f.session.trace.Step(contract.Step{
		PC: uint64(f.pc), Op: byte(op), OpName: op.String(), Gas: f.before, Cost: f.cost, Depth: f.depth + 1,
		Refund: f.session.state.Refund(), Self: f.self, Machine: registers{f}, Err: err,
	})
}

// registers are a frame as tracers see it.
type registers struct{ frame *frame }

// Stack implements contract.Machine.
func (r registers) Stack() []chain.Word {
	words := make([]chain.Word, r.frame.height)
	for i := range words {
		words[i] = r.frame.stack[i].Bytes32()
	}
	return words
}

// Memory implements contract.Machine.
func (r registers) Memory() []byte { return r.frame.memory.bytes }

// ReturnData implements contract.Machine.
func (r registers) ReturnData() []byte { return r.frame.returned }
