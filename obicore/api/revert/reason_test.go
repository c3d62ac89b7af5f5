package revert_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/api/revert"
)

func decode(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func word(digits string) string { return strings.Repeat("0", 64-len(digits)) + digits }

func TestReasonsOfSolidityAreRead(t *testing.T) {
	const text, panics = "08c379a0", "4e487b71"
	for digits, want := range map[string]string{
		text + word("20") + word("2") + "6e6f" + strings.Repeat("0", 60): "no",
		panics + word("1"):                     "assert(false)",
		panics + word("11"):                    "arithmetic underflow or overflow",
		panics + word("99"):                    "unknown panic code: 0x99",
		panics + word("100000000000000001"):    "unknown panic code: 0x100000000000000001",
		"":                                     "",
		"08c379":                               "",
		text + word("20") + word("3") + "6e6f": "", // shorter than it says
		text + word("ffffffffffffffff"):        "",
		text + word("20") + word("2") + "ff" + "fe":    "", // not UTF-8
		panics + word("1") + "00":                      "",
		"12345678" + word("20") + word("2") + "6e6f00": "",
	} {
		if got := revert.Reason(decode(t, digits)); got != want {
			t.Errorf("the reason of %s is %q, want %q", digits, got, want)
		}
	}
}

func FuzzReasonsAreFoundInTheOutput(f *testing.F) {
	f.Add(decode(f, "08c379a0"+word("20")+word("2")+"6e6f"))
	f.Add(decode(f, "4e487b71"+word("1")))
	f.Fuzz(func(t *testing.T, output []byte) {
		reason := revert.Reason(output)
		if bytes.HasPrefix(output, []byte{0x08, 0xc3, 0x79, 0xa0}) && !bytes.Contains(output, []byte(reason)) {
			t.Errorf("the reason %q is not in the output", reason)
		}
	})
}
