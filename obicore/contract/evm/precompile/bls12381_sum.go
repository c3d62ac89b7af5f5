package precompile

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc"
	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

// fewProducts is up to where products one after the other are less work than the
// library's buckets: on one core eight of them take two thirds of the time, 16 as
// much.
const fewProducts = 8

// sumG1 returns the sum of points times scalars. The slices are as long as each
// other, and the points in the subgroup.
func sumG1(points []bls.G1Affine, scalars []fr.Element) *bls.G1Affine {
	var sum, product bls.G1Jac
	if len(points) > fewProducts {
		_, _ = sum.MultiExp(points, scalars, ecc.MultiExpConfig{}) // it fails for unlike lengths only
		return new(bls.G1Affine).FromJacobian(&sum)
	}
	sum.FromAffine(new(bls.G1Affine)) // infinity
	for i := range points {
		product.FromAffine(&points[i])
		sum.AddAssign(product.ScalarMultiplication(&product, scalars[i].BigInt(new(big.Int))))
	}
	return new(bls.G1Affine).FromJacobian(&sum)
}

// sumG2 is sumG1 in the second group.
func sumG2(points []bls.G2Affine, scalars []fr.Element) *bls.G2Affine {
	var sum, product bls.G2Jac
	if len(points) > fewProducts {
		_, _ = sum.MultiExp(points, scalars, ecc.MultiExpConfig{})
		return new(bls.G2Affine).FromJacobian(&sum)
	}
	sum.FromAffine(new(bls.G2Affine))
	for i := range points {
		product.FromAffine(&points[i])
		sum.AddAssign(product.ScalarMultiplication(&product, scalars[i].BigInt(new(big.Int))))
	}
	return new(bls.G2Affine).FromJacobian(&sum)
}
