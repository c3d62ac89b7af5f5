package quantity_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
)

func TestNumbersHaveOneSpelling(t *testing.T) {
	for _, c := range []struct {
		text string
		word error // reason for which a Word is refused
		long error // reason for which a Uint64 is refused
	}{
		{"0x0", nil, nil},
		{"0x1", nil, nil},
		{"0X1aF", nil, nil},
		{"0xffffffffffffffff", nil, nil},
		{"0x10000000000000000", nil, quantity.ErrUint64Range},
		{"0x" + strings.Repeat("f", 64), nil, quantity.ErrUint64Range},
		{"0x1" + strings.Repeat("0", 64), quantity.ErrWordRange, quantity.ErrUint64Range},
		{"", quantity.ErrEmpty, quantity.ErrEmpty},
		{"0x", quantity.ErrEmptyNumber, quantity.ErrEmptyNumber},
		{"1", quantity.ErrMissingPrefix, quantity.ErrMissingPrefix},
		{"x1", quantity.ErrMissingPrefix, quantity.ErrMissingPrefix},
		{"-0x1", quantity.ErrMissingPrefix, quantity.ErrMissingPrefix},
		{"0x00", quantity.ErrLeadingZero, quantity.ErrLeadingZero},
		{"0x01", quantity.ErrLeadingZero, quantity.ErrLeadingZero},
		{"0xg", quantity.ErrSyntax, quantity.ErrSyntax},
		{"0x-1", quantity.ErrSyntax, quantity.ErrSyntax},
		{"0x1 ", quantity.ErrSyntax, quantity.ErrSyntax},
		{"0x1_0", quantity.ErrSyntax, quantity.ErrSyntax},
	} {
		var word quantity.Word
		var long quantity.Uint64
		if err := word.UnmarshalText([]byte(c.text)); !errors.Is(err, c.word) {
			t.Errorf("%q as word: %v, want %v", c.text, err, c.word)
		} else if err == nil && word.String() != strings.ToLower(c.text) {
			t.Errorf("%q as word became %s", c.text, word)
		}
		if err := long.UnmarshalText([]byte(c.text)); !errors.Is(err, c.long) {
			t.Errorf("%q as uint64: %v, want %v", c.text, err, c.long)
		} else if err == nil && long.String() != strings.ToLower(c.text) {
			t.Errorf("%q as uint64 became %s", c.text, long)
		}
	}
}

func TestDataHasWholeBytes(t *testing.T) {
	address := "0x" + strings.Repeat("aB", 20)
	for _, c := range []struct {
		text  string
		bytes error
		fixed string // text of the error of an Address
	}{
		{address, nil, ""},
		{"0x", nil, "hex string has length 0, want 40 for common.Address"},
		{"0xAb", nil, "hex string has length 2, want 40 for common.Address"},
		{address[:40], nil, "hex string has length 38, want 40 for common.Address"},
		{"0xabc", quantity.ErrOddLength, "hex string of odd length"},
		{"", quantity.ErrEmpty, "empty hex string"},
		{"ab", quantity.ErrMissingPrefix, "hex string without 0x prefix"},
		{"0xzz", quantity.ErrSyntax, "hex string has length 2, want 40 for common.Address"},
		{address[:40] + "zz", quantity.ErrSyntax, "invalid hex string"},
	} {
		var data quantity.Bytes
		if err := data.UnmarshalText([]byte(c.text)); !errors.Is(err, c.bytes) {
			t.Errorf("%q: %v, want %v", c.text, err, c.bytes)
		} else if err == nil && data.String() != strings.ToLower(c.text) {
			t.Errorf("%q became %s", c.text, data)
		}
		before := quantity.Address{1}
		fixed := before
		err := fixed.UnmarshalText([]byte(c.text))
		if c.fixed == "" {
			if err != nil || fixed.String() != strings.ToLower(c.text) {
				t.Errorf("%q as address: %s %v", c.text, fixed, err)
			}
		} else if err == nil || err.Error() != c.fixed || fixed != before {
			t.Errorf("%q as address: %s %v, want %s", c.text, fixed, err, c.fixed)
		}
	}
	var hash quantity.Hash
	if err := hash.UnmarshalText([]byte(address)); !errors.Is(err, quantity.ErrLength) {
		t.Errorf("a short hash: %v", err)
	}
}

