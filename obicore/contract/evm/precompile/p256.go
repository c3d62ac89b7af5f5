package precompile

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"math/big"
)

// p256Verify is the contract at 0x0100. Its input is the words digest, r, s and
// the coordinates of the public key; it returns the word 1 where the signature is
// valid, and nothing in every other case. Either s of a pair is valid.
func p256Verify(input []byte) ([]byte, error) {
	if len(input) != 5*wordSize {
		return nil, nil
	}
	var point [1 + 2*wordSize]byte
	point[0] = 4 // uncompressed
	copy(point[1:], input[3*wordSize:])
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point[:])
	if err != nil {
		return nil, nil // the contract answers a bad key with nothing
	}
	r := new(big.Int).SetBytes(input[wordSize : 2*wordSize])
	s := new(big.Int).SetBytes(input[2*wordSize : 3*wordSize])
	if !ecdsa.Verify(key, input[:wordSize], r, s) {
		return nil, nil
	}
	return verdict(true), nil
}
