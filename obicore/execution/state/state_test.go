package state_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

var code = []byte{0x60, 0x00}

func TestFinishWithoutChangesWritesNothing(t *testing.T) {
	b := base{}
	b.contractAt(address(1), code)
	s := state.New(b)
	s.Balance(address(1))
	s.Slot(address(1), word(1))
	s.Slot(address(2), word(1))
	s.Code(address(1))
	s.HasStorage(address(1))
	s.Data(address(1), "entry")
	s.Warm(address(3))
	s.WarmSlot(address(1), word(9))
	s.SetTransientSlot(address(1), word(1), word(2))
	s.EmitLog(chain.Log{Address: address(1)})
	s.AddRefund(4)
	wantWrites(t, s.Finish())
	wantNoFault(t, s)
}

func TestAValueThatComesBackIsNotWritten(t *testing.T) {
	b := base{dataKey(address(1), "entry"): []byte("value")}
	b.contractAt(address(1), code)
	s := state.New(b)
	s.SetSlot(address(1), word(1), word(8))
	s.SetSlot(address(1), word(1), word(7))
	s.SetBalance(address(1), word(6))
	s.SetBalance(address(1), word(5))
	s.SetNonce(address(1), 2)
	s.SetNonce(address(1), 1)
	s.SetCode(address(1), []byte{1}, hashOf([]byte{1}))
	s.SetCode(address(1), code, hashOf(code))
	s.SetData(address(1), "entry", nil)
	s.SetData(address(1), "entry", []byte("value"))
	wantWrites(t, s.Finish())
}

func TestFinishWritesExactlyWhatChanged(t *testing.T) {
	b := base{dataKey(address(1), "entry"): []byte("value")}
	b.contractAt(address(1), code)
	s := state.New(b)
	s.SetSlot(address(1), word(1), chain.Word{})
	s.SetSlot(address(1), word(2), word(0x0300))
	s.SetBalance(address(1), word(9))
	s.SetData(address(1), "entry", nil)
	s.SetData(address(1), "other", []byte("x"))
	s.SetNonce(address(2), 1)
	s.SetCode(address(2), code, hashOf(code))
	changed := chain.Account{Nonce: 1, Balance: word(9), CodeHash: hashOf(code)}
	created := chain.Account{Nonce: 1, CodeHash: hashOf(code)}
	wantWrites(t, s.Finish(),
		chain.Write{Key: chain.AccountKey(address(1)), Value: changed.Encode()},
		chain.Write{Key: chain.StorageKey(address(1), word(1))},
		chain.Write{Key: chain.StorageKey(address(1), word(2)), Value: []byte{3, 0}},
		chain.Write{Key: dataKey(address(1), "entry")},
		chain.Write{Key: dataKey(address(1), "other"), Value: []byte("x")},
		chain.Write{Key: chain.AccountKey(address(2)), Value: created.Encode()},
		chain.Write{Key: chain.CodeKey(address(2)), Value: code},
	)
}

func TestClearedCodeIsRemoved(t *testing.T) {
	b := base{}
	b.contractAt(address(1), code)
	s := state.New(b)
	s.SetCode(address(1), nil, hashOf([]byte("ignored")))
	if s.CodeSize(address(1)) != 0 || !s.CodeHash(address(1)).IsZero() {
		t.Error("empty code has a size or a hash")
	}
	without := chain.Account{Nonce: 1, Balance: word(5)}
	wantWrites(t, s.Finish(),
		chain.Write{Key: chain.AccountKey(address(1)), Value: without.Encode()}, chain.Write{Key: chain.CodeKey(address(1))})
}

func TestAnAccountThatWasReachedAndIsEmptyIsRemoved(t *testing.T) {
	rich := chain.Account{Balance: word(5)}
	b := base{chain.AccountKey(address(1)): rich.Encode()}
	s := state.New(b)
	s.SetBalance(address(1), chain.Word{})
	s.Touch(address(2))
	if !s.Exists(address(1)) || !s.Exists(address(2)) {
		t.Error("an account vanished before the end of the transaction")
	}
	wantWrites(t, s.Finish(), chain.Write{Key: chain.AccountKey(address(1))})
	if s.Exists(address(1)) || s.Exists(address(2)) {
		t.Error("an empty account is still there")
	}
}

