package standard

import (
	"encoding/binary"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/scheme"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
)

// Name is the suite's name in genesis.
const Name = "standard"

// Suite implements crypto.Suite.
type Suite struct {
	scheme.Table
}

var _ crypto.Suite = (*Suite)(nil)

// New returns the suite.
func New() *Suite {
	return &Suite{Table: scheme.NewTable(secp256k1.New(), p256{}, ed25519{})}
}

// Name returns "standard".
func (s *Suite) Name() string { return Name }

// Default returns chain.SchemeEd25519.
func (s *Suite) Default() chain.Scheme { return chain.SchemeEd25519 }

// Address returns the account address of a public key of one of the suite's schemes,
// or crypto.ErrPublicKey.
func (s *Suite) Address(key chain.PublicKey) (chain.Address, error) {
	switch key.Scheme {
	case chain.SchemeSecp256k1:
		return secp256k1.Address(key)
	case chain.SchemeP256:
		if _, err := parseP256(key); err != nil {
			return chain.Address{}, err
		}
	case chain.SchemeEd25519:
		if _, err := knownEd25519Keys.expand(key); err != nil {
			return chain.Address{}, err
		}
	default:
		return chain.Address{}, fmt.Errorf("%w: scheme %s is not part of suite %s", crypto.ErrPublicKey, key.Scheme, Name)
	}
	number := binary.BigEndian.AppendUint16(nil, uint16(key.Scheme))
	digest := keccak.Keccak256(number, key.Bytes)
	return chain.Address(digest[chain.HashSize-chain.AddressSize:]), nil
}
