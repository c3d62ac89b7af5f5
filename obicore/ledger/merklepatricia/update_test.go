package merklepatricia_test

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
)

func TestRootIsWhatTheDefinitionSays(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 0))
		nodes, m := newMemory(), model{}
		owners := 1 + random.IntN(60)
		for range 25 {
			writes := randomWrites(random, owners, random.IntN(60), 1+random.IntN(4))
			m.apply(writes)
			root := nodes.update(t, writes)
			if want := m.root(); root != want {
				t.Fatalf("seed %d: root %s, by definition %s", seed, root, want)
			}
			if again, err := commitment.Root(nodes); err != nil || again != root {
				t.Fatalf("seed %d: stored root %s, %v", seed, again, err)
			}
		}
	}
}

// Paths that have most of their nibbles in common, with short values, make long
// extensions and nodes inside their parents, which hashed keys hardly do.
func TestCrowdedTriesHaveTheRootOfTheDefinition(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 0))
		nodes, values := newMemory(), map[chain.Hash][]byte{}
		for range 12 {
			changes := map[chain.Hash][]byte{}
			for range 1 + random.IntN(8) {
				changes[crowdedPath(random)] = randomValue(random, 40, random.IntN(3) == 0)
			}
			change, err := merklepatricia.UpdateTrie(nodes, changes)
			if err != nil {
				t.Fatal(err)
			}
			sortNodes(change.Nodes)
			nodes.apply(t, change)
			maps.Copy(values, changes)
			if want := rootOf(values); change.Root != want {
				t.Fatalf("seed %d: root %s, by definition %s", seed, change.Root, want)
			}
		}
		fresh := newMemory()
		change, err := merklepatricia.UpdateTrie(fresh, values)
		if err != nil {
			t.Fatal(err)
		}
		sortNodes(change.Nodes)
		fresh.apply(t, change)
		if !maps.EqualFunc(nodes.nodes, fresh.nodes, bytes.Equal) {
			t.Fatalf("seed %d: %d records after changes, %d when written at once", seed, len(nodes.nodes), len(fresh.nodes))
		}
	}
}

// crowdedPath differs from the others in few nibbles, the last ones among them.
func crowdedPath(random *rand.Rand) (path chain.Hash) {
	for _, place := range []int{0, 3, 30, 31} {
		path[place] = []byte{0x00, 0x01, 0x10, 0x1f}[random.IntN(4)]
	}
	return path
}

func rootOf(values map[chain.Hash][]byte) chain.Hash {
	var pairs []pair
	for path, value := range values {
		if len(value) > 0 {
			pairs = append(pairs, pair{nibblesOf(path[:]), value})
		}
	}
	return trieRoot(pairs)
}

func TestLargeBatchesGiveTheSameRoot(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	nodes, m := newMemory(), model{}
	for _, owners := range []int{3000, 3000, 1, 3000, 10} { // with few owners the storage tries are large
		writes := randomWrites(random, owners, 5_000, 3)
		for n := range 1000 * (owners % 2) {
			writes = append(writes, chain.Write{Key: chain.StorageKey(ownerOf(0), slot(100+n)), Value: []byte{byte(n%255 + 1)}})
		}
		writes = chain.MergeWrites(writes)
		m.apply(writes)
		if root, want := nodes.update(t, writes), m.root(); root != want {
			t.Fatalf("root %s, by definition %s", root, want)
		}
	}
}

// The records, too, depend on the entries alone: nothing is left behind by removals.
func TestRecordsDependOnTheEntriesAlone(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		nodes, m := newMemory(), model{}
		for range 30 {
			writes := randomWrites(random, 40, random.IntN(40), 2)
			m.apply(writes)
			nodes.update(t, writes)
		}
		fresh := newMemory()
		fresh.update(t, m.writes())
		if !maps.EqualFunc(nodes.nodes, fresh.nodes, bytes.Equal) {
			t.Fatalf("seed %d: %d records after changes, %d when written at once", seed, len(nodes.nodes), len(fresh.nodes))
		}
	}
}

func TestRemovingEverythingLeavesNothing(t *testing.T) {
	nodes := newMemory()
	writes := randomWrites(rand.New(rand.NewPCG(1, 0)), 100, 500, 1_000_000)
	nodes.update(t, writes)
	for i := range writes {
		writes[i].Value = nil
	}
	if root := nodes.update(t, writes); root != keccak.Keccak256([]byte{0x80}) || len(nodes.nodes) != 0 {
		t.Fatalf("root %s and %d records", root, len(nodes.nodes))
	}
}

