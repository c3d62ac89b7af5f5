package abi_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/tools/cli/abi"
)

// words joins the lines of the specification's examples.
func words(lines ...string) string { return strings.Join(lines, "") }

// TestCallsOfTheSpecificationEncodeAsItSays has the examples of the Solidity
// contract ABI specification.
func TestCallsOfTheSpecificationEncodeAsItSays(t *testing.T) {
	for _, c := range []struct {
		signature string
		arguments []string
		want      string
	}{
		{"baz(uint32,bool)", []string{"69", "true"}, words("cdcd77c0",
			"0000000000000000000000000000000000000000000000000000000000000045",
			"0000000000000000000000000000000000000000000000000000000000000001")},
		{"bar(bytes3[2])", []string{"[0x616263,0x646566]"}, words("fce353f6",
			"6162630000000000000000000000000000000000000000000000000000000000",
			"6465660000000000000000000000000000000000000000000000000000000000")},
		{"sam(bytes,bool,uint256[])", []string{"0x64617665", "true", "[1,2,3]"}, words("a5643bf2",
			"0000000000000000000000000000000000000000000000000000000000000060",
			"0000000000000000000000000000000000000000000000000000000000000001",
			"00000000000000000000000000000000000000000000000000000000000000a0",
			"0000000000000000000000000000000000000000000000000000000000000004",
			"6461766500000000000000000000000000000000000000000000000000000000",
			"0000000000000000000000000000000000000000000000000000000000000003",
			"0000000000000000000000000000000000000000000000000000000000000001",
			"0000000000000000000000000000000000000000000000000000000000000002",
			"0000000000000000000000000000000000000000000000000000000000000003")},
		{"f(uint256,uint32[],bytes10,bytes)", []string{"0x123", "[0x456, 0x789]", "0x31323334353637383930", "0x48656c6c6f2c20776f726c6421"}, words("8be65246",
			"0000000000000000000000000000000000000000000000000000000000000123",
			"0000000000000000000000000000000000000000000000000000000000000080",
			"3132333435363738393000000000000000000000000000000000000000000000",
			"00000000000000000000000000000000000000000000000000000000000000e0",
			"0000000000000000000000000000000000000000000000000000000000000002",
			"0000000000000000000000000000000000000000000000000000000000000456",
			"0000000000000000000000000000000000000000000000000000000000000789",
			"000000000000000000000000000000000000000000000000000000000000000d",
			"48656c6c6f2c20776f726c642100000000000000000000000000000000000000")},
		{"g(uint256[][],string[])", []string{"[[1,2],[3]]", `["one","two","three"]`}, words("2289b18c",
			"0000000000000000000000000000000000000000000000000000000000000040",
			"0000000000000000000000000000000000000000000000000000000000000140",
			"0000000000000000000000000000000000000000000000000000000000000002",
			"0000000000000000000000000000000000000000000000000000000000000040",
			"00000000000000000000000000000000000000000000000000000000000000a0",
			"0000000000000000000000000000000000000000000000000000000000000002",
			"0000000000000000000000000000000000000000000000000000000000000001",
			"0000000000000000000000000000000000000000000000000000000000000002",
			"0000000000000000000000000000000000000000000000000000000000000001",
			"0000000000000000000000000000000000000000000000000000000000000003",
			"0000000000000000000000000000000000000000000000000000000000000003",
			"0000000000000000000000000000000000000000000000000000000000000060",
			"00000000000000000000000000000000000000000000000000000000000000a0",
			"00000000000000000000000000000000000000000000000000000000000000e0",
			"0000000000000000000000000000000000000000000000000000000000000003",
			"6f6e650000000000000000000000000000000000000000000000000000000000",
			"0000000000000000000000000000000000000000000000000000000000000003",
			"74776f0000000000000000000000000000000000000000000000000000000000",
			"0000000000000000000000000000000000000000000000000000000000000005",
			"7468726565000000000000000000000000000000000000000000000000000000")},
		{"transfer(address,uint)", []string{"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "1"}, words("a9059cbb",
			"000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266",
			"0000000000000000000000000000000000000000000000000000000000000001")},
	} {
		f, err := abi.ParseFunction(c.signature)
		if err != nil {
			t.Fatal(err)
		}
		call, err := f.Call(c.arguments)
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(call); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.signature, got, c.want)
		}
	}
}

