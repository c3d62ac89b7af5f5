package precompile_test

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

// blsGroup is one of the two groups as its contracts show it.
type blsGroup struct {
	name             string
	add, combine     uint16
	encode           func(k *big.Int) []byte // k times the generator
	outside          []byte                  // a point of the curve that is not in the subgroup
	product          uint64                  // the price of a product
	coordinates      int                     // field elements in a point
	discount128      uint64                  // the last of the table
	discount1, disc2 uint64                  // the first ones
}

func (g blsGroup) size() int { return 64 * g.coordinates }

func blsGroups() []blsGroup {
	outside1 := bls.GeneratePointNotInG1(*new(fp.Element).SetUint64(9))
	outside2 := bls.GeneratePointNotInG2(bls.E2{A0: *new(fp.Element).SetUint64(9)})
	return []blsGroup{
		{"G1", 0x0b, 0x0c, blsG1, encodeBLSG1(new(bls.G1Affine).FromJacobian(&outside1)), 12_000, 2, 519, 1000, 949},
		{"G2", 0x0d, 0x0e, blsG2, encodeBLSG2(new(bls.G2Affine).FromJacobian(&outside2)), 22_500, 4, 524, 1000, 1000},
	}
}

func blsG1(k *big.Int) []byte { return encodeBLSG1(new(bls.G1Affine).ScalarMultiplicationBase(k)) }

func blsG2(k *big.Int) []byte { return encodeBLSG2(new(bls.G2Affine).ScalarMultiplicationBase(k)) }

func encodeBLSG1(point *bls.G1Affine) []byte { return blsElements(&point.X, &point.Y) }

func encodeBLSG2(point *bls.G2Affine) []byte {
	return blsElements(&point.X.A0, &point.X.A1, &point.Y.A0, &point.Y.A1)
}

func blsElements(elements ...*fp.Element) (encoding []byte) {
	for _, element := range elements {
		encoding = append(encoding, element.BigInt(new(big.Int)).FillBytes(make([]byte, 64))...)
	}
	return encoding
}

func TestBLSGroupsHaveThePropertiesThatEIP2537Lists(t *testing.T) {
	for _, group := range blsGroups() {
		add, combine := at(t, group.add), at(t, group.combine)
		zero := make([]byte, group.size())
		list := scalars(fr.Modulus(), rand.NewChaCha8([32]byte{11}), 4)
		for _, a := range list {
			p := run(t, combine, group.encode(big.NewInt(1)), word(a))
			if !bytes.Equal(p, group.encode(new(big.Int).Mod(a, fr.Modulus()))) {
				t.Errorf("%s: %d times the generator is %x", group.name, a, p)
			}
			opposite := group.encode(new(big.Int).Mod(new(big.Int).Neg(a), fr.Modulus()))
			double := group.encode(new(big.Int).Mod(new(big.Int).Lsh(a, 1), fr.Modulus()))
			for name, pair := range map[string][2][]byte{
				"P + 0": {run(t, add, p, zero), p}, "0 + P": {run(t, add, zero, p), p},
				"P - P": {run(t, add, p, opposite), zero}, "P + P": {run(t, add, p, p), double},
				"1 P": {run(t, combine, p, small(1)), p}, "0 P": {run(t, combine, p, small(0)), zero},
				"2 P": {run(t, combine, p, small(2)), double}, "q P": {run(t, combine, p, word(fr.Modulus())), zero},
			} {
				if !bytes.Equal(pair[0], pair[1]) {
					t.Errorf("%s, %d G: %s is %x, want %x", group.name, a, name, pair[0], pair[1])
				}
			}
			for _, b := range list {
				q := group.encode(new(big.Int).Mod(b, fr.Modulus()))
				sum := new(big.Int).Add(a, b)
				want := group.encode(sum.Mod(sum, fr.Modulus()))
				if got := run(t, add, p, q); !bytes.Equal(got, want) || !bytes.Equal(got, run(t, add, q, p)) {
					t.Errorf("%s: %d + %d is %x, want %x", group.name, a, b, got, want)
				}
			}
		}
	}
}

func TestBLSSumsOfProductsAreTheirSums(t *testing.T) {
	random := rand.NewChaCha8([32]byte{12})
	for _, group := range blsGroups() {
		for _, count := range []int{1, 2, 3, 7, 8, 9, 16, 33, 64, 130} {
			list := scalars(fr.Modulus(), random, 2*count)
			var input []byte
			total := new(big.Int)
			for i := range count {
				// Some points and scalars come twice, some cancel each other, some are zero.
				point, scalar := list[(i*5)%len(list)], list[(i*3)%len(list)]
				if i%7 == 6 {
					point = new(big.Int).Sub(fr.Modulus(), new(big.Int).Mod(list[((i-1)*5)%len(list)], fr.Modulus()))
					scalar = list[((i-1)*3)%len(list)]
				}
				input = slices.Concat(input, group.encode(new(big.Int).Mod(point, fr.Modulus())), word(scalar))
				total.Add(total, new(big.Int).Mul(point, scalar))
			}
			if got, want := run(t, at(t, group.combine), input), group.encode(total.Mod(total, fr.Modulus())); !bytes.Equal(got, want) {
				t.Errorf("%s, %d products: got %x, want %x", group.name, count, got, want)
			}
		}
	}
}

