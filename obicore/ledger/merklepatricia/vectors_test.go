package merklepatricia_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/internal/testdata"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
)

// vector is one case of ethereum/tests' TrieTests: values in the order in which they
// are written, null for a removal.
type vector struct {
	In   json.RawMessage `json:"in"`
	Root string          `json:"root"`
}

type vectorWrite struct{ key, value []byte }

func (v *vector) writes(t *testing.T) (writes []vectorWrite) {
	t.Helper()
	var ordered [][2]*string
	if err := json.Unmarshal(v.In, &ordered); err != nil {
		var any map[string]*string
		if err := json.Unmarshal(v.In, &any); err != nil {
			t.Fatal(err)
		}
		for key, value := range any {
			ordered = append(ordered, [2]*string{&key, value})
		}
	}
	for _, entry := range ordered {
		writes = append(writes, vectorWrite{vectorBytes(t, entry[0]), vectorBytes(t, entry[1])})
	}
	return writes
}

func vectorBytes(t *testing.T, text *string) []byte {
	t.Helper()
	if text == nil {
		return nil
	}
	digits, isHex := strings.CutPrefix(*text, "0x")
	if !isHex {
		return []byte(*text)
	}
	b, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// eachVector calls f with the cases of the files about hashed keys, or of the others.
func eachVector(t *testing.T, hashed bool, f func(name string, v *vector)) {
	t.Helper()
	cases := 0
	match := func(name string) bool {
		base := strings.ToLower(path.Base(name))
		return strings.Contains(name, "/TrieTests/") && base != "trietestnextprev.json" && // which is about iterating
			strings.HasSuffix(base, ".json") && strings.Contains(base, "secure") == hashed
	}
	for _, file := range testdata.Files(t, "ethereum-tests-small.tar.gz", match) {
		var vectors map[string]*vector
		if err := json.Unmarshal(file.Data, &vectors); err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
		for name, v := range vectors {
			f(path.Base(file.Name)+"/"+name, v)
			cases++
		}
	}
	t.Logf("%d cases", cases)
	if cases < 10 {
		t.Fatalf("only %d cases", cases)
	}
}

// TestTrieTestsWithHashedKeys writes the cases one by one and all at once.
func TestTrieTestsWithHashedKeys(t *testing.T) {
	eachVector(t, true, func(name string, v *vector) {
		nodes, all := newMemory(), map[chain.Hash][]byte{}
		root := keccak.Keccak256([]byte{0x80})
		for _, write := range v.writes(t) {
			path := keccak.Keccak256(write.key)
			all[path] = write.value
			root = updateTrie(t, nodes, map[chain.Hash][]byte{path: write.value})
		}
		if root.String() != v.Root {
			t.Errorf("%s: root %s, want %s", name, root, v.Root)
		}
		if root := updateTrie(t, newMemory(), all); root.String() != v.Root {
			t.Errorf("%s: root %s at once, want %s", name, root, v.Root)
		}
		if root := rootOf(all); root.String() != v.Root {
			t.Errorf("%s: the definition gives %s, want %s", name, root, v.Root)
		}
	})
}

func updateTrie(t *testing.T, nodes *memory, values map[chain.Hash][]byte) chain.Hash {
	t.Helper()
	change, err := merklepatricia.UpdateTrie(nodes, values)
	if err != nil {
		t.Fatal(err)
	}
	sortNodes(change.Nodes)
	nodes.apply(t, change)
	return change.Root
}

func sortNodes(nodes []ledger.NodeWrite) {
	slices.SortFunc(nodes, func(a, b ledger.NodeWrite) int { return bytes.Compare(a.Name, b.Name) })
}

// TestTrieTestsWithPlainKeys proves the definition that other tests compare with: keys
// of different lengths, of which one may begin another, do not occur in a state.
func TestTrieTestsWithPlainKeys(t *testing.T) {
	eachVector(t, false, func(name string, v *vector) {
		values := map[string][]byte{}
		for _, write := range v.writes(t) {
			values[string(write.key)] = write.value
		}
		var pairs []pair
		for key, value := range values {
			if len(value) > 0 {
				pairs = append(pairs, pair{nibblesOf([]byte(key)), value})
			}
		}
		if root := trieRoot(pairs); root.String() != v.Root {
			t.Errorf("%s: root %s, want %s", name, root, v.Root)
		}
	})
}
