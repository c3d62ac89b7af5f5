package merklepatricia_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
)

// fixed is a state with a root, and a proof of anything in it.
type fixed struct {
	nodes *memory
	model model
	root  chain.Hash
}

func newFixed(tb testing.TB, seed uint64, owners, count int) *fixed {
	tb.Helper()
	f := &fixed{nodes: newMemory(), model: model{}}
	writes := randomWrites(rand.New(rand.NewPCG(seed, 0)), owners, count, 8)
	f.model.apply(writes)
	f.root = f.nodes.update(tb, writes)
	return f
}

func (f *fixed) prove(tb testing.TB, key chain.StateKey) ledger.Proof {
	tb.Helper()
	path, err := commitment.Prove(f.nodes, key)
	if err != nil {
		tb.Fatal(err)
	}
	return ledger.Proof{Kind: merklepatricia.Kind, Key: key, Value: []byte(f.model[key]), Path: path}
}

// keysOf are keys of an owner, present or not.
func keysOf(owner chain.Address) []chain.StateKey {
	keys := []chain.StateKey{chain.AccountKey(owner), chain.CodeKey(owner)}
	for n := range 8 {
		keys = append(keys, chain.StorageKey(owner, slot(n)), moduleKey(owner, n))
	}
	return keys
}

func TestEveryEntryAndEveryAbsenceIsProved(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 10, 300} {
		f := newFixed(t, uint64(size), 1+size/5, size)
		for n := range size/5 + 5 {
			for _, key := range keysOf(ownerOf(n)) {
				proof := f.prove(t, key)
				if err := commitment.Verify(f.root, proof); err != nil {
					t.Fatalf("size %d, key %x: %v", size, key.Encode(), err)
				}
				opposite := proof
				if opposite.Value = nil; len(proof.Value) == 0 {
					opposite.Value = chain.Account{Nonce: 1}.Encode()
				}
				if err := commitment.Verify(f.root, opposite); !errors.Is(err, ledger.ErrProof) {
					t.Fatalf("size %d, key %x: the opposite verifies: %v", size, key.Encode(), err)
				}
			}
		}
	}
}

func TestNoMutatedProofVerifies(t *testing.T) {
	f := newFixed(t, 3, 6, 80)
	for _, n := range []int{1, 3, 8} {
		for _, key := range keysOf(ownerOf(n))[:8] {
			f.refuseMutations(t, f.prove(t, key))
		}
	}
}

func (f *fixed) refuseMutations(t *testing.T, proof ledger.Proof) {
	t.Helper()
	refuse := func(what string, root chain.Hash, mutate func(*ledger.Proof)) {
		t.Helper()
		mutated := proof
		mutate(&mutated)
		if err := commitment.Verify(root, mutated); !errors.Is(err, ledger.ErrProof) {
			t.Fatalf("%x: %s verifies: %v", proof.Key.Encode(), what, err)
		}
	}
	for i := range proof.Path {
		for bit := range 8 {
			refuse("a flipped bit", f.root, func(p *ledger.Proof) {
				p.Path = bytes.Clone(p.Path)
				p.Path[i] ^= 1 << bit
			})
		}
		refuse("a cut path", f.root, func(p *ledger.Proof) { p.Path = p.Path[:i] })
	}
	refuse("a longer path", f.root, func(p *ledger.Proof) { p.Path = append(bytes.Clone(p.Path), 0) })
	refuse("another kind", f.root, func(p *ledger.Proof) { p.Kind = "patricia/2" })
	refuse("another value", f.root, func(p *ledger.Proof) { p.Value = append(bytes.Clone(p.Value), 1) })
	refuse("another root", chain.Hash{1}, func(*ledger.Proof) {})
	refuse("a subkey", f.root, func(p *ledger.Proof) { p.Key.Subkey += string(make([]byte, 256)) })
	refuse("a space that is not there", f.root, func(p *ledger.Proof) { p.Key.Space = 4 })
	for _, more := range [][]byte{nil, {0xc0}, []byte(f.nodes.nodes["a"])} {
		refuse("a node more for the account", f.root, func(p *ledger.Proof) { p.Path = withNode(t, p.Path, 0, more) })
		refuse("a node more for the storage", f.root, func(p *ledger.Proof) { p.Path = withNode(t, p.Path, 1, more) })
	}
}

// withNode adds a node to one of the lists of a path.
func withNode(t *testing.T, path []byte, at int, node []byte) []byte {
	t.Helper()
	lists, err := rlp.NewReader(path).List()
	if err != nil {
		t.Fatal(err)
	}
	var payload []byte
	for i := 0; lists.More(); i++ {
		raw, err := lists.Raw()
		if err != nil {
			t.Fatal(err)
		}
		r := rlp.NewReader(raw)
		items, _ := r.List()
		var content []byte
		for items.More() {
			item, err := items.Raw()
			if err != nil {
				t.Fatal(err)
			}
			content = append(content, item...)
		}
		if i == at {
			content = rlp.AppendBytes(content, node)
		}
		payload = rlp.AppendList(payload, content)
	}
	return rlp.AppendList(nil, payload)
}