func TestJSONErrorsNameTheField(t *testing.T) {
	type call struct {
		Gas  quantity.Uint64  `json:"gas"`
		Data *quantity.Bytes  `json:"data"`
		To   quantity.Address `json:"to"`
		Slot quantity.Hash    `json:"slot"`
		Wei  quantity.Word    `json:"wei"`
	}
	for input, expected := range map[string]string{
		`{"gas":"0x01"}`:     "json: cannot unmarshal hex number with leading zero digits into Go struct field call.gas of type hexutil.Uint64",
		`{"gas":1}`:          "json: cannot unmarshal non-string into Go struct field call.gas of type hexutil.Uint64",
		`{"data":"0x1"}`:     "json: cannot unmarshal hex string of odd length into Go struct field call.data of type hexutil.Bytes",
		`{"data":[]}`:        "json: cannot unmarshal non-string into Go struct field call.data of type hexutil.Bytes",
		`{"to":"00"}`:        "json: cannot unmarshal hex string without 0x prefix into Go struct field call.to of type common.Address",
		`{"slot":true}`:      "json: cannot unmarshal non-string into Go struct field call.slot of type common.Hash",
		`{"wei":"0x\u0031"}`: "json: cannot unmarshal invalid hex string into Go struct field call.wei of type hexutil.Big",
	} {
		var c call
		if err := json.Unmarshal([]byte(input), &c); err == nil || err.Error() != expected {
			t.Errorf("%s: %v, want %s", input, err, expected)
		}
	}
	encoded, err := json.Marshal(call{Gas: 16, Data: new(quantity.Bytes)})
	if err != nil {
		t.Fatal(err)
	}
	if expected := `{"gas":"0x10","data":"0x","to":"0x` + strings.Repeat("0", 40) + `","slot":"0x` + strings.Repeat("0", 64) + `","wei":"0x0"}`; string(encoded) != expected {
		t.Errorf("encoded %s", encoded)
	}
}

