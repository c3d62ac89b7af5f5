package cli_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

type sent struct {
	Hash    string
	Receipt struct {
		Status, BlockNumber string
		ContractAddress     string
		From, To            string
	}
	Revert *struct{ Reason, Data string }
}

func TestAKeystoreAccountAndAnUnlockedOneSend(t *testing.T) {
	chain := network(t)
	passphrase := write(t, "passphrase", "correct horse")
	must(t, "account", "import", "--light", "--key-file", write(t, "key", secret), "--passphrase-file", passphrase)
	first := decode[sent](t, "send", "--to", address, "--value", "1.5ether")
	if first.Receipt.Status != "0x1" || !strings.EqualFold(first.Receipt.From, chain.Accounts[0].Address.String()) {
		t.Errorf("%+v", first)
	}
	own := decode[sent](t, "send", "--from", address, "--passphrase-file", passphrase, "--to", chain.Accounts[1].Address.String(), "--value", "1ether")
	if own.Receipt.Status != "0x1" || !strings.EqualFold(own.Receipt.From, address) {
		t.Errorf("%+v", own)
	}
	for _, text := range []string{must(t, "tx", own.Hash), must(t, "--lang", "zh", "tx", own.Hash)} {
		if !strings.Contains(text, own.Hash) || !strings.Contains(text, "1000000000000000000") {
			t.Errorf("%s", text)
		}
	}
	block := decode[struct {
		Hash         string
		Transactions []string
	}](t, "block", "2")
	again := decode[struct{ Hash string }](t, "block", block.Hash)
	if len(block.Transactions) != 1 || block.Transactions[0] != own.Hash || again.Hash != block.Hash {
		t.Errorf("%+v, by hash %+v", block, again)
	}
	if text := must(t, "block"); !strings.Contains(text, own.Hash) {
		t.Errorf("%s", text)
	}
}

func TestContractsAreDeployedCalledAndSentTo(t *testing.T) {
	network(t)
	number := "000000000000000000000000000000000000000000000000000000000000002a"
	contract := decode[sent](t, "deploy", write(t, "answer.hex", "0x"+answering(0xf3, number)+"\n")).Receipt.ContractAddress
	for want, arguments := range map[string][]string{
		"42\n":               {"--signature", "answer(uint256,string)(uint256)", "1", "a, b"},
		"0x" + number + "\n": {"--signature", "answer()"},
	} {
		if got := must(t, append([]string{"call", "--to", contract}, arguments...)...); got != want {
			t.Errorf("%v: %q, want %q", arguments, got, want)
		}
	}
	if values := decode[struct{ Values []string }](t, "call", "--to", contract, "--signature", "a()(int8)").Values; len(values) != 1 || values[0] != "42" {
		t.Errorf("%v", values)
	}
	if s := decode[sent](t, "send", "--to", contract, "--signature", "set(int256[])", "--", "[-1,2]"); s.Receipt.Status != "0x1" {
		t.Errorf("%+v", s)
	}
	refused(t, 1, "CL-CALL-001", "bool", "call", "--to", contract, "--signature", "a()(bool)")
	refused(t, 1, "CL-CALL-001", "no contract", "call", "--to", address, "--signature", "a()(bool)")
	refused(t, 2, "CL-CLI-003", "uint7", "call", "--to", contract, "--signature", "a(uint7)")
	refused(t, 2, "CL-CLI-003", "1 arguments", "call", "--to", contract, "--signature", "a()", "1")
	refused(t, 2, "CL-CLI-003", "hexadecimal", "call", "--to", contract, "--data", "0xzz")
	refused(t, 2, "CL-CLI-003", "--to", "call", "--data", "0x")
	for _, block := range []string{"first", "0x", "0xzz", "-1", "99999999999999999999999", contract} {
		refused(t, 2, "CL-CLI-003", "no height", "call", "--to", contract, "--block="+block)
		refused(t, 2, "CL-CLI-003", "no height", "block", "--", block)
	}
	refused(t, 2, "CL-CLI-003", "not a hash", "tx", "0x1234")
	refused(t, 2, "CL-CLI-003", "amount", "send", "--to", contract, "--value", "1.5")
}

