package abi_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/internal/testdata"
	"github.com/credibleledger/credibleledger/tools/cli/abi"
)

// TestOfficialABIVectors runs ABITests of ethereum/tests both ways.
func TestOfficialABIVectors(t *testing.T) {
	match := func(name string) bool { return strings.HasSuffix(name, "ABITests/basic_abi_tests.json") }
	count := 0
	for _, file := range testdata.Files(t, "ethereum-tests-small.tar.gz", match) {
		var vectors map[string]struct {
			Args   []json.RawMessage
			Types  []string
			Result string
		}
		if err := json.Unmarshal(file.Data, &vectors); err != nil {
			t.Fatal(err)
		}
		for name, vector := range vectors {
			count++
			types, arguments := make([]abi.Type, len(vector.Types)), make([]string, len(vector.Types))
			for i, text := range vector.Types {
				var err error
				if types[i], err = abi.ParseType(text); err != nil {
					t.Fatal(err)
				}
				arguments[i] = argument(t, text, vector.Args[i])
			}
			data, err := abi.EncodeArguments(types, arguments)
			if err != nil || hex.EncodeToString(data) != vector.Result {
				t.Errorf("%s: %x, %v", name, data, err)
			}
			values, err := abi.Decode(types, data)
			if err != nil {
				t.Fatal(err)
			}
			for i, value := range values {
				got := strings.ReplaceAll(fmt.Sprint(value), " ", ",")
				if !strings.EqualFold(got, arguments[i]) {
					t.Errorf("%s: %q came back as %q", name, arguments[i], got)
				}
			}
		}
	}
	if count != 3 {
		t.Errorf("%d vectors, want 3", count)
	}
}

// argument spells a JSON value as a person types it; the vectors give bytes as text.
func argument(t *testing.T, typ string, value json.RawMessage) string {
	t.Helper()
	var text string
	if json.Unmarshal(value, &text) != nil {
		return strings.Join(strings.Fields(string(value)), "")
	}
	if strings.HasPrefix(typ, "bytes") {
		return "0x" + hex.EncodeToString([]byte(text))
	}
	return text
}
