package ethereum

import (
	"strconv"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// PersonalHash returns the digest that personal_sign and eth_sign sign for a message (EIP-191 version 0x45). Its
// prefix keeps a signed message from being a transaction.
func PersonalHash(message []byte, keccak Keccak) chain.Hash {
	prefix := "\x19Ethereum Signed Message:\n" + strconv.Itoa(len(message))
	return keccak([]byte(prefix), message)
}
