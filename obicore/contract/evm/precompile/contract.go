package precompile

import (
	"errors"
	"fmt"
)

// Contract is one precompiled contract. It is safe for concurrent use.
type Contract interface {
	// Gas returns what a run with this input costs, valid or not; MaxUint64 where
	// it cannot be counted.
	Gas(input []byte) uint64
	// Run returns the output. An error is a fault that consumes all gas. The input
	// must not be changed or kept; the output is the caller's.
	Run(input []byte) ([]byte, error)
}

// ErrInput is wrapped by every error of Run.
var ErrInput = errors.New("precompile: invalid input")

var (
	errLength     = fmt.Errorf("%w: its length is not one that the contract takes", ErrInput)
	errCoordinate = fmt.Errorf("%w: a coordinate is not the canonical encoding of a field element", ErrInput)
	errCurve      = fmt.Errorf("%w: a point is not on the curve", ErrInput)
	errSubgroup   = fmt.Errorf("%w: a point is not in the subgroup", ErrInput)
)

// plain is a contract made of a price and a function.
type plain struct {
	price
	run func(input []byte) ([]byte, error)
}

func (p plain) Gas(input []byte) uint64 { return p.price(input) }

func (p plain) Run(input []byte) ([]byte, error) { return p.run(input) }

// price is the gas that an input costs.
type price func(input []byte) uint64

// flat is the same for every input.
func flat(gas uint64) price { return func([]byte) uint64 { return gas } }

// perItem counts the whole items of size bytes.
func perItem(base, each uint64, size int) price {
	return func(input []byte) uint64 { return base + each*uint64(len(input)/size) }
}

// perWord counts the words of 32 bytes, the last of which need not be whole.
func perWord(base, each uint64) price {
	return func(input []byte) uint64 { return base + each*((uint64(len(input))+31)/32) }
}

// wordSize is the length of the EVM's words, in which numbers and verdicts are
// encoded.
const wordSize = 32

// padded returns the first size bytes of the input, with zeros for those that it
// lacks. It may share memory with the input.
func padded(input []byte, size int) []byte {
	if len(input) >= size {
		return input[:size]
	}
	whole := make([]byte, size)
	copy(whole, input)
	return whole
}

// isZero reports whether all bytes are zero.
func isZero(input []byte) bool {
	for _, b := range input {
		if b != 0 {
			return false
		}
	}
	return true
}

// verdict returns the word 1 for true and 0 for false.
func verdict(holds bool) []byte {
	word := make([]byte, wordSize)
	if holds {
		word[wordSize-1] = 1
	}
	return word
}