func TestWhatIsEncodedDecodesToTheSameText(t *testing.T) {
	for _, c := range []struct{ types, argument, want string }{
		{"(int8,int256)", "(-128,-1)", "[-128 -1]"},
		{"(string,(bool,bytes)[2])", `("a, \"b\")",[(true,0x01),(false,0x)])`, `[a, "b") [[true 0x01] [false 0x]]]`},
		{"(bytes1,address)[]", "[(0xff,0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266)]", "[[0xff 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266]]"},
		{"uint256[2][2]", "[[1,2],[3,4]]", "[[1 2] [3 4]]"},
		{"string", "你好，世界", "你好，世界"},
		{"uint256[]", "[ ]", "[]"},
	} {
		typ, err := abi.ParseType(c.types)
		if err != nil {
			t.Fatal(err)
		}
		data, err := abi.EncodeArguments([]abi.Type{typ}, []string{c.argument})
		if err != nil {
			t.Fatalf("%s: %v", c.types, err)
		}
		values, err := abi.Decode([]abi.Type{typ}, data)
		if err != nil {
			t.Fatalf("%s: %v", c.types, err)
		}
		if got := fmt.Sprint(values[0]); got != c.want {
			t.Errorf("%s: %s, want %s", c.types, got, c.want)
		}
	}
}

func TestArgumentsThatDoNotFitAreRefused(t *testing.T) {
	for typ, arguments := range map[string][]string{
		"uint8": {"256", "-1", "", "0x", "1_0", "+1", "abc", "1.5"}, "int8": {"128", "-129"}, "bool": {"1", "True"},
		"bytes2": {"0x01", "0x010203", "0102"}, "bytes": {"01", "0x0"}, "uint8[2]": {"[1]", "1,2", "[1,2", "(1,2)"},
		"address": {"0x00", "0xf39fd6e51aad88F6F4ce6aB8827279cffFb92266"}, "(uint8,bool)": {"(1)", "(1,true,2)", "[1,true]"},
	} {
		parsed, err := abi.ParseType(typ)
		if err != nil {
			t.Fatal(err)
		}
		for _, argument := range arguments {
			if _, err := abi.EncodeArguments([]abi.Type{parsed}, []string{argument}); !errors.Is(err, abi.ErrValue) {
				t.Errorf("%s took %q: %v", typ, argument, err)
			}
		}
	}
}

func TestUnknownTypesAreRefused(t *testing.T) {
	for _, text := range []string{
		"f", "(uint256)", "f(uint7)", "f(uint264)", "f(uint08)", "f(bytes33)", "f(bytes0)", "f(fixed)", "f(uint256", "f(uint256)x", "f(uint256)(bool", "f(,)",
		"f(uint8[0])", "f(uint8[01])", "f(uint8[-1])", "f(uint8[10001])", "f(uint8[1000][1000])", "f(uint8])", "1f()", "f((uint8)", "f(uint8))",
		"f(" + strings.Repeat("(", 20) + strings.Repeat(")", 20) + ")", "f(" + strings.Repeat("uint256,", 1000) + "bool)",
	} {
		if f, err := abi.ParseFunction(text); !errors.Is(err, abi.ErrType) {
			t.Errorf("%.60s was read as %v (%v)", text, f, err)
		}
	}
}

func TestConstructorOfAJSONABIKnowsTuples(t *testing.T) {
	file := `[{"type":"function","name":"x"},{"type":"constructor","inputs":[{"type":"tuple[2]","components":[{"type":"uint8"},{"type":"tuple","components":[{"type":"string"}]}]},{"type":"address"}]}]`
	inputs, err := abi.Constructor([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(inputs); got != "[(uint8,(string))[2] address]" {
		t.Errorf("%s", got)
	}
}

// TestOffsetsThatMeetInOnePlaceDoNotMakeAnAnswerHuge has an array of arrays whose
// offsets all point back to one array.
func TestOffsetsThatMeetInOnePlaceDoNotMakeAnAnswerHuge(t *testing.T) {
	typ, err := abi.ParseType("uint8[][][][][][][][]")
	if err != nil {
		t.Fatal(err)
	}
	// The head's offset leads to a level; each level has ten offsets to the next one.
	var data []byte
	number := func(v int) { data = append(data, make([]byte, 30)...); data = append(data, byte(v>>8), byte(v)) }
	number(32)
	for range 8 {
		number(10)
		for range 10 {
			number(320)
		}
	}
	if _, err := abi.Decode([]abi.Type{typ}, data); !errors.Is(err, abi.ErrData) {
		t.Errorf("%v", err)
	}
}

func FuzzDecodeNeverPanics(f *testing.F) {
	f.Add("f(uint256[],string)(bytes,(bool,int8)[2])", make([]byte, 256))
	f.Add("f()(uint256[][],string[])", make([]byte, 640))
	f.Fuzz(func(t *testing.T, signature string, data []byte) {
		function, err := abi.ParseFunction(signature)
		if err != nil {
			return
		}
		abi.Decode(function.Outputs, data) //nolint:errcheck // any answer will do
		if again, err := abi.ParseFunction(function.Signature()); err != nil || again.Signature() != function.Signature() {
			t.Errorf("%q reads %q reads %v (%v)", signature, function.Signature(), again, err)
		}
	})
}
