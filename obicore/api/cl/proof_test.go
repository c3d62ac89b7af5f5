package cl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api/cl"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/sdk/light"
	"github.com/credibleledger/credibleledger/sdk/proof"
	"github.com/credibleledger/credibleledger/tools/development"
)

// served is a development chain behind the methods of this package.
type served struct {
	*development.Chain
	t      *testing.T
	server http.Handler
	nonce  uint64
}

func serve(t *testing.T, options development.Options) *served {
	t.Helper()
	options.Accounts, options.Registry = 2, obicore.Registry()
	c, err := development.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	registry := jsonrpc.NewRegistry()
	if err := cl.New(c.Chain).Register(registry); err != nil {
		t.Fatal(err)
	}
	server := jsonrpc.New(registry, jsonrpc.Options{})
	t.Cleanup(func() {
		server.Close()                //nolint:errcheck // the end of the test
		c.Close(context.Background()) //nolint:errcheck // the end of the test
	})
	return &served{Chain: c, t: t, server: server}
}

type answer struct {
	Result json.RawMessage
	Error  struct {
		Code    int
		Message string
	}
}

func (s *served) call(method string, params ...any) (a answer) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		s.t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	call := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://localhost/", bytes.NewReader(body))
	call.Header.Set("Content-Type", "application/json")
	s.server.ServeHTTP(recorder, call)
	if err := json.Unmarshal(recorder.Body.Bytes(), &a); err != nil {
		s.t.Fatalf("%s: %v", recorder.Body, err)
	}
	return a
}

// proved asks for a document and verifies it with nothing but the genesis and the hash
// of its block.
func (s *served) proved(request map[string]any) *proof.Finding {
	s.t.Helper()
	a := s.call("cl_getProof", request)
	document, err := proof.Decode(a.Result)
	if err != nil {
		s.t.Fatalf("%v: %v %+v", request, err, a.Error)
	}
	trust, err := proof.FromGenesis(s.Genesis(), s.Suite())
	if err != nil {
		s.t.Fatal(err)
	}
	zero, err := s.Ledger().Header(0)
	if err != nil {
		s.t.Fatal(err)
	}
	trust.Headers = []chain.Hash{zero.Hash(s.Suite())}
	finding, err := proof.Verify(document, trust, light.ProofOptions(obicore.Registry()))
	if err != nil || len(finding.Assumed) > 0 {
		s.t.Fatalf("%v: %+v %v", request, finding, err)
	}
	return finding
}

// send includes a transaction of the first account and returns its id.
func (s *served) send(change func(*ethereum.Transaction)) chain.Hash {
	s.t.Helper()
	t := ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: development.ChainID, Nonce: s.nonce, Gas: 200_000,
		FeeCap: chain.WordFromUint64(1 << 40), To: &chain.Address{0xbe, 0xef}, Value: chain.WordFromUint64(7),
	}
	change(&t)
	signed, err := t.Sign(keccak.Keccak256, ethereum.SignWith(s.Accounts[0].Signer))
	if err != nil {
		s.t.Fatal(err)
	}
	s.nonce++
	events := s.Subscribe(8)
	defer events.Close()
	id, err := s.Submit(s.t.Context(), signed.Encode())
	if err != nil {
		s.t.Fatal(err)
	}
	for {
		if _, _, err := s.Transaction(id); err == nil {
			return id
		}
		<-events.Events
	}
}

func (s *served) refuse(code int, words string, request any) {
	s.t.Helper()
	if a := s.call("cl_getProof", request); a.Error.Code != code || !strings.Contains(a.Error.Message, words) {
		s.t.Errorf("%v: want %d and %q, have %+v %.100s", request, code, words, a.Error, a.Result)
	}
}

func TestWhatAChainWithoutRootDelayHoldsIsProved(t *testing.T) {
	for _, crypto := range []string{"standard", "gm"} {
		for _, commitment := range []string{obicore.BinaryTree, obicore.MerklePatricia} {
			t.Run(crypto+" "+commitment, func(t *testing.T) {
				proveAll(t, serve(t, development.Options{Crypto: crypto, Commitment: commitment}))
			})
		}
	}
}

