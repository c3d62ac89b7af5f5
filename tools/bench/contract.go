package bench

import (
	_ "embed"
	"encoding/hex"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// The contracts' runtime code, from the sources beside it (build/contracts.sh).
var (
	//go:embed contracts/Token.bin-runtime
	tokenCode string
	//go:embed contracts/Evidence.bin-runtime
	evidenceCode string
)

func embedded(text string) []byte {
	code, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil {
		panic("bench: an embedded contract is damaged: " + err.Error()) // a build that cannot be
	}
	return code
}

// creation returns code that creates a contract without a constructor.
func creation(code []byte) []byte {
	high, low := byte(len(code)>>8), byte(len(code))
	return append([]byte{0x61, high, low, 0x80, 0x60, 0x0a, 0x3d, 0x39, 0x3d, 0xf3}, code...) // push2 size, dup, push 10, returndatasize, codecopy, returndatasize, return
}

// createdAddress is where an account's creation with a nonce puts the contract.
func createdAddress(creator chain.Address, nonce uint64) chain.Address {
	hash := keccak.Keccak256(rlp.AppendList(nil, rlp.AppendUint64(rlp.AppendBytes(nil, creator[:]), nonce)))
	return chain.Address(hash[12:])
}

// callData encodes a call of a function whose arguments are words.
func callData(signature string, words ...chain.Word) []byte {
	hash := keccak.Keccak256([]byte(signature))
	data := append([]byte(nil), hash[:4]...)
	for _, word := range words {
		data = append(data, word[:]...)
	}
	return data
}

func wordOf(address chain.Address) (w chain.Word) {
	copy(w[12:], address[:])
	return w
}
