package rlp_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

func unhex(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRandomItemsSurviveARoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 500 {
		want := randomItem(random, 4)
		encoded := want.append(nil)
		if err := rlp.Validate(encoded, 4); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		got, err := readItem(rlp.NewReader(encoded), 4)
		if err != nil || !got.equal(want) {
			t.Fatalf("round %d: read back another item, error %v", round, err)
		}
	}
}

func TestIntegersSurviveARoundTrip(t *testing.T) {
	values := []uint64{0, 1, 0x7f, 0x80, 0xff, 0x100, math.MaxUint32, math.MaxUint64}
	for shift := range 64 {
		values = append(values, 1<<shift, 1<<shift-1)
	}
	for _, want := range values {
		encoded := rlp.AppendUint64(nil, want)
		got, err := rlp.NewReader(encoded).Uint64()
		if err != nil || got != want {
			t.Errorf("%d: got %d, error %v", want, got, err)
		}
		word, err := rlp.NewReader(encoded).Word()
		if err != nil || !bytes.Equal(rlp.AppendWord(nil, word), encoded) {
			t.Errorf("%d: the word %x is encoded differently, error %v", want, word, err)
		}
	}
	var largest [32]byte
	for n := range largest {
		largest[n] = 0xff
	}
	got, err := rlp.NewReader(rlp.AppendWord(nil, largest)).Word()
	if err != nil || got != largest {
		t.Errorf("the largest word: got %x, error %v", got, err)
	}
}

func TestReaderNamesTheReasonOfARefusal(t *testing.T) {
	readBytes := func(r *rlp.Reader) error { _, err := r.Bytes(); return err }
	readUint64 := func(r *rlp.Reader) error { _, err := r.Uint64(); return err }
	readWord := func(r *rlp.Reader) error { _, err := r.Word(); return err }
	readList := func(r *rlp.Reader) error { _, err := r.List(); return err }
	readRaw := func(r *rlp.Reader) error { _, err := r.Raw(); return err }
	readFixed := func(r *rlp.Reader) error { return r.Fixed(make([]byte, 2)) }

	cases := []struct {
		name  string
		input string
		read  func(*rlp.Reader) error
		want  error
	}{
		{"no input", "", readBytes, rlp.ErrTruncated},
		{"missing content", "83 0102", readBytes, rlp.ErrTruncated},
		{"missing length", "b9 01", readBytes, rlp.ErrTruncated},
		{"missing list content", "c2 01", readRaw, rlp.ErrTruncated},
		{"string length 2^64-1", "bf ffffffffffffffff 00", readBytes, rlp.ErrTruncated},
		{"list length 2^64-1", "ff ffffffffffffffff 00", readList, rlp.ErrTruncated},
		{"string length 2^63", "bf 8000000000000000 00", readRaw, rlp.ErrTruncated},
		{"string length that wraps to the rest", "bf fffffffffffffff8 00", readRaw, rlp.ErrTruncated},
		{"single byte with a header", "81 7f", readBytes, rlp.ErrNotCanonical},
		{"long form for 55 bytes", "b8 37" + strings.Repeat("ff", 55), readBytes, rlp.ErrNotCanonical},
		{"long form for a list of 55 bytes", "f8 37" + strings.Repeat("01", 55), readList, rlp.ErrNotCanonical},
		{"length with leading zeros", "b9 0038" + strings.Repeat("ff", 56), readBytes, rlp.ErrNotCanonical},
		{"zero as a zero byte", "00", readUint64, rlp.ErrLeadingZeros},
		{"integer with a leading zero", "82 0080", readUint64, rlp.ErrLeadingZeros},
		{"word with a leading zero", "82 0080", readWord, rlp.ErrLeadingZeros},
		{"integer of 9 bytes", "89 010000000000000000", readUint64, rlp.ErrTooLarge},
		{"word of 33 bytes", "a1 01" + strings.Repeat("00", 32), readWord, rlp.ErrTooLarge},
		{"list for a string", "c0", readBytes, rlp.ErrWrongKind},
		{"list for an integer", "c0", readUint64, rlp.ErrWrongKind},
		{"string for a list", "80", readList, rlp.ErrWrongKind},
		{"fixed string that is too short", "01", readFixed, rlp.ErrWrongLength},
		{"fixed string that is too long", "83 010203", readFixed, rlp.ErrWrongLength},
		{"bytes after the value", "80", (*rlp.Reader).End, rlp.ErrTrailing},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			input := unhex(t, c.input)
			r := rlp.NewReader(input)
			if err := c.read(r); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			rest, _ := r.Raw()
			again, _ := rlp.NewReader(input).Raw()
			if !bytes.Equal(rest, again) {
				t.Fatal("the reader moved although it refused")
			}
		})
	}
}

