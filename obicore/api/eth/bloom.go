package eth

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// bloomSize is the length of a logs bloom in bytes (yellow paper 4.3.1).
const bloomSize = 256

func bloomOf(results *chain.Results) []byte {
	bloom := make([]byte, bloomSize)
	for i := range results.Transactions {
		addLogs(bloom, results.Transactions[i].Receipt.Logs)
	}
	return bloom
}

func addLogs(bloom []byte, logs []chain.Log) {
	for i := range logs {
		addToBloom(bloom, logs[i].Address[:])
		for j := range logs[i].Topics {
			addToBloom(bloom, logs[i].Topics[j][:])
		}
	}
}

// addToBloom sets three bits, each named by eleven bits of the item's digest.
func addToBloom(bloom, item []byte) {
	hash := keccak.Keccak256(item)
	for i := 0; i < 6; i += 2 {
		bit := (int(hash[i])<<8 | int(hash[i+1])) & 2047
		bloom[bloomSize-1-bit/8] |= 1 << (bit % 8)
	}
}
