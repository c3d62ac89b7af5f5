package ethereum

import (
	"encoding/binary"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// The order n of secp256k1 and n/2, rounded down: the bounds of r and s (SEC 2, EIP-2).
var (
	curveOrder = chain.Word{
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
		0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
	}
	halfOrder = chain.Word{
		0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
	}
)

// SignDigest signs a digest with one secp256k1 key and returns r, s in the lower half and the parity (0 or 1) of the
// curve point. A keystore, a hardware wallet or a remote signer stands behind it.
type SignDigest func(digest chain.Hash) (r, s chain.Word, parity byte, err error)

// Signer is a secp256k1 key: its signatures are r ‖ s ‖ parity, 65 bytes, with s in the
// lower half, as those of the suites' signers.
type Signer interface {
	Sign(digest chain.Hash) ([]byte, error)
}

// SignWith lets a key sign transactions and authorizations. A signature of another length
// is [ErrSignatureValues].
func SignWith(key Signer) SignDigest {
	return func(digest chain.Hash) (r, s chain.Word, parity byte, err error) {
		signature, err := key.Sign(digest)
		if err != nil {
			return r, s, 0, err
		}
		if len(signature) != 65 {
			return r, s, 0, ErrSignatureValues
		}
		return chain.Word(signature[:32]), chain.Word(signature[32:64]), signature[64], nil
	}
}

// Sign returns a signed copy of t. Errors: those of sign, and those of Check.
func (t *Transaction) Sign(keccak Keccak, sign SignDigest) (*Transaction, error) {
	if err := t.checkUnsigned(); err != nil {
		return nil, err
	}
	r, s, parity, err := sign(t.SigningHash(keccak))
	if err != nil {
		return nil, err
	}
	signed := *t
	signed.R, signed.S, signed.V = r, s, chain.WordFromUint64(uint64(parity))
	if t.Type == TypeLegacy {
		signed.V = legacyV(t.ChainID, parity)
	}
	return &signed, signed.Check()
}

// signature returns r ‖ s ‖ parity after checking their ranges.
func (t *Transaction) signature() (sig [65]byte, err error) {
	v, small := t.V.Uint64()
	if t.Type == TypeLegacy {
		if err := t.checkLegacyV(); err != nil {
			return sig, err
		}
		// V is 27 or 28, or odd and even alternate from 35 on: an odd V has parity 0.
		v, small = uint64(1-t.V[chain.WordSize-1]&1), true
	}
	if !small || v > 1 {
		return sig, ErrSignatureValues
	}
	return joinSignature(t.R, t.S, byte(v))
}

// joinSignature checks 0 < r < n, 0 < s ≤ n/2 and parity ≤ 1.
func joinSignature(r, s chain.Word, parity byte) (sig [65]byte, err error) {
	if parity > 1 || r.IsZero() || s.IsZero() || r.Cmp(curveOrder) >= 0 || s.Cmp(halfOrder) > 0 {
		return sig, ErrSignatureValues
	}
	copy(sig[:32], r[:])
	copy(sig[32:64], s[:])
	sig[64] = parity
	return sig, nil
}

// legacyV returns 27 + parity, or 35 + 2·chainID + parity for a chain id that is not 0 (EIP-155).
func legacyV(chainID uint64, parity byte) chain.Word {
	if chainID == 0 {
		return chain.WordFromUint64(27 + uint64(parity))
	}
	id := chain.WordFromUint64(chainID)
	// Three 64-bit numbers cannot overflow 256 bits.
	v, _ := id.Add(id)
	v, _ = v.Add(chain.WordFromUint64(35 + uint64(parity)))
	return v
}

// chainFromV sets the chain id of a legacy transaction from its v.
func (t *Transaction) chainFromV() error {
	if t.V == chain.WordFromUint64(27) || t.V == chain.WordFromUint64(28) {
		return nil
	}
	// v - 35 = 2·chainID + parity has at most 65 bits.
	rest, below := t.V.Sub(chain.WordFromUint64(35))
	high := rest
	clear(high[23:])
	if below || !high.IsZero() || rest[23] > 1 {
		return ErrSignatureValues
	}
	t.ChainID = uint64(rest[23])<<63 | binary.BigEndian.Uint64(rest[24:])>>1
	if t.ChainID == 0 {
		return ErrSignatureValues
	}
	return nil
}

// checkLegacyV compares v with the chain id, which a caller may have set by hand.
func (t *Transaction) checkLegacyV() error {
	if t.V != legacyV(t.ChainID, 0) && t.V != legacyV(t.ChainID, 1) {
		return ErrSignatureValues
	}
	return nil
}
