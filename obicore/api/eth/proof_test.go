package eth_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

// proved is what geth's client makes of an answer of eth_getProof.
type proved struct {
	Address      common.Address
	AccountProof []hexutil.Bytes
	Balance      *hexutil.Big
	CodeHash     common.Hash
	Nonce        hexutil.Uint64
	StorageHash  common.Hash
	StorageProof []struct {
		Key   string
		Value *hexutil.Big
		Proof []hexutil.Bytes
	}
}

// proofNodes serves the nodes of a proof to go-ethereum's verifier.
type proofNodes map[common.Hash][]byte

func (p proofNodes) Has(key []byte) (bool, error) { return p[common.Hash(key)] != nil, nil }

func (p proofNodes) Get(key []byte) ([]byte, error) {
	if node := p[common.Hash(key)]; node != nil {
		return node, nil
	}
	return nil, errors.New("no such node")
}

// verify returns what go-ethereum's verifier finds under a key, nil when it is absent.
func verify(t *testing.T, root common.Hash, key []byte, nodes []hexutil.Bytes) []byte {
	t.Helper()
	if root == types.EmptyRootHash && len(nodes) == 0 {
		return nil
	}
	served := proofNodes{}
	for _, node := range nodes {
		served[crypto.Keccak256Hash(node)] = node
	}
	value, err := trie.VerifyProof(root, crypto.Keccak256(key), served)
	if err != nil {
		t.Fatalf("%x under %s: %v", key, root, err)
	}
	return value
}

// checkProof asks for a proof and verifies it under the stateRoot of the block.
func (s *served) checkProof(height uint64, owner chain.Address, slots ...string) *proved {
	s.t.Helper()
	t := s.t.(*testing.T)
	tag := hexutil.EncodeUint64(height)
	var block struct{ StateRoot common.Hash }
	s.into(&block, "eth_getBlockByNumber", tag, false)
	p := &proved{}
	s.into(p, "eth_getProof", owner, slots, tag)
	if p.Address != common.Address(owner) || len(p.StorageProof) != len(slots) {
		t.Fatalf("asked about %s and %v: %+v", owner, slots, p)
	}
	account := &types.StateAccount{}
	if leaf := verify(t, block.StateRoot, owner[:], p.AccountProof); leaf != nil {
		if err := rlp.DecodeBytes(leaf, account); err != nil {
			t.Fatal(err)
		}
	} else {
		account = types.NewEmptyStateAccount()
	}
	if p.Balance.ToInt().Cmp(account.Balance.ToBig()) != 0 || uint64(p.Nonce) != account.Nonce ||
		p.StorageHash != account.Root || !bytes.Equal(p.CodeHash[:], account.CodeHash) {
		t.Fatalf("block %d, account %s: answered %+v, proved %+v", height, owner, p, account)
	}
	for i, slot := range p.StorageProof {
		key := common.HexToHash(slots[i])
		value := new(big.Int)
		if leaf := verify(t, account.Root, key[:], slot.Proof); leaf != nil {
			_, content, _, err := rlp.Split(leaf)
			if err != nil {
				t.Fatal(err)
			}
			value.SetBytes(content)
		}
		if slot.Value.ToInt().Cmp(value) != 0 {
			t.Fatalf("block %d, slot %s: answered %s, proved %s", height, slots[i], slot.Value, value)
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

// writer stores the second word of its input in the slot that the first one names.
const writer = "0x666020355f3555005f5260076019f3"

// servePatricia is a development chain with Ethereum's trie and a contract that writes.
func servePatricia(t *testing.T, suite string) (s *served, contract chain.Address) {
	t.Helper()
	s = serve(t, development.Options{Crypto: suite, Commitment: obicore.MerklePatricia}, eth.Settings{}, jsonrpc.Options{})
	s.send(nil, writer)
	contract = chain.Address(crypto.CreateAddress(common.Address(s.Accounts[0].Address), 0))
	return s, contract
}

func TestProofsVerifyWithGoEthereumAtEveryHeight(t *testing.T) {
	for _, suite := range []string{"standard", "gm"} {
		t.Run(suite, func(t *testing.T) {
			s, contract := servePatricia(t, suite)
			slots := []string{"0x0", "0x1", "0x2", "0x3", "0x0000000000000000000000000000000000000000000000000000000000000001"}
			for n := range int64(20) {
				input := append(common.BigToHash(big.NewInt(n%4)).Bytes(), common.BigToHash(big.NewInt((n*n)%7)).Bytes()...)
				s.send(&contract, hexutil.Encode(input))
			}
			present := 0
			for height := range s.Head().Header.Height + 1 {
				p := s.checkProof(height, contract, slots...)
				if p.StorageHash != types.EmptyRootHash {
					present++
				}
				for _, owner := range []chain.Address{s.Accounts[0].Address, s.Accounts[1].Address, {0x99}, chain.ParametersKey.Owner} {
					s.checkProof(height, owner, "0x1")
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
	s.send(&contract, "0x"+strings.Repeat("00", 31)+"05"+strings.Repeat("00", 31)+"2a")
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
	if none.CodeHash != types.EmptyCodeHash || none.StorageHash != types.EmptyRootHash || len(none.AccountProof) == 0 ||
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
	s.into(&block, "eth_getBlockByNumber", hexutil.EncodeUint64(head.Height), false)
	if block.StateRoot != head.StateRoot {
		t.Errorf("block shows %s, the header of a chain without root delay has %s", block.StateRoot, head.StateRoot)
	}
	if empty := keccak.Keccak256([]byte{0x80}); block.StateRoot == empty {
		t.Error("the state is empty")
	}
}

// send sends a transaction of the first account and waits for its block.
func (s *served) send(to *chain.Address, input string) {
	s.t.Helper()
	sender := s.Accounts[0]
	var nonce hexutil.Uint64
	s.into(&nonce, "eth_getTransactionCount", sender.Address, "latest")
	unsigned := &ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: development.ChainID, Nonce: uint64(nonce), Gas: 200_000, To: to, Data: hexutil.MustDecode(input),
	}
	signed, err := unsigned.Sign(keccak.Keccak256, ethereum.SignWith(sender.Signer))
	if err != nil {
		s.t.Fatal(err)
	}
	a := s.call("eth_sendRawTransactionSync", hexutil.Encode(signed.Encode()))
	var receipt struct{ Status string }
	if err := json.Unmarshal(a.Result, &receipt); err != nil || receipt.Status != "0x1" {
		s.t.Fatalf("%s %s: %v", a.Result, a.Error.Message, err)
	}
}
