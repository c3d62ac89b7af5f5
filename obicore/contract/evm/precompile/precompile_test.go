package precompile_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math/big"
	"slices"
	"sync"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/contract/evm/precompile"
)

// at returns the contract with a number in Osaka's set, or fails.
func at(t testing.TB, number uint16) precompile.Contract { return in(t, precompile.Osaka(), number) }

func in(t testing.TB, set *precompile.Set, number uint16) precompile.Contract {
	t.Helper()
	contract, found := set.Lookup(address(number))
	if !found {
		t.Fatalf("no contract at %#x", number)
	}
	return contract
}

func address(number uint16) chain.Address {
	return chain.Address{18: byte(number >> 8), 19: byte(number)}
}

// run returns the output for an input that must be valid, and holds the contract to what it promises of inputs.
func run(t testing.TB, contract precompile.Contract, input ...[]byte) []byte {
	t.Helper()
	whole := slices.Concat(input...)
	output, err := contract.Run(whole)
	if err != nil {
		t.Fatalf("%x: %v", whole, err)
	}
	if !bytes.Equal(whole, slices.Concat(input...)) {
		t.Fatalf("%x was changed", slices.Concat(input...))
	}
	kept := bytes.Clone(output)
	for i := range whole {
		whole[i] ^= 0xff
	}
	if !bytes.Equal(output, kept) {
		t.Fatalf("the output %x changes with the input", kept)
	}
	return output
}

// refused demands a fault.
func refused(t testing.TB, contract precompile.Contract, why string, input ...[]byte) {
	t.Helper()
	if output, err := contract.Run(slices.Concat(input...)); !errors.Is(err, precompile.ErrInput) || output != nil {
		t.Errorf("%s: got %x, %v", why, output, err)
	}
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// word encodes a number in 32 bytes.
func word(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }

func small(n int64) []byte { return word(big.NewInt(n)) }

func TestForksHaveTheContractsThatTheirSpecificationsName(t *testing.T) {
	cancun := []uint16{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	prague := append(slices.Clone(cancun), 11, 12, 13, 14, 15, 16, 17)
	osaka := append(slices.Clone(prague), 0x100)
	for name, fork := range map[string]struct {
		set     *precompile.Set
		numbers []uint16
	}{
		"Cancun": {precompile.Cancun(), cancun}, "Prague": {precompile.Prague(), prague},
		"Osaka": {precompile.Osaka(), osaka}, "zero": {new(precompile.Set), nil},
	} {
		var addresses []chain.Address
		for _, number := range fork.numbers {
			addresses = append(addresses, address(number))
		}
		if !slices.Equal(fork.set.Addresses(), addresses) {
			t.Errorf("%s: addresses %v", name, fork.set.Addresses())
		}
		for number := range 1 << 16 {
			_, found := fork.set.Lookup(address(uint16(number)))
			if found != slices.Contains(fork.numbers, uint16(number)) {
				t.Errorf("%s: %#x found: %v", name, number, found)
			}
		}
	}
}

func TestAddressesWithAnythingBeforeTheNumberAreNotPrecompiled(t *testing.T) {
	for i := range 18 {
		other := address(1)
		other[i] = 1
		if _, found := precompile.Osaka().Lookup(other); found {
			t.Errorf("%s was found", other)
		}
	}
}

func TestForksAreBuiltOnce(t *testing.T) {
	for _, fork := range []func() *precompile.Set{precompile.Cancun, precompile.Prague, precompile.Osaka} {
		if first, second := fork(), fork(); first != second {
			t.Fatal("a fork is two sets")
		}
	}
}

func TestContractsRunAtTheSameTime(t *testing.T) {
	var group sync.WaitGroup
	for _, sample := range samples(t) {
		contract := at(t, sample.number)
		want := run(t, contract, sample.input)
		for range 4 {
			group.Go(func() {
				if got, err := contract.Run(sample.input); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s: got %x, %v, want %x", sample.name, got, err, want)
				}
			})
		}
	}
	group.Wait()
}

func TestOutputsAreTheCallers(t *testing.T) {
	for _, sample := range samples(t) {
		contract := at(t, sample.number)
		first := run(t, contract, sample.input)
		want := bytes.Clone(first)
		for i := range first {
			first[i] ^= 0xff
		}
		if got := run(t, contract, sample.input); !bytes.Equal(got, want) {
			t.Errorf("%s: an altered output came back: %x", sample.name, got)
		}
	}
}
