package crypto

import (
	"bytes"
	"fmt"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

func (b bench) encodingRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "flipped-signature-refused", Statement: "A signature with any one bit turned is refused.", Check: b.flippedSignatureRefused},
		{Name: "resized-signature-refused", Statement: "A signature that is truncated, extended, empty or repeated is refused with ErrSignature.", Check: b.resizedSignatureRefused},
		{Name: "malleated-signature-refused", Statement: "The second signatures that anyone can compute from a good one (high s, unreduced scalar, other parity) are refused.", Check: b.malleatedSignatureRefused},
		{Name: "resized-key-refused", Statement: "A public key that is truncated, extended, empty or repeated is refused with ErrPublicKey, and has no address.", Check: b.resizedKeyRefused},
		{Name: "invalid-key-refused", Statement: "Keys of zeros, of ones and off the curve are refused with ErrPublicKey by the frozen schemes, and verify nothing in any scheme.", Check: b.invalidKeyRefused},
		{Name: "ed25519-small-order-refused", Statement: "Ed25519 keys of small order are refused with ErrPublicKey in every encoding, alone and in a batch (crypto specification).", Check: b.smallOrderRefused},
		{Name: "ed25519-cofactored", Statement: "Ed25519 signatures are judged by the cofactored equation, alone and in a batch (crypto specification).", Check: b.ed25519Cofactored},
	}
}

func (b bench) flippedSignatureRefused(t conformance.T) {
	b.eachScheme(t, func(k keyed) {
		for bit := range 8 * len(k.signature) {
			refused(t, k, fmt.Sprintf("a signature with bit %d turned", bit), k.key, k.digest, flip(k.signature, bit), crypto.ErrSignature)
		}
	})
}

func (b bench) resizedSignatureRefused(t conformance.T) {
	b.eachScheme(t, func(k keyed) {
		for what, signature := range resized(k.signature) {
			refused(t, k, "of a signature, "+what, k.key, k.digest, signature, crypto.ErrSignature)
		}
	})
}

func (b bench) malleatedSignatureRefused(t conformance.T) {
	tried := 0
	b.eachScheme(t, func(k keyed) {
		malleate, ok := malleators[k.ID()]
		if !ok {
			return
		}
		for n := range 4 {
			digest := digestOf(n)
			for what, signature := range malleate(sign(t, k, digest)) {
				refused(t, k, what, k.key, digest, signature, crypto.ErrSignature)
				tried++
			}
		}
	})
	if tried == 0 {
		t.Skipf("no scheme with known second signatures")
	}
	t.Logf("%d second signatures refused", tried)
}

func (b bench) resizedKeyRefused(t conformance.T) {
	suite := b.newSuite()
	b.eachScheme(t, func(k keyed) {
		for what, encoding := range resized(k.key.Bytes) {
			key := chain.PublicKey{Scheme: k.ID(), Bytes: encoding}
			refused(t, k, "of a key, "+what, key, k.digest, k.signature, crypto.ErrPublicKey)
			noAddress(t, suite, key, "of a key, "+what)
		}
	})
}

func (b bench) invalidKeyRefused(t conformance.T) {
	suite := b.newSuite()
	b.eachScheme(t, func(k keyed) {
		size := len(k.key.Bytes)
		bad := map[string][]byte{
			"a key of zeros": make([]byte, size),
			"a key of ones":  bytes.Repeat([]byte{0xff}, size),
		}
		frozen := k.ID() <= chain.SchemeSM2
		if frozen && size == 64 { // X‖Y: Y belongs to X, so a changed Y leaves the curve
			bad["a point off the curve"] = flip(k.key.Bytes, 8*size-1)
			bad["swapped coordinates"] = append(bytes.Clone(k.key.Bytes[32:]), k.key.Bytes[:32]...)
		}
		for what, encoding := range bad {
			key := chain.PublicKey{Scheme: k.ID(), Bytes: encoding}
			if frozen {
				refused(t, k, what, key, k.digest, k.signature, crypto.ErrPublicKey)
				refused(t, k, what+" with a signature of zeros", key, k.digest, make([]byte, len(k.signature)), crypto.ErrPublicKey)
				noAddress(t, suite, key, what)
				continue
			}
			refused(t, k, what, key, k.digest, k.signature, nil)
		}
	})
}
