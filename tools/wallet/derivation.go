package wallet

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// TestMnemonic is the mnemonic that development chains of all Ethereum tools
// share. Everybody knows its keys: it is refused outside development chains.
const TestMnemonic = "test test test test test test test test test test test junk"

// DefaultPath is the derivation path of the first Ethereum account (BIP-44).
const DefaultPath = "m/44'/60'/0'/0/"

// hardened is the first index of hardened derivation (BIP-32).
const hardened = 1 << 31

// ErrPath reports a derivation path that cannot be read.
var ErrPath = errors.New("wallet: derivation path is not of the form m/44'/60'/0'/0/0")

// errChild reports the derivation, of probability 2^-127, that yields no key.
var errChild = errors.New("wallet: this index yields no key, take the next one")

// Seed returns the BIP-39 seed of a mnemonic without a passphrase.
func Seed(mnemonic string) ([]byte, error) {
	normal := strings.Join(strings.Fields(mnemonic), " ")
	return pbkdf2.Key(sha512.New, normal, []byte("mnemonic"), 2048, 64)
}

// Derive returns the secp256k1 secret key at a BIP-32 path under a seed.
func Derive(seed []byte, path string) ([]byte, error) {
	indices, err := parsePath(path)
	if err != nil {
		return nil, err
	}
	key, chainCode := split(seed, []byte("Bitcoin seed"))
	for _, index := range indices {
		if key, chainCode, err = child(key, chainCode, index); err != nil {
			return nil, err
		}
	}
	return key, nil
}

func split(data, key []byte) (left, right []byte) {
	mac := hmac.New(sha512.New, key)
	mac.Write(data)
	sum := mac.Sum(nil)
	return sum[:32], sum[32:]
}

// child is BIP-32's CKDpriv.
func child(key, chainCode []byte, index uint32) ([]byte, []byte, error) {
	data := make([]byte, 0, 37)
	if index >= hardened {
		data = append(append(data, 0), key...)
	} else {
		data = append(data, secp256k1.PrivKeyFromBytes(key).PubKey().SerializeCompressed()...)
	}
	left, right := split(binary.BigEndian.AppendUint32(data, index), chainCode)
	var tweak, parent secp256k1.ModNScalar
	overflow := tweak.SetByteSlice(left)
	parent.SetByteSlice(key)
	if tweak.Add(&parent); overflow || tweak.IsZero() {
		return nil, nil, errChild
	}
	next := tweak.Bytes()
	return next[:], right, nil
}

func parsePath(path string) ([]uint32, error) {
	parts := strings.Split(path, "/")
	if parts[0] != "m" || len(parts) > 10 {
		return nil, fmt.Errorf("%w: %q", ErrPath, path)
	}
	var indices []uint32
	for _, part := range parts[1:] {
		digits, isHardened := strings.CutSuffix(part, "'")
		index, err := strconv.ParseUint(digits, 10, 31)
		if err != nil {
			return nil, fmt.Errorf("%w: %q", ErrPath, path)
		}
		if isHardened {
			index += hardened
		}
		indices = append(indices, uint32(index))
	}
	return indices, nil
}
