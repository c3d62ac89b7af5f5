package precompile_test

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

func bn254G1(k *big.Int) []byte {
	point := new(bn254.G1Affine).ScalarMultiplicationBase(k)
	if point.IsInfinity() {
		return make([]byte, 64)
	}
	return append(word(point.X.BigInt(new(big.Int))), word(point.Y.BigInt(new(big.Int)))...)
}

func bn254G2(k *big.Int) []byte {
	return encodeBN254G2(new(bn254.G2Affine).ScalarMultiplicationBase(k))
}

func encodeBN254G2(point *bn254.G2Affine) (encoding []byte) {
	for _, element := range []*fp.Element{&point.X.A1, &point.X.A0, &point.Y.A1, &point.Y.A0} {
		encoding = append(encoding, word(element.BigInt(new(big.Int)))...)
	}
	return encoding
}

// scalars returns small, extreme and random numbers below 2²⁵⁶.
func scalars(order *big.Int, random *rand.ChaCha8, count int) []*big.Int {
	list := []*big.Int{
		new(big.Int), big.NewInt(1), big.NewInt(2), new(big.Int).Sub(order, big.NewInt(1)), order,
		new(big.Int).Add(order, big.NewInt(1)), new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)),
	}
	for range count {
		b := make([]byte, 32)
		_, _ = random.Read(b)
		list = append(list, new(big.Int).SetBytes(b))
	}
	return list
}

func TestBN254MultiplicationIsRepeatedAddition(t *testing.T) {
	generator := append(small(1), small(2)...)
	sum := make([]byte, 64)
	for k := range int64(50) {
		if got := run(t, at(t, 7), generator, small(k)); !bytes.Equal(got, sum) || !bytes.Equal(got, bn254G1(big.NewInt(k))) {
			t.Fatalf("%d times: got %x, want %x", k, got, sum)
		}
		sum = run(t, at(t, 6), sum, generator)
	}
}

func TestBN254ArithmeticIsThatOfTheScalars(t *testing.T) {
	list := scalars(fr.Modulus(), rand.NewChaCha8([32]byte{6}), 6)
	generator := append(small(1), small(2)...)
	for _, a := range list {
		for _, b := range list {
			left, right := run(t, at(t, 7), generator, word(a)), run(t, at(t, 7), generator, word(b))
			sum := new(big.Int).Add(a, b)
			want := run(t, at(t, 7), generator, word(sum.Mod(sum, fr.Modulus())))
			if got := run(t, at(t, 6), left, right); !bytes.Equal(got, want) {
				t.Errorf("%d + %d: got %x, want %x", a, b, got, want)
			}
			product := new(big.Int).Mul(a, b)
			want = run(t, at(t, 7), generator, word(product.Mod(product, fr.Modulus())))
			if got := run(t, at(t, 7), left, word(b)); !bytes.Equal(got, want) {
				t.Errorf("%d · %d: got %x, want %x", a, b, got, want)
			}
		}
	}
}

func TestBN254PadsShortInputWithZeros(t *testing.T) {
	generator := append(small(1), small(2)...)
	for _, vector := range []struct {
		number      uint16
		input, want []byte
	}{
		{6, nil, make([]byte, 64)}, {7, nil, make([]byte, 64)},
		{6, generator, generator}, {7, generator, make([]byte, 64)},
		{6, append(bytes.Clone(generator), 0, 0, 0), generator},
		{6, append(bytes.Clone(generator), make([]byte, 100)...), generator},
		{7, append(bytes.Clone(generator), append(small(1), 5, 5, 5)...), generator},
	} {
		if got := run(t, at(t, vector.number), vector.input); !bytes.Equal(got, vector.want) {
			t.Errorf("%#x of %x: got %x, want %x", vector.number, vector.input, got, vector.want)
		}
	}
	// A point that is truncated is another one, most often none.
	refused(t, at(t, 6), "half a point", small(1))
	refused(t, at(t, 7), "half a point", small(1))
}

