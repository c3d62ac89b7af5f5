package rlp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"path"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/internal/testdata"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// vector is one case of ethereum/tests RLPTests. In is the value, or "VALID" or "INVALID" where only Out is given.
type vector struct {
	In  any    `json:"in"`
	Out string `json:"out"`
}

func eachVector(t *testing.T, f func(t *testing.T, file string, v vector, encoded []byte)) {
	t.Helper()
	inFolder := func(name string) bool {
		return strings.Contains(name, "/RLPTests/") && strings.HasSuffix(name, ".json")
	}
	for _, file := range testdata.Files(t, "ethereum-tests-small.tar.gz", inFolder) {
		decoder := json.NewDecoder(bytes.NewReader(file.Data))
		decoder.UseNumber()
		var vectors map[string]vector
		if err := decoder.Decode(&vectors); err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
		for name, v := range vectors {
			t.Run(path.Base(file.Name)+"/"+name, func(t *testing.T) {
				f(t, path.Base(file.Name), v, unhex(t, strings.TrimPrefix(v.Out, "0x")))
			})
		}
	}
}

func TestOfficialVectorsOfValidEncodingsAreReproduced(t *testing.T) {
	count := 0
	eachVector(t, func(t *testing.T, file string, v vector, encoded []byte) {
		if v.In == "INVALID" {
			return
		}
		count++
		if err := rlp.Validate(encoded, 32); err != nil {
			t.Fatalf("refused: %v", err)
		}
		decoded, err := readItem(rlp.NewReader(encoded), 32)
		if err != nil {
			t.Fatal(err)
		}
		if again := decoded.append(nil); !bytes.Equal(again, encoded) {
			t.Fatalf("read and written again: %x", again)
		}
		if v.In == "VALID" {
			return
		}
		if got := appendValue(t, nil, v.In); !bytes.Equal(got, encoded) {
			t.Fatalf("written: %x, want %x", got, encoded)
		}
		checkValue(t, rlp.NewReader(encoded), v.In)
	})
	t.Logf("%d valid vectors", count)
	if count < 29 {
		t.Errorf("only %d valid vectors were found", count)
	}
}

func TestOfficialVectorsOfInvalidEncodingsAreRefused(t *testing.T) {
	count := 0
	eachVector(t, func(t *testing.T, file string, v vector, encoded []byte) {
		if v.In != "INVALID" {
			return
		}
		count++
		if err := rlp.Validate(encoded, 32); err == nil {
			t.Fatalf("%x was accepted", encoded)
		}
	})
	t.Logf("%d invalid vectors", count)
	if count < 26 {
		t.Errorf("only %d invalid vectors were found", count)
	}
}

// integer gives the bytes of a vector's number, a JSON number or a string "#<decimal digits>".
func integer(t *testing.T, digits string) []byte {
	t.Helper()
	value, ok := new(big.Int).SetString(digits, 10)
	if !ok || value.Sign() < 0 {
		t.Fatalf("%q is no natural number", digits)
	}
	return value.Bytes()
}

// appendInteger writes integers of up to 256 bits with AppendWord. One vector is 2^256: its bytes are a string.
func appendInteger(t *testing.T, dst []byte, digits string) []byte {
	t.Helper()
	content := integer(t, digits)
	if len(content) > 32 {
		return rlp.AppendBytes(dst, content)
	}
	return rlp.AppendWord(dst, [32]byte(append(make([]byte, 32-len(content)), content...)))
}

func appendValue(t *testing.T, dst []byte, value any) []byte {
	t.Helper()
	switch value := value.(type) {
	case json.Number:
		return appendInteger(t, dst, value.String())
	case string:
		if digits, isNumber := strings.CutPrefix(value, "#"); isNumber {
			return appendInteger(t, dst, digits)
		}
		return rlp.AppendBytes(dst, []byte(value))
	case []any:
		var payload []byte
		for _, next := range value {
			payload = appendValue(t, payload, next)
		}
		return rlp.AppendList(dst, payload)
	}
	t.Fatalf("unknown value %v", value)
	return nil
}

func checkValue(t *testing.T, r *rlp.Reader, value any) {
	t.Helper()
	switch value := value.(type) {
	case json.Number:
		checkInteger(t, r, value.String())
	case string:
		if digits, isNumber := strings.CutPrefix(value, "#"); isNumber {
			checkInteger(t, r, digits)
		} else if got, err := r.Bytes(); err != nil || string(got) != value {
			t.Fatalf("read %q, error %v, want %q", got, err, value)
		}
	case []any:
		items, err := r.List()
		if err != nil {
			t.Fatal(err)
		}
		for _, next := range value {
			checkValue(t, items, next)
		}
		if err := items.End(); err != nil {
			t.Fatal(err)
		}
	}
}

func checkInteger(t *testing.T, r *rlp.Reader, digits string) {
	t.Helper()
	want := integer(t, digits)
	got, err := r.Word()
	if len(want) > 32 {
		if !errors.Is(err, rlp.ErrTooLarge) {
			t.Fatalf("an integer of %d bytes: got %v", len(want), err)
		}
		return
	}
	if err != nil || !bytes.Equal(bytes.TrimLeft(got[:], "\x00"), want) {
		t.Fatalf("read %x, error %v, want %x", got, err, want)
	}
}
