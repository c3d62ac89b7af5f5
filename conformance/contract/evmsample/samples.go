package evmsample

import (
	"github.com/credibleledger/credibleledger/conformance/contract"
	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Samples returns the samples.
func Samples() contract.Samples {
	return contract.Samples{
		Answer:      join(push(42), returnTop()),
		Echo:        join(copyInput(), op(callDataSize, push0, returnOutput)),
		Store:       join(set(1, 1), op(stop)),
		Remember:    join(push(1), push(1), op(transientStore, stop)),
		Log:         join(emit(), op(stop)),
		Revert:      join(busy(), push(42), op(push0, memoryStore), push(32), op(push0, revert)),
		Fault:       join(busy(), op(invalid)),
		Loop:        op(jumpTarget, push0, jump),
		Recurse:     recurse(),
		Create:      join(op(push0, push0, push0, create), returnTop()),
		Destroy:     op(push0, selfDestruct),
		Event:       func(size uint64) []byte { return join(push(size), op(push0, log0, stop)) },
		Relay:       func(to chain.Address) []byte { return join(copyInput(), callWithInput(to), returnTop()) },
		StaticRelay: staticRelay,
		Pay:         pay,
		Forward:     forward,
		Guard:       guard,
		Initcode:    initcode,
	}
}

// emit emits an event with topic 7 and the word 42.
func emit() []byte {
	return join(push(42), op(push0, memoryStore), push(7), push(32), op(push0, log1))
}

// busy clears slot 2, sets slot 1 and emits an event.
func busy() []byte { return join(set(2, 0), set(1, 1), emit()) }

func recurse() []byte {
	return join(push(1), push(1), op(storageLoad, add), push(1), op(storageStore),
		op(push0, push0, push0, push0, push0, address, gas, callOther, pop, stop))
}

func staticRelay(to chain.Address) []byte {
	return join(copyInput(), op(push0, push0, callDataSize, push0), pushAddress(to), op(gas, staticCall), returnTop())
}

func pay(to chain.Address) []byte {
	return join(op(push0, push0, push0, push0), push(1), pushAddress(to), op(gas, callOther), returnTop())
}

func forward(to chain.Address) []byte {
	head := join(copyInput(), callWithInput(to), op(returnDataSize, push0, push0, returnDataCopy))
	failed := op(returnDataSize, push0, revert)
	succeeded := len(head) + len(push(0)) + 1 + len(failed)
	return join(head, push(uint64(succeeded)), op(jumpIf), failed, op(jumpTarget, returnDataSize, push0, returnOutput))
}

func guard(to chain.Address) []byte {
	return join(set(1, 1), copyInput(), callWithInput(to), push(1), op(add), push(2), op(storageStore, stop))
}

func initcode(code []byte) []byte {
	size := push(uint64(len(code)))
	tail := join(size, op(push0, returnOutput))
	offset := len(size) + 2 + 2 + len(tail)
	return join(size, op(push1, byte(offset), push0, codeCopy), tail, code)
}
