package api_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

// target is a development chain behind a real port.
type target struct {
	t     *testing.T
	chain *development.Chain
	url   string
}

func newTarget(t *testing.T, options development.Options) *target {
	t.Helper()
	options.Accounts = 3
	if options.Registry == nil {
		options.Registry = obicore.Registry()
	}
	running, err := development.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	server := api.New(api.Options{})
	if err := running.Mount(server); err != nil {
		t.Fatal(err)
	}
	listener, err := development.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-served
		if err := running.Close(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return &target{t: t, chain: running, url: "http://" + listener.Addr().String()}
}

type answer struct {
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (g *target) send(body string) (a answer) {
	g.t.Helper()
	response, err := http.Post(g.url, "application/json", strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		g.t.Fatal(err)
	}
	return a
}

func (g *target) call(method string, params ...any) answer {
	g.t.Helper()
	if params == nil {
		params = []any{}
	}
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		g.t.Fatal(err)
	}
	return g.send(string(body))
}

func (g *target) sign(i int, t *ethereum.Transaction) string {
	g.t.Helper()
	signed, err := t.Sign(keccak.Keccak256, ethereum.SignWith(g.chain.Accounts[i].Signer))
	if err != nil {
		g.t.Fatal(err)
	}
	return "0x" + hex.EncodeToString(signed.Encode())
}

// goesOn sends an honest transfer and waits for its receipt.
func (g *target) goesOn(nonce uint64) {
	g.t.Helper()
	raw := g.sign(0, &ethereum.Transaction{Type: 2, ChainID: development.ChainID, Nonce: nonce, Gas: 21_000, To: &chain.Address{1}})
	if a := g.call("eth_sendRawTransactionSync", raw); a.Error != nil {
		g.t.Fatalf("the chain does not go on: %+v", a.Error)
	}
}

func TestHostileTransactionsGetTheDocumentedErrorAndBlocksGoOn(t *testing.T) {
	g := newTarget(t, development.Options{})
	g.goesOn(0)
	to := &chain.Address{1}
	base := func(change func(*ethereum.Transaction)) string {
		transaction := &ethereum.Transaction{Type: 2, ChainID: development.ChainID, Nonce: 0, Gas: 21_000, To: to}
		change(transaction)
		return g.sign(1, transaction)
	}
	valid := base(func(*ethereum.Transaction) {})
	for name, attack := range map[string]struct {
		raw  string
		text string
	}{
		"empty":              {"0x", "typed transaction too short"},
		"one byte":           {"0x02", ""},
		"unknown type":       {"0x7fc0", "transaction type not supported"},
		"unsigned family":    {"0x7ec0", ""},
		"truncated":          {valid[:len(valid)-2], ""},
		"trailing byte":      {valid + "00", ""},
		"not a list":         {"0x02" + strings.Repeat("ff", 40), ""},
		"huge length header": {"0x02ffffffffffffffffff", ""},
		"deep nesting":       {"0x02" + strings.Repeat("c1", 30_000), ""},
		"oversized":          {base(func(x *ethereum.Transaction) { x.Data = make([]byte, 200_000); x.Gas = 10_000_000 }), "oversized data"},
		"wrong chain":        {base(func(x *ethereum.Transaction) { x.ChainID = 1 }), "invalid chain id"},
		"nonce at the end":   {base(func(x *ethereum.Transaction) { x.Nonce = 1<<64 - 2 }), "nonce too far ahead"},
		"gas at the end":     {base(func(x *ethereum.Transaction) { x.Gas = 1<<64 - 1 }), "transaction gas limit too high"},
		"no gas":             {base(func(x *ethereum.Transaction) { x.Gas = 0 }), "intrinsic gas too low"},
		"value of all":       {base(func(x *ethereum.Transaction) { x.Value = chain.Word{0: 0xff} }), "insufficient funds"},
		"fee of all":         {base(func(x *ethereum.Transaction) { x.FeeCap = chain.Word{4: 0xff} }), "insufficient funds"},
		"initcode too long":  {base(func(x *ethereum.Transaction) { x.To = nil; x.Data = make([]byte, 50_000); x.Gas = 16_000_000 }), "max initcode size exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			a := g.call("eth_sendRawTransaction", attack.raw)
			if a.Error == nil || a.Error.Code != -32000 || !strings.Contains(a.Error.Message, attack.text) {
				t.Fatalf("answer %s %+v, want -32000 with %q", a.Result, a.Error, attack.text)
			}
		})
	}
	g.goesOn(1)
	t.Run("replay", func(t *testing.T) {
		if a := g.call("eth_sendRawTransactionSync", valid); a.Error != nil {
			t.Fatalf("%+v", a.Error)
		}
		if a := g.call("eth_sendRawTransaction", valid); a.Error == nil || !strings.Contains(a.Error.Message, "nonce too low") {
			t.Fatalf("a replay was answered with %s %+v", a.Result, a.Error)
		}
	})
	g.goesOn(2)
}

