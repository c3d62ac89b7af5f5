package api_test

import (
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/tools/development"
)

func TestAnEstimateTakesTheSignatureOfADelegationPaddedOrNot(t *testing.T) {
	g := newTarget(t, development.Options{})
	estimate := func(r string) answer {
		return g.call("eth_estimateGas", map[string]any{
			"from": g.chain.Accounts[0].Address, "to": g.chain.Accounts[1].Address,
			"authorizationList": []any{map[string]any{
				"chainId": "0x0", "address": g.chain.Accounts[2].Address, "nonce": "0x0", "yParity": "0x0", "r": r, "s": "0x1",
			}},
		})
	}
	digits := strings.Repeat("7a", 31)
	plain, padded := estimate("0x"+digits), estimate("0x00"+digits)
	if plain.Error != nil || padded.Error != nil || string(plain.Result) != string(padded.Result) {
		t.Fatalf("a quantity gives %s %+v, 32 bytes give %s %+v", plain.Result, plain.Error, padded.Result, padded.Error)
	}
	if short := estimate("0x0" + digits); short.Error == nil {
		t.Errorf("a quantity with a leading zero gives %s", short.Result)
	}
}
