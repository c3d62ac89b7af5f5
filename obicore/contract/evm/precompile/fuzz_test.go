package precompile_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/contract/evm/precompile"
)

// sample is a valid input of a contract.
type sample struct {
	name   string
	number uint16
	input  []byte
}

func FuzzNoInputPanics(f *testing.F) {
	for _, sample := range samples(f) {
		f.Add(sample.number, sample.input)
		f.Add(sample.number, sample.input[:len(sample.input)/2])
	}
	f.Fuzz(func(t *testing.T, number uint16, input []byte) {
		for _, set := range []*precompile.Set{precompile.Cancun(), precompile.Prague(), precompile.Osaka()} {
			contract, found := set.Lookup(address(number))
			if !found {
				continue
			}
			before := bytes.Clone(input)
			if contract.Gas(input) > 100_000 {
				continue // it may take its time, which fuzzing has not
			}
			output, err := contract.Run(input)
			again, errAgain := contract.Run(input)
			if !bytes.Equal(output, again) || (err == nil) != (errAgain == nil) {
				t.Errorf("%x, %v and %x, %v", output, err, again, errAgain)
			}
			if err != nil && (!errors.Is(err, precompile.ErrInput) || output != nil) {
				t.Errorf("%x, %v", output, err)
			}
			if !bytes.Equal(input, before) {
				t.Error("the input was changed")
			}
		}
	})
}
