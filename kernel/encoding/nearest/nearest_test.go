package nearest_test

import (
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/encoding/nearest"
)

func TestTheNearestNameIsTheOneThatWasMeant(t *testing.T) {
	known := []string{"rpc.max_batch", "rpc.max_body_bytes", "gasLimit", "gasPrice", "id"}
	for name, want := range map[string]string{
		"rpc.max_bach":              "rpc.max_batch",
		"gaslimit":                  "gasLimit",
		"GASPRICE":                  "gasPrice",
		"gasLimti":                  "gasLimit",
		"xy":                        "", // as far from every name as it is long
		"colour":                    "",
		"":                          "",
		strings.Repeat("gas", 1000): "",
	} {
		if have := nearest.Name(name, known); have != want {
			t.Errorf("%.20q is taken for %q, want %q", name, have, want)
		}
	}
}

func TestOfEquallyNearNamesTheFirstIsTaken(t *testing.T) {
	if have := nearest.Name("bet", []string{"best", "beat"}); have != "best" {
		t.Errorf("got %q", have)
	}
}
