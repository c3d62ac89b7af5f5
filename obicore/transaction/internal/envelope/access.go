package envelope

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Access reads an access list (EIP-2930): [[address, [slot…]]…]. The input bounds it.
func (f *Fields) Access(name string) (list []chain.Access) {
	f.Each(name, chain.MaxWire, func(entries *Fields) {
		entries.List(name+" entry", func(entry *Fields) {
			var access chain.Access
			entry.Fixed(name+" address", access.Address[:])
			entry.Each(name+" storageKeys", chain.MaxWire, func(keys *Fields) {
				var slot chain.Word
				keys.Fixed(name+" storage key", slot[:])
				access.Slots = append(access.Slots, slot)
			})
			list = append(list, access)
		})
	})
	return list
}

// AppendAccess appends what Access reads.
func AppendAccess(dst []byte, list []chain.Access) []byte {
	var entries []byte
	for i := range list {
		var slots []byte
		for _, slot := range list[i].Slots {
			slots = rlp.AppendBytes(slots, slot[:])
		}
		entry := rlp.AppendBytes(nil, list[i].Address[:])
		entries = rlp.AppendList(entries, rlp.AppendList(entry, slots))
	}
	return rlp.AppendList(dst, entries)
}
