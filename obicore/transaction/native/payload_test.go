package native_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

func TestACommitmentOpensWithItsSaltAndBodyOnly(t *testing.T) {
	for _, suite := range suites() {
		salt, err := native.NewSalt(bytes.NewReader(bytes.Repeat([]byte{7}, 32)))
		if err != nil {
			t.Fatal(err)
		}
		commitment := native.Commit(suite, salt, []byte("the price is 12"))
		if err := native.Open(suite, commitment, salt, []byte("the price is 12")); err != nil {
			t.Fatal(err)
		}
		other := salt
		other[31] ^= 1
		for name, err := range map[string]error{
			"another body":         native.Open(suite, commitment, salt, []byte("the price is 13")),
			"another salt":         native.Open(suite, commitment, other, []byte("the price is 12")),
			"a byte more":          native.Open(suite, commitment, salt, []byte("the price is 12\x00")),
			"another commitment":   native.Open(suite, native.Commit(suite, other, nil), salt, nil),
			"the salt in the body": native.Open(suite, commitment, native.Salt{}, append(salt[:], "the price is 12"...)),
		} {
			if !errors.Is(err, native.ErrPayload) {
				t.Errorf("%s, %s: got %v", suite.Name(), name, err)
			}
		}
	}
}

func TestASaltNeedsAllItsRandomness(t *testing.T) {
	if _, err := native.NewSalt(bytes.NewReader(make([]byte, 31))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("got %v", err)
	}
}
