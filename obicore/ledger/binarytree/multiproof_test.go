package binarytree_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
)

func tree() ledger.MultiCommitment { return binarytree.New(hasher).(ledger.MultiCommitment) }

// keysOf returns the keys with the given numbers, each once and in order.
func keysOf(numbers ...int) (keys []chain.StateKey) {
	for _, n := range numbers {
		keys = append(keys, keyOf(n))
	}
	slices.SortFunc(keys, chain.StateKey.Compare)
	return slices.Compact(keys)
}

func proveMany(tb testing.TB, nodes ledger.Nodes, m model, keys []chain.StateKey) ledger.MultiProof {
	tb.Helper()
	path, err := tree().ProveMany(nodes, keys)
	if err != nil {
		tb.Fatal(err)
	}
	return m.claim(keys, path)
}

func (m model) claim(keys []chain.StateKey, path []byte) ledger.MultiProof {
	claim := ledger.MultiProof{Kind: binarytree.Kind, Path: path}
	for _, key := range keys {
		claim.Entries = append(claim.Entries, chain.Write{Key: key, Value: []byte(m[key])})
	}
	return claim
}

// modelPath is the path as formats define it, made from all entries at once.
func (m model) modelPath(keys []chain.StateKey) []byte {
	var leaves []modelLeaf
	content := map[chain.Hash][]byte{}
	for key, value := range m {
		path := hasher.Sum([]byte{0}, key.Encode())
		digest := hasher.Sum([]byte{2}, []byte(value))
		leaves = append(leaves, modelLeaf{path, hasher.Sum([]byte{1}, path[:], digest[:])})
		content[path] = append(bytes.Clone(path[:]), digest[:]...)
	}
	var asked []modelLeaf
	for _, key := range keys {
		asked = append(asked, modelLeaf{path: hasher.Sum([]byte{0}, key.Encode())})
	}
	var marks []byte
	var hashes []byte
	var walk func(leaves, asked []modelLeaf, depth int)
	walk = func(leaves, asked []modelLeaf, depth int) {
		if len(leaves) == 0 {
			marks = append(marks, 0)
			return
		}
		if len(leaves) == 1 {
			marks = append(marks, 1)
			if !slices.ContainsFunc(asked, func(a modelLeaf) bool { return a.path == leaves[0].path }) {
				hashes = append(hashes, content[leaves[0].path]...)
			}
			return
		}
		var below, askedBelow [2][]modelLeaf
		for _, leaf := range leaves {
			side := leaf.path[depth/8] >> (7 - depth%8) & 1
			below[side] = append(below[side], leaf)
		}
		for _, leaf := range asked {
			side := leaf.path[depth/8] >> (7 - depth%8) & 1
			askedBelow[side] = append(askedBelow[side], leaf)
		}
		mark := byte(2)
		for side := range 2 {
			if len(askedBelow[side]) > 0 {
				continue
			}
			if sibling := modelSubtree(below[side], depth+1); sibling.IsZero() {
				mark = 3
			} else {
				hashes = append(hashes, sibling[:]...)
			}
		}
		marks = append(marks, mark)
		for side := range 2 {
			if len(askedBelow[side]) > 0 {
				walk(below[side], askedBelow[side], depth+1)
			}
		}
	}
	walk(leaves, asked, 0)
	path := binary.BigEndian.AppendUint32(nil, uint32(len(marks)))
	packed := make([]byte, (len(marks)+3)/4)
	for i, mark := range marks {
		packed[i/4] |= mark << (6 - 2*(i%4))
	}
	return append(append(path, packed...), hashes...)
}

// grown returns a tree of about size entries.
func grown(tb testing.TB, seed uint64, size int) (*memory, model, chain.Hash) {
	nodes, m := newMemory(), model{}
	writes := randomWrites(rand.New(rand.NewPCG(seed, 0)), 2*size+1, size, 1_000_000)
	m.apply(writes)
	return nodes, m, nodes.update(tb, tree(), writes)
}

func TestManyEntriesAreProvedByThePathThatTheFormatDefines(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 10, 300} {
		nodes, m, root := grown(t, uint64(size), size)
		random := rand.New(rand.NewPCG(uint64(size), 1))
		for range 50 {
			numbers := make([]int, 1+random.IntN(40))
			for i := range numbers {
				numbers[i] = random.IntN(3*size + 3)
			}
			keys := keysOf(numbers...)
			proof := proveMany(t, nodes, m, keys)
			if err := tree().VerifyMany(root, proof); err != nil {
				t.Fatalf("size %d, %d keys: %v", size, len(keys), err)
			}
			if !bytes.Equal(proof.Path, m.modelPath(keys)) {
				t.Fatalf("size %d, %d keys: the path is not the model's", size, len(keys))
			}
		}
	}
}

