package secp256k1

import (
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// compactOffset is what the library adds to the recovery id in the first byte of its
// own encoding, id‖r‖s.
const compactOffset = 27

// portable is pure Go.
type portable struct{}

func (portable) name() string { return "go" }

func (portable) sign(secret []byte, digest chain.Hash) ([]byte, error) {
	private, err := parseSecret(secret)
	if err != nil {
		return nil, err
	}
	defer private.Zero()
	compact := ecdsa.SignCompact(private, digest[:], false)
	return append(compact[1:], compact[0]-compactOffset), nil
}

func (portable) recover(digest chain.Hash, signature []byte) ([]byte, bool) {
	var compact [SignatureSize]byte
	compact[0] = signature[64] + compactOffset
	copy(compact[1:], signature[:64])
	key, _, err := ecdsa.RecoverCompact(compact[:], digest[:])
	if err != nil {
		return nil, false
	}
	return key.SerializeUncompressed()[1:], true
}
