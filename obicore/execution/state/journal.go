package state

import "github.com/credibleledger/credibleledger/kernel/chain"

type changeKind uint8

const (
	changedNothing changeKind = iota // reached only (EIP-161)
	changedExistence
	changedBalance
	changedNonce
	changedCode
	changedCreated
	changedDestroyed
	changedSlot
	changedTransient
	changedData
	changedWarm
	changedWarmSlot
	changedLogs
	changedRefund
)

// change is one undoable step. Which fields it uses depends on its kind; one
// flat struct keeps the journal free of allocations per step.
type change struct {
	kind    changeKind
	flag    bool // slot or data entry was already changed in this transaction
	address chain.Address
	account *account
	slot    chain.Word
	word    chain.Word // of a slot, or a balance
	number  uint64
	entry   *entry
}

// entry is what few changes have to put back: a data entry, or code.
type entry struct {
	subkey string
	value  []byte
	hash   chain.Hash
}

// journalChunk is how many changes stand together. A journal that grew as one would be
// copied again and again: transient storage costs 100 gas a step, and a block's gas buys
// hundreds of thousands of them.
const journalChunk = 1 << 10

func (s *State) record(c change) {
	last := len(s.journal) - 1
	if last < 0 || len(s.journal[last]) == journalChunk {
		last++
		s.openChunk(last)
	}
	s.journal[last] = append(s.journal[last], c)
}

// openChunk adds a chunk. One that was left by undoing is used again: whoever goes back and
// forth over its beginning must not be given a new one each time.
func (s *State) openChunk(i int) {
	if i < cap(s.journal) {
		s.journal = s.journal[:i+1]
	} else {
		s.journal = append(s.journal, nil)
	}
	if i > 0 {
		s.large = true
		if s.journal[i] == nil {
			s.journal[i] = make([]change, 0, journalChunk)
		}
	}
}

// Snapshot implements contract.State.
func (s *State) Snapshot() int {
	last := len(s.journal) - 1
	if last < 0 {
		return 0
	}
	return last*journalChunk + len(s.journal[last])
}

// Revert implements contract.State. A mark that was never given out is ignored.
func (s *State) Revert(mark int) {
	for count := s.Snapshot(); mark >= 0 && count > mark; count-- {
		i := len(s.journal) - 1
		chunk := s.journal[i]
		last := len(chunk) - 1
		s.undo(&chunk[last])
		chunk[last] = change{}
		if s.journal[i] = chunk[:last]; last == 0 && i > 0 {
			s.journal = s.journal[:i]
		}
	}
}

func (s *State) undo(c *change) {
	switch c.kind {
	case changedExistence:
		c.account.exists = false
	case changedBalance:
		c.account.balance.SetBytes32(c.word[:])
	case changedNonce:
		c.account.nonce = c.number
	case changedCode:
		c.account.code, c.account.codeHash = c.entry.value, c.entry.hash
	case changedCreated:
		c.account.created = false
	case changedDestroyed:
		c.account.destroyed = false
	case changedSlot:
		if c.flag {
			c.account.slots[c.slot] = c.word
		} else {
			delete(c.account.slots, c.slot)
		}
	case changedTransient:
		s.setTransient(slotKey{c.address, c.slot}, c.word)
	case changedData:
		if c.flag {
			c.account.data[c.entry.subkey] = c.entry.value
		} else {
			delete(c.account.data, c.entry.subkey)
		}
	case changedWarm:
		delete(s.warm, c.address)
	case changedWarmSlot:
		delete(s.warmSlots, slotKey{c.address, c.slot})
	case changedLogs:
		s.logs = s.logs[:len(s.logs)-1]
	case changedRefund:
		s.refund = c.number
	}
}
