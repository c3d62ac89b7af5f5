package eth_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

// The hashes of nothing, as Ethereum has them.
var (
	emptyTrie = keccak.Keccak256([]byte{0x80})
	emptyCode = keccak.Keccak256()
)

// proved is an answer of eth_getProof.
type proved struct {
	Address      chain.Address
	AccountProof []quantity.Bytes
	Balance      quantity.Word
	CodeHash     chain.Hash
	Nonce        quantity.Uint64
	StorageHash  chain.Hash
	StorageProof []struct {
		Key   string
		Value quantity.Word
		Proof []quantity.Bytes
	}
}

// entry is the account that the answer tells of, nothing when there is none.
func (p *proved) entry() []byte {
	account := chain.Account{Nonce: uint64(p.Nonce), Balance: p.Balance.Value(), CodeHash: p.CodeHash}
	if p.CodeHash == emptyCode {
		account.CodeHash = chain.Hash{}
	}
	if account == (chain.Account{}) {
		return nil
	}
	return account.Encode()
}

// pathOf joins the nodes of an answer as cl_getProof does.
func pathOf(ways ...[]quantity.Bytes) []byte {
	var payload []byte
	for _, way := range ways {
		var items []byte
		for _, node := range way {
			items = rlp.AppendBytes(items, node)
		}
		payload = rlp.AppendList(payload, items)
	}
	return rlp.AppendList(nil, payload)
}

// verify holds one entry against the stateRoot of a block; the oracle module does so
// with go-ethereum's verifier.
func verify(t *testing.T, root chain.Hash, key chain.StateKey, value, path []byte) {
	t.Helper()
	claim := ledger.Proof{Kind: merklepatricia.Kind, Key: key, Value: value, Path: path}
	if err := merklepatricia.New(nil).Verify(root, claim); err != nil {
		t.Fatalf("%x is not %x: %v", key.Encode(), value, err)
	}
}

// checkProof asks for a proof and verifies it under the stateRoot of the block.
func (s *served) checkProof(height uint64, owner chain.Address, slots ...chain.Word) *proved {
	s.t.Helper()
	t := s.t.(*testing.T)
	var block struct{ StateRoot chain.Hash }
	s.into(&block, "eth_getBlockByNumber", quantity.Uint64(height), false)
	p, texts := &proved{}, make([]string, len(slots))
	for i, slot := range slots {
		texts[i] = quantity.Word(slot).String()
	}
	s.into(p, "eth_getProof", owner, texts, quantity.Uint64(height))
	if p.Address != owner || len(p.StorageProof) != len(slots) {
		t.Fatalf("asked about %s and %v: %+v", owner, slots, p)
	}
	verify(t, block.StateRoot, chain.AccountKey(owner), p.entry(), pathOf(p.AccountProof, nil))
	for i, slot := range p.StorageProof {
		value := slot.Value.Value()
		path := pathOf(p.AccountProof, slot.Proof)
		verify(t, block.StateRoot, chain.StorageKey(owner, slots[i]), bytes.TrimLeft(value[:], "\x00"), path)
		root := emptyTrie
		if len(slot.Proof) > 0 {
			root = keccak.Keccak256(slot.Proof[0])
		}
		if p.StorageHash != root {
			t.Fatalf("block %d, slot %v: its proof begins at %s, the storage at %s", height, slots[i], root, p.StorageHash)
		}
	}
	return p
}

func (s *served) into(value any, method string, params ...any) {
	s.t.Helper()
	a := s.call(method, params...)
	if a.Error.Message != "" {
		s.t.Fatalf("%s: %s", method, a.Error.Message)
	}
	if err := json.Unmarshal(a.Result, value); err != nil {
		s.t.Fatalf("%s: %v: %s", method, err, a.Result)
	}
}

// writer makes a contract that stores the second word of its input in the slot that the
// first one names.
var writer = []byte{0x66, 0x60, 0x20, 0x35, 0x5f, 0x35, 0x55, 0, 0x5f, 0x52, 0x60, 7, 0x60, 25, 0xf3}

// writing is the input that stores a value in a slot.
func writing(slot, value uint64) []byte {
	at, stored := chain.WordFromUint64(slot), chain.WordFromUint64(value)
	return append(at[:], stored[:]...)
}

// servePatricia is a development chain with Ethereum's trie and a contract that writes.
func servePatricia(t *testing.T, suite string) (s *served, contract chain.Address) {
	t.Helper()
	s = serve(t, development.Options{Crypto: suite, Commitment: obicore.MerklePatricia}, eth.Settings{}, jsonrpc.Options{})
	s.send(nil, writer)
	return s, ethereum.ContractAddress(s.Accounts[0].Address, 0, keccak.Keccak256)
}

