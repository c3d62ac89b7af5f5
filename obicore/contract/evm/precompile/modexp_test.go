package precompile_test

import (
	"bytes"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/contract/evm/precompile"
)

// power encodes an exponentiation.
func power(base, exponent, modulus []byte) []byte {
	return slices.Concat(small(int64(len(base))), small(int64(len(exponent))), small(int64(len(modulus))), base, exponent, modulus)
}

func TestModexpGivesTheAnswersOfEIP198(t *testing.T) {
	prime := "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"
	before := "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e"
	highBit := "8000000000000000000000000000000000000000000000000000000000000000"
	wantPower := word(new(big.Int).Exp(big.NewInt(3), big.NewInt(65535), new(big.Int).SetBytes(unhex(t, highBit))))
	lengths := func(base, exponent, modulus int64) []byte {
		return slices.Concat(small(base), small(exponent), small(modulus))
	}
	for name, vector := range map[string]struct{ input, want []byte }{
		"Fermat's little theorem": {append(lengths(1, 32, 32), unhex(t, "03"+before+prime)...), small(1)},
		"a base of no bytes":      {append(lengths(0, 32, 32), unhex(t, before+prime)...), small(0)},
		"bytes behind":            {append(lengths(1, 2, 32), unhex(t, "03ffff"+highBit+"07")...), wantPower},
		"bytes missing":           {append(lengths(1, 2, 32), unhex(t, "03ffff80")...), wantPower},
	} {
		for _, set := range []*precompile.Set{precompile.Cancun(), precompile.Osaka()} {
			if got := run(t, in(t, set, 5), vector.input); !bytes.Equal(got, vector.want) {
				t.Errorf("%s: got %x, want %x", name, got, vector.want)
			}
		}
	}
	// The length of 2²⁵⁶-1 that no gas suffices for.
	endless := slices.Concat(small(0), small(32), bytes.Repeat([]byte{0xff}, 32), bytes.Repeat([]byte{0xff}, 64))
	for _, set := range []*precompile.Set{precompile.Cancun(), precompile.Osaka()} {
		if got := in(t, set, 5).Gas(endless); got != math.MaxUint64 {
			t.Errorf("an endless modulus costs %d", got)
		}
		refused(t, in(t, set, 5), "an endless modulus", endless)
	}
}

func TestModexpCostsWhatTheProposalsTabulate(t *testing.T) {
	// The vectors modexp_nagydani_n_… have bases and moduli of 64 to 1024 bytes; only lengths and exponents matter.
	for _, row := range []struct {
		length           int
		exponent         string
		eip2565, eip7883 uint64
	}{
		{64, "02", 200, 500}, {64, "03", 200, 500}, {64, "010001", 341, 2048},
		{128, "02", 200, 512}, {128, "03", 200, 512}, {128, "010001", 1365, 8192},
		{256, "02", 341, 2048}, {256, "03", 341, 2048}, {256, "010001", 5461, 32768},
		{512, "02", 1365, 8192}, {512, "03", 1365, 8192}, {512, "010001", 21845, 131072},
		{1024, "02", 5461, 32768}, {1024, "03", 5461, 32768}, {1024, "010001", 87381, 524288},
	} {
		number := bytes.Repeat([]byte{0xff}, row.length)
		input := power(number, unhex(t, row.exponent), number)
		for set, want := range map[*precompile.Set]uint64{
			precompile.Cancun(): row.eip2565, precompile.Prague(): row.eip2565, precompile.Osaka(): row.eip7883,
		} {
			if got := in(t, set, 5).Gas(input); got != want {
				t.Errorf("length %d, exponent %s: got %d, want %d", row.length, row.exponent, got, want)
			}
		}
	}
}

// modexpPrice is the formula of the proposals on integers of any size.
func modexpPrice(osaka bool, base, modulus, exponent int64, head *big.Int) *big.Int {
	words := big.NewInt((max(base, modulus) + 7) / 8)
	complexity := new(big.Int).Mul(words, words)
	perByte, divisor, least := int64(8), int64(3), int64(200)
	if osaka {
		perByte, divisor, least = 16, 1, 500
		complexity.Mul(complexity, big.NewInt(2))
		if max(base, modulus) <= 32 {
			complexity.SetInt64(16)
		}
	}
	iterations := big.NewInt(max(int64(head.BitLen())-1, 0))
	if exponent > 32 {
		iterations.Add(iterations, new(big.Int).Mul(big.NewInt(perByte), big.NewInt(exponent-32)))
	}
	if iterations.Sign() == 0 {
		iterations.SetInt64(1)
	}
	price := new(big.Int).Div(complexity.Mul(complexity, iterations), big.NewInt(divisor))
	if price.Cmp(big.NewInt(least)) < 0 {
		price.SetInt64(least)
	}
	return price
}

