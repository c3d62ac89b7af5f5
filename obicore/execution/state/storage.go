package state

import (
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Slot implements contract.Storage.
func (s *State) Slot(owner chain.Address, slot chain.Word) chain.Word {
	a := s.load(owner)
	if value, ok := a.slots[slot]; ok {
		return value
	}
	return s.committedSlot(a, slot)
}

// CommittedSlot implements contract.Storage.
func (s *State) CommittedSlot(owner chain.Address, slot chain.Word) chain.Word {
	return s.committedSlot(s.load(owner), slot)
}

func (s *State) committedSlot(a *account, slot chain.Word) (value chain.Word) {
	if value, ok := a.committed[slot]; ok {
		return value
	}
	stored, err := s.base.Get(chain.StorageKey(a.address, slot))
	value, fits := chain.WordFromBytes(stored)
	if err == nil && !fits {
		err = fmt.Errorf("slot %s of %s has %d bytes", slot, a.address, len(stored))
	}
	if err != nil {
		s.fail(err)
		return chain.Word{}
	}
	if a.committed == nil {
		a.committed = make(map[chain.Word]chain.Word)
	}
	a.committed[slot] = value
	return value
}

// SetSlot implements contract.Storage.
func (s *State) SetSlot(owner chain.Address, slot, value chain.Word) {
	before := s.Slot(owner, slot)
	if before == value {
		return
	}
	a := s.change(owner)
	_, dirty := a.slots[slot]
	s.record(change{kind: changedSlot, account: a, slot: slot, word: before, flag: dirty})
	if a.slots == nil {
		a.slots = make(map[chain.Word]chain.Word)
	}
	a.slots[slot] = value
}

// HasStorage implements contract.Storage.
func (s *State) HasStorage(owner chain.Address) bool {
	a := s.load(owner)
	for _, value := range a.slots {
		if !value.IsZero() {
			return true
		}
	}
	// What earlier transactions of the block have set is not in the base yet.
	for slot, value := range a.committed {
		if _, changed := a.slots[slot]; !changed && !value.IsZero() {
			return true
		}
	}
	found := false
	err := s.base.Scan(owner, chain.SpaceStorage, "", func(subkey string, _ []byte) bool {
		current, changed := a.slots[chain.Word([]byte(subkey))]
		if !changed {
			current, changed = a.committed[chain.Word([]byte(subkey))]
		}
		found = !changed || !current.IsZero()
		return !found
	})
	if err != nil {
		s.fail(err)
	}
	return found
}

// TransientSlot implements contract.Storage.
func (s *State) TransientSlot(owner chain.Address, slot chain.Word) chain.Word {
	return s.transient[slotKey{owner, slot}]
}

// SetTransientSlot implements contract.Storage.
func (s *State) SetTransientSlot(owner chain.Address, slot, value chain.Word) {
	key := slotKey{owner, slot}
	before := s.transient[key]
	if before == value {
		return
	}
	s.record(change{kind: changedTransient, address: owner, slot: slot, word: before})
	s.setTransient(key, value)
}

func (s *State) setTransient(key slotKey, value chain.Word) {
	if s.transient == nil {
		s.transient = make(map[slotKey]chain.Word)
	}
	if value.IsZero() {
		delete(s.transient, key)
		return
	}
	s.transient[key] = value
}

// Data implements contract.Storage.
func (s *State) Data(owner chain.Address, subkey string) []byte {
	a := s.load(owner)
	if value, ok := a.data[subkey]; ok {
		return value
	}
	return s.dataBefore(a, subkey)
}

func (s *State) dataBefore(a *account, subkey string) []byte {
	if value, ok := a.dataBefore[subkey]; ok {
		return value
	}
	value, err := s.base.Get(dataKey(a.address, subkey))
	if err != nil {
		s.fail(err)
		return nil
	}
	if a.dataBefore == nil {
		a.dataBefore = make(map[string][]byte)
	}
	a.dataBefore[subkey] = value
	return value
}

// SetData implements contract.Storage.
func (s *State) SetData(owner chain.Address, subkey string, value []byte) {
	before := s.Data(owner, subkey)
	a := s.change(owner)
	_, dirty := a.data[subkey]
	s.record(change{kind: changedData, account: a, entry: &entry{subkey: subkey, value: before}, flag: dirty})
	if a.data == nil {
		a.data = make(map[string][]byte)
	}
	a.data[subkey] = append([]byte(nil), value...)
}

func dataKey(owner chain.Address, subkey string) chain.StateKey {
	return chain.StateKey{Owner: owner, Space: chain.SpaceModule, Subkey: subkey}
}

// IsWarm implements contract.Accesses.
func (s *State) IsWarm(owner chain.Address) bool {
	if _, warm := s.warm[owner]; warm {
		return true
	}
	_, warm := slices.BinarySearchFunc(s.allWarm, owner, chain.Address.Compare)
	return warm
}

// WarmAll warms addresses, ascending, until the transaction ends, whatever is reverted. They are many and
// few transactions ask for one, so that they are looked for and not entered.
func (s *State) WarmAll(addresses []chain.Address) { s.allWarm = addresses }

// Warm implements contract.Accesses.
func (s *State) Warm(owner chain.Address) {
	if !s.IsWarm(owner) {
		s.record(change{kind: changedWarm, address: owner})
		s.warm[owner] = struct{}{}
	}
}

// IsWarmSlot implements contract.Accesses.
func (s *State) IsWarmSlot(owner chain.Address, slot chain.Word) bool {
	_, warm := s.warmSlots[slotKey{owner, slot}]
	return warm
}

// WarmSlot implements contract.Accesses; it warms the owner too.
func (s *State) WarmSlot(owner chain.Address, slot chain.Word) {
	s.Warm(owner)
	if !s.IsWarmSlot(owner, slot) {
		s.record(change{kind: changedWarmSlot, address: owner, slot: slot})
		s.warmSlots[slotKey{owner, slot}] = struct{}{}
	}
}

// ClearStorage sets every slot of an account to zero. Only queries that override
// state need it.
func (s *State) ClearStorage(owner chain.Address) {
	for slot := range s.storedSlotsOf(s.load(owner)) {
		s.SetSlot(owner, slot, chain.Word{})
	}
}
