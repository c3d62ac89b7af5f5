package merklepatricia_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	ethereumrlp "github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// reader serves the nodes of a proof by their hashes, as go-ethereum asks for them.
type reader map[chain.Hash][]byte

func (r reader) Has(key []byte) (bool, error) { _, has := r[chain.Hash(key)]; return has, nil }

func (r reader) Get(key []byte) ([]byte, error) {
	if node, has := r[chain.Hash(key)]; has {
		return node, nil
	}
	return nil, errors.New("no such node")
}

// waysOf splits a path into its two lists of nodes.
func waysOf(t *testing.T, path []byte) (ways [2]reader) {
	t.Helper()
	lists, err := rlp.NewReader(path).List()
	if err != nil {
		t.Fatal(err)
	}
	for i := range ways {
		items, err := lists.List()
		if err != nil {
			t.Fatal(err)
		}
		ways[i] = reader{}
		for items.More() {
			node, err := items.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			ways[i][keccak.Keccak256(node)] = node
		}
	}
	return ways
}

// TestGoEthereumVerifiesTheProofs checks every proof with a verifier that others wrote.
func TestGoEthereumVerifiesTheProofs(t *testing.T) {
	f := newFixed(t, 7, 30, 400)
	roots := f.model.storageRoots()
	present := 0
	for n := range 40 {
		owner := ownerOf(n)
		for slotNumber := range 12 {
			key := chain.StorageKey(owner, slot(slotNumber))
			ways := waysOf(t, f.prove(t, key).Path)
			account, err := trie.VerifyProof(common.Hash(f.root), crypto.Keccak256(owner[:]), ways[0])
			if err != nil {
				t.Fatalf("account %s: %v", owner, err)
			}
			root, hasStorage := roots[owner]
			if _, hasEntry := f.model[chain.AccountKey(owner)]; (account != nil) != (hasEntry || hasStorage) {
				t.Fatalf("account %s: proved leaf %x", owner, account)
			}
			if !hasStorage {
				if len(ways[1]) > 0 {
					t.Fatalf("account %s: a proof of no storage", owner)
				}
				continue
			}
			if !bytes.Contains(account, root[:]) {
				t.Fatalf("account %s: leaf %x without storage root %s", owner, account, root)
			}
			value, err := trie.VerifyProof(common.Hash(root), crypto.Keccak256([]byte(key.Subkey)), ways[1])
			if err != nil {
				t.Fatalf("account %s, slot %d: %v", owner, slotNumber, err)
			}
			checkSlot(t, value, f.model[key])
			if value != nil {
				present++
			}
		}
	}
	if present < 50 {
		t.Fatalf("only %d slots are present", present)
	}
}

func checkSlot(t *testing.T, proved []byte, want string) {
	t.Helper()
	var content []byte
	if proved != nil {
		var err error
		if _, content, _, err = ethereumrlp.Split(proved); err != nil {
			t.Fatal(err)
		}
	}
	if string(content) != want {
		t.Fatalf("the proof shows %x, the slot has %x", content, want)
	}
}
