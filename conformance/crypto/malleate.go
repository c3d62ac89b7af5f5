package crypto

import (
	"bytes"
	"math/big"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Group orders: SEC 2 (secp256k1), FIPS 186-5 (P-256), RFC 8032 (Ed25519), GM/T 0003.5 (SM2).
var (
	orderSecp256k1 = number("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
	orderP256      = number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
	orderEd25519   = number("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed")
	orderSM2       = number("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123")
)

func number(hexadecimal string) *big.Int {
	n, _ := new(big.Int).SetString(hexadecimal, 16)
	return n
}

// malleators compute, per frozen scheme, what anyone can make of a good signature.
var malleators = map[chain.Scheme]func(signature []byte) map[string][]byte{
	chain.SchemeSecp256k1: malleateSecp256k1,
	chain.SchemeP256:      func(signature []byte) map[string][]byte { return malleatePair(signature, orderP256) },
	chain.SchemeSM2:       func(signature []byte) map[string][]byte { return malleatePair(signature, orderSM2) },
	chain.SchemeEd25519:   malleateEd25519,
}

func malleatePair(signature []byte, order *big.Int) map[string][]byte {
	if len(signature) < 64 {
		return nil
	}
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:64])
	with := func(r, s *big.Int) []byte {
		changed := bytes.Clone(signature)
		r.FillBytes(changed[:32])
		s.FillBytes(changed[32:64])
		return changed
	}
	second := map[string][]byte{
		"the signature with n-s":   with(r, new(big.Int).Sub(order, s)),
		"the signature with n-r":   with(new(big.Int).Sub(order, r), s),
		"the signature with s = 0": with(r, new(big.Int)),
		"the signature with r = 0": with(new(big.Int), s),
		"the signature with s = n": with(r, order),
		"the signature with r = n": with(order, s),
		"the DER encoding":         derOf(r, s),
	}
	for what, scalar := range map[string][2]*big.Int{
		"the signature with r+n": {new(big.Int).Add(r, order), s},
		"the signature with s+n": {r, new(big.Int).Add(s, order)},
	} {
		if scalar[0].BitLen() <= 256 && scalar[1].BitLen() <= 256 {
			second[what] = with(scalar[0], scalar[1])
		}
	}
	return second
}

// derOf is the ASN.1 form of r and s.
func derOf(r, s *big.Int) []byte {
	integer := func(n *big.Int) []byte {
		content := append([]byte{0}, n.Bytes()...)
		if len(content) > 1 && content[1] < 0x80 {
			content = content[1:]
		}
		return append([]byte{2, byte(len(content))}, content...)
	}
	body := append(integer(r), integer(s)...)
	return append([]byte{0x30, byte(len(body))}, body...)
}

func malleateSecp256k1(signature []byte) map[string][]byte {
	second := malleatePair(signature, orderSecp256k1)
	if len(signature) != 65 {
		return second
	}
	// n-s belongs to the mirrored nonce point, and so to the other parity.
	mirrored := bytes.Clone(second["the signature with n-s"])
	mirrored[64] ^= 1
	second["the signature with n-s and the other parity"] = mirrored
	for what, parity := range map[string]byte{
		"the other parity": signature[64] ^ 1, "the recovery id + 2": signature[64] + 2,
		"the parity + 27": signature[64] + 27, "the parity + 35": signature[64] + 35,
	} {
		second[what] = append(bytes.Clone(signature[:64]), parity)
	}
	second["the signature without parity"] = bytes.Clone(signature[:64])
	return second
}

func malleateEd25519(signature []byte) map[string][]byte {
	if len(signature) != 64 {
		return nil
	}
	second := map[string][]byte{}
	s := new(big.Int).SetBytes(reversed(signature[32:]))
	for what, multiple := range map[string]int64{"S + L": 1, "S + 2L": 2, "S + 8L": 8} {
		sum := new(big.Int).Add(s, new(big.Int).Mul(orderEd25519, big.NewInt(multiple)))
		second["the signature with "+what] = append(bytes.Clone(signature[:32]), reversed(sum.FillBytes(make([]byte, 32)))...)
	}
	return second
}

// reversed turns big-endian bytes into little-endian ones and back.
func reversed(b []byte) []byte {
	turned := make([]byte, len(b))
	for i := range b {
		turned[len(b)-1-i] = b[i]
	}
	return turned
}
