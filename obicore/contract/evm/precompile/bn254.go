package precompile

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Lengths of encodings. Coordinates are words, a point is x‖y, and an element of
// the quadratic field is its imaginary part before its real one.
const (
	bn254G1Size   = 2 * fp.Bytes
	bn254G2Size   = 4 * fp.Bytes
	bn254PairSize = bn254G1Size + bn254G2Size
)

// bn254Add is the contract at 0x06, EIP-196.
func bn254Add(input []byte) ([]byte, error) {
	input = padded(input, 2*bn254G1Size)
	var a, b bn254.G1Affine
	if err := decodeBN254G1(&a, input[:bn254G1Size]); err != nil {
		return nil, err
	}
	if err := decodeBN254G1(&b, input[bn254G1Size:]); err != nil {
		return nil, err
	}
	return encodeBN254G1(a.Add(&a, &b)), nil
}

// bn254Multiply is the contract at 0x07, EIP-196. The scalar is any word: the
// curve has prime order, so that it can be reduced.
func bn254Multiply(input []byte) ([]byte, error) {
	input = padded(input, bn254G1Size+wordSize)
	var point bn254.G1Affine
	if err := decodeBN254G1(&point, input[:bn254G1Size]); err != nil {
		return nil, err
	}
	var scalar fr.Element
	scalar.SetBytes(input[bn254G1Size:])
	return encodeBN254G1(point.ScalarMultiplication(&point, scalar.BigInt(new(big.Int)))), nil
}

// bn254Pairing is the contract at 0x08, EIP-197: whether the product of the
// pairings is one. The empty product is.
func bn254Pairing(input []byte) ([]byte, error) {
	if len(input)%bn254PairSize != 0 {
		return nil, errLength
	}
	if len(input) == 0 {
		return verdict(true), nil
	}
	left := make([]bn254.G1Affine, len(input)/bn254PairSize)
	right := make([]bn254.G2Affine, len(left))
	for i := range left {
		pair := input[i*bn254PairSize:][:bn254PairSize]
		if err := decodeBN254G1(&left[i], pair[:bn254G1Size]); err != nil {
			return nil, err
		}
		if err := decodeBN254G2(&right[i], pair[bn254G1Size:]); err != nil {
			return nil, err
		}
	}
	holds, err := bn254.PairingCheck(left, right)
	if err != nil {
		return nil, errLength // its only complaint is about the lengths of the slices
	}
	return verdict(holds), nil
}

// decodeBN254G1 reads a point; (0, 0) is the point at infinity. All of the curve
// is the group.
func decodeBN254G1(point *bn254.G1Affine, input []byte) error {
	if point.X.SetBytesCanonical(input[:fp.Bytes]) != nil || point.Y.SetBytesCanonical(input[fp.Bytes:]) != nil {
		return errCoordinate
	}
	if !point.IsOnCurve() {
		return errCurve
	}
	return nil
}

// decodeBN254G2 reads a point of the subgroup; (0, 0) is the point at infinity.
func decodeBN254G2(point *bn254.G2Affine, input []byte) error {
	for i, element := range []*fp.Element{&point.X.A1, &point.X.A0, &point.Y.A1, &point.Y.A0} {
		if element.SetBytesCanonical(input[i*fp.Bytes:][:fp.Bytes]) != nil {
			return errCoordinate
		}
	}
	if !point.IsOnCurve() {
		return errCurve
	}
	if !point.IsInSubGroup() {
		return errSubgroup
	}
	return nil
}

func encodeBN254G1(point *bn254.G1Affine) []byte {
	output := make([]byte, bn254G1Size)
	fp.BigEndian.PutElement((*[fp.Bytes]byte)(output), point.X)
	fp.BigEndian.PutElement((*[fp.Bytes]byte)(output[fp.Bytes:]), point.Y)
	return output
}
