package gm

import (
	"encoding/binary"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/scheme"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
)

// Name is the suite's name in genesis.
const Name = "gm"

// Suite implements crypto.Suite.
type Suite struct {
	scheme.Table
}

var _ crypto.Suite = (*Suite)(nil)

// New returns the suite.
func New() *Suite { return &Suite{Table: scheme.NewTable(secp256k1.New(), sm2Scheme{})} }

// Name returns "gm".
func (s *Suite) Name() string { return Name }

// Default returns chain.SchemeSM2.
func (s *Suite) Default() chain.Scheme { return chain.SchemeSM2 }

// Address returns the account address of a public key of one of the suite's schemes,
// or crypto.ErrPublicKey.
func (s *Suite) Address(key chain.PublicKey) (chain.Address, error) {
	switch key.Scheme {
	case chain.SchemeSecp256k1:
		return secp256k1.Address(key)
	case chain.SchemeSM2:
		if _, err := parseSM2(key); err != nil {
			return chain.Address{}, err
		}
	default:
		return chain.Address{}, fmt.Errorf("%w: scheme %s is not part of suite %s", crypto.ErrPublicKey, key.Scheme, Name)
	}
	number := binary.BigEndian.AppendUint16(nil, uint16(key.Scheme))
	digest := s.Sum(number, key.Bytes)
	return chain.Address(digest[chain.HashSize-chain.AddressSize:]), nil
}