func TestModexpPriceIsTheFormulaOnLargeIntegers(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	lengths := []int64{0, 1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 1024, 1025, 1 << 20, 1 << 31, 1 << 32, 1 << 62, math.MaxInt64}
	for range 20_000 {
		base, exponent, modulus := lengths[random.IntN(len(lengths))], lengths[random.IntN(len(lengths))], lengths[random.IntN(len(lengths))]
		body := make([]byte, random.IntN(80))
		for i := random.IntN(len(body) + 1); i < len(body); i++ {
			body[i] = byte(random.Uint32())
		}
		head := make([]byte, min(exponent, 32))
		copy(head, body[min(base, int64(len(body))):])
		input := slices.Concat(small(base), small(exponent), small(modulus), body)
		for set, osaka := range map[*precompile.Set]bool{precompile.Cancun(): false, precompile.Osaka(): true} {
			got, want := in(t, set, 5).Gas(input), modexpPrice(osaka, base, modulus, exponent, new(big.Int).SetBytes(head))
			if beyond := want.BitLen() > 62; beyond && got < 1<<62 || !beyond && got != want.Uint64() {
				t.Fatalf("Osaka: %v, lengths %d, %d, %d, body %x: got %d, want %d", osaka, base, exponent, modulus, body, got, want)
			}
		}
	}
}

func TestModexpIsThatOfLargeIntegers(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	number := func(limit int) []byte {
		b := make([]byte, random.IntN(limit))
		for i := random.IntN(len(b) + 1); i < len(b); i++ {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	for range 2_000 {
		base, exponent, modulus := number(80), number(40), number(80)
		want := make([]byte, len(modulus))
		if m := new(big.Int).SetBytes(modulus); m.Sign() > 0 {
			product := big.NewInt(1)
			for _, b := range exponent { // not Exp, but its definition byte by byte
				for range 8 {
					product.Mul(product, product).Mod(product, m)
					if b&0x80 != 0 {
						product.Mul(product, new(big.Int).SetBytes(base)).Mod(product, m)
					}
					b <<= 1
				}
			}
			product.Mod(product, m).FillBytes(want)
		}
		for _, set := range []*precompile.Set{precompile.Cancun(), precompile.Osaka()} {
			if got := run(t, in(t, set, 5), power(base, exponent, modulus)); !bytes.Equal(got, want) {
				t.Fatalf("%x ^ %x mod %x: got %x, want %x", base, exponent, modulus, got, want)
			}
		}
	}
}

func TestModexpBoundsLengths(t *testing.T) {
	long, longer := bytes.Repeat([]byte{3}, 1024), bytes.Repeat([]byte{3}, 1025)
	osaka := at(t, 5)
	run(t, osaka, power(long, nil, long))
	refused(t, osaka, "a long base", power(longer, nil, long))
	refused(t, osaka, "a long exponent", power(nil, longer, nil))
	refused(t, osaka, "a long modulus", power(nil, nil, longer))
	cancun := in(t, precompile.Cancun(), 5)
	run(t, cancun, power(longer, longer[:40], longer))
	huge := word(new(big.Int).Lsh(big.NewInt(1), 200))
	// Without a modulus nothing is computed: EIP-198 asks for the least price, and an empty output.
	for _, length := range [][]byte{small(1 << 40), huge} {
		input := slices.Concat(small(0), length, small(0))
		if got := cancun.Gas(input); got != 200 {
			t.Errorf("an exponent without modulus costs %d", got)
		}
		if got := run(t, cancun, input); len(got) != 0 {
			t.Errorf("got %x", got)
		}
		refused(t, osaka, "an exponent without modulus", input)
		refused(t, cancun, "a huge exponent", slices.Concat(small(1), length, small(1), []byte{2}))
		refused(t, cancun, "a huge base", slices.Concat(length, small(1), small(1), []byte{2}))
		refused(t, cancun, "a huge modulus", slices.Concat(small(1), small(1), length, []byte{2}))
	}
}

func TestModexpOfNothingIsNothing(t *testing.T) {
	for _, set := range []*precompile.Set{precompile.Cancun(), precompile.Osaka()} {
		for _, length := range []int{0, 1, 31, 95, 96} {
			if got := run(t, in(t, set, 5), make([]byte, length)); len(got) != 0 {
				t.Errorf("%d zeros give %x", length, got)
			}
		}
		if got := run(t, in(t, set, 5), power([]byte{2}, nil, []byte{0, 0})); !bytes.Equal(got, []byte{0, 0}) {
			t.Errorf("modulo zero: got %x", got)
		}
		if got := run(t, in(t, set, 5), power(nil, nil, []byte{1})); !bytes.Equal(got, []byte{0}) {
			t.Errorf("0⁰ modulo one: got %x", got)
		}
		if got := run(t, in(t, set, 5), power(nil, nil, []byte{0, 9})); !bytes.Equal(got, []byte{0, 1}) {
			t.Errorf("0⁰ modulo nine: got %x", got)
		}
	}
}
