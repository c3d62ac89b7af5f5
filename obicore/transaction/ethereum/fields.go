package ethereum

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/transaction/internal/envelope"
)

// The input bounds the lists: every item takes at least one byte of it.

func blobHashes(f *envelope.Fields) (list []chain.Hash) {
	f.Each("blobVersionedHashes", chain.MaxWire, func(hashes *envelope.Fields) {
		var hash chain.Hash
		hashes.Fixed("blobVersionedHash", hash[:])
		list = append(list, hash)
	})
	return list
}

func authorizations(f *envelope.Fields) (list []Authorization) {
	f.Each("authorizationList", chain.MaxWire, func(entries *envelope.Fields) {
		entries.List("authorization", func(entry *envelope.Fields) {
			var a Authorization
			a.ChainID = entry.Word("authorization chainId")
			entry.Fixed("authorization address", a.Address[:])
			a.Nonce = entry.Uint64("authorization nonce")
			parity := entry.Uint64("authorization yParity")
			if parity > 0xff {
				entry.Fail("authorization yParity", rlp.ErrTooLarge)
			}
			a.Parity = byte(parity)
			a.R = entry.Word("authorization r")
			a.S = entry.Word("authorization s")
			list = append(list, a)
		})
	})
	return list
}