func TestBlockTagsAreParsedStrictly(t *testing.T) {
	digits := strings.Repeat("ab", 32)
	var hash chain.Hash
	copy(hash[:], bytes.Repeat([]byte{0xab}, 32))
	for input, expected := range map[string]quantity.BlockTag{
		`"latest"`:                         {Kind: quantity.BlockLatest},
		`{"blockNumber":"pending"}`:        {Kind: quantity.BlockPending},
		`"earliest"`:                       {Kind: quantity.BlockEarliest},
		`"pending"`:                        {Kind: quantity.BlockPending},
		`"safe"`:                           {Kind: quantity.BlockSafe},
		`"finalized"`:                      {Kind: quantity.BlockFinalized},
		`"0x0"`:                            {Kind: quantity.BlockNumber},
		`"0x7fffffffffffffff"`:             {Kind: quantity.BlockNumber, Number: 1<<63 - 1},
		`"0x` + digits + `"`:               {Kind: quantity.BlockHash, Hash: hash},
		` {"blockNumber":"0x5"}`:           {Kind: quantity.BlockNumber, Number: 5},
		`{"blockHash":"0x` + digits + `"}`: {Kind: quantity.BlockHash, Hash: hash},
		`{"blockHash":"0x` + digits + `","blockNumber":null}`:      {Kind: quantity.BlockHash, Hash: hash},
		`{"requireCanonical":true,"blockHash":"0x` + digits + `"}`: {Kind: quantity.BlockHash, Hash: hash, RequireCanonical: true},
	} {
		var tag quantity.BlockTag
		if err := json.Unmarshal([]byte(input), &tag); err != nil || tag != expected {
			t.Errorf("%s: %+v %v", input, tag, err)
			continue
		}
		encoded, err := json.Marshal(tag)
		if err != nil {
			t.Fatal(err)
		}
		var again quantity.BlockTag
		if err := json.Unmarshal(encoded, &again); err != nil || again != tag {
			t.Errorf("%s came back from %s as %+v: %v", input, encoded, again, err)
		}
	}
	for input, expected := range map[string]string{
		`""`:                       "empty hex string",
		`"2"`:                      "hex string without 0x prefix",
		`2`:                        "hex string without 0x prefix",
		`true`:                     "hex string without 0x prefix",
		`["latest"]`:               "hex string without 0x prefix",
		`"Latest"`:                 "hex string without 0x prefix",
		`"0x"`:                     `hex string "0x"`,
		`"0x01"`:                   "hex number with leading zero digits",
		`"0x8000000000000000"`:     "block number larger than int64",
		`"0x10000000000000000"`:    "hex number > 64 bits",
		`"0x` + digits + `a"`:      "hex number > 64 bits",
		`"0x` + digits[2:] + `zz"`: "invalid hex string",
		`{}`:                       "must specify either BlockHash or BlockNumber",
		`{"blockHash":"0x` + digits + `","blockNumber":"0x1"}`:  "cannot specify both BlockHash and BlockNumber, choose one or the other",
		`{"blockhash":"0x` + digits + `"}`:                      `invalid block reference: unknown member "blockhash"`,
		`{"b":1,"a":1,"blockNumber":"0x1"}`:                     `invalid block reference: unknown member "a"`,
		`{"blockNumber":1}`:                                     "json: cannot unmarshal non-string into Go value of type hexutil.Uint64",
		`{"blockNumber":"0x1","requireCanonical":true}`:         "invalid block reference: requireCanonical needs blockHash",
		`{"blockHash":"0x12"}`:                                  "json: cannot unmarshal hex string has length 2, want 64 for common.Hash into Go value of type common.Hash",
		`{"blockHash":"0x` + digits + `","requireCanonical":1}`: "invalid block reference: requireCanonical: json: cannot unmarshal number into Go value of type bool",
	} {
		tag := quantity.BlockTag{Kind: quantity.BlockSafe}
		if err := json.Unmarshal([]byte(input), &tag); err == nil || err.Error() != expected {
			t.Errorf("%s: %v, want %s", input, err, expected)
		}
		if tag != (quantity.BlockTag{Kind: quantity.BlockSafe}) {
			t.Errorf("%s changed the tag in spite of its error", input)
		}
	}
	tag := quantity.BlockTag{Kind: quantity.BlockSafe}
	if err := tag.UnmarshalJSON([]byte(`null`)); err != nil || tag.Kind != quantity.BlockSafe {
		t.Errorf("null: %v %v", tag, err)
	}
	if text := (quantity.BlockTag{Kind: 200}).String(); text != "<invalid block kind 200>" {
		t.Error(text)
	}
}

// FuzzNumber compares Word and Uint64 with math/big and with each other.
func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"0x0", "0xffffffffffffffff", "0x10000000000000000", "0x" + strings.Repeat("9", 64), "0x01", "", "0xG"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var word quantity.Word
		var long quantity.Uint64
		wordErr, longErr := word.UnmarshalText([]byte(text)), long.UnmarshalText([]byte(text))
		if wordErr != nil {
			if longErr == nil {
				t.Fatalf("%q is a uint64 but no word", text)
			}
			return
		}
		expected, ok := new(big.Int).SetString(text[2:], 16)
		if !ok || word.Value().Big().Cmp(expected) != 0 || word.String() != strings.ToLower(text) {
			t.Fatalf("%q became %s", text, word)
		}
		if (longErr == nil) != expected.IsUint64() || longErr == nil && uint64(long) != expected.Uint64() {
			t.Fatalf("%q: %d %v", text, long, longErr)
		}
	})
}

// FuzzBlockTag checks that what is accepted comes back from its own encoding.
func FuzzBlockTag(f *testing.F) {
	for _, seed := range []string{`"latest"`, `"0x1"`, `{"blockNumber":"0x1"}`, `{"blockHash":"0x` + strings.Repeat("0", 64) + `","requireCanonical":true}`, `{`, `"`, ``} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		var tag, again quantity.BlockTag
		if tag.UnmarshalJSON(input) != nil {
			return
		}
		encoded, err := json.Marshal(tag)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(encoded, &again); err != nil || again != tag {
			t.Fatalf("%q: %+v, then %+v: %v", input, tag, again, err)
		}
	})
}
