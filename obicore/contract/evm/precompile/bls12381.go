package precompile

import (
	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

// The contracts of EIP-2537. Lengths are exact; additions take any point of the
// curve, everything else points of the subgroup only.

// blsG1Add is the contract at 0x0b.
func blsG1Add(input []byte) ([]byte, error) {
	if len(input) != 2*blsG1Size {
		return nil, errLength
	}
	var a, b bls.G1Affine
	if err := decodeBLSG1(&a, input[:blsG1Size]); err != nil {
		return nil, err
	}
	if err := decodeBLSG1(&b, input[blsG1Size:]); err != nil {
		return nil, err
	}
	return encodeBLSG1(a.Add(&a, &b)), nil
}

// blsG2Add is the contract at 0x0d.
func blsG2Add(input []byte) ([]byte, error) {
	if len(input) != 2*blsG2Size {
		return nil, errLength
	}
	var a, b bls.G2Affine
	if err := decodeBLSG2(&a, input[:blsG2Size]); err != nil {
		return nil, err
	}
	if err := decodeBLSG2(&b, input[blsG2Size:]); err != nil {
		return nil, err
	}
	return encodeBLSG2(a.Add(&a, &b)), nil
}

// blsG1Combine is the contract at 0x0c: the sum of points times scalars.
func blsG1Combine(input []byte) ([]byte, error) {
	if len(input) == 0 || len(input)%blsG1ItemSize != 0 {
		return nil, errLength
	}
	points := make([]bls.G1Affine, len(input)/blsG1ItemSize)
	scalars := make([]fr.Element, len(points))
	for i := range points {
		item := input[i*blsG1ItemSize:][:blsG1ItemSize]
		if err := decodeBLSG1Member(&points[i], item[:blsG1Size]); err != nil {
			return nil, err
		}
		scalars[i].SetBytes(item[blsG1Size:]) // reduced: the point is in the subgroup
	}
	return encodeBLSG1(sumG1(points, scalars)), nil
}

// blsG2Combine is the contract at 0x0e: the sum of points times scalars.
func blsG2Combine(input []byte) ([]byte, error) {
	if len(input) == 0 || len(input)%blsG2ItemSize != 0 {
		return nil, errLength
	}
	points := make([]bls.G2Affine, len(input)/blsG2ItemSize)
	scalars := make([]fr.Element, len(points))
	for i := range points {
		item := input[i*blsG2ItemSize:][:blsG2ItemSize]
		if err := decodeBLSG2Member(&points[i], item[:blsG2Size]); err != nil {
			return nil, err
		}
		scalars[i].SetBytes(item[blsG2Size:]) // reduced as well
	}
	return encodeBLSG2(sumG2(points, scalars)), nil
}

// blsPairing is the contract at 0x0f: whether the product of the pairings is one.
func blsPairing(input []byte) ([]byte, error) {
	if len(input) == 0 || len(input)%blsPairSize != 0 {
		return nil, errLength
	}
	left := make([]bls.G1Affine, len(input)/blsPairSize)
	right := make([]bls.G2Affine, len(left))
	for i := range left {
		pair := input[i*blsPairSize:][:blsPairSize]
		if err := decodeBLSG1Member(&left[i], pair[:blsG1Size]); err != nil {
			return nil, err
		}
		if err := decodeBLSG2Member(&right[i], pair[blsG1Size:]); err != nil {
			return nil, err
		}
	}
	holds, err := bls.PairingCheck(left, right)
	if err != nil {
		return nil, errLength
	}
	return verdict(holds), nil
}

// blsMapToG1 is the contract at 0x10: the simplified SWU map of RFC 9380, with
// its isogeny and the cofactor cleared.
func blsMapToG1(input []byte) ([]byte, error) {
	if len(input) != blsElementSize {
		return nil, errLength
	}
	var element fp.Element
	if err := decodeBLSElement(&element, input); err != nil {
		return nil, err
	}
	point := bls.MapToG1(element)
	return encodeBLSG1(&point), nil
}

// blsMapToG2 is the contract at 0x11, the same for the quadratic field.
func blsMapToG2(input []byte) ([]byte, error) {
	if len(input) != 2*blsElementSize {
		return nil, errLength
	}
	var element bls.E2
	if err := decodeBLSElement(&element.A0, input[:blsElementSize]); err != nil {
		return nil, err
	}
	if err := decodeBLSElement(&element.A1, input[blsElementSize:]); err != nil {
		return nil, err
	}
	point := bls.MapToG2(element)
	return encodeBLSG2(&point), nil
}
