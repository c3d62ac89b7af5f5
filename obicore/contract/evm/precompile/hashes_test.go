package precompile_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

func TestSHA256IsThatOfTheStandardLibrary(t *testing.T) {
	for length := range 200 {
		input := bytes.Repeat([]byte{byte(length)}, length)
		if want := sha256.Sum256(input); !bytes.Equal(run(t, at(t, 2), input), want[:]) {
			t.Errorf("length %d", length)
		}
	}
}

func TestRIPEMD160GivesTheAnswersOfItsAuthors(t *testing.T) {
	for message, digest := range map[string]string{
		"":    "9c1185a5c5e9fc54612808977ee8f548b2258d31",
		"abc": "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": "12a053384a9c0c88e405a06c27dcf49ada62eb2b",
	} {
		if got := hex.EncodeToString(run(t, at(t, 3), []byte(message))); got != "000000000000000000000000"+digest {
			t.Errorf("%q: got %s", message, got)
		}
	}
}

func TestIdentityGivesBackItsInput(t *testing.T) {
	random := rand.NewChaCha8([32]byte{4})
	for length := range 100 {
		input := make([]byte, length)
		_, _ = random.Read(input)
		if got := run(t, at(t, 4), input); !bytes.Equal(got, input) {
			t.Errorf("got %x, want %x", got, input)
		}
	}
}

func TestHashesCostTheirWords(t *testing.T) {
	for number, price := range map[uint16][2]uint64{2: {60, 12}, 3: {600, 120}, 4: {15, 3}} {
		for length, words := range map[int]uint64{0: 0, 1: 1, 31: 1, 32: 1, 33: 2, 64: 2, 65: 3, 100_000: 3_125} {
			if got, want := at(t, number).Gas(make([]byte, length)), price[0]+words*price[1]; got != want {
				t.Errorf("%#x, length %d: got %d, want %d", number, length, got, want)
			}
		}
	}
}
