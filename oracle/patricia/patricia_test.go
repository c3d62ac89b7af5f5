package patricia

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/ethereum/go-ethereum/trie/trienode"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

func TestGoEthereumMakesTheSameRootsAfterEveryChange(t *testing.T) {
	for seed := range uint64(20) {
		random, s := rand.New(rand.NewPCG(seed, 0)), newState()
		for range 20 {
			s.write(t, draw(random, random.IntN(60)))
			if want := s.accounts(t).root(t); s.root != want {
				t.Fatalf("seed %d: root %s, go-ethereum's trie has %s", seed, s.root, want)
			}
		}
	}
}

func TestGoEthereumVerifiesEveryProof(t *testing.T) {
	s := newState()
	s.write(t, draw(rand.New(rand.NewPCG(7, 0)), 400))
	accounts, storage := s.accounts(t), s.storage(t)
	present := 0
	for n := range owners + 10 {
		for _, key := range keysBelow(ownerOf(n)) {
			ways := s.prove(t, key)
			path, leaf := crypto.Keccak256Hash(key.Owner[:]), pathOf(key)
			checkProof(t, s.root, path, ways[0], accounts[path])
			below := storage[key.Owner]
			checkProof(t, below.root(t), leaf, ways[1], below[leaf])
			if below[leaf] != nil {
				present++
			}
		}
	}
	if present < 100 {
		t.Fatalf("only %d entries are present", present)
	}
}

// keysBelow are keys of an owner's storage, present or not.
func keysBelow(owner chain.Address) (keys []chain.StateKey) {
	for n := range slots {
		keys = append(keys, slotKey(owner, n))
	}
	for n := range modules {
		keys = append(keys, moduleKey(owner, n))
	}
	return keys
}

// prove returns the nodes that lead through the account trie and through the storage trie.
func (s *state) prove(t *testing.T, key chain.StateKey) (ways [2]trienode.ProofList) {
	t.Helper()
	path, err := commitment.Prove(s.records, key)
	must(t, err)
	var lists [2][][]byte
	must(t, rlp.DecodeBytes(path, &lists))
	for i, nodes := range lists {
		for _, node := range nodes {
			ways[i] = append(ways[i], node)
		}
	}
	return ways
}

// checkProof compares what go-ethereum's verifier finds with the leaf, nil for none. Nothing
// proves that an empty trie has none.
func checkProof(t *testing.T, root, path common.Hash, nodes trienode.ProofList, want []byte) {
	t.Helper()
	if root == types.EmptyRootHash {
		if len(nodes) > 0 {
			t.Fatalf("%s: a proof of nothing", path)
		}
		return
	}
	found, err := trie.VerifyProof(root, path[:], nodes.Set())
	must(t, err)
	if !bytes.Equal(found, want) {
		t.Fatalf("%s: the proof shows %x, the leaf is %x", path, found, want)
	}
}
