package ethereum_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/internal/testdata"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// outcome is what ethereum/tests TransactionTests expect of one transaction under one fork.
type outcome struct {
	Exception    string        `json:"exception"`
	Hash         chain.Hash    `json:"hash"`
	Sender       chain.Address `json:"sender"`
	IntrinsicGas string        `json:"intrinsicGas"`
}

// The vectors were written for a chain of this id, and know no fork after Cancun. One thing that they
// test changed since; see belowFloor.
const (
	vectorChain = 1
	initcodeMax = 49_152
)

func latest(t *testing.T, results map[string]outcome) outcome {
	t.Helper()
	for _, fork := range []string{"Osaka", "Prague", "Cancun", "Shanghai", "London"} {
		if result, found := results[fork]; found {
			return result
		}
	}
	t.Fatalf("no known fork among %v", results)
	return outcome{}
}

// belowFloor names the vector whose gas limit was enough until Prague raised the price of calldata (EIP-7623).
const belowFloor = "DataTestSufficientGas2028"

// admit does what admission does with the rules that need a chain.
func admit(t *chain.Transaction) error {
	if t.Protected && t.ChainID != vectorChain {
		return fmt.Errorf("chain id %d", t.ChainID)
	}
	if gas, floor := execution.IntrinsicGas(execution.DefaultRules()[1], t); t.Gas < gas || t.Gas < floor {
		return fmt.Errorf("gas %d below intrinsic gas %d or floor %d", t.Gas, gas, floor)
	}
	if t.Calls[0].To == nil && len(t.Calls[0].Input) > initcodeMax {
		return fmt.Errorf("initcode of %d bytes", len(t.Calls[0].Input))
	}
	return nil
}

func TestOfficialTransactionVectors(t *testing.T) {
	valid, invalid := 0, 0
	inFolder := func(name string) bool {
		return strings.Contains(name, "/TransactionTests/") && strings.HasSuffix(name, ".json")
	}
	for _, file := range testdata.Files(t, "ethereum-tests-small.tar.gz", inFolder) {
		var cases map[string]struct {
			Result map[string]outcome `json:"result"`
			Bytes  string             `json:"txbytes"`
		}
		if err := json.Unmarshal(file.Data, &cases); err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
		for name, c := range cases {
			t.Run(path.Base(path.Dir(file.Name))+"/"+path.Base(file.Name)+"/"+name, func(t *testing.T) {
				want := latest(t, c.Result)
				if name == belowFloor {
					want.Exception = "TransactionException.INTRINSIC_GAS_BELOW_FLOOR_GAS_COST"
				}
				if want.Exception != "" {
					invalid++
				} else {
					valid++
				}
				checkOutcome(t, unhex(t, c.Bytes), want)
			})
		}
	}
	t.Logf("%d valid and %d invalid transactions", valid, invalid)
	if valid < 49 || invalid < 161 {
		t.Errorf("too few vectors were found: %d valid, %d invalid", valid, invalid)
	}
}

func checkOutcome(t *testing.T, raw []byte, want outcome) {
	t.Helper()
	decoded, err := family.Decode(raw)
	if err != nil {
		if want.Exception == "" {
			t.Fatalf("refused: %v", err)
		}
		return
	}
	checkGas(t, decoded, want)
	verified, err := family.Verify(decoded)
	if err == nil {
		err = admit(decoded)
	}
	switch {
	case want.Exception != "" && err == nil:
		t.Fatalf("accepted, want %s", want.Exception)
	case want.Exception == "" && err != nil:
		t.Fatalf("refused: %v", err)
	case want.Exception == "":
		checkIdentity(t, verified, want)
		checkReencoding(t, raw)
	}
}

func checkIdentity(t *testing.T, verified chain.Verified, want outcome) {
	t.Helper()
	if verified.ID != want.Hash || verified.Wire != want.Hash {
		t.Errorf("id %s, wire hash %s, want %s", verified.ID, verified.Wire, want.Hash)
	}
	if verified.Sender != want.Sender || verified.Payer != want.Sender {
		t.Errorf("sender %s, payer %s, want %s", verified.Sender, verified.Payer, want.Sender)
	}
}

// checkGas compares intrinsic gas where the vector has it; it writes 0 where its own decoder gave up.
func checkGas(t *testing.T, decoded *chain.Transaction, want outcome) {
	t.Helper()
	expected, err := strconv.ParseUint(want.IntrinsicGas, 0, 64)
	if err != nil {
		t.Fatal(err)
	}
	if gas, _ := execution.IntrinsicGas(execution.DefaultRules()[1], decoded); expected != 0 && gas != expected {
		t.Errorf("intrinsic gas %d, want %d", gas, expected)
	}
}

func checkReencoding(t *testing.T, raw []byte) {
	t.Helper()
	decoded, err := ethereum.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	if again := decoded.Encode(); !bytes.Equal(again, raw) {
		t.Errorf("written again: %x, want %x", again, raw)
	}
}