func TestOneProofForManyIsShorterThanAProofForEach(t *testing.T) {
	for _, size := range []int{0, 1, 2, 5, 100, 2000} {
		nodes, m, _ := grown(t, 7, size)
		for _, count := range []int{2, 3, 10, 100, ledger.MaxMultiProofKeys} {
			numbers := make([]int, count)
			for i := range numbers {
				numbers[i] = i
			}
			keys, single := keysOf(numbers...), 0
			for _, key := range keys {
				single += len(prove(t, nodes, m, key).Path)
			}
			if many := len(proveMany(t, nodes, m, keys).Path); many >= single {
				t.Errorf("%d of %d entries: %d bytes, one by one %d", count, size, many, single)
			}
		}
	}
}

func TestNoMutatedProofOfManyVerifies(t *testing.T) {
	nodes, m, root := grown(t, 3, 60)
	for first := range 12 {
		proof := proveMany(t, nodes, m, keysOf(first, first+1, first+20, first+50, first+110))
		refuse := func(what string, root chain.Hash, change func(*ledger.MultiProof)) {
			t.Helper()
			mutated := proof
			mutated.Entries = slices.Clone(proof.Entries)
			change(&mutated)
			if err := tree().VerifyMany(root, mutated); !errors.Is(err, ledger.ErrProof) {
				t.Fatalf("first key %d: %s verifies: %v", first, what, err)
			}
		}
		for i := range proof.Path {
			for bit := range 8 {
				refuse("a flipped bit", root, func(p *ledger.MultiProof) {
					p.Path = bytes.Clone(p.Path)
					p.Path[i] ^= 1 << bit
				})
			}
			refuse("a cut path", root, func(p *ledger.MultiProof) { p.Path = p.Path[:i] })
		}
		refuse("a longer path", root, func(p *ledger.MultiProof) { p.Path = append(bytes.Clone(p.Path), make([]byte, 32)...) })
		refuse("another kind", root, func(p *ledger.MultiProof) { p.Kind += "x" })
		refuse("no entries", root, func(p *ledger.MultiProof) { p.Entries = nil })
		refuse("a repeated entry", root, func(p *ledger.MultiProof) { p.Entries = append(p.Entries, p.Entries[len(p.Entries)-1]) })
		refuse("another order", root, func(p *ledger.MultiProof) { slices.Reverse(p.Entries) })
		for i := range proof.Entries {
			refuse("another value", root, func(p *ledger.MultiProof) { p.Entries[i].Value = append(bytes.Clone(p.Entries[i].Value), 1) })
			if len(proof.Entries[i].Value) > 0 {
				refuse("an absence", root, func(p *ledger.MultiProof) { p.Entries[i].Value = nil })
			}
		}
		wrong := root
		wrong[31] ^= 1
		refuse("another root", wrong, func(*ledger.MultiProof) {})
	}
}

func TestKeysOfManyAreBoundedAndAscending(t *testing.T) {
	nodes, _, _ := grown(t, 1, 10)
	many := make([]int, ledger.MaxMultiProofKeys+1)
	for i := range many {
		many[i] = i
	}
	long := chain.StateKey{Subkey: string(make([]byte, chain.MaxSubkey+1))}
	for what, keys := range map[string][]chain.StateKey{
		"none": nil, "too many": keysOf(many...), "repeated": {keyOf(1), keyOf(1)}, "too long": {long},
	} {
		if _, err := tree().ProveMany(nodes, keys); !errors.Is(err, chain.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// FuzzMultiProof feeds arbitrary paths to the verifier: it accepts the one that the
// model makes, for what is true, and nothing else.
func FuzzMultiProof(f *testing.F) {
	nodes, m, root := grown(f, 4, 50)
	sets := [][]chain.StateKey{keysOf(1), keysOf(1, 2), keysOf(3, 50, 99), keysOf(0, 10, 20, 30, 40, 50, 60, 70, 80, 90)}
	for i, keys := range sets {
		f.Add(uint8(i), -1, []byte(nil), proveMany(f, nodes, m, keys).Path)
		f.Add(uint8(i), 0, []byte("forged"), proveMany(f, nodes, m, keys).Path)
	}
	f.Fuzz(func(t *testing.T, set uint8, changed int, value, path []byte) {
		keys := sets[int(set)%len(sets)]
		claim, truth := m.claim(keys, path), true
		if changed >= 0 {
			entry := &claim.Entries[changed%len(keys)]
			truth = bytes.Equal(entry.Value, value)
			entry.Value = value
		}
		err := tree().VerifyMany(root, claim)
		if wants := truth && bytes.Equal(path, m.modelPath(keys)); wants != (err == nil) || err != nil && !errors.Is(err, ledger.ErrProof) {
			t.Fatalf("true and canonical: %v, verdict: %v", wants, err)
		}
	})
}
