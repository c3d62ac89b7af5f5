package state_test

import (
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// base is flat state in memory.
type base map[chain.StateKey][]byte

func (b base) Get(key chain.StateKey) ([]byte, error) { return b[key], nil }

func (b base) Scan(owner chain.Address, space chain.Space, from string, f func(string, []byte) bool) error {
	var subkeys []string
	for key := range b {
		if key.Owner == owner && key.Space == space && key.Subkey >= from {
			subkeys = append(subkeys, key.Subkey)
		}
	}
	slices.Sort(subkeys)
	for _, subkey := range subkeys {
		if !f(subkey, b[chain.StateKey{Owner: owner, Space: space, Subkey: subkey}]) {
			break
		}
	}
	return nil
}

// apply does with a write set what a ledger does.
func (b base) apply(writes []chain.Write) {
	for _, write := range writes {
		if len(write.Value) == 0 {
			delete(b, write.Key)
		} else {
			b[write.Key] = slices.Clone(write.Value)
		}
	}
}

func address(n byte) chain.Address { return chain.Address{19: n} }

func word(n uint64) chain.Word { return chain.WordFromUint64(n) }

// hashOf stands for the digest of code, which the VM gives.
func hashOf(code []byte) chain.Hash {
	if len(code) == 0 {
		return chain.Hash{}
	}
	var hash chain.Hash
	copy(hash[:], "digest of")
	copy(hash[10:], code)
	return hash
}

// contractAt stores a contract with balance 5, nonce 1, code and one slot.
func (b base) contractAt(owner chain.Address, code []byte) {
	account := chain.Account{Nonce: 1, Balance: word(5), CodeHash: hashOf(code)}
	b[chain.AccountKey(owner)] = account.Encode()
	b[chain.CodeKey(owner)] = code
	b[chain.StorageKey(owner, word(1))] = []byte{7}
}

// dataKey is the key of an entry of a native module.
func dataKey(owner chain.Address, subkey string) chain.StateKey {
	return chain.StateKey{Owner: owner, Space: chain.SpaceModule, Subkey: subkey}
}

// wantWrites checks a write set to the byte.
func wantWrites(t *testing.T, have []chain.Write, want ...chain.Write) {
	t.Helper()
	slices.SortFunc(want, func(a, b chain.Write) int { return a.Key.Compare(b.Key) })
	if len(have) != len(want) {
		t.Fatalf("%d writes, want %d: %v", len(have), len(want), have)
	}
	for i := range want {
		if have[i].Key != want[i].Key || string(have[i].Value) != string(want[i].Value) {
			t.Errorf("write %d is %v = %x, want %v = %x", i, have[i].Key, have[i].Value, want[i].Key, want[i].Value)
		}
	}
}

func wantNoFault(t *testing.T, s *state.State) {
	t.Helper()
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
}