func TestTruncationIsAnUnexpectedEndOfInput(t *testing.T) {
	whole := item{list: true, items: []item{{content: make([]byte, 300)}, {list: true}, {content: []byte("dog")}}}.append(nil)
	for cut := range whole {
		if err := rlp.Validate(whole[:cut], 4); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut at %d: got %v", cut, err)
		}
	}
}

func TestErrorsCarryTheOffsetInTheOutermostInput(t *testing.T) {
	r := rlp.NewReader(unhex(t, "80 c3 80 8101"))
	if _, err := r.Bytes(); err != nil {
		t.Fatal(err)
	}
	inner, err := r.List()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inner.Bytes(); err != nil {
		t.Fatal(err)
	}
	if _, err := inner.Bytes(); err == nil || !strings.Contains(err.Error(), "at byte 3:") {
		t.Fatalf("got %v", err)
	}
}

func TestValidateRefusesListsThatAreTooDeep(t *testing.T) {
	var nested []byte
	for depth := 1; depth <= 1100; depth++ {
		nested = rlp.AppendList(nil, nested)
		allowed := depth <= 1024
		if err := rlp.Validate(nested, depth); (err == nil) != allowed {
			t.Fatalf("depth %d with limit %d: got %v", depth, depth, err)
		}
		if err := rlp.Validate(nested, depth-1); !errors.Is(err, rlp.ErrTooLarge) {
			t.Fatalf("depth %d with limit %d: got %v", depth, depth-1, err)
		}
	}
}

func TestValidateRefusesTrailingBytes(t *testing.T) {
	if err := rlp.Validate(unhex(t, "80 80"), 1); !errors.Is(err, rlp.ErrTrailing) {
		t.Fatalf("got %v", err)
	}
}

func TestRawKeepsTheHeader(t *testing.T) {
	r := rlp.NewReader(unhex(t, "c3 80 01 02 83646f67 05"))
	for _, want := range []string{"c3800102", "83646f67", "05"} {
		raw, err := r.Raw()
		if err != nil || hex.EncodeToString(raw) != want {
			t.Fatalf("got %x, error %v, want %s", raw, err, want)
		}
	}
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
}

func TestAppendingToAReadSliceLeavesTheInputAlone(t *testing.T) {
	input := unhex(t, "82 0102 83 646f67")
	r := rlp.NewReader(input)
	content, err := r.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	_ = append(content, 0xff)
	if next, err := r.Bytes(); err != nil || string(next) != "dog" {
		t.Fatalf("got %q, error %v", next, err)
	}
}

func TestReadingFlatItemsAllocatesNothing(t *testing.T) {
	var input []byte
	input = rlp.AppendUint64(input, 7)
	input = rlp.AppendBytes(input, make([]byte, 100))
	input = rlp.AppendWord(input, [32]byte{1})
	allocations := testing.AllocsPerRun(100, func() {
		r := rlp.NewReader(input)
		_, err1 := r.Uint64()
		_, err2 := r.Bytes()
		_, err3 := r.Word()
		if err := errors.Join(err1, err2, err3, r.End()); err != nil {
			t.Fatal(err)
		}
	})
	if allocations != 0 {
		t.Fatalf("%v allocations", allocations)
	}
}
