package precompile_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"testing"

	"golang.org/x/crypto/blake2b"
)

// blake2State is the parameter block's effect on the initialization vector for an unkeyed digest of 64 bytes.
const blake2State = "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b"

func blake2Input(t testing.TB, rounds uint32, state, message []byte, count uint64, final byte) []byte {
	t.Helper()
	block := make([]byte, 128)
	copy(block, message)
	counter := binary.LittleEndian.AppendUint64(nil, count)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, rounds), state, block, counter, make([]byte, 8), []byte{final})
}

func TestBlake2FGivesTheAnswersOfEIP152(t *testing.T) {
	for _, vector := range []struct {
		rounds uint32
		final  byte
		want   string
	}{
		{0, 1, "08c9bcf367e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d282e6ad7f520e511f6c3e2b8c68059b9442be0454267ce079217e1319cde05b"},
		{12, 1, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"},
		{12, 0, "75ab69d3190a562c51aef8d88f1c2775876944407270c42c9844252c26d2875298743e7f6d5ea2f2d3e8d226039cd31b4e426ac4f2d3d666a610c2116fde4735"},
		{1, 1, "b63a380cb2897d521994a85234ee2c181b5f844d2c624c002677e9703449d2fba551b3a8333bcdf5f2f7e08993d53923de3d64fcc68c034e717b9293fed7a421"},
	} {
		input := blake2Input(t, vector.rounds, unhex(t, blake2State), []byte("abc"), 3, vector.final)
		if got := hex.EncodeToString(run(t, at(t, 9), input)); got != vector.want {
			t.Errorf("%d rounds: got %s, want %s", vector.rounds, got, vector.want)
		}
		if got := at(t, 9).Gas(input); got != uint64(vector.rounds) {
			t.Errorf("%d rounds cost %d", vector.rounds, got)
		}
	}
}

func TestBlake2FMakesTheHashOfXCrypto(t *testing.T) {
	for length := range 500 {
		message := bytes.Repeat([]byte{byte(length)}, length)
		state, done, rest := unhex(t, blake2State), 0, message
		for len(rest) > 128 {
			done += 128
			state = run(t, at(t, 9), blake2Input(t, 12, state, rest[:128], uint64(done), 0))
			rest = rest[128:]
		}
		got := run(t, at(t, 9), blake2Input(t, 12, state, rest, uint64(length), 1))
		if want := blake2b.Sum512(message); !bytes.Equal(got, want[:]) {
			t.Fatalf("length %d: got %x, want %x", length, got, want)
		}
	}
}

func TestBlake2FRefusesWhatEIP152CallsInvalid(t *testing.T) {
	good := blake2Input(t, 12, unhex(t, blake2State), []byte("abc"), 3, 1)
	refused(t, at(t, 9), "no input")
	refused(t, at(t, 9), "a byte is missing", good[1:])
	refused(t, at(t, 9), "a byte is too much", []byte{0}, good)
	for _, flag := range []byte{2, 0x80, 0xff} {
		refused(t, at(t, 9), "the flag is neither 0 nor 1", good[:212], []byte{flag})
	}
	if got := at(t, 9).Gas(good[1:]); got != 0 {
		t.Errorf("the wrong length costs %d", got)
	}
}
