package binarytree_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
)

func ranger() ledger.Ranger { return binarytree.New(hasher).(ledger.Ranger) }

// within returns the entries of a model in a range, in the order of their places.
func (m model) within(r ledger.Range) (entries []chain.Write) {
	place := ranger().Place
	for _, write := range m.writes() {
		if r.Contains(place(write.Key)) {
			entries = append(entries, write)
		}
	}
	slices.SortFunc(entries, func(a, b chain.Write) int {
		x, y := place(a.Key), place(b.Key)
		return bytes.Compare(x[:], y[:])
	})
	return entries
}

// randomRange is one around an entry, or one that most likely holds nothing.
func (m model) randomRange(random *rand.Rand) ledger.Range {
	place := ranger().Place(keyOf(random.IntN(200)))
	if random.IntN(3) == 0 {
		place[0] ^= byte(random.IntN(256))
	}
	r := ledger.Range{}
	for range random.IntN(14) {
		low, high := r.Halves()
		if r = low; high.Contains(place) {
			r = high
		}
	}
	return r
}

func grownTree(tb testing.TB, random *rand.Rand) (m model, nodes *memory, root chain.Hash) {
	m, nodes = model{}, newMemory()
	for range 4 {
		writes := randomWrites(random, 200, random.IntN(100), 3)
		m.apply(writes)
		root = nodes.update(tb, ranger(), writes)
	}
	return m, nodes, root
}

func TestAnyRangeIsProvedWithExactlyItsEntries(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 40 {
		m, nodes, root := grownTree(t, random)
		for range 40 {
			r := m.randomRange(random)
			proof, err := ranger().ProveRange(nodes, r)
			if err != nil {
				t.Fatal(err)
			}
			if err := ranger().VerifyRange(root, r, m.within(r), proof); err != nil {
				t.Fatalf("%d of %d entries in %d bits: %v", len(m.within(r)), len(m), r.Bits, err)
			}
		}
	}
}

func TestARangeWithOtherEntriesDoesNotVerify(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 1))
	for range 30 {
		m, nodes, root := grownTree(t, random)
		r := m.randomRange(random)
		proof, err := ranger().ProveRange(nodes, r)
		if err != nil {
			t.Fatal(err)
		}
		refuse := func(what string, r ledger.Range, entries []chain.Write) {
			t.Helper()
			if err := ranger().VerifyRange(root, r, entries, proof); !errors.Is(err, ledger.ErrProof) {
				t.Fatalf("%s: %v", what, err)
			}
		}
		entries := m.within(r)
		for i := range entries {
			refuse("an entry is missing", r, slices.Delete(slices.Clone(entries), i, i+1))
			changed := slices.Clone(entries)
			changed[i].Value = append(bytes.Clone(changed[i].Value), 'x')
			refuse("an entry has another value", r, changed)
			refuse("an entry comes twice", r, slices.Insert(slices.Clone(entries), i, entries[i]))
		}
		if len(entries) > 1 {
			slices.Reverse(entries)
			refuse("another order", r, entries)
			slices.Reverse(entries)
		}
		for n := 200; n < 100_000; n++ {
			if more := (model{keyOf(n): "more"}); len(more.within(r)) > 0 {
				for _, entry := range entries {
					more[entry.Key] = string(entry.Value)
				}
				refuse("an entry too many", r, more.within(r))
				break
			}
		}
		low, _ := r.Halves()
		refuse("a smaller range", low, m.within(low))
	}
}

func TestNothingPassesForAnEmptyRange(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	for range 200 {
		m, nodes, root := grownTree(t, random)
		r := m.randomRange(random)
		if len(m.within(r)) == 0 {
			continue
		}
		proof, err := ranger().ProveRange(nodes, r)
		if err != nil {
			t.Fatal(err)
		}
		for i := range proof {
			for bit := range 8 {
				forged := bytes.Clone(proof)
				forged[i] ^= 1 << bit
				if ranger().VerifyRange(root, r, nil, forged) == nil {
					t.Fatalf("byte %d of %x", i, proof)
				}
			}
		}
	}
}

func FuzzVerifyRange(f *testing.F) {
	m, nodes, root := grownTree(f, rand.New(rand.NewPCG(4, 1)))
	r := ledger.Range{Prefix: chain.Hash{0x40}, Bits: 3}
	proof, err := ranger().ProveRange(nodes, r)
	if err != nil {
		f.Fatal(err)
	}
	entries := m.within(r)
	f.Add(proof, 3, byte(0x40))
	f.Add(proof[:len(proof)-1], 3, byte(0x40))
	f.Add([]byte{}, 0, byte(0))
	f.Fuzz(func(t *testing.T, path []byte, bits int, prefix byte) {
		tried := ledger.Range{Prefix: chain.Hash{prefix}, Bits: bits}
		if ranger().VerifyRange(root, tried, entries, path) == nil && tried != r {
			t.Fatalf("entries of %+v verify for %+v", r, tried)
		}
	})
}
