package api_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
	"github.com/credibleledger/credibleledger/tools/development"
)

// native signs a native transaction of an account of the chain and returns it raw.
func (g *target) native(account int, change func(*native.Transaction)) string {
	g.t.Helper()
	to := chain.Address{0xbe, 0xef}
	content := &native.Transaction{
		Identity: g.chain.Identity(), Sender: g.chain.Accounts[account].Address, Gas: 100_000,
		Calls: []chain.Call{{To: &to, Value: chain.WordFromUint64(1)}},
	}
	change(content)
	signed, err := content.Sign(g.chain.Suite(), g.chain.Accounts[account].Signer)
	if err != nil {
		g.t.Fatal(err)
	}
	return "0x" + hex.EncodeToString(signed.Encode())
}

func TestABlockWithNativeTransactionsReadsLikeOneOfEthereum(t *testing.T) {
	g := newTarget(t, development.Options{})
	raw := g.native(0, func(c *native.Transaction) {
		c.Lane, c.Calls = 9, append(c.Calls, c.Calls[0])
	})
	a := g.call("eth_sendRawTransactionSync", raw)
	if a.Error != nil {
		t.Fatalf("%+v", a.Error)
	}
	var receipt struct{ TransactionHash, Type, Status, BlockNumber string }
	if err := json.Unmarshal(a.Result, &receipt); err != nil || receipt.Type != "0x2" || receipt.Status != "0x1" {
		t.Fatalf("%s: %v", a.Result, err)
	}
	var block struct {
		Transactions []struct {
			Hash, From, Type, EnvelopeType, R, S, V string
			Native                                  *native.Transaction
		}
	}
	a = g.call("eth_getBlockByNumber", receipt.BlockNumber, true)
	if err := json.Unmarshal(a.Result, &block); err != nil || len(block.Transactions) != 1 {
		t.Fatalf("%s: %v", a.Result, err)
	}
	shown := block.Transactions[0]
	if shown.Hash != receipt.TransactionHash || shown.Type != "0x2" || shown.EnvelopeType != "0x43" || shown.R != "0x0" || shown.S != "0x0" || shown.V != "0x0" {
		t.Errorf("%+v", shown)
	}
	if n := shown.Native; n == nil || n.Lane != 9 || len(n.Calls) != 2 || "0x"+hex.EncodeToString(n.Encode()) != raw {
		t.Errorf("the native view is %+v", n)
	}
	for number, want := range map[string]string{"0x9": `"0x1"`, "0xa": `"0x0"`, "0x0": `"0x0"`} {
		if a := g.call("cl_getNonce", g.chain.Accounts[0].Address, number, "pending"); string(a.Result) != want {
			t.Errorf("the nonce of lane %s is %s, want %s: %+v", number, a.Result, want, a.Error)
		}
	}
	if a := g.call("cl_getNonce", g.chain.Accounts[0].Address, "0xffffffffffffffff"); a.Error == nil {
		t.Errorf("the unordered lane has nonce %s", a.Result)
	}
}

func TestManyTransactionsGoInAtOnceEachWithItsAnswer(t *testing.T) {
	g := newTarget(t, development.Options{})
	if a := g.call("evm_setAutomine", false); a.Error != nil {
		t.Fatalf("%+v", a.Error)
	}
	var raws []string
	for nonce := range uint64(300) {
		raws = append(raws, g.native(0, func(c *native.Transaction) { c.Lane, c.Nonce = 1+nonce%3, nonce/3 }))
	}
	forged, err := hex.DecodeString(raws[7][2:])
	if err != nil {
		t.Fatal(err)
	}
	forged[len(forged)-9] ^= 1 // in the signature
	raws = append(raws, "0x"+hex.EncodeToString(forged), "0x43c0", raws[3])
	var answers []struct{ ID, Error string }
	a := g.call("cl_sendTransactions", raws)
	if err := json.Unmarshal(a.Result, &answers); err != nil || len(answers) != len(raws) {
		t.Fatalf("%s: %v", a.Result, err)
	}
	for i, answer := range answers {
		switch {
		case i < 300 && (answer.Error != "" || answer.ID == ""):
			t.Fatalf("transaction %d: %+v", i, answer)
		case i == 300 && !strings.Contains(answer.Error, "sender"), i == 301 && answer.Error == "", i == 302 && (answer.Error != "already known" || answer.ID == ""):
			t.Errorf("transaction %d: %+v", i, answer)
		}
	}
	if a := g.call("evm_mine"); a.Error != nil {
		t.Fatalf("%+v", a.Error)
	}
	if a := g.call("eth_getBlockTransactionCountByNumber", "latest"); string(a.Result) != fmt.Sprintf(`"%#x"`, 300) {
		t.Errorf("the block holds %s transactions", a.Result)
	}
	if a := g.call("cl_sendTransactions", make([]string, 1001)); a.Error == nil {
		t.Error("more than a thousand are taken")
	}
}
