package main

import (
	"crypto/sha512"
	"encoding/binary"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
)

// Name is the suite's name in genesis.
const Name = "sha512"

// Suite is the standard suite with another hash function.
type Suite struct{ crypto.Suite }

// NewSuite returns the suite.
func NewSuite() Suite { return Suite{standard.New()} }

// Name implements crypto.Suite.
func (Suite) Name() string { return Name }

// Sum implements chain.Hasher with SHA-512/256 (FIPS 180-4).
func (Suite) Sum(parts ...[]byte) chain.Hash {
	h := sha512.New512_256()
	for _, part := range parts {
		h.Write(part)
	}
	return chain.Hash(h.Sum(nil))
}

// Address implements crypto.Suite: Ethereum's rule for secp256k1, so that wallets
// keep their addresses, and the suite's own hash for all other schemes.
func (s Suite) Address(key chain.PublicKey) (chain.Address, error) {
	address, err := s.Suite.Address(key) // checks the key
	if err != nil || key.Scheme == chain.SchemeSecp256k1 {
		return address, err
	}
	digest := s.Sum(binary.BigEndian.AppendUint16(nil, uint16(key.Scheme)), key.Bytes)
	return chain.Address(digest[chain.HashSize-chain.AddressSize:]), nil
}
