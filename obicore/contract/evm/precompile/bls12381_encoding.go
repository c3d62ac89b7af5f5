package precompile

import (
	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
)

// Lengths of encodings in EIP-2537. A field element is 64 bytes, the first 16 of
// which are zero; an element of the quadratic field is its real part before its
// imaginary one; a point is x‖y, and all zeros at infinity.
const (
	blsElementSize = 64
	blsG1Size      = 2 * blsElementSize
	blsG2Size      = 4 * blsElementSize
	blsG1ItemSize  = blsG1Size + wordSize
	blsG2ItemSize  = blsG2Size + wordSize
	blsPairSize    = blsG1Size + blsG2Size
	blsLeading     = blsElementSize - fp.Bytes
)

func decodeBLSElement(element *fp.Element, input []byte) error {
	if !isZero(input[:blsLeading]) || element.SetBytesCanonical(input[blsLeading:blsElementSize]) != nil {
		return errCoordinate
	}
	return nil
}

// decodeBLSG1 reads a point of the curve, decodeBLSG1Member one of the subgroup.
func decodeBLSG1(point *bls.G1Affine, input []byte) error {
	for i, element := range []*fp.Element{&point.X, &point.Y} {
		if err := decodeBLSElement(element, input[i*blsElementSize:]); err != nil {
			return err
		}
	}
	if !point.IsOnCurve() {
		return errCurve
	}
	return nil
}

func decodeBLSG1Member(point *bls.G1Affine, input []byte) error {
	if err := decodeBLSG1(point, input); err != nil {
		return err
	}
	if !point.IsInSubGroup() {
		return errSubgroup
	}
	return nil
}

// decodeBLSG2 reads a point of the curve, decodeBLSG2Member one of the subgroup.
func decodeBLSG2(point *bls.G2Affine, input []byte) error {
	for i, element := range []*fp.Element{&point.X.A0, &point.X.A1, &point.Y.A0, &point.Y.A1} {
		if err := decodeBLSElement(element, input[i*blsElementSize:]); err != nil {
			return err
		}
	}
	if !point.IsOnCurve() {
		return errCurve
	}
	return nil
}

func decodeBLSG2Member(point *bls.G2Affine, input []byte) error {
	if err := decodeBLSG2(point, input); err != nil {
		return err
	}
	if !point.IsInSubGroup() {
		return errSubgroup
	}
	return nil
}

func encodeBLSG1(point *bls.G1Affine) []byte { return encodeBLS(&point.X, &point.Y) }

func encodeBLSG2(point *bls.G2Affine) []byte {
	return encodeBLS(&point.X.A0, &point.X.A1, &point.Y.A0, &point.Y.A1)
}

func encodeBLS(elements ...*fp.Element) []byte {
	output := make([]byte, len(elements)*blsElementSize)
	for i, element := range elements {
		fp.BigEndian.PutElement((*[fp.Bytes]byte)(output[i*blsElementSize+blsLeading:]), *element)
	}
	return output
}
