package eth

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

var curve = secp256k1.New()

// recoverAuthority returns who signed an authorisation (EIP-7702).
func recoverAuthority(a *ethereum.Authorization) (authority chain.Address, ok bool) {
	var signature [65]byte
	copy(signature[:32], a.R[:])
	copy(signature[32:64], a.S[:])
	signature[64] = a.Parity
	key, err := curve.Recover(a.SigningHash(keccak.Keccak256), signature[:])
	if err != nil {
		return authority, false
	}
	authority, err = secp256k1.Address(key)
	return authority, err == nil
}