func TestConstructorArgumentsFollowTheBytecode(t *testing.T) {
	network(t)
	want := "0x0000000000000000000000000000000000000000000000000000000000000007" + "6869" + strings.Repeat("00", 30)
	inputs := `"abi":[{"type":"constructor","inputs":[{"type":"uint256"},{"type":"bytes2"}]}]`
	for name, arguments := range map[string][]string{
		"hardhat": {write(t, "a.json", `{"_format":"hh-sol-artifact-1",`+inputs+`,"bytecode":"0x`+storing+`"}`)},
		"foundry": {write(t, "b.json", `{`+inputs+`,"bytecode":{"object":"0x`+storing+`","linkReferences":{}}}`)},
		"text":    {write(t, "c.hex", storing), "--constructor", "(uint256,bytes2)"},
	} {
		contract := decode[sent](t, append([]string{"deploy", "--args", "7", "--args", "0x6869"}, arguments...)...).Receipt.ContractAddress
		var code string
		client := rpcclient.New(os.Getenv("CREDIBLE_RPC"))
		if err := client.Call(t.Context(), &code, "eth_getCode", contract, "latest"); err != nil || code != want {
			t.Errorf("%s: %s, %v", name, code, err)
		}
	}
	refused(t, 1, "CL-DEPLOY-001", "0 arguments", "deploy", write(t, "a.json", `{`+inputs+`,"bytecode":"0x`+storing+`"}`))
	refused(t, 1, "CL-DEPLOY-001", "libraries", "deploy", write(t, "a.hex", "6000__$2c5f$__"))
	refused(t, 1, "CL-DEPLOY-001", "empty", "deploy", write(t, "a.json", `{"abi":[],"bytecode":"0x"}`))
	refused(t, 1, "CL-DEPLOY-001", "no bytecode", "deploy", write(t, "a.json", `{"abi":[]}`))
	refused(t, 1, "CL-DEPLOY-001", "JSON", "deploy", write(t, "a.json", `{"abi":`))
	refused(t, 1, "CL-DEPLOY-001", "no such file", "deploy", "/nowhere.json")
}

func TestRevertReasonsAreShown(t *testing.T) {
	network(t)
	contract := decode[sent](t, "deploy", write(t, "refuse.hex", answering(0xfd, reason))).Receipt.ContractAddress
	refused(t, 1, "CL-RPC-004", "no luck", "call", "--to", contract)
	refused(t, 1, "CL-RPC-004", "no luck", "send", "--to", contract)

	o := run(t, "", "send", "--to", contract, "--gas", "100000", "-o", "json")
	var failed sent
	if err := json.Unmarshal([]byte(o.out), &failed); err != nil {
		t.Fatal(err, o)
	}
	if o.code != 1 || !strings.Contains(o.errors, "CL-SEND-003") || failed.Receipt.Status != "0x0" || failed.Revert == nil || failed.Revert.Reason != "no luck" {
		t.Errorf("%+v %+v", o, failed)
	}
	if text := must(t, "tx", failed.Hash); !strings.Contains(text, "failed") || !strings.Contains(text, "no luck") {
		t.Errorf("%s", text)
	}
	if report := decode[struct{ Revert struct{ Reason string } }](t, "tx", failed.Hash); report.Revert.Reason != "no luck" {
		t.Errorf("%+v", report)
	}
}

func TestWhatTheNodeDoesNotHaveIsRefused(t *testing.T) {
	network(t)
	none := "0x" + strings.Repeat("12", 32)
	refused(t, 1, "CL-RPC-003", none, "tx", none)
	refused(t, 1, "CL-RPC-003", "77", "block", "77")
	refused(t, 1, "CL-RPC-002", "", "call", "--to", address, "--block", none)
	refused(t, 1, "CL-SEND-001", "account", "send", "--from", address, "--to", address)
	refused(t, 1, "CL-RPC-001", "credible dev", "block", "--rpc", "http://127.0.0.1:1")
}

// TestATransactionThatIsNotIncludedIsNotCalledFailed sends with a nonce that is too
// high, so that it waits in the pool.
func TestATransactionThatIsNotIncludedIsNotCalledFailed(t *testing.T) {
	network(t)
	passphrase := write(t, "passphrase", "correct horse")
	must(t, "account", "import", "--light", "--key-file", write(t, "key", secret), "--passphrase-file", passphrase)
	must(t, "send", "--to", address, "--value", "1ether")
	o := run(t, "", "send", "--from", address, "--passphrase-file", passphrase, "--to", address, "--nonce", "5", "--timeout", "300ms")
	if o.code != 1 || !strings.Contains(o.errors, "CL-SEND-002") || !strings.Contains(o.errors, "waits for nonce") {
		t.Fatalf("%+v", o)
	}
	_, after, _ := strings.Cut(o.errors, "credible tx ")
	id, _, _ := strings.Cut(after, " ")
	if text := must(t, "tx", id); !strings.Contains(text, "none yet") {
		t.Errorf("%s", text)
	}
}

// TestANodeWithoutTheWaitingCallIsPolled puts a proxy that hides one method in front.
func TestANodeWithoutTheWaitingCallIsPolled(t *testing.T) {
	network(t)
	passphrase := write(t, "passphrase", "correct horse")
	must(t, "account", "import", "--light", "--key-file", write(t, "key", secret), "--passphrase-file", passphrase)
	must(t, "send", "--to", address, "--value", "1ether")
	t.Setenv("CREDIBLE_RPC", hide(t, "eth_sendRawTransactionSync"))
	if s := decode[sent](t, "send", "--from", address, "--passphrase-file", passphrase, "--to", address); s.Receipt.Status != "0x1" {
		t.Errorf("%+v", s)
	}
}

// TestAnswersThatAreNotJSONRPCAreRefused asks servers that are something else.
func TestAnswersThatAreNotJSONRPCAreRefused(t *testing.T) {
	for _, body := range []string{"", "<html>", `{"jsonrpc":"2.0","id":99,"result":"0x1"}`, "[]", "null"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) })) //nolint:errcheck // a test
		refused(t, 1, "CL-RPC-001", "answer", "block", "--rpc", server.URL)
		server.Close()
	}
}
