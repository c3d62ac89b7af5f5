package ethereum

import (
	"math"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// authorizationMagic begins the message of an authorisation: MAGIC of EIP-7702.
const authorizationMagic = 0x05

// Authorization lets Address's code stand for the account that signed it (EIP-7702). Its signature need not be valid:
// a transaction with invalid authorisations is valid, and they have no effect.
type Authorization struct {
	// ChainID is 0 for every chain.
	ChainID chain.Word
	Address chain.Address
	// Nonce is the nonce that the authority must have.
	Nonce  uint64
	Parity byte
	R, S   chain.Word
}

// SigningHash returns the digest that the authority signs: keccak(0x05 ‖ rlp([chain id, address, nonce])).
func (a *Authorization) SigningHash(keccak Keccak) chain.Hash {
	message := rlp.AppendList([]byte{authorizationMagic}, a.appendContent(nil))
	return keccak(message)
}

// Sign returns a signed copy of a. Errors: those of sign, and ErrSignatureValues.
func (a *Authorization) Sign(keccak Keccak, sign SignDigest) (Authorization, error) {
	r, s, parity, err := sign(a.SigningHash(keccak))
	if err != nil {
		return Authorization{}, err
	}
	signed := *a
	signed.R, signed.S, signed.Parity = r, s, parity
	_, err = joinSignature(r, s, parity)
	return signed, err
}

func (a *Authorization) appendContent(dst []byte) []byte {
	dst = rlp.AppendWord(dst, a.ChainID)
	dst = rlp.AppendBytes(dst, a.Address[:])
	return rlp.AppendUint64(dst, a.Nonce)
}

// authority recovers the signer; valid is false when the authorisation can have no effect on any chain: its signature
// yields no key, or its nonce is 2^64-1 (EIP-7702, steps 2 and 3).
func (a *Authorization) authority(keccak Keccak, recoverer Recoverer) (signer chain.Address, valid bool) {
	if a.Nonce == math.MaxUint64 {
		return signer, false
	}
	signature, err := joinSignature(a.R, a.S, a.Parity)
	if err != nil {
		return signer, false
	}
	signer, err = recoverAddress(recoverer, a.SigningHash(keccak), signature)
	return signer, err == nil
}
