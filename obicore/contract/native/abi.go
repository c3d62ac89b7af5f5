package native

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// Selector returns the first four bytes of the signature's Keccak-256, by which
// the Solidity ABI names a function on every chain.
func Selector(signature string) [4]byte {
	hash := keccak.Keccak256([]byte(signature))
	return [4]byte(hash[:4])
}

// Topic returns the topic by which the Solidity ABI names an event.
func Topic(signature string) chain.Hash { return keccak.Keccak256([]byte(signature)) }

// Arguments are the ABI-encoded arguments of a call.
type Arguments []byte

// Word returns argument i of static type.
func (a Arguments) Word(i int) (w chain.Word, err error) {
	if len(a) < (i+1)*chain.WordSize {
		return w, &Revert{Reason: fmt.Sprintf("argument %d is missing", i)}
	}
	copy(w[:], a[i*chain.WordSize:])
	return w, nil
}

// Uint64 returns argument i of type uint64.
func (a Arguments) Uint64(i int) (uint64, error) {
	w, err := a.Word(i)
	if err != nil {
		return 0, err
	}
	v, ok := w.Uint64()
	if !ok {
		return 0, &Revert{Reason: fmt.Sprintf("argument %d does not fit in 64 bits", i)}
	}
	return v, nil
}

// Address returns argument i of type address.
func (a Arguments) Address(i int) (address chain.Address, err error) {
	w, err := a.Word(i)
	if err != nil {
		return address, err
	}
	for _, b := range w[:chain.WordSize-chain.AddressSize] {
		if b != 0 {
			return address, &Revert{Reason: fmt.Sprintf("argument %d is not an address", i)}
		}
	}
	copy(address[:], w[chain.WordSize-chain.AddressSize:])
	return address, nil
}

// Bytes returns argument i of type bytes.
func (a Arguments) Bytes(i int) ([]byte, error) {
	offset, err := a.Uint64(i)
	if err != nil {
		return nil, err
	}
	malformed := &Revert{Reason: fmt.Sprintf("argument %d is malformed", i)}
	if uint64(len(a)) < chain.WordSize || offset > uint64(len(a))-chain.WordSize {
		return nil, malformed
	}
	tail := a[offset:]
	length, err := tail.Uint64(0)
	if err != nil || length > uint64(len(tail))-chain.WordSize {
		return nil, malformed
	}
	return tail[chain.WordSize : chain.WordSize+length], nil
}

// EncodeWords returns words as the ABI encodes a tuple of static values.
func EncodeWords(words ...chain.Word) []byte {
	out := make([]byte, 0, len(words)*chain.WordSize)
	for _, w := range words {
		out = append(out, w[:]...)
	}
	return out
}

// AddressWord returns an address as the ABI encodes it.
func AddressWord(a chain.Address) (w chain.Word) {
	copy(w[chain.WordSize-chain.AddressSize:], a[:])
	return w
}

// EncodeBytes returns a byte string as the ABI encodes one dynamic value.
func EncodeBytes(b []byte) []byte {
	out := EncodeWords(chain.WordFromUint64(chain.WordSize), chain.WordFromUint64(uint64(len(b))))
	out = append(out, b...)
	if rest := len(b) % chain.WordSize; rest != 0 {
		out = append(out, make([]byte, chain.WordSize-rest)...)
	}
	return out
}

// EncodeError returns a reason as Solidity's Error(string).
func EncodeError(reason string) []byte {
	selector := Selector("Error(string)")
	return append(selector[:], EncodeBytes([]byte(reason))...)
}
