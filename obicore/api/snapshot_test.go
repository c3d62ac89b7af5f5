package api_test

import (
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestSnapshotsShareAPoolThatStaysAndAreRefusedWhenTheyHoldTooMuch(t *testing.T) {
	g := newTarget(t, development.Options{})
	g.value("evm_setAutomine", false)
	send := func(nonce uint64) {
		g.value("eth_sendRawTransaction", g.sign(0, &ethereum.Transaction{
			Type: 2, ChainID: development.ChainID, Nonce: nonce, Gas: 2_000_000, To: &chain.Address{1}, Data: make([]byte, 120_000),
		}))
	}
	first := g.value("evm_snapshot")
	for nonce := range uint64(10) {
		send(nonce)
	}
	for range 200 { // 240 MB if each had its own
		g.value("evm_snapshot")
	}
	refused := ""
	for nonce := uint64(10); nonce < 60 && refused == ""; nonce++ {
		send(nonce)
		if a := g.call("evm_snapshot"); a.Error != nil {
			refused = a.Error.Message
		}
	}
	if !strings.Contains(refused, "revert to one of them") {
		t.Fatalf("50 snapshots of a growing pool: %q", refused)
	}
	if g.value("evm_revert", first) != "true" {
		t.Fatal("not reverted")
	}
	if pending, queued := g.chain.Pool().Count(); pending+queued != 0 {
		t.Fatalf("%d transactions wait after the revert", pending+queued)
	}
	g.value("evm_snapshot")
}
