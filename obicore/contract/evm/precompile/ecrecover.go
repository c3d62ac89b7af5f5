package precompile

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
)

// ecrecover is the contract at 0x01. Its input is the words digest, v, r and s; v
// is 27 for a nonce point with an even y coordinate and 28 for an odd one.
type ecrecover struct {
	signatures *secp256k1.Scheme
}

// run returns the signer's address as a word, or nothing where no key made the
// signature. EIP-2's bound on s holds for transactions only, not here.
func (e ecrecover) run(input []byte) ([]byte, error) {
	input = padded(input, 4*wordSize)
	digest, v := input[:wordSize], input[wordSize:2*wordSize]
	parity := v[wordSize-1] - 27
	if !isZero(v[:wordSize-1]) || parity > 1 {
		return nil, nil
	}
	var signature [secp256k1.SignatureSize]byte
	copy(signature[:], input[2*wordSize:])
	signature[secp256k1.SignatureSize-1] = parity
	key, err := e.signatures.RecoverLax(chain.Hash(digest), signature[:])
	if err != nil {
		return nil, nil // the contract answers a bad signature with nothing
	}
	word := keccak.Keccak256(key.Bytes)
	clear(word[:chain.HashSize-chain.AddressSize])
	return word[:], nil
}