func TestBN254RefusesWhatIsNotAPoint(t *testing.T) {
	prime := fp.Modulus()
	unreducedX := append(word(new(big.Int).Add(prime, big.NewInt(1))), small(2)...)
	unreducedY := append(small(1), word(new(big.Int).Add(prime, big.NewInt(2)))...)
	largest := bytes.Repeat([]byte{0xff}, 64)
	valid, zeros := bn254G2(big.NewInt(1)), make([]byte, 192)
	for why, point := range map[string][]byte{
		"off the curve": append(small(1), small(3)...), "x plus the prime": unreducedX, "y plus the prime": unreducedY,
		"zero as the prime": append(word(prime), small(0)...), "the largest": largest, "x at infinity": append(small(0), small(1)...),
	} {
		refused(t, at(t, 6), why, point, zeros[:64])
		refused(t, at(t, 6), why, zeros[:64], point)
		refused(t, at(t, 7), why, point, small(1))
		refused(t, at(t, 7), why, point, small(0))
		refused(t, at(t, 8), why, point, valid)
		refused(t, at(t, 8), why, zeros, point, valid)
	}
}

func TestBN254PairingRefusesPointsOutsideTheSubgroup(t *testing.T) {
	generator := bn254G1(big.NewInt(1))
	// The map to the curve does not clear the cofactor.
	var element bn254.E2
	element.A0.SetUint64(7)
	outside := bn254.MapToCurve2(&element)
	if !outside.IsOnCurve() || outside.IsInSubGroup() {
		t.Fatal("the point serves no purpose")
	}
	refused(t, at(t, 8), "outside the subgroup", generator, encodeBN254G2(&outside))
	refused(t, at(t, 8), "outside the subgroup, at infinity", make([]byte, 64), encodeBN254G2(&outside))
	off := bn254G2(big.NewInt(3))
	off[127] ^= 1
	refused(t, at(t, 8), "off the curve", generator, off)
	for i := range 4 {
		unreduced := bn254G2(big.NewInt(3))
		number := new(big.Int).SetBytes(unreduced[32*i : 32*i+32])
		copy(unreduced[32*i:], word(number.Add(number, fp.Modulus())))
		refused(t, at(t, 8), "a coordinate plus the prime", generator, unreduced)
	}
	swapped := bn254G2(big.NewInt(3))
	refused(t, at(t, 8), "the real part first", generator, swapped[32:64], swapped[:32], swapped[96:], swapped[64:96])
	refused(t, at(t, 8), "a byte is missing", generator, swapped[:127])
	refused(t, at(t, 8), "a byte is too much", generator, swapped, []byte{0})
}

func TestBN254PairingIsBilinear(t *testing.T) {
	list := scalars(fr.Modulus(), rand.NewChaCha8([32]byte{8}), 3)
	one := big.NewInt(1)
	for _, a := range list {
		for _, b := range list {
			product := new(big.Int).Mul(a, b)
			product.Neg(product).Mod(product, fr.Modulus())
			pairs := [][]byte{bn254G1(a), bn254G2(b), bn254G1(product), bn254G2(one)}
			if got := run(t, at(t, 8), pairs...); !bytes.Equal(got, small(1)) {
				t.Errorf("e(%d P, %d Q) is not their product", a, b)
			}
			pairs[2] = bn254G1(new(big.Int).Add(product, one))
			if got := run(t, at(t, 8), pairs...); !bytes.Equal(got, small(0)) {
				t.Errorf("e(%d P, %d Q) is another product", a, b)
			}
		}
	}
}

func TestBN254PairingOfInfinityIsOne(t *testing.T) {
	zeros := make([]byte, 192*3)
	for _, input := range [][]byte{nil, zeros[:192], zeros} {
		if got := run(t, at(t, 8), input); !bytes.Equal(got, small(1)) {
			t.Errorf("%d bytes: got %x", len(input), got)
		}
	}
	one := big.NewInt(1)
	if got := run(t, at(t, 8), bn254G1(one), zeros[:128], zeros[:64], bn254G2(one)); !bytes.Equal(got, small(1)) {
		t.Errorf("half at infinity: got %x", got)
	}
	if got := run(t, at(t, 8), zeros[:192], bn254G1(one), bn254G2(one)); !bytes.Equal(got, small(0)) {
		t.Errorf("one pair is not at infinity: got %x", got)
	}
}

func TestPairingsCostTheirPairs(t *testing.T) {
	for length, pairs := range map[int]uint64{0: 0, 191: 0, 192: 1, 383: 1, 384: 2, 768: 4, 7680: 40} {
		if got, want := at(t, 8).Gas(make([]byte, length)), 45_000+34_000*pairs; got != want {
			t.Errorf("bn254, length %d: got %d, want %d", length, got, want)
		}
		if got, want := at(t, 15).Gas(make([]byte, 2*length)), 37_700+32_600*pairs; got != want {
			t.Errorf("BLS12-381, length %d: got %d, want %d", 2*length, got, want)
		}
	}
}
