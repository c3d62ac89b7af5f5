package node_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

func TestTwoChainsOfDifferentSuitesRunInOneProcessAndStopAlone(t *testing.T) {
	standard, gm := newFixture(t, "standard", nil), newFixture(t, "gm", nil)
	first, second := standard.open(), gm.open()
	to := chain.Address{0xab}
	a, _ := await(t, first, standard.wallets[0].transfer(t, to, 1))
	b, _ := await(t, second, gm.wallets[0].transfer(t, to, 2))
	if a.Header.Chain == b.Header.Chain {
		t.Fatal("two chains with one identity")
	}
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, second, gm.wallets[0].transfer(t, to, 3))
	if have := balance(t, second, second.Head().Header.Height, to); have != 5 {
		t.Fatalf("balance %d after the other chain stopped", have)
	}
}