func TestHostileQueriesAreBoundedAndBlocksGoOn(t *testing.T) {
	g := newTarget(t, development.Options{})
	// A contract that loops for ever, and one that fills memory.
	for address, code := range map[string]string{
		"0x00000000000000000000000000000000000000aa": "0x5b600056",
		"0x00000000000000000000000000000000000000bb": "0x5b5a60005260405901600056",
	} {
		if a := g.call("hardhat_setCode", address, code); a.Error != nil {
			t.Fatalf("%+v", a.Error)
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	object := func(to string) map[string]string { return map[string]string{"to": to, "gas": "0xffffffffffffff"} }
	for name, attack := range map[string]struct {
		method string
		params []any
		code   int
	}{
		"endless loop":          {"eth_call", []any{object("0x00000000000000000000000000000000000000aa"), "latest"}, -32000},
		"memory":                {"eth_call", []any{object("0x00000000000000000000000000000000000000bb"), "latest"}, -32000},
		"unknown block":         {"eth_call", []any{object("0x00000000000000000000000000000000000000cc"), "0xffffff"}, -32000},
		"block over int64":      {"eth_getBalance", []any{"0x00000000000000000000000000000000000000cc", "0xffffffffffffffff"}, -32602},
		"short address":         {"eth_getBalance", []any{"0x00", "latest"}, -32602},
		"range of all":          {"eth_getLogs", []any{map[string]string{"fromBlock": "0x0", "toBlock": "0x7fffffffffffffff"}}, -32602},
		"range backwards":       {"eth_getLogs", []any{map[string]string{"fromBlock": "0x5", "toBlock": "0x1"}}, -32602},
		"too many topics":       {"eth_getLogs", []any{map[string]any{"topics": []any{nil, nil, nil, nil, nil}}}, -32602},
		"unknown filter":        {"eth_getFilterChanges", []any{"0xdead"}, -32000},
		"percentiles":           {"eth_feeHistory", []any{"0x1", "latest", []float64{50, 10}}, -32602},
		"many blocks":           {"hardhat_mine", []any{"0xffffffff"}, -32005},
		"unknown method":        {"eth_stealAll", nil, -32601},
		"data and input differ": {"eth_call", []any{map[string]string{"data": "0x01", "input": "0x02"}, "latest"}, -32000},
	} {
		t.Run(name, func(t *testing.T) {
			if a := g.call(attack.method, attack.params...); a.Error == nil || a.Error.Code != attack.code {
				t.Fatalf("answer %.80s %+v, want code %d", a.Result, a.Error, attack.code)
			}
		})
	}
	t.Run("filters are bounded", func(t *testing.T) {
		refused := 0
		for range 1100 {
			if a := g.call("eth_newBlockFilter"); a.Error != nil {
				refused++
			}
		}
		if refused != 100 {
			t.Fatalf("%d of 1,100 filters were refused", refused)
		}
	})
	runtime.GC()
	runtime.ReadMemStats(&after)
	if growth := int64(after.HeapAlloc) - int64(before.HeapAlloc); growth > 64<<20 {
		t.Fatalf("the heap grew by %d bytes", growth)
	}
	g.goesOn(0)
}

func TestAChainOnDiskRefusesToBeEdited(t *testing.T) {
	g := newTarget(t, development.Options{Directory: t.TempDir()})
	for method, params := range map[string][]any{
		"evm_snapshot": {}, "evm_revert": {"0x1"}, "evm_increaseTime": {1}, "hardhat_setBalance": {chain.Address{1}, "0x1"},
		"hardhat_impersonateAccount": {chain.Address{1}}, "anvil_setCode": {chain.Address{1}, "0x00"}, "evm_setAutomine": {true},
	} {
		if a := g.call(method, params...); a.Error == nil || !strings.Contains(a.Error.Message, "without --data") {
			t.Errorf("%s: %s %+v", method, a.Result, a.Error)
		}
	}
	if a := g.call("evm_mine"); a.Error != nil {
		t.Errorf("evm_mine: %+v", a.Error)
	}
}

func TestTwoChainsAreServedOnOnePortAndStopAlone(t *testing.T) {
	server := api.New(api.Options{})
	var chains []*development.Chain
	for _, options := range []development.Options{{Name: "first", Crypto: "standard"}, {Name: "second", Crypto: "gm"}} {
		options.Registry, options.Accounts = obicore.Registry(), 1
		running, err := development.Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		defer running.Close(t.Context())
		if err := running.Mount(server); err != nil {
			t.Fatal(err)
		}
		chains = append(chains, running)
	}
	listener, err := development.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener) //nolint:errcheck // ends with Close
	defer server.Close()
	ask := func(path string) (int, string) {
		response, err := http.Post("http://"+listener.Addr().String()+path, "application/json",
			bytes.NewReader([]byte(`{"jsonrpc":"2.0","id":1,"method":"cl_chain","params":[]}`)))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var text bytes.Buffer
		if _, err := text.ReadFrom(response.Body); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, text.String()
	}
	for path, name := range map[string]string{"/": "first", "/chain/first": "first", "/chain/second": "second"} {
		if status, text := ask(path); status != 200 || !strings.Contains(text, fmt.Sprintf(`"name":"%s"`, name)) {
			t.Fatalf("%s: %d %s", path, status, text)
		}
	}
	if err := server.Unmount("first"); err != nil {
		t.Fatal(err)
	}
	if err := chains[0].Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, _ := ask("/chain/first"); status != http.StatusNotFound {
		t.Fatalf("a stopped chain is still served: %d", status)
	}
	if status, text := ask("/chain/second"); status != 200 {
		t.Fatalf("the other chain stopped too: %d %s", status, text)
	}
}