func TestBLSSubgroupMattersToAllButAdditions(t *testing.T) {
	for _, group := range blsGroups() {
		doubled := run(t, at(t, group.add), group.outside, group.outside)
		if got := run(t, at(t, group.add), doubled, group.outside); bytes.Equal(got, make([]byte, group.size())) {
			t.Errorf("%s: the point has a small order", group.name)
		}
		refused(t, at(t, group.combine), "one product", group.outside, small(1))
		refused(t, at(t, group.combine), "times zero", group.outside, small(0))
		refused(t, at(t, group.combine), "the second of two", group.encode(big.NewInt(1)), small(1), group.outside, small(1))
	}
	one, outside := big.NewInt(1), blsGroups()
	refused(t, at(t, 0x0f), "the first group", outside[0].outside, blsG2(one))
	refused(t, at(t, 0x0f), "the second group", blsG1(one), outside[1].outside)
	refused(t, at(t, 0x0f), "beside infinity", make([]byte, 128), outside[1].outside)
	refused(t, at(t, 0x0f), "beside infinity", outside[0].outside, make([]byte, 256))
}

func TestBLSRefusesWhatIsNotAPoint(t *testing.T) {
	for _, group := range blsGroups() {
		good := group.encode(big.NewInt(5))
		bad := map[string][]byte{"off the curve": bytes.Clone(good), "only x": append(bytes.Clone(good[:group.size()/2]), make([]byte, group.size()/2)...)}
		bad["off the curve"][group.size()-1] ^= 1
		for i := range group.coordinates {
			for name, change := range map[string]func(element []byte){
				"padding at the start": func(element []byte) { element[0] = 1 },
				"padding at the end":   func(element []byte) { element[15] = 1 },
				"plus the prime": func(element []byte) {
					number := new(big.Int).SetBytes(element)
					number.Add(number, fp.Modulus()).FillBytes(element)
				},
				"the prime": func(element []byte) { fp.Modulus().FillBytes(element) },
			} {
				changed := bytes.Clone(good)
				change(changed[64*i : 64*i+64])
				bad[name+string(rune('0'+i))] = changed
			}
		}
		for why, point := range bad {
			why = group.name + ": " + why
			refused(t, at(t, group.add), why, point, good)
			refused(t, at(t, group.add), why, good, point)
			refused(t, at(t, group.combine), why, point, small(1))
			refused(t, at(t, group.combine), why, good, small(1), point, small(0))
			if group.name == "G1" {
				refused(t, at(t, 0x0f), why, point, blsG2(big.NewInt(1)))
			} else {
				refused(t, at(t, 0x0f), why, blsG1(big.NewInt(1)), point)
			}
		}
	}
}

func TestBLSTakesExactLengthsOnly(t *testing.T) {
	for number, item := range map[uint16]struct {
		size int
		many bool
	}{0x0b: {256, false}, 0x0c: {160, true}, 0x0d: {512, false}, 0x0e: {288, true}, 0x0f: {384, true}, 0x10: {64, false}, 0x11: {128, false}} {
		refused(t, at(t, number), "nothing")
		refused(t, at(t, number), "a byte", make([]byte, 1))
		refused(t, at(t, number), "a byte is missing", make([]byte, item.size-1))
		refused(t, at(t, number), "a byte is too much", make([]byte, item.size+1))
		run(t, at(t, number), make([]byte, item.size))
		if item.many {
			run(t, at(t, number), make([]byte, 2*item.size))
		} else {
			refused(t, at(t, number), "twice as much", make([]byte, 2*item.size))
		}
	}
}

func TestBLSPairingIsBilinear(t *testing.T) {
	list := scalars(fr.Modulus(), rand.NewChaCha8([32]byte{15}), 2)
	one := big.NewInt(1)
	for _, a := range list {
		for _, b := range list {
			product := new(big.Int).Mul(a, b)
			product.Neg(product).Mod(product, fr.Modulus())
			pairs := [][]byte{blsG1(a), blsG2(b), blsG1(product), blsG2(one)}
			if got := run(t, at(t, 0x0f), pairs...); !bytes.Equal(got, small(1)) {
				t.Errorf("e(%d P, %d Q) is not their product", a, b)
			}
			pairs[3] = blsG2(big.NewInt(2))
			trivial := product.Sign() == 0
			if got := run(t, at(t, 0x0f), pairs...); bytes.Equal(got, small(1)) != trivial {
				t.Errorf("e(%d P, %d Q) is another product", a, b)
			}
		}
	}
	if got := run(t, at(t, 0x0f), blsG1(one), blsG2(one)); !bytes.Equal(got, small(0)) {
		t.Error("e(P, Q) is degenerate")
	}
}

