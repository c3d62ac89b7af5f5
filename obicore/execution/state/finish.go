package state

import (
	"bytes"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Finish ends the transaction: it removes destroyed accounts and those left
// empty, returns the write set in ascending key order and makes the changes the
// ground that the next transaction stands on. After a storage fault there is
// nothing to write.
func (s *State) Finish() []chain.Write {
	if s.err != nil {
		s.reset()
		return nil
	}
	var writes []chain.Write
	for _, a := range s.reached() {
		if a.destroyed || a.empty() && a.exists {
			writes = s.remove(writes, a)
		} else {
			writes = a.settle(writes)
		}
	}
	slices.SortFunc(writes, func(a, b chain.Write) int { return a.Key.Compare(b.Key) })
	s.reset()
	return writes
}

// reached returns the accounts that changes which were not undone have reached, each once.
func (s *State) reached() (reached []*account) {
	for _, chunk := range s.journal {
		for i := range chunk {
			if a := chunk[i].account; a != nil && !a.reached {
				a.reached = true
				reached = append(reached, a)
			}
		}
	}
	for _, a := range reached {
		a.reached = false
	}
	return reached
}

// settle appends the account's changed entries and moves them to "before".
func (a *account) settle(writes []chain.Write) []chain.Write {
	if now := a.leaf(); a.exists && (!a.before.stored || now != a.before.value) {
		writes = append(writes, chain.Write{Key: chain.AccountKey(a.address), Value: now.Encode()})
		if now.CodeHash != a.before.value.CodeHash {
			writes = append(writes, chain.Write{Key: chain.CodeKey(a.address), Value: a.code})
		}
		a.before = leaf{stored: true, value: now}
	}
	writes = a.settleSlots(writes)
	writes = a.settleData(writes)
	a.created, a.destroyed = false, false
	return writes
}

func (a *account) settleSlots(writes []chain.Write) []chain.Write {
	for slot, value := range a.slots {
		if a.committed[slot] == value {
			continue
		}
		writes = append(writes, chain.Write{Key: chain.StorageKey(a.address, slot), Value: trim(value)})
		a.committed[slot] = value
	}
	clear(a.slots)
	return writes
}

func (a *account) settleData(writes []chain.Write) []chain.Write {
	for subkey, value := range a.data {
		if bytes.Equal(a.dataBefore[subkey], value) {
			continue
		}
		writes = append(writes, chain.Write{Key: dataKey(a.address, subkey), Value: value})
		a.dataBefore[subkey] = value
	}
	clear(a.data)
	return writes
}

// remove appends the removal of everything that is stored for the account. Its
// module data stays: only contracts of the EVM and WASM can be destroyed.
func (s *State) remove(writes []chain.Write, a *account) []chain.Write {
	if a.before.stored {
		writes = append(writes, chain.Write{Key: chain.AccountKey(a.address)})
	}
	if !a.before.value.CodeHash.IsZero() {
		writes = append(writes, chain.Write{Key: chain.CodeKey(a.address)})
	}
	if a.destroyed {
		for slot := range s.storedSlots(a) {
			writes = append(writes, chain.Write{Key: chain.StorageKey(a.address, slot)})
		}
		clear(a.slots)
	}
	*a = account{address: a.address, slots: a.slots, committed: a.committed, data: a.data, dataBefore: a.dataBefore}
	if len(a.slots) > 0 || len(a.data) > 0 {
		writes = a.settleSlots(writes)
		writes = a.settleData(writes)
	}
	return writes
}

// storedSlots returns the slots that are set before this transaction, and marks
// them as cleared for the transactions after it.
func (s *State) storedSlots(a *account) map[chain.Word]struct{} {
	stored := s.storedSlotsOf(a)
	for slot := range stored {
		if a.committed == nil {
			a.committed = make(map[chain.Word]chain.Word)
		}
		a.committed[slot] = chain.Word{}
	}
	return stored
}

// storedSlotsOf returns the slots that are set before this transaction.
func (s *State) storedSlotsOf(a *account) map[chain.Word]struct{} {
	stored := make(map[chain.Word]struct{})
	err := s.base.Scan(a.address, chain.SpaceStorage, "", func(subkey string, _ []byte) bool {
		stored[chain.Word([]byte(subkey))] = struct{}{}
		return true
	})
	if err != nil {
		s.fail(err)
	}
	for slot, value := range a.committed {
		if value.IsZero() {
			delete(stored, slot)
		} else {
			stored[slot] = struct{}{}
		}
	}
	return stored
}

func trim(w chain.Word) []byte { return bytes.TrimLeft(w[:], "\x00") }