func TestWritingTheSameAgainChangesNothing(t *testing.T) {
	nodes := newMemory()
	writes := randomWrites(rand.New(rand.NewPCG(1, 0)), 100, 500, 1_000_000)
	root := nodes.update(t, writes)
	absent := []chain.Write{{Key: chain.AccountKey(ownerOf(10_000))}, {Key: chain.StorageKey(ownerOf(10_000), slot(1))}}
	code := []chain.Write{{Key: chain.CodeKey(ownerOf(1)), Value: []byte("code")}}
	for _, again := range [][]chain.Write{writes, absent, code, nil} {
		change, err := commitment.Update(nodes, again)
		if err != nil || change.Root != root || len(change.Nodes) != 0 {
			t.Fatalf("%d records changed, root %s, %v", len(change.Nodes), change.Root, err)
		}
	}
}

// States of Ethereum's history have empty accounts, which the state tests begin with.
func TestAnEmptyAccountEntryHasALeaf(t *testing.T) {
	writes := []chain.Write{{Key: chain.AccountKey(ownerOf(1)), Value: chain.Account{}.Encode()}}
	m := model{}
	m.apply(writes)
	if root := newMemory().update(t, writes); root != m.root() {
		t.Fatalf("root %s, by definition %s", root, m.root())
	}
}

func TestEntriesThatTheStateCannotHaveAreRefused(t *testing.T) {
	owner := ownerOf(1)
	empty := chain.Account{Nonce: 1, CodeHash: keccak.Keccak256()}
	for name, write := range map[string]chain.Write{
		"an account that does not decode":       {Key: chain.AccountKey(owner), Value: []byte("no account")},
		"an account with the empty code hash":   {Key: chain.AccountKey(owner), Value: empty.Encode()},
		"an account with a subkey":              {Key: chain.StateKey{Owner: owner, Subkey: "x"}, Value: chain.Account{Nonce: 1}.Encode()},
		"a code with a subkey":                  {Key: chain.StateKey{Owner: owner, Space: chain.SpaceCode, Subkey: "x"}, Value: []byte{1}},
		"a slot of 31 bytes":                    {Key: chain.StateKey{Owner: owner, Space: chain.SpaceStorage, Subkey: string(make([]byte, 31))}, Value: []byte{1}},
		"an entry of a space that is not there": {Key: chain.StateKey{Owner: owner, Space: 4}, Value: []byte{1}},
	} {
		if _, err := commitment.Update(newMemory(), []chain.Write{write}); !errors.Is(err, chain.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A known answer, so that the format cannot change with the definition beside it.
func TestFormatIsFrozen(t *testing.T) {
	owner := ownerOf(1)
	writes := []chain.Write{
		{Key: chain.AccountKey(owner), Value: chain.Account{Nonce: 1, Balance: slot(2)}.Encode()},
		{Key: chain.StorageKey(owner, slot(3)), Value: []byte{4}},
		{Key: moduleKey(owner, 5), Value: []byte("six")},
		{Key: moduleKey(ownerOf(2), 7), Value: []byte("eight")},
	}
	const want = "0x5ece75150c08cdef137ce7a700db8f3ec058e4a43e3aedcfac0b8cecc3c401f0"
	if root := newMemory().update(t, writes); root.String() != want {
		t.Fatalf("root %s, the frozen format gives %s", root, want)
	}
}

func TestBrokenRecordsAreCorruption(t *testing.T) {
	nodes := newMemory()
	writes := randomWrites(rand.New(rand.NewPCG(1, 0)), 12, 80, 1_000_000)
	nodes.update(t, writes)
	for name, node := range nodes.nodes {
		found := 0
		for _, broken := range [][]byte{nil, {}, node[:len(node)-1], append(node[:len(node):len(node)], 0), {0x80}, {0xc0}, {0xc2, 0x20, 0x80}} {
			nodes.nodes[name] = broken
			if _, err := commitment.Update(nodes, writes); errors.Is(err, ledger.ErrCorrupt) {
				found++
			} else if err != nil {
				t.Fatalf("record %x: %v", name, err)
			}
			for _, write := range writes {
				if _, err := commitment.Prove(nodes, write.Key); err != nil && !errors.Is(err, ledger.ErrCorrupt) {
					t.Fatalf("record %x: prove: %v", name, err)
				}
			}
		}
		if found < 5 {
			t.Fatalf("record %x: corruption was found %d times", name, found)
		}
		nodes.nodes[name] = node
	}
}