// An account leaf of storage alone proves that there is no account entry, and one of
// an empty entry alone that there is one.
func TestOnlyStorageIsNoAccountEntry(t *testing.T) {
	entry := chain.Account{}.Encode()
	for _, c := range []struct {
		write     chain.Write
		good, bad []byte
	}{
		{chain.Write{Key: chain.StorageKey(ownerOf(1), slot(1)), Value: []byte{1}}, nil, entry},
		{chain.Write{Key: chain.AccountKey(ownerOf(1)), Value: entry}, entry, nil},
	} {
		nodes := newMemory()
		root := nodes.update(t, []chain.Write{c.write})
		path, err := commitment.Prove(nodes, chain.AccountKey(ownerOf(1)))
		if err != nil {
			t.Fatal(err)
		}
		proof := ledger.Proof{Kind: merklepatricia.Kind, Key: chain.AccountKey(ownerOf(1)), Value: c.good, Path: path}
		if err := commitment.Verify(root, proof); err != nil {
			t.Errorf("%x: %v", c.good, err)
		}
		if proof.Value = c.bad; !errors.Is(commitment.Verify(root, proof), ledger.ErrProof) {
			t.Errorf("%x verifies", c.bad)
		}
	}
}

// A value that has another spelling is refused, or one account would have two proofs.
func TestAnAccountHasOneSpelling(t *testing.T) {
	f := newFixed(t, 3, 6, 80)
	for n := range 6 {
		proof := f.prove(t, chain.AccountKey(ownerOf(n)))
		account, err := chain.DecodeAccount(proof.Value)
		if err != nil || !account.CodeHash.IsZero() {
			continue
		}
		account.CodeHash = keccak.Keccak256()
		if proof.Value = account.Encode(); !errors.Is(commitment.Verify(f.root, proof), ledger.ErrProof) {
			t.Fatal("the hash of empty code verifies")
		}
		return
	}
	t.Fatal("no account without code")
}

// FuzzProof feeds arbitrary statements to the verifier: what it accepts must be true,
// and must be encoded in the one canonical way.
func FuzzProof(f *testing.F) {
	state := newFixed(f, 4, 5, 60)
	key := func(owner, which byte) chain.StateKey {
		keys := keysOf(ownerOf(int(owner % 8)))
		return keys[int(which)%len(keys)]
	}
	for owner := range byte(7) {
		for which := range byte(len(keysOf(chain.Address{}))) {
			proof := state.prove(f, key(owner, which))
			f.Add(owner, which, proof.Value, proof.Path)
		}
	}
	f.Fuzz(func(t *testing.T, owner, which byte, value, path []byte) {
		key := key(owner, which)
		err := commitment.Verify(state.root, ledger.Proof{Kind: merklepatricia.Kind, Key: key, Value: value, Path: path})
		if err != nil {
			if !errors.Is(err, ledger.ErrProof) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if string(value) != state.model[key] {
			t.Fatalf("verified %q, the entry is %q", value, state.model[key])
		}
		if !bytes.Equal(path, state.prove(t, key).Path) {
			t.Fatalf("two encodings of one proof")
		}
	})
}

// FuzzUnboundProof makes the first node of a path the root of a trie, so that the
// decoder of nodes meets arbitrary input: nothing panics, and what verifies is
// canonical.
func FuzzUnboundProof(f *testing.F) {
	state := newFixed(f, 4, 5, 60)
	for owner := range 7 {
		for _, key := range keysOf(ownerOf(owner)) {
			proof := state.prove(f, key)
			f.Add(byte(owner), proof.Path)
		}
	}
	f.Add(byte(0), list(list(rlp.AppendBytes(nil, list(rlp.AppendBytes(nil, []byte{0x20}), []byte{0x01}))), list()))
	f.Fuzz(func(t *testing.T, owner byte, path []byte) {
		ways, err := rlp.NewReader(path).List()
		if err != nil {
			return
		}
		account, err := ways.List()
		if err != nil {
			return
		}
		first, err := account.Bytes()
		if err != nil {
			return
		}
		for _, key := range keysOf(ownerOf(int(owner))) {
			proof := ledger.Proof{Kind: merklepatricia.Kind, Key: key, Path: path}
			if err := commitment.Verify(keccak.Keccak256(first), proof); err != nil && !errors.Is(err, ledger.ErrProof) {
				t.Fatalf("error of another kind: %v", err)
			}
		}
	})
}
