package evm

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// ask pushes what the frame, the transaction or the block says.
func (f *frame) ask(op Opcode) {
	s, block := f.session, &f.session.block
	word := f.offer(0)
	switch op {
	case ADDRESS:
		word.SetBytes20(f.self[:])
	case ORIGIN:
		word.SetBytes20(s.transaction.Origin[:])
	case CALLER:
		word.SetBytes20(f.caller[:])
	case CALLVALUE:
		word.SetBytes32(f.value[:])
	case CALLDATASIZE:
		word.SetUint64(uint64(len(f.input)))
	case CODESIZE:
		word.SetUint64(uint64(len(f.code)))
	case GASPRICE:
		word.SetBytes32(s.transaction.GasPrice[:])
	case RETURNDATASIZE:
		word.SetUint64(uint64(len(f.returned)))
	case COINBASE:
		word.SetBytes20(block.Coinbase[:])
	case TIMESTAMP:
		word.SetUint64(block.Time / 1000) // whole seconds
	case NUMBER:
		word.SetUint64(block.Height)
	case PREVRANDAO:
		word.SetBytes32(block.Randomness[:])
	case GASLIMIT:
		word.SetUint64(block.GasLimit)
	case CHAINID:
		word.SetUint64(block.ChainID)
	case SELFBALANCE:
		balance := s.state.Balance(f.self)
		word.SetBytes32(balance[:])
	case BASEFEE:
		word.SetBytes32(block.BaseFee[:])
	case BLOBBASEFEE:
		word.SetBytes32(block.BlobFee[:])
	case MSIZE:
		word.SetUint64(uint64(len(f.memory.bytes)))
	}
}

// inspect replaces an address by what another account has there.
func (f *frame) inspect(op Opcode) {
	state, word := f.session.state, f.top(1)
	owner := chain.Address(word.Bytes20())
	switch op {
	case BALANCE:
		balance := state.Balance(owner)
		word.SetBytes32(balance[:])
	case EXTCODESIZE:
		word.SetUint64(uint64(state.CodeSize(owner)))
	case EXTCODEHASH: // EIP-1052
		if state.IsEmpty(owner) {
			word.Clear()
			return
		}
		hash := state.CodeHash(owner)
		if hash.IsZero() {
			hash = emptyCodeHash
		}
		word.SetBytes32(hash[:])
	}
}

// emptyCodeHash is what EXTCODEHASH shows of an account without code.
var emptyCodeHash = keccak.Keccak256()

func (f *frame) copyCode() {
	owner := chain.Address(f.top(1).Bytes20())
	copyPadded(f.memory.view(f.top(2), f.top(4)), f.session.state.Code(owner), f.top(3))
	f.height -= 4
}

// ancestorsVisible is how many ancestors BLOCKHASH knows.
const ancestorsVisible = 256

// ancestor replaces a height by the hash of its header, as far as contracts may see.
func (f *frame) ancestor() {
	block, word := &f.session.block, f.top(1)
	height, known := word.Uint64(), word.IsUint64() && block.Ancestor != nil
	if !known || height >= block.Height || block.Height-height > ancestorsVisible {
		word.Clear()
		return
	}
	hash := block.Ancestor(height)
	word.SetBytes32(hash[:])
}

// blobHash replaces an index by the hash of the transaction's blob (EIP-4844).
func (f *frame) blobHash() {
	hashes, word := f.session.transaction.BlobHashes, f.top(1)
	if !word.LtUint64(uint64(len(hashes))) {
		word.Clear()
		return
	}
	hash := hashes[word.Uint64()]
	word.SetBytes32(hash[:])
}
