package evm

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// execute does what an instruction is for, where this needs more than the stack. Its
// price has been paid and memory is large enough.
func (f *frame) execute(op Opcode) error {
	switch op {
	case ADDRESS, ORIGIN, CALLER, CALLVALUE, CALLDATASIZE, CODESIZE, GASPRICE, RETURNDATASIZE, COINBASE,
		TIMESTAMP, NUMBER, PREVRANDAO, GASLIMIT, CHAINID, SELFBALANCE, BASEFEE, BLOBBASEFEE, MSIZE:
		f.ask(op)
	case CALLDATALOAD:
		f.loadInput()
	case CALLDATACOPY:
		f.copyToMemory(f.input)
	case CODECOPY:
		f.copyToMemory(f.code)
	case RETURNDATACOPY:
		return f.copyReturned()
	case BALANCE, EXTCODESIZE, EXTCODEHASH:
		f.inspect(op)
	case EXTCODECOPY:
		f.copyCode()
	case BLOCKHASH:
		f.ancestor()
	case BLOBHASH:
		f.blobHash()
	case KECCAK256:
		digest := keccak.Keccak256(f.memory.view(f.top(1), f.top(2)))
		f.offer(2).SetBytes32(digest[:])
	case MSTORE8:
		f.memory.bytes[f.top(1).Uint64()] = byte(f.top(2).Uint64())
		f.height -= 2
	case MCOPY:
		copy(f.memory.view(f.top(1), f.top(3)), f.memory.view(f.top(2), f.top(3)))
		f.height -= 3
	case SLOAD, SSTORE, TLOAD, TSTORE:
		f.store(op)
	case LOG0, LOG0 + 1, LOG0 + 2, LOG0 + 3, LOG4:
		f.log(int(op - LOG0))
	case CALL, CALLCODE, DELEGATECALL, STATICCALL:
		f.callOut(op)
	case CREATE, CREATE2:
		f.createOut(op)
	default:
		return undefinedError(op)
	}
	return nil
}

// store reads or writes storage of the contract.
func (f *frame) store(op Opcode) {
	state, word := f.session.state, f.top(1)
	slot := chain.Word(word.Bytes32())
	switch op {
	case SLOAD:
		value := state.Slot(f.self, slot)
		word.SetBytes32(value[:])
	case TLOAD:
		value := state.TransientSlot(f.self, slot)
		word.SetBytes32(value[:])
	case SSTORE:
		state.SetSlot(f.self, slot, f.top(2).Bytes32())
		f.height -= 2
	case TSTORE:
		state.SetTransientSlot(f.self, slot, f.top(2).Bytes32())
		f.height -= 2
	}
}

// copyToMemory is for the instructions that take target, offset and length.
func (f *frame) copyToMemory(source []byte) {
	copyPadded(f.memory.view(f.top(1), f.top(3)), source, f.top(2))
	f.height -= 3
}

// copyReturned copies from the output of the last inner frame, which has an end (EIP-211).
func (f *frame) copyReturned() error {
	offset, length := f.top(2), f.top(3)
	end := offset.Uint64() + length.Uint64()
	if !offset.IsUint64() || !length.IsUint64() || end < offset.Uint64() || end > uint64(len(f.returned)) {
		return errReturnData
	}
	copy(f.memory.view(f.top(1), length), f.returned[offset.Uint64():end])
	f.height -= 3
	return nil
}

func (f *frame) loadInput() {
	var word [wordSize]byte
	copyPadded(word[:], f.input, f.top(1))
	f.top(1).SetBytes32(word[:])
}

// log emits an event.
func (f *frame) log(topics int) {
	event := chain.Log{Address: f.self, Topics: make([]chain.Hash, topics), Data: clone(f.memory.view(f.top(1), f.top(2)))}
	for i := range event.Topics {
		event.Topics[i] = f.top(3 + i).Bytes32()
	}
	f.height -= 2 + topics
	f.session.state.EmitLog(event)
	if f.session.trace != nil {
		f.session.trace.Log(event)
	}
}

// selfDestruct gives the balance away, and ends the account only where it was created in
// this transaction (EIP-6780).
func (f *frame) selfDestruct() {
	state, beneficiary := f.session.state, chain.Address(f.top(1).Bytes20())
	balance, created := state.Balance(f.self), state.CreatedHere(f.self)
	switch {
	case beneficiary != f.self:
		f.session.transfer(f.self, beneficiary, balance)
	case created:
		state.SetBalance(f.self, chain.Word{}) // burnt
	}
	if created {
		state.Destroy(f.self)
	}
	if f.session.trace != nil {
		f.session.trace.Enter(contract.Frame{
			Kind: contract.Destroy, Caller: f.self, Self: beneficiary, Code: beneficiary, Value: balance, Depth: f.depth + 1,
		})
		f.session.trace.Exit(f.depth+1, contract.Outcome{}, 0)
	}
}
