package eth

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// bloomSize is the length of a logs bloom in bytes (yellow paper 4.3.1).
const bloomSize = 256

// bloom is a logs bloom at work. The events of a block name the same emitters, topics and
// accounts again and again, and a digest costs more than to look whether it was there.
type bloom struct {
	bits  []byte
	added map[string]struct{}
}

func newBloom() *bloom {
	return &bloom{bits: make([]byte, bloomSize), added: make(map[string]struct{})}
}

func bloomOf(results *chain.Results) []byte {
	b := newBloom()
	for i := range results.Transactions {
		b.addLogs(results.Transactions[i].Receipt.Logs)
	}
	return b.bits
}

func (b *bloom) addLogs(logs []chain.Log) {
	for i := range logs {
		b.add(logs[i].Address[:])
		for j := range logs[i].Topics {
			b.add(logs[i].Topics[j][:])
		}
	}
}

// add sets three bits, each named by eleven bits of the item's digest.
func (b *bloom) add(item []byte) {
	if _, there := b.added[string(item)]; there {
		return
	}
	b.added[string(item)] = struct{}{}
	hash := keccak.Keccak256(item)
	for i := 0; i < 6; i += 2 {
		bit := (int(hash[i])<<8 | int(hash[i+1])) & 2047
		b.bits[bloomSize-1-bit/8] |= 1 << (bit % 8)
	}
}
