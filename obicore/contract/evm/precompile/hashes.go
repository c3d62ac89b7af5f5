package precompile

import (
	"bytes"
	"crypto/sha256"

	"golang.org/x/crypto/ripemd160" //nolint:gosec,staticcheck // the contract is defined by this old hash
)

func sha256Sum(input []byte) ([]byte, error) {
	digest := sha256.Sum256(input)
	return digest[:], nil
}

// ripemd160Sum returns the digest as a number in a word.
func ripemd160Sum(input []byte) ([]byte, error) {
	hash := ripemd160.New()  //nolint:gosec // see above
	_, _ = hash.Write(input) // a hash never returns an error
	return hash.Sum(make([]byte, wordSize-ripemd160.Size, wordSize)), nil
}

func identity(input []byte) ([]byte, error) { return bytes.Clone(input), nil }
