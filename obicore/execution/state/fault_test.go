package state_test

import (
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

var errDisk = errors.New("disk")

// faulty fails the reads of one space.
type faulty struct {
	base
	space chain.Space
}

func (f faulty) Get(key chain.StateKey) ([]byte, error) {
	if key.Space == f.space {
		return nil, errDisk
	}
	return f.base.Get(key)
}

func (f faulty) Scan(owner chain.Address, space chain.Space, from string, g func(string, []byte) bool) error {
	if space == f.space {
		return errDisk
	}
	return f.base.Scan(owner, space, from, g)
}

// useEverything reads and changes one contract in every way.
func useEverything(s *state.State, owner chain.Address) {
	s.SetBalance(owner, word(1))
	s.SetNonce(owner, s.Nonce(owner)+1)
	s.Code(owner)
	s.SetCode(owner, []byte{1}, hashOf([]byte{1}))
	s.SetSlot(owner, word(1), word(2))
	s.HasStorage(owner)
	s.SetData(owner, "entry", []byte("x"))
	s.Destroy(owner)
}

func TestAStorageFaultIsRememberedAndDoesNotPanic(t *testing.T) {
	for space := range chain.SpaceModule + 1 {
		b := base{}
		b.contractAt(address(1), code)
		s := state.New(faulty{b, space})
		useEverything(s, address(1))
		mark := s.Snapshot()
		useEverything(s, address(2))
		s.Revert(mark)
		s.SetSlot(address(1), word(3), word(4))
		s.Finish()
		s.SetSlot(address(1), word(3), word(4))
		s.SetData(address(1), "other", []byte("y"))
		s.Finish()
		if !errors.Is(s.Err(), errDisk) {
			t.Errorf("space %d: %v", space, s.Err())
		}
	}
}

func TestStoredValuesThatCannotBeReadAreFaults(t *testing.T) {
	long := make([]byte, chain.WordSize+1)
	for name, c := range map[string]struct {
		key   chain.StateKey
		value []byte
	}{
		"an account that does not decode": {chain.AccountKey(address(1)), []byte{1, 2, 3}},
		"a slot longer than a word":       {chain.StorageKey(address(1), word(1)), long},
		"a missing code":                  {chain.CodeKey(address(1)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := base{}
			b.contractAt(address(1), code)
			b.apply([]chain.Write{{Key: c.key, Value: c.value}})
			s := state.New(b)
			s.Slot(address(1), word(1))
			s.Code(address(1))
			if s.Err() == nil {
				t.Error("no fault is reported")
			}
			s.SetSlot(address(1), word(1), word(9))
			s.Finish()
		})
	}
}
