package secp256k1

import (
	"fmt"

	decred "github.com/decred/dcrd/dcrec/secp256k1/v4"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/scheme"
)

// CheckKey returns nil when key is a secp256k1 key whose X‖Y are reduced coordinates
// of a point of the curve, else crypto.ErrPublicKey.
func CheckKey(key chain.PublicKey) error {
	if err := scheme.CheckKey(key, chain.SchemeSecp256k1, PublicKeySize); err != nil {
		return err
	}
	var x, y decred.FieldVal
	if x.SetByteSlice(key.Bytes[:32]) || y.SetByteSlice(key.Bytes[32:]) {
		return fmt.Errorf("%w: a coordinate is not below the field prime", crypto.ErrPublicKey)
	}
	// y² = x³ + 7. The point at infinity has no encoding, and (0, 0) is not on the curve.
	var left, right decred.FieldVal
	left.SquareVal(&y).Normalize()
	right.SquareVal(&x).Mul(&x).AddInt(7).Normalize()
	if !left.Equals(&right) {
		return fmt.Errorf("%w: not a point of secp256k1", crypto.ErrPublicKey)
	}
	return nil
}

// parseSecret returns the scalar of a secret, or crypto.ErrSecret.
func parseSecret(secret []byte) (*decred.PrivateKey, error) {
	if err := scheme.CheckSecret(secret); err != nil {
		return nil, err
	}
	var scalar decred.ModNScalar
	if scalar.SetByteSlice(secret) || scalar.IsZero() {
		return nil, fmt.Errorf("%w: the scalar is zero or not below the group order", crypto.ErrSecret)
	}
	return decred.NewPrivateKey(&scalar), nil
}

// publicKey returns X‖Y for a secret, or crypto.ErrSecret.
func publicKey(secret []byte) ([]byte, error) {
	private, err := parseSecret(secret)
	if err != nil {
		return nil, err
	}
	defer private.Zero()
	return private.PubKey().SerializeUncompressed()[1:], nil
}