func TestADestroyedContractIsRemovedWithItsStorage(t *testing.T) {
	b := base{}
	b.contractAt(address(1), code)
	s := state.New(b)
	s.SetSlot(address(1), word(2), word(3))
	s.Finish() // slot 2 is not in the base, but stands since the transaction before
	s.SetSlot(address(1), word(4), word(5))
	s.Destroy(address(1))
	s.SetBalance(address(1), word(1_000)) // what it still receives goes too
	if !s.Destroyed(address(1)) || s.Slot(address(1), word(1)) != word(7) {
		t.Error("it is gone before the end of the transaction")
	}
	wantWrites(t, s.Finish(),
		chain.Write{Key: chain.AccountKey(address(1))}, chain.Write{Key: chain.CodeKey(address(1))},
		chain.Write{Key: chain.StorageKey(address(1), word(1))}, chain.Write{Key: chain.StorageKey(address(1), word(2))},
	)
	if s.Exists(address(1)) || s.Destroyed(address(1)) || s.HasStorage(address(1)) || len(s.Code(address(1))) != 0 {
		t.Error("something is left of it")
	}
	for slot := range uint64(6) {
		if !s.Slot(address(1), word(slot)).IsZero() || !s.CommittedSlot(address(1), word(slot)).IsZero() {
			t.Errorf("slot %d is left", slot)
		}
	}
}

func TestAnAddressCanBeUsedAgainAfterItsContractWasDestroyed(t *testing.T) {
	b := base{}
	b.contractAt(address(1), code)
	s := state.New(b)
	s.Destroy(address(1))
	s.Finish()
	s.Create(address(1))
	s.SetNonce(address(1), 1)
	s.SetCode(address(1), code, hashOf(code))
	s.SetSlot(address(1), word(1), word(7)) // as it was before
	again := chain.Account{Nonce: 1, CodeHash: hashOf(code)}
	wantWrites(t, s.Finish(),
		chain.Write{Key: chain.AccountKey(address(1)), Value: again.Encode()}, chain.Write{Key: chain.CodeKey(address(1)), Value: code},
		chain.Write{Key: chain.StorageKey(address(1), word(1)), Value: []byte{7}},
	)
}

func TestWhatBelongsToOneTransactionEndsWithIt(t *testing.T) {
	s := state.New(base{})
	s.SetNonce(address(1), 1)
	s.Create(address(1))
	s.WarmSlot(address(1), word(1))
	s.SetTransientSlot(address(1), word(1), word(1))
	s.EmitLog(chain.Log{})
	s.AddRefund(1)
	s.Finish()
	if s.CreatedHere(address(1)) || s.IsWarm(address(1)) || s.IsWarmSlot(address(1), word(1)) ||
		!s.TransientSlot(address(1), word(1)).IsZero() || len(s.Logs()) != 0 || s.Refund() != 0 || s.Snapshot() != 0 {
		t.Error("something is left for the next transaction")
	}
	if s.Nonce(address(1)) != 1 {
		t.Error("the next transaction does not see the nonce")
	}
}

func TestCommittedSlotIsTheValueBeforeTheTransaction(t *testing.T) {
	b := base{}
	b.contractAt(address(1), code)
	s := state.New(b)
	s.SetSlot(address(1), word(1), word(8))
	if s.CommittedSlot(address(1), word(1)) != word(7) {
		t.Error("it moved within the transaction")
	}
	s.Finish()
	if s.CommittedSlot(address(1), word(1)) != word(8) {
		t.Error("it did not move with the transaction")
	}
}

func TestStorageOfAnEarlierTransactionOfTheBlockCounts(t *testing.T) {
	s := state.New(base{})
	s.SetNonce(address(1), 1)
	s.SetSlot(address(1), word(1), word(1))
	if !s.HasStorage(address(1)) {
		t.Error("not within the transaction")
	}
	s.Finish()
	if !s.HasStorage(address(1)) {
		t.Error("not in the next transaction, before the block is committed")
	}
	s.SetSlot(address(1), word(1), chain.Word{})
	if s.HasStorage(address(1)) {
		t.Error("a cleared slot counts")
	}
}

func TestTheRefundCounterStopsAtZero(t *testing.T) {
	s := state.New(base{})
	s.AddRefund(3)
	s.SubRefund(5)
	if s.Refund() != 0 {
		t.Errorf("it is %d", s.Refund())
	}
}

func TestSetDataKeepsACopy(t *testing.T) {
	s := state.New(base{})
	value := []byte("value")
	s.SetData(address(1), "entry", value)
	value[0] = 'x'
	if string(s.Data(address(1), "entry")) != "value" {
		t.Error("the caller's slice is kept")
	}
}

func TestAMarkThatWasNeverGivenOutIsIgnored(t *testing.T) {
	s := state.New(base{})
	s.SetNonce(address(1), 1)
	for _, mark := range []int{s.Snapshot() + 1, 1 << 40, -1} {
		s.Revert(mark)
		if s.Nonce(address(1)) != 1 {
			t.Fatalf("mark %d undid something", mark)
		}
	}
}