func proveAll(t *testing.T, s *served) {
	paid := s.send(func(*ethereum.Transaction) {})
	storing := s.send(func(x *ethereum.Transaction) {
		x.To, x.Data, x.Value = nil, []byte{0x60, 0x2a, 0x60, 0x05, 0x55}, chain.Word{}
	})
	failed := s.send(func(x *ethereum.Transaction) { x.To, x.Data = nil, []byte{0xfe} })
	head := s.Head().Header.Height
	recipient := chain.Address{0xbe, 0xef}

	account := s.proved(map[string]any{"account": recipient})
	value, err := chain.DecodeAccount(account.Entries[0].Value)
	if err != nil || value.Balance != chain.WordFromUint64(7) || account.Height != head {
		t.Errorf("%+v %v", account, err)
	}
	if before := s.proved(map[string]any{"account": recipient, "block": "0x0"}); before.Height != 0 || len(before.Entries[0].Value) > 0 {
		t.Errorf("%+v", before)
	}
	contract := created(t, s, storing)
	slots := s.proved(map[string]any{"account": contract, "slots": []chain.Hash{{31: 5}, {31: 6}, {31: 5}}, "block": "latest"})
	if have := slots.Entries; len(have) != 3 || !bytes.Equal(have[1].Value, []byte{42}) || len(have[2].Value) > 0 {
		t.Errorf("%+v", have)
	}
	keys := []chain.StateKey{chain.ParametersKey, chain.CodeKey(chain.ParametersKey.Owner), chain.AccountKey(chain.Address{0x99})}
	raw := make([]chain.Bytes, len(keys))
	for i := range keys {
		raw[i] = keys[i].Encode()
	}
	slices.SortFunc(keys, chain.StateKey.Compare)
	for i, entry := range s.proved(map[string]any{"keys": raw, "block": "0x1"}).Entries {
		if entry.Key != keys[i] || len(entry.Value) > 0 != (keys[i].Owner == chain.ParametersKey.Owner) {
			t.Errorf("%+v", entry)
		}
	}
	for id, status := range map[chain.Hash]chain.Status{paid: chain.StatusSucceeded, failed: chain.StatusFailed} {
		if have := s.proved(map[string]any{"receipt": id}).Transaction; have.ID != id || have.Receipt.Status != status {
			t.Errorf("%+v", have)
		}
	}
	if have := s.proved(map[string]any{"transaction": paid}); have.Height != 1 || have.Transaction.Verified.Sender != s.Accounts[0].Address {
		t.Errorf("%+v", have)
	}
	if have := s.proved(map[string]any{"header": "latest"}); have.Height != head || have.Hash != s.Head().Hash {
		t.Errorf("%+v", have)
	}
	if have := s.proved(map[string]any{"header": map[string]any{"blockHash": s.Head().Hash}}); have.Height != head {
		t.Errorf("%+v", have)
	}
}

// created returns the contract that a transaction has made.
func created(t *testing.T, s *served, id chain.Hash) chain.Address {
	t.Helper()
	block, index, err := s.Transaction(id)
	if err != nil {
		t.Fatal(err)
	}
	for _, write := range block.Results.Transactions[index].Writes {
		if write.Key.Space == chain.SpaceStorage {
			return write.Key.Owner
		}
	}
	t.Fatal("nothing is stored")
	return chain.Address{}
}

func TestThePositionalFormAnswersAsBefore(t *testing.T) {
	s := serve(t, development.Options{})
	s.send(func(*ethereum.Transaction) {})
	var have struct{ Height, StateRoot, Kind, Key, Value, Path string }
	a := s.call("cl_getProof", chain.Address{0xbe, 0xef}, nil, "latest")
	if err := json.Unmarshal(a.Result, &have); err != nil || have.Height != "0x1" || have.Kind != "binary/1" || have.StateRoot != s.Head().Header.StateRoot.String() {
		t.Errorf("%+v %+v %v", have, a.Error, err)
	}
	if a := s.call("cl_getProof", chain.Address{0xbe, 0xef}, chain.Hash{}, "0x1"); !strings.Contains(string(a.Result), `"value":"0x"`) {
		t.Errorf("%s %+v", a.Result, a.Error)
	}
}

func TestWhatCannotBeProvedIsRefusedWithItsReason(t *testing.T) {
	s := serve(t, development.Options{})
	id := s.send(func(*ethereum.Transaction) {})
	owner := chain.Address{1}
	s.refuse(jsonrpc.InvalidParams, "exactly one", map[string]any{})
	s.refuse(jsonrpc.InvalidParams, "exactly one", map[string]any{"receipt": id, "transaction": id})
	s.refuse(jsonrpc.InvalidParams, "exactly one", map[string]any{"keys": []string{}, "slots": []string{}})
	s.refuse(jsonrpc.InvalidParams, "exactly one", map[string]any{"receipt": id, "block": "latest"})
	s.refuse(jsonrpc.InvalidParams, "unknown field", map[string]any{"acount": owner})
	s.refuse(jsonrpc.InvalidParams, "no keys", map[string]any{"keys": []string{}})
	s.refuse(jsonrpc.InvalidParams, "keys[1]", map[string]any{"keys": []string{"0x" + strings.Repeat("00", 21), "0x00"}})
	s.refuse(jsonrpc.InvalidParams, "at most 1024", map[string]any{"account": owner, "slots": make([]chain.Hash, ledger.MaxMultiProofKeys)})
	s.refuse(jsonrpc.InvalidParams, "at most 1024", map[string]any{"keys": make([]chain.Bytes, ledger.MaxMultiProofKeys+1)})
	s.refuse(-32001, "nothing of that name", map[string]any{"receipt": chain.Hash{1}})
	s.refuse(-32001, "nothing of that name", map[string]any{"transaction": chain.Hash{1}})
	s.refuse(-32001, "nothing of that name", map[string]any{"header": "0x10"})
	s.refuse(-32001, "nothing of that name", map[string]any{"account": owner, "block": "0x10"})
	s.refuse(-32001, "nothing of that name", map[string]any{"account": owner, "block": chain.Hash{1}})
	for range 3 {
		s.send(func(*ethereum.Transaction) {})
	}
	if err := s.Ledger().(ledger.Pruner).Prune(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	s.refuse(jsonrpc.ResourceUnavailable, "no longer keeps", map[string]any{"account": owner, "block": "0x1"})
	s.proved(map[string]any{"header": "0x1"}) // the set is still known
}
