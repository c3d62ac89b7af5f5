package ethereum

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// ErrChecksum says that the upper and lower case of an address does not match its checksum (EIP-55): it was mistyped.
var ErrChecksum = errors.New("ethereum: address checksum does not match")

// Checksum returns the address in mixed case (EIP-55).
func Checksum(a chain.Address, keccak Keccak) string {
	text := []byte(hex.EncodeToString(a[:]))
	digest := keccak(text)
	for i, c := range text {
		nibble := digest[i/2] >> (4 * (1 - i%2)) & 0xf
		if c >= 'a' && nibble >= 8 {
			text[i] = c - 'a' + 'A'
		}
	}
	return "0x" + string(text)
}

// ParseAddress reads an address of 0x and 40 hexadecimal digits. Digits all in lower or all in upper case carry no
// checksum; any other spelling must match it (EIP-55). Errors wrap chain.ErrText or ErrChecksum.
func ParseAddress(text string, keccak Keccak) (chain.Address, error) {
	var a chain.Address
	if err := a.UnmarshalText([]byte(text)); err != nil {
		return chain.Address{}, err
	}
	digits := text[2:]
	if digits == strings.ToLower(digits) || digits == strings.ToUpper(digits) {
		return a, nil
	}
	if want := Checksum(a, keccak); digits != want[2:] {
		return chain.Address{}, fmt.Errorf("%w: want %s", ErrChecksum, want)
	}
	return a, nil
}

// ContractAddress returns the address of the contract that sender creates with the given nonce, by a transaction or
// by CREATE: the last 20 bytes of keccak(rlp([sender, nonce])).
func ContractAddress(sender chain.Address, nonce uint64, keccak Keccak) chain.Address {
	payload := rlp.AppendBytes(nil, sender[:])
	payload = rlp.AppendUint64(payload, nonce)
	return lastBytes(keccak(rlp.AppendList(nil, payload)))
}

// Create2Address returns the address of the contract that sender creates by CREATE2: the last 20 bytes of
// keccak(0xff ‖ sender ‖ salt ‖ keccak(initcode)) (EIP-1014).
func Create2Address(sender chain.Address, salt, initcodeHash chain.Hash, keccak Keccak) chain.Address {
	return lastBytes(keccak([]byte{0xff}, sender[:], salt[:], initcodeHash[:]))
}

func lastBytes(h chain.Hash) chain.Address {
	return chain.Address(h[chain.HashSize-chain.AddressSize:])
}