func TestProofsVerifyUnderTheStateRootOfEveryBlock(t *testing.T) {
	for _, suite := range []string{"standard", "gm"} {
		t.Run(suite, func(t *testing.T) {
			s, contract := servePatricia(t, suite)
			var slots []chain.Word
			for n := range uint64(4) {
				slots = append(slots, chain.WordFromUint64(n))
			}
			for n := range uint64(20) {
				s.send(&contract, writing(n%4, n*n%7))
			}
			present := 0
			for height := range s.Head().Header.Height + 1 {
				if p := s.checkProof(height, contract, slots...); p.StorageHash != emptyTrie {
					present++
				}
				for _, owner := range []chain.Address{s.Accounts[0].Address, s.Accounts[1].Address, {0x99}, chain.ParametersKey.Owner} {
					s.checkProof(height, owner, slots[1])
				}
			}
			if present < 10 {
				t.Fatalf("the contract has storage at %d heights", present)
			}
		})
	}
}

func TestAProofLooksAsGethWritesIt(t *testing.T) {
	s, contract := servePatricia(t, "standard")
	s.send(&contract, writing(5, 42))
	long := "0x" + strings.Repeat("0", 63) + "5"
	a := s.call("eth_getProof", contract, []string{"0x05", long, "0x6"}, "latest")
	var members map[string]json.RawMessage
	if err := json.Unmarshal(a.Result, &members); err != nil || len(members) != 7 {
		t.Fatalf("%s: %v", a.Result, err)
	}
	var entries []map[string]json.RawMessage
	if err := json.Unmarshal(members["storageProof"], &entries); err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ key, value string }{{`"0x5"`, `"0x2a"`}, {`"` + long + `"`, `"0x2a"`}, {`"0x6"`, `"0x0"`}} {
		if len(entries[i]) != 3 || string(entries[i]["key"]) != want.key || string(entries[i]["value"]) != want.value {
			t.Errorf("slot %d: %s", i, members["storageProof"])
		}
	}
	var none proved
	s.into(&none, "eth_getProof", chain.Address{0x99}, []string{"0x1"}, "latest")
	if none.CodeHash != emptyCode || none.StorageHash != emptyTrie || len(none.AccountProof) == 0 ||
		len(none.StorageProof) != 1 || none.StorageProof[0].Proof == nil || len(none.StorageProof[0].Proof) != 0 {
		t.Errorf("an account that is not there: %+v", none)
	}
	s.into(&none, "eth_getProof", contract, []string{})
	if none.StorageProof == nil {
		t.Error("no list of storage proofs")
	}
}

func TestAProofThatCannotBeGivenIsRefused(t *testing.T) {
	s, contract := servePatricia(t, "standard")
	binary := serve(t, development.Options{}, eth.Settings{}, jsonrpc.Options{})
	many := make([]string, 1025)
	for i := range many {
		many[i] = "0x1"
	}
	for words, a := range map[string]answer{
		"cl_getProof":       binary.call("eth_getProof", contract, []string{}, "latest"),
		"too many":          s.call("eth_getProof", contract, many, "latest"),
		"too long":          s.call("eth_getProof", contract, []string{"0x" + strings.Repeat("0", 65)}, "latest"),
		"hex":               s.call("eth_getProof", contract, []string{"0xzz"}, "latest"),
		"header not found":  s.call("eth_getProof", contract, []string{}, "0xffff"),
		"required argument": s.call("eth_getProof", contract),
	} {
		if !strings.Contains(a.Error.Message, words) {
			t.Errorf("%q is not in %q", words, a.Error.Message)
		}
	}
}

// The header that carries a state root under root delay k is that of k heights later;
// the block that this API shows has its own.
func TestTheStateRootOfABlockIsItsOwn(t *testing.T) {
	s, _ := servePatricia(t, "standard")
	head := s.Head().Header
	var block struct{ StateRoot chain.Hash }
	s.into(&block, "eth_getBlockByNumber", quantity.Uint64(head.Height), false)
	if block.StateRoot != head.StateRoot {
		t.Errorf("block shows %s, the header of a chain without root delay has %s", block.StateRoot, head.StateRoot)
	}
	if block.StateRoot == emptyTrie {
		t.Error("the state is empty")
	}
}

// send sends a transaction of the first account and waits for its block.
func (s *served) send(to *chain.Address, input []byte) {
	s.t.Helper()
	sender := s.Accounts[0]
	var nonce quantity.Uint64
	s.into(&nonce, "eth_getTransactionCount", sender.Address, "latest")
	unsigned := &ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: development.ChainID, Nonce: uint64(nonce), Gas: 200_000, To: to, Data: input,
	}
	signed, err := unsigned.Sign(keccak.Keccak256, ethereum.SignWith(sender.Signer))
	if err != nil {
		s.t.Fatal(err)
	}
	a := s.call("eth_sendRawTransactionSync", quantity.Bytes(signed.Encode()))
	var receipt struct{ Status string }
	if err := json.Unmarshal(a.Result, &receipt); err != nil || receipt.Status != "0x1" {
		s.t.Fatalf("%s %s: %v", a.Result, a.Error.Message, err)
	}
}
