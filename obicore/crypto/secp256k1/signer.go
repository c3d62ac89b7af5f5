package secp256k1

import (
	"bytes"
	"fmt"

	decred "github.com/decred/dcrd/dcrec/secp256k1/v4"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/scheme"
)

type signer struct {
	scheme.Hidden
	library arithmetic
	secret  []byte
	public  []byte
}

// Public returns a copy of the public key.
func (s *signer) Public() chain.PublicKey {
	return chain.PublicKey{Scheme: chain.SchemeSecp256k1, Bytes: bytes.Clone(s.public)}
}

// Sign returns r‖s‖parity, the same for the same digest.
func (s *signer) Sign(digest chain.Hash) ([]byte, error) {
	signature, err := s.library.sign(s.secret, reduce(digest))
	if err != nil {
		return nil, err
	}
	if signature[64] > 1 {
		// The nonce point's x is at least n: about one digest in 2^128 cannot be signed.
		return nil, fmt.Errorf("%w: recovery id %d has no encoding", crypto.ErrSignature, signature[64])
	}
	return signature, nil
}

// reduce returns the digest modulo the group order, bits2octets of RFC 6979 section
// 2.3.4. ECDSA gives the same for both, but libsecp256k1 derives its nonce from the
// bytes as they are, and so would sign a digest of n or more unlike other libraries.
func reduce(digest chain.Hash) chain.Hash {
	var scalar decred.ModNScalar
	scalar.SetByteSlice(digest[:])
	return scalar.Bytes()
}

// Export returns a copy of the 32-byte scalar.
func (s *signer) Export() ([]byte, error) { return bytes.Clone(s.secret), nil }
