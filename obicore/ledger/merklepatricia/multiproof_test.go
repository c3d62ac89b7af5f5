package merklepatricia_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
)

var multi = commitment.(ledger.MultiCommitment)

// keysOfAll are keys of many owners in order.
func keysOfAll(owners int) (keys []chain.StateKey) {
	for n := range owners {
		keys = append(keys, keysOf(ownerOf(n))...)
	}
	slices.SortFunc(keys, chain.StateKey.Compare)
	return slices.Compact(keys)
}

func (f *fixed) claim(keys []chain.StateKey, path []byte) ledger.MultiProof {
	claim := ledger.MultiProof{Kind: merklepatricia.Kind, Path: path}
	for _, key := range keys {
		claim.Entries = append(claim.Entries, chain.Write{Key: key, Value: []byte(f.model[key])})
	}
	return claim
}

func (f *fixed) proveMany(tb testing.TB, keys []chain.StateKey) ledger.MultiProof {
	tb.Helper()
	path, err := multi.ProveMany(f.nodes, keys)
	if err != nil {
		tb.Fatal(err)
	}
	return f.claim(keys, path)
}

// union is the path as formats define it: the nodes of all single paths, each once.
func (f *fixed) union(tb testing.TB, keys []chain.StateKey) (path []byte, single int) {
	var items []byte
	listed := map[string]bool{}
	for _, key := range keys {
		proof := f.prove(tb, key)
		single += len(proof.Path)
		whole, err := rlp.NewReader(proof.Path).List()
		if err != nil {
			tb.Fatal(err)
		}
		for whole.More() {
			way, err := whole.List()
			if err != nil {
				tb.Fatal(err)
			}
			for way.More() {
				node, err := way.Bytes()
				if err != nil {
					tb.Fatal(err)
				}
				if !listed[string(node)] {
					listed[string(node)] = true
					items = rlp.AppendBytes(items, node)
				}
			}
		}
	}
	return rlp.AppendList(nil, items), single
}

func TestManyEntriesAreProvedByTheUnionOfTheirNodes(t *testing.T) {
	for _, size := range []int{0, 1, 3, 10, 300} {
		f := newFixed(t, uint64(size), 1+size/5, size)
		keys := keysOfAll(min(size/5+5, 50))
		for _, some := range [][]chain.StateKey{keys, keys[:1], keys[1:4], keys[len(keys)/2:]} {
			proof := f.proveMany(t, some)
			if err := multi.VerifyMany(f.root, proof); err != nil {
				t.Fatalf("size %d, %d keys: %v", size, len(some), err)
			}
			path, single := f.union(t, some)
			if !bytes.Equal(proof.Path, path) || len(some) > 1 && len(path) >= single {
				t.Fatalf("size %d, %d keys: %d bytes, one by one %d", size, len(some), len(path), single)
			}
		}
	}
}

func TestNoMutatedProofOfManyVerifies(t *testing.T) {
	f := newFixed(t, 3, 6, 80)
	keys := keysOfAll(9)
	proof := f.proveMany(t, []chain.StateKey{keys[0], keys[3], keys[20], keys[40], keys[41], keys[len(keys)-1]})
	refuse := func(what string, change func(*ledger.MultiProof)) {
		t.Helper()
		mutated := proof
		mutated.Entries = slices.Clone(proof.Entries)
		change(&mutated)
		if err := multi.VerifyMany(f.root, mutated); !errors.Is(err, ledger.ErrProof) {
			t.Fatalf("%s verifies: %v", what, err)
		}
	}
	for i := range proof.Path {
		for bit := range 8 {
			refuse("a flipped bit", func(p *ledger.MultiProof) {
				p.Path = bytes.Clone(p.Path)
				p.Path[i] ^= 1 << bit
			})
		}
		refuse("a cut path", func(p *ledger.MultiProof) { p.Path = p.Path[:i] })
	}
	for i := range proof.Entries {
		refuse("another value", func(p *ledger.MultiProof) { p.Entries[i].Value = append(bytes.Clone(p.Entries[i].Value), 1) })
	}
	refuse("another kind", func(p *ledger.MultiProof) { p.Kind += "x" })
	refuse("no entries", func(p *ledger.MultiProof) { p.Entries = nil })
	refuse("a key that no state has", func(p *ledger.MultiProof) { p.Entries[5].Key.Space = 200 })
}

// FuzzMultiProof feeds arbitrary paths to the verifier: it accepts the one path that is
// made for the keys, and only for what is true.
func FuzzMultiProof(f *testing.F) {
	state := newFixed(f, 4, 5, 40)
	keys := keysOfAll(7)
	sets := [][]chain.StateKey{keys[:1], keys[:5], keys[10:40]}
	for i, some := range sets {
		f.Add(uint8(i), -1, []byte(nil), state.proveMany(f, some).Path)
		f.Add(uint8(i), 0, []byte("forged"), state.proveMany(f, some).Path)
	}
	f.Fuzz(func(t *testing.T, set uint8, changed int, value, path []byte) {
		some := sets[int(set)%len(sets)]
		claim, truth := state.claim(some, path), true
		if changed >= 0 {
			entry := &claim.Entries[changed%len(some)]
			truth = bytes.Equal(entry.Value, value)
			entry.Value = value
		}
		canonical, _ := state.union(t, some)
		err := multi.VerifyMany(state.root, claim)
		if wants := truth && bytes.Equal(path, canonical); wants != (err == nil) || err != nil && !errors.Is(err, ledger.ErrProof) {
			t.Fatalf("true and canonical: %v, verdict: %v", wants, err)
		}
	})
}
