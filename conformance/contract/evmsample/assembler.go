package evmsample

import (
	"bytes"
	"encoding/binary"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// The instructions that the samples use (execution-specs, Osaka).
const (
	stop           = 0x00
	add            = 0x01
	address        = 0x30
	callDataSize   = 0x36
	callDataCopy   = 0x37
	codeCopy       = 0x39
	returnDataSize = 0x3d
	returnDataCopy = 0x3e
	pop            = 0x50
	memoryStore    = 0x52
	storageLoad    = 0x54
	storageStore   = 0x55
	jump           = 0x56
	jumpIf         = 0x57
	gas            = 0x5a
	jumpTarget     = 0x5b
	transientStore = 0x5d
	push0          = 0x5f
	push1          = 0x60
	push3          = 0x62
	push20         = 0x73
	log0           = 0xa0
	log1           = 0xa1
	create         = 0xf0
	callOther      = 0xf1
	returnOutput   = 0xf3
	staticCall     = 0xfa
	revert         = 0xfd
	invalid        = 0xfe
	selfDestruct   = 0xff
)

// op returns instructions as code.
func op(codes ...byte) []byte { return codes }

// push puts a number below 2^24 on the stack, in four bytes whatever it is.
func push(n uint64) []byte {
	return append([]byte{push3}, binary.BigEndian.AppendUint64(nil, n)[5:]...)
}

// pushAddress puts an address on the stack.
func pushAddress(a chain.Address) []byte { return append([]byte{push20}, a[:]...) }

// join returns one program from its parts.
func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// set stores value in a slot.
func set(slot, value uint64) []byte { return join(push(value), push(slot), op(storageStore)) }

// returnTop returns the word on top of the stack.
func returnTop() []byte { return join(op(push0, memoryStore), push(32), op(push0, returnOutput)) }

// copyInput puts the input at the start of memory.
func copyInput() []byte { return op(callDataSize, push0, push0, callDataCopy) }

// callWithInput calls an address with the input that copyInput has put into memory, all
// gas and no value, and leaves success on the stack.
func callWithInput(to chain.Address) []byte {
	return join(op(push0, push0, callDataSize, push0, push0), pushAddress(to), op(gas, callOther))
}
