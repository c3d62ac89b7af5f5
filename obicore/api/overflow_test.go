package api_test

import (
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestWhatAFullBalanceCannotHoldIsBurntAndBlocksGoOn(t *testing.T) {
	g := newTarget(t, development.Options{})
	full, from := "0x"+strings.Repeat("f", 64), g.chain.Accounts[0].Address
	rich, miner := chain.Address{0xaa}, chain.Address{0xbb}
	forwarder := chain.Address{0xcc} // gives what it gets to rich: CALL(gas, rich, callvalue, 0, 0, 0, 0)
	g.value("hardhat_setBalance", rich, full)
	g.value("hardhat_setBalance", miner, full)
	g.value("hardhat_setCoinbase", miner)
	g.value("hardhat_setCode", forwarder, "0x60006000600060003473"+strings.TrimPrefix(rich.String(), "0x")+"5af1")
	before := g.value("eth_getBalance", from, "latest")
	for _, to := range []chain.Address{rich, forwarder} {
		receipt := g.await(map[string]any{"from": from, "to": to, "value": "0x5", "gas": "0x20000", "gasPrice": "0x10"})
		if receipt["status"] != "0x1" {
			t.Errorf("to %s: %v", to, receipt)
		}
	}
	for _, owner := range []chain.Address{rich, miner} {
		if have := g.value("eth_getBalance", owner, "latest"); have != full {
			t.Errorf("%s has %s", owner, have)
		}
	}
	if after := g.value("eth_getBalance", from, "latest"); after == before {
		t.Error("the sender has paid nothing")
	}
	if have := g.value("eth_getBalance", forwarder, "latest"); have != "0x0" {
		t.Errorf("the forwarder keeps %s", have)
	}
	if err := g.chain.Replay(t.Context(), func(float64) {}); err != nil {
		t.Errorf("the chain does not replay: %v", err)
	}
}