func TestBLSMapsGiveTheAnswersOfEIP2537(t *testing.T) {
	// bls_g1map_616263 and bls_g2map_616263 of the proposal's vectors, which are those of RFC 9380 for "abc".
	for number, vector := range map[uint16][2]string{
		0x10: {
			"00000000000000000000000000000000147e1ed29f06e4c5079b9d14fc89d2820d32419b990c1c7bb7dbea2a36a045124b31ffbde7c99329c05c559af1c6cc82",
			"00000000000000000000000000000000009769f3ab59bfd551d53a5f846b9984c59b97d6842b20a2c565baa167945e3d026a3755b6345df8ec7e6acb6868ae6d000000000000000000000000000000001532c00cf61aa3d0ce3e5aa20c3b531a2abd2c770a790a2613818303c6b830ffc0ecf6c357af3317b9575c567f11cd2c",
		},
		0x11: {
			"00000000000000000000000000000000138879a9559e24cecee8697b8b4ad32cced053138ab913b99872772dc753a2967ed50aabc907937aefb2439ba06cc50c000000000000000000000000000000000a1ae7999ea9bab1dcc9ef8887a6cb6e8f1e22566015428d220b7eec90ffa70ad1f624018a9ad11e78d588bd3617f9f2",
			"00000000000000000000000000000000108ed59fd9fae381abfd1d6bce2fd2fa220990f0f837fa30e0f27914ed6e1454db0d1ee957b219f61da6ff8be0d6441f000000000000000000000000000000000296238ea82c6d4adb3c838ee3cb2346049c90b96d602d7bb1b469b905c9228be25c627bffee872def773d5b2a2eb57d" +
				"00000000000000000000000000000000033f90f6057aadacae7963b0a0b379dd46750c1c94a6357c99b65f63b79e321ff50fe3053330911c56b6ceea08fee65600000000000000000000000000000000153606c417e59fb331b7ae6bce4fbf7c5190c33ce9402b5ebe2b70e44fca614f3f1382a3625ed5493843d0b0a652fc3f",
		},
	} {
		if got := hex.EncodeToString(run(t, at(t, number), unhex(t, vector[0]))); got != vector[1] {
			t.Errorf("%#x: got %s, want %s", number, got, vector[1])
		}
	}
}

func TestBLSMapsGiveMembersOfTheSubgroup(t *testing.T) {
	random := rand.NewChaCha8([32]byte{16})
	for i := range 20 {
		elements := make([]byte, 128)
		if i > 0 {
			_, _ = random.Read(elements[20:64])
			_, _ = random.Read(elements[84:])
		}
		run(t, at(t, 0x0c), run(t, at(t, 0x10), elements[:64]), small(1))
		run(t, at(t, 0x0e), run(t, at(t, 0x11), elements), small(1))
	}
	prime := fp.Modulus().FillBytes(make([]byte, 64))
	padding := make([]byte, 64)
	padding[15] = 1
	for _, element := range [][]byte{prime, padding, bytes.Repeat([]byte{0xff}, 64)} {
		refused(t, at(t, 0x10), "not an element", element)
		refused(t, at(t, 0x11), "not an element", element, make([]byte, 64))
		refused(t, at(t, 0x11), "not an element", make([]byte, 64), element)
	}
}

func TestBLSSumsCostWhatEIP2537Discounts(t *testing.T) {
	for _, group := range blsGroups() {
		item := group.size() + 32
		for count, want := range map[int]uint64{
			0: 0, 1: group.product * group.discount1 / 1000, 2: 2 * group.product * group.disc2 / 1000,
			128: 128 * group.product * group.discount128 / 1000, 129: 129 * group.product * group.discount128 / 1000,
			1000: 1000 * group.product * group.discount128 / 1000,
		} {
			for _, extra := range []int{0, item - 1} {
				if got := at(t, group.combine).Gas(make([]byte, count*item+extra)); got != want {
					t.Errorf("%s, %d products: got %d, want %d", group.name, count, got, want)
				}
			}
		}
		for count := 1; count < 128; count++ {
			if at(t, group.combine).Gas(make([]byte, count*item)) > at(t, group.combine).Gas(make([]byte, (count+1)*item)) {
				t.Errorf("%s: %d products are dearer than one more", group.name, count)
			}
		}
	}
}
