package precompile

import (
	"encoding/binary"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Set is the precompiled contracts of one fork. The zero Set is empty. It never
// changes.
type Set struct {
	contracts []Contract      // by the number in the last two bytes of the address; nil where there is none
	addresses []chain.Address // ascending
}

// numbered is a contract and the number that is its address.
type numbered struct {
	number   uint16
	contract Contract
}

func newSet(groups ...[]numbered) *Set {
	entries := slices.Concat(groups...)
	slices.SortFunc(entries, func(a, b numbered) int { return int(a.number) - int(b.number) })
	set := &Set{contracts: make([]Contract, int(entries[len(entries)-1].number)+1)}
	for _, entry := range entries {
		var address chain.Address
		binary.BigEndian.PutUint16(address[chain.AddressSize-2:], entry.number)
		set.contracts[entry.number] = entry.contract
		set.addresses = append(set.addresses, address)
	}
	return set
}

// Lookup returns the contract at an address. It is called for every call of the
// EVM and takes a few nanoseconds.
func (s *Set) Lookup(address chain.Address) (Contract, bool) {
	if binary.NativeEndian.Uint64(address[:])|binary.NativeEndian.Uint64(address[8:])|uint64(binary.NativeEndian.Uint16(address[16:])) != 0 {
		return nil, false
	}
	number := int(binary.BigEndian.Uint16(address[18:]))
	if number >= len(s.contracts) {
		return nil, false
	}
	contract := s.contracts[number]
	return contract, contract != nil
}

// Addresses returns where the contracts are, ascending. The slice is shared: it
// must not be changed.
func (s *Set) Addresses() []chain.Address { return s.addresses[:len(s.addresses):len(s.addresses)] }
