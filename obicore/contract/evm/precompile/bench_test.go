package precompile_test

import (
	"bytes"
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/contract/evm/precompile"
)

// samples returns valid inputs of all contracts that cost much time for their gas, each by its own measure.
func samples(t testing.TB) []sample {
	t.Helper()
	random := rand.NewChaCha8([32]byte{9})
	scalar := func() []byte {
		b := make([]byte, 32)
		_, _ = random.Read(b)
		b[0] |= 0x80
		return b
	}
	number := func() *big.Int { return new(big.Int).Mod(new(big.Int).SetBytes(scalar()), fr.Modulus()) }
	repeat := func(count int, make func() []byte) (whole []byte) {
		for range count {
			whole = append(whole, make()...)
		}
		return whole
	}
	ones := func(length int) []byte { return bytes.Repeat([]byte{0xff}, length) }
	g1Item := func() []byte { return append(blsG1(number()), scalar()...) }
	g2Item := func() []byte { return append(blsG2(number()), scalar()...) }
	bnPair := func() []byte { return append(bn254G1(number()), bn254G2(number())...) }
	blsPair := func() []byte { return append(blsG1(number()), blsG2(number())...) }
	recovery, _ := signed(t, 3)
	return []sample{
		{"ecrecover", 0x01, recovery},
		{"sha256/empty", 0x02, nil}, {"sha256/4096", 0x02, ones(4096)},
		{"ripemd160/empty", 0x03, nil}, {"ripemd160/4096", 0x03, ones(4096)},
		{"identity/empty", 0x04, nil}, {"identity/4096", 0x04, ones(4096)},
		{"modexp/8,64", 0x05, power(ones(8), ones(64), ones(8))},
		{"modexp/24,8", 0x05, power(ones(24), ones(8), ones(24))},
		{"modexp/24,8,even", 0x05, power(ones(24), ones(8), append(ones(23), 0xfe))},
		{"modexp/32,4", 0x05, power(ones(32), ones(4), append(ones(16), make([]byte, 16)...))},
		{"modexp/32,32", 0x05, power(ones(32), ones(32), ones(32))},
		{"modexp/1024,1024", 0x05, power(ones(1024), ones(64), ones(1024))},
		{"bn254Add", 0x06, append(bn254G1(number()), bn254G1(number())...)},
		{"bn254Multiply", 0x07, append(bn254G1(number()), word(new(big.Int).Sub(fr.Modulus(), big.NewInt(1)))...)},
		{"bn254Pairing/1", 0x08, bnPair()}, {"bn254Pairing/20", 0x08, repeat(20, bnPair)},
		{"blake2F", 0x09, blake2Input(t, 100_000, unhex(t, blake2State), []byte("abc"), 3, 1)},
		{"pointEvaluation", 0x0a, provenPoint(t)},
		{"blsG1Add", 0x0b, append(blsG1(number()), blsG1(number())...)},
		{"blsG1Combine/1", 0x0c, g1Item()}, {"blsG1Combine/2", 0x0c, repeat(2, g1Item)}, {"blsG1Combine/16", 0x0c, repeat(16, g1Item)},
		{"blsG1Combine/128", 0x0c, repeat(128, g1Item)},
		{"blsG2Add", 0x0d, append(blsG2(number()), blsG2(number())...)},
		{"blsG2Combine/1", 0x0e, g2Item()}, {"blsG2Combine/2", 0x0e, repeat(2, g2Item)}, {"blsG2Combine/16", 0x0e, repeat(16, g2Item)},
		{"blsG2Combine/128", 0x0e, repeat(128, g2Item)},
		{"blsPairing/1", 0x0f, blsPair()}, {"blsPairing/20", 0x0f, repeat(20, blsPair)},
		{"blsMapToG1", 0x10, append(make([]byte, 32), scalar()...)},
		{"blsMapToG2", 0x11, slices.Concat(make([]byte, 32), scalar(), make([]byte, 32), scalar())},
		{"p256Verify", 0x100, slices.Concat(signedP256(t)...)},
	}
}

// provenPoint is a proof for the constant polynomial 0, which needs no prover: everything is at infinity, but a z.
func provenPoint(t testing.TB) []byte {
	t.Helper()
	infinity := append([]byte{0xc0}, make([]byte, 47)...)
	hash := unhex(t, "010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014")
	return slices.Concat(hash, small(5), small(0), infinity, infinity)
}

// BenchmarkContracts reports how much gas a second of each contract uses. Modular exponentiation has two prices.
func BenchmarkContracts(b *testing.B) {
	for _, sample := range samples(b) {
		if sample.number == 0x0a {
			sample.input = slices.Concat(opening(b, randomBlob(rand.NewChaCha8([32]byte{1}), 4096), [32]byte{31: 77})...)
		}
		b.Run(sample.name, func(b *testing.B) { measure(b, at(b, sample.number), sample.input) })
		if sample.number == 0x05 {
			b.Run(sample.name+",Cancun", func(b *testing.B) { measure(b, in(b, precompile.Cancun(), sample.number), sample.input) })
		}
	}
}

func measure(b *testing.B, contract precompile.Contract, input []byte) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := contract.Run(input); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(contract.Gas(input))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mgas/s")
}

func BenchmarkLookup(b *testing.B) {
	set := precompile.Osaka()
	other := chain.Address{1: 7}
	binary.BigEndian.PutUint64(other[12:], 0x1234567890)
	for b.Loop() {
		_, first := set.Lookup(address(9))
		_, second := set.Lookup(other)
		if !first || second {
			b.Fatal("wrong")
		}
	}
}
