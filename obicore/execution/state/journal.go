package state

import (
	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

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
	account *account
	address chain.Address
	slot    chain.Word
	word    chain.Word
	hash    chain.Hash
	amount  uint256.Int
	number  uint64
	text    string
	bytes   []byte
}

func (s *State) record(c change) { s.journal = append(s.journal, c) }

// Snapshot implements contract.State.
func (s *State) Snapshot() int { return len(s.journal) }

// Revert implements contract.State. A mark that was never given out is ignored.
func (s *State) Revert(mark int) {
	for mark >= 0 && len(s.journal) > mark {
		last := len(s.journal) - 1
		s.undo(&s.journal[last])
		s.journal = s.journal[:last]
	}
}

func (s *State) undo(c *change) {
	switch c.kind {
	case changedExistence:
		c.account.exists = false
	case changedBalance:
		c.account.balance = c.amount
	case changedNonce:
		c.account.nonce = c.number
	case changedCode:
		c.account.code, c.account.codeHash = c.bytes, c.hash
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
			c.account.data[c.text] = c.bytes
		} else {
			delete(c.account.data, c.text)
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
