package evm

import (
	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// charge takes the price of an instruction and returns what memory it needs. A stack
// that does not fit, a fork that lacks the instruction and a read-only frame that would
// change something fail here, before anything is done.
func (f *frame) charge(op Opcode, i *instruction) (size uint64, err error) {
	f.before, f.cost = f.gas, i.gas
	if f.height < int(i.least) || f.height > int(i.most) {
		return 0, heightError{f.height, int(i.least), int(i.most)}
	}
	if !f.pays(i.gas) {
		return 0, contract.ErrOutOfGas
	}
	if !i.priced {
		return 0, nil
	}
	extra, size, err := f.price(op)
	f.cost += extra
	if err == nil && !f.pays(extra) {
		err = contract.ErrOutOfGas
	}
	return size, err
}

// price returns what an instruction costs beside its fixed price, growing memory
// included, and the size that memory must have.
func (f *frame) price(op Opcode) (gas, size uint64, err error) {
	switch op {
	case MLOAD, MSTORE:
		return f.priceRange(f.top(1), wordSize)
	case MSTORE8:
		return f.priceRange(f.top(1), 1)
	case SLOAD:
		return f.priceLoad(), 0, nil
	case SSTORE:
		gas, err = f.priceStore()
		return gas, 0, err
	case TSTORE:
		return 0, 0, f.writable()
	case KECCAK256:
		return f.priceWords(f.top(1), f.top(2), gasKeccak256Word)
	case CALLDATACOPY, CODECOPY, RETURNDATACOPY:
		return f.priceWords(f.top(1), f.top(3), gasCopyWord)
	case MCOPY:
		return f.priceMove()
	case EXP:
		return gasExpByte * uint64((f.top(2).BitLen()+7)/8), 0, nil
	case RETURN, REVERT:
		return f.priceArea(f.top(1), f.top(2))
	case BALANCE, EXTCODESIZE, EXTCODEHASH:
		return f.priceAccess(f.top(1).Bytes20()), 0, nil
	case EXTCODECOPY:
		if gas, size, err = f.priceWords(f.top(2), f.top(4), gasCopyWord); err == nil {
			gas += f.priceAccess(f.top(1).Bytes20())
		}
		return gas, size, err
	case CALL, CALLCODE, DELEGATECALL, STATICCALL:
		return f.priceCall(op)
	case CREATE, CREATE2:
		return f.priceCreate(op)
	case SELFDESTRUCT:
		gas, err = f.priceSelfDestruct()
		return gas, 0, err
	case LOG0, LOG0 + 1, LOG0 + 2, LOG0 + 3, LOG4:
		return f.priceLog()
	}
	return 0, 0, undefinedError(op)
}

// writable refuses to change state in a read-only frame.
func (f *frame) writable() error {
	if f.readOnly {
		return contract.ErrReadOnly
	}
	return nil
}

// priceRange is for length bytes of memory, more than none.
func (f *frame) priceRange(offset *uint256.Int, length uint64) (gas, size uint64, err error) {
	if size, err = extentOf(offset, length); err == nil {
		gas, err = f.memory.price(size)
	}
	return gas, size, err
}

// priceArea is for a range of memory that may be empty.
func (f *frame) priceArea(offset, length *uint256.Int) (gas, size uint64, err error) {
	if size, err = extent(offset, length); err == nil {
		gas, err = f.memory.price(size)
	}
	return gas, size, err
}

// priceWords is for a range of memory and so much for each word of it.
func (f *frame) priceWords(offset, length *uint256.Int, perWord uint64) (gas, size uint64, err error) {
	if gas, size, err = f.priceArea(offset, length); err != nil {
		return 0, 0, err
	}
	return gas + perWord*wordsOf(length.Uint64()), size, nil
}

// priceMove is for MCOPY, which needs both ranges (EIP-5656).
func (f *frame) priceMove() (gas, size uint64, err error) {
	offset := f.top(1)
	if f.top(2).Gt(offset) {
		offset = f.top(2)
	}
	return f.priceWords(offset, f.top(3), gasCopyWord)
}

func (f *frame) priceLog() (gas, size uint64, err error) {
	if err = f.writable(); err != nil {
		return 0, 0, err
	}
	gas, size, err = f.priceArea(f.top(1), f.top(2))
	if err != nil {
		return 0, 0, err
	}
	return gas + gasLogByte*f.top(2).Uint64(), size, nil
}

// priceAccess is what reaching an account costs beyond a warm access (EIP-2929).
func (f *frame) priceAccess(address chain.Address) uint64 {
	if f.session.state.IsWarm(address) {
		return 0
	}
	f.session.state.Warm(address)
	return gasColdAccount - gasWarm
}

func (f *frame) priceLoad() uint64 {
	state, slot := f.session.state, chain.Word(f.top(1).Bytes32())
	if state.IsWarmSlot(f.self, slot) {
		return gasWarm
	}
	state.WarmSlot(f.self, slot)
	return gasColdSlot
}

// priceStore is EIP-2200 with the prices of EIP-2929 and the refunds of EIP-3529.
func (f *frame) priceStore() (gas uint64, err error) {
	if err := f.writable(); err != nil {
		return 0, err
	}
	if f.gas <= gasSentry {
		return 0, errSentry
	}
	state, slot, value := f.session.state, chain.Word(f.top(1).Bytes32()), chain.Word(f.top(2).Bytes32())
	if !state.IsWarmSlot(f.self, slot) {
		state.WarmSlot(f.self, slot)
		gas = gasColdSlot
	}
	current := state.Slot(f.self, slot)
	if current == value {
		return gas + gasWarm, nil
	}
	original := state.CommittedSlot(f.self, slot)
	if original != current {
		f.refundDirty(original, current, value)
		return gas + gasWarm, nil
	}
	if original.IsZero() {
		return gas + gasSetSlot, nil
	}
	if value.IsZero() {
		state.AddRefund(refundClear)
	}
	return gas + gasChangeSlot, nil
}

// refundDirty settles the refund of a slot that the transaction has changed before.
func (f *frame) refundDirty(original, current, value chain.Word) {
	state := f.session.state
	if !original.IsZero() {
		switch {
		case current.IsZero():
			state.SubRefund(refundClear)
		case value.IsZero():
			state.AddRefund(refundClear)
		}
	}
	if original != value {
		return
	}
	if original.IsZero() {
		state.AddRefund(gasSetSlot - gasWarm)
	} else {
		state.AddRefund(gasChangeSlot - gasWarm)
	}
}

// priceSelfDestruct is EIP-150 with the prices of EIP-2929. A warm beneficiary is free.
func (f *frame) priceSelfDestruct() (gas uint64, err error) {
	if err := f.writable(); err != nil {
		return 0, err
	}
	state, beneficiary := f.session.state, chain.Address(f.top(1).Bytes20())
	if !state.IsWarm(beneficiary) {
		state.Warm(beneficiary)
		gas = gasColdAccount
	}
	if state.IsEmpty(beneficiary) && !state.Balance(f.self).IsZero() {
		gas += gasNewAccount
	}
	return gas, nil
}
