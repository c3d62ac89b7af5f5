package rlp_test

import (
	"bytes"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// FuzzReader: whatever is accepted is the one encoding of its value, Validate and reading agree, and no accessor
// panics on anything.
func FuzzReader(f *testing.F) {
	for _, digits := range []string{"80", "c0", "83646f67", "c7c0c1c0c3c0c1c0", "8100", "bf0f000000000000021111", "f80180"} {
		f.Add(unhex(f, digits))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		r := rlp.NewReader(input)
		decoded, readError := readItem(r, 16)
		if readError == nil {
			readError = r.End()
		}
		if validateError := rlp.Validate(input, 16); (validateError == nil) != (readError == nil) {
			t.Fatalf("Validate: %v, reading: %v", validateError, readError)
		}
		if readError == nil && !bytes.Equal(decoded.append(nil), input) {
			t.Fatal("accepted input is written differently")
		}
		checkIntegers(t, input)
	})
}

// checkIntegers reads the input as an integer in both widths.
func checkIntegers(t *testing.T, input []byte) {
	word, wordError := rlp.NewReader(input).Word()
	raw, rawError := rlp.NewReader(input).Raw()
	if wordError == nil && (rawError != nil || !bytes.Equal(rlp.AppendWord(nil, word), raw)) {
		t.Fatalf("the word %x is written differently from %x", word, raw)
	}
	number, numberError := rlp.NewReader(input).Uint64()
	if numberError == nil && (wordError != nil || !bytes.Equal(rlp.AppendUint64(nil, number), raw)) {
		t.Fatalf("the integer %d is written differently from %x", number, raw)
	}
}
