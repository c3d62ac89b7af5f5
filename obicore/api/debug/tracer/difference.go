package tracer

import (
	"bytes"
	"encoding/binary"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// compare leaves in pre what the message changed and puts into post what it
// became. A contract that destroyed itself stays in pre alone.
func (p *prestate) compare() {
	for owner, before := range p.pre {
		if p.deleted[owner] {
			continue
		}
		if after, changed := p.difference(owner, before); changed {
			p.post[owner] = after
		} else {
			delete(p.pre, owner)
		}
	}
}

func (p *prestate) difference(owner chain.Address, before *accountView) (after *accountView, changed bool) {
	after = &accountView{Storage: make(map[chain.Hash]chain.Hash)}
	world := p.scene.World
	if balance := quantity.Word(world.Balance(owner)); balance != *before.Balance {
		after.Balance, changed = &balance, true
	}
	if nonce := world.Nonce(owner); nonce != before.Nonce {
		after.Nonce, changed = nonce, true
	}
	if p.compareCode(owner, before, after) {
		changed = true
	}
	for slot, old := range before.Storage {
		value := chain.Hash(world.Slot(owner, chain.Word(slot)))
		if old.IsZero() || old == value {
			delete(before.Storage, slot)
		}
		if old == value {
			continue
		}
		changed = true
		if !value.IsZero() {
			after.Storage[slot] = value
		}
	}
	return after, changed
}

func (p *prestate) compareCode(owner chain.Address, before, after *accountView) (changed bool) {
	hash := p.scene.World.CodeHash(owner)
	if hash.IsZero() {
		hash = emptyCode
	}
	old := emptyCode
	if before.CodeHash != nil {
		old = *before.CodeHash
	}
	if hash == old {
		return false
	}
	after.CodeHash = &hash
	if !p.options.DisableCode {
		code := quantity.Bytes(bytes.Clone(p.scene.World.Code(owner)))
		after.Code = &code
	}
	return true
}

// emptyCode is the code hash that Ethereum shows for accounts without code.
var emptyCode = keccak.Keccak256(nil)

// fromTop returns the nth word of the stack from its top, counted from 1.
func fromTop(step contract.Step, n int) (w chain.Word, ok bool) {
	stack := step.Machine.Stack()
	if len(stack) < n {
		return w, false
	}
	return stack[len(stack)-n], true
}

func addressIn(w chain.Word) (a chain.Address) {
	copy(a[:], w[chain.WordSize-chain.AddressSize:])
	return a
}

// maxPadding bounds the memory that CREATE2 may read beyond what there is; no
// initcode is as large (EIP-3860).
const maxPadding = 1 << 20

// padded reads memory that an instruction is about to use: what is not there
// yet reads as zero.
func padded(memory []byte, offset, size chain.Word) ([]byte, bool) {
	from, ok := small(offset)
	length, fits := small(size)
	if !ok || !fits || from+length > uint64(len(memory))+maxPadding {
		return nil, length == 0 && fits
	}
	data := make([]byte, length)
	if from < uint64(len(memory)) {
		copy(data, memory[from:])
	}
	return data, true
}

// small returns a word as an integer of at most 62 bits.
func small(w chain.Word) (uint64, bool) {
	v := binary.BigEndian.Uint64(w[chain.WordSize-8:])
	return v, bytes.Equal(w[:chain.WordSize-8], make([]byte, chain.WordSize-8)) && v < 1<<62
}
