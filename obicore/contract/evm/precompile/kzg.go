package precompile

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"sync"

	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

const (
	// kzgVersion is the first byte of the hashes that name KZG commitments.
	kzgVersion = 1
	// elementsPerBlob is the number of evaluations that a commitment stands for.
	elementsPerBlob = 4096
	// kzgInputSize is versioned hash ‖ z ‖ y ‖ commitment ‖ proof.
	kzgInputSize = 3*wordSize + 2*bls.SizeOfG1AffineCompressed
)

var (
	errVersionedHash = fmt.Errorf("%w: the versioned hash is not that of the commitment", ErrInput)
	errScalar        = fmt.Errorf("%w: a scalar is not below the group order", ErrInput)
	errCompressed    = fmt.Errorf("%w: a compressed point is not one of the subgroup", ErrInput)
	errProof         = fmt.Errorf("%w: the proof does not hold", ErrInput)
)

// pointEvaluation is the contract at 0x0a, EIP-4844: it accepts a proof that the
// polynomial p of a commitment has p(z) = y, and returns the two constants that
// its callers may want to know, the evaluations in a blob and the group order.
func pointEvaluation(input []byte) ([]byte, error) {
	if len(input) != kzgInputSize {
		return nil, errLength
	}
	versionedHash, z, y := input[:wordSize], input[wordSize:2*wordSize], input[2*wordSize:3*wordSize]
	commitment, proof := input[3*wordSize:][:bls.SizeOfG1AffineCompressed], input[3*wordSize+bls.SizeOfG1AffineCompressed:]
	digest := sha256.Sum256(commitment)
	digest[0] = kzgVersion
	if [wordSize]byte(versionedHash) != digest {
		return nil, errVersionedHash
	}
	if err := verifyEvaluation(commitment, z, y, proof); err != nil {
		return nil, err
	}
	output := make([]byte, 2*wordSize)
	big.NewInt(elementsPerBlob).FillBytes(output[:wordSize])
	fr.Modulus().FillBytes(output[wordSize:])
	return output, nil
}

// verifyEvaluation is verify_kzg_proof of the consensus specifications. With the
// commitment C = [p(τ)]₁ and the proof π = [q(τ)]₁ it checks p − y = q·(X − z) at
// the secret τ, as e(C − [y]₁ + zπ, [1]₂) = e(π, [τ]₂): in this form both points
// of the second group are constants.
func verifyEvaluation(commitment, z, y, proof []byte) error {
	var point, value fr.Element
	if point.SetBytesCanonical(z) != nil || value.SetBytesCanonical(y) != nil {
		return errScalar
	}
	var committed, quotient bls.G1Affine
	if !decompress(&committed, commitment) || !decompress(&quotient, proof) {
		return errCompressed
	}
	generator, quotientJacobian := setup().generatorG1, new(bls.G1Jac).FromAffine(&quotient)
	var left, term bls.G1Jac
	left.FromAffine(&committed)
	left.SubAssign(term.ScalarMultiplication(&generator, value.BigInt(new(big.Int))))
	left.AddAssign(term.ScalarMultiplication(quotientJacobian, point.BigInt(new(big.Int))))
	var leftAffine, opposite bls.G1Affine
	leftAffine.FromJacobian(&left)
	opposite.Neg(&quotient)
	holds, err := bls.PairingCheck([]bls.G1Affine{leftAffine, opposite}, []bls.G2Affine{setup().generatorG2, setup().tauG2})
	if err != nil || !holds {
		return errProof
	}
	return nil
}

// decompress reads a point of the subgroup, or the one at infinity, from its 48
// bytes and reports whether it is one.
func decompress(point *bls.G1Affine, input []byte) bool {
	_, err := point.SetBytes(input)
	return err == nil
}

// kzgSetup is the part of the trusted set-up that verification needs.
type kzgSetup struct {
	generatorG1 bls.G1Jac
	generatorG2 bls.G2Affine
	tauG2       bls.G2Affine
}

var setup = sync.OnceValue(func() kzgSetup {
	generatorG1, _, _, generatorG2 := bls.Generators()
	encoding, err := hex.DecodeString(tauG2)
	var tau bls.G2Affine
	if err == nil {
		_, err = tau.SetBytes(encoding)
	}
	if err != nil {
		panic(fmt.Sprintf("precompile: the constant [τ]₂ of the trusted set-up: %v", err)) // a test reads it
	}
	return kzgSetup{generatorG1: generatorG1, generatorG2: generatorG2, tauG2: tau}
})

// tauG2 is [τ]₂, the element 1 of g2_monomial in the trusted set-up that the
// ceremony of 2023 made (consensus-specs, presets/mainnet/trusted_setups).
const tauG2 = "b5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72" +
	"185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2"
