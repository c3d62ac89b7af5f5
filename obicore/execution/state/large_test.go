package state_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// many is more than the journal keeps together, several times.
const many = 5_000

func TestMarksAmongThousandsOfChangesUndoWhatCameAfterThem(t *testing.T) {
	s := state.New(base{})
	var marks []int
	for n := range uint64(many) {
		marks = append(marks, s.Snapshot())
		s.SetTransientSlot(address(1), word(n%7), word(n+1))
	}
	for n := many - 1; n >= 0; n -= 1 + n%97 {
		s.Revert(marks[n])
		if mark := s.Snapshot(); mark != marks[n] {
			t.Fatalf("undone to mark %d, which is %d now", marks[n], mark)
		}
		for at := max(0, n-7); at < n; at++ {
			want := word(uint64(at) + 1)                                             //nolint:gosec // not negative
			if got := s.TransientSlot(address(1), word(uint64(at%7))); got != want { //nolint:gosec // not negative
				t.Fatalf("after undoing to change %d, slot %d is %x, want %x", n, at%7, got, want)
			}
		}
	}
}

func TestAccountsThatThousandsOfChangesReachedAreWrittenOnce(t *testing.T) {
	s := state.New(base{})
	for n := range uint64(many) {
		s.SetNonce(address(byte(n%3)), n+1) //nolint:gosec // below 3
	}
	if writes := s.Finish(); len(writes) != 3 {
		t.Errorf("%d writes, want 3", len(writes))
	}
	if mark := s.Snapshot(); mark != 0 {
		t.Errorf("the next transaction begins at mark %d", mark)
	}
}

func TestGoingBackAndForthOverTheBeginningOfAPieceOfTheJournalTakesNoMemory(t *testing.T) {
	s := state.New(base{})
	for n := range uint64(many) {
		s.SetTransientSlot(address(1), word(1), word(n+1))
		mark := s.Snapshot()
		allocations := testing.AllocsPerRun(1, func() {
			s.SetTransientSlot(address(1), word(1), word(n+2))
			s.Revert(mark)
		})
		if allocations > 0 && n > 1024 {
			t.Fatalf("%v allocations after %d changes", allocations, n+1)
		}
	}
}

// BenchmarkTransactionAfterALargeOne is a small transaction behind one that has warmed a
// million slots: it takes as long as without.
func BenchmarkTransactionAfterALargeOne(b *testing.B) {
	for _, large := range []struct {
		name  string
		slots uint64
	}{{"none", 0}, {"a-million-slots", 1_000_000}} {
		b.Run(large.name, func(b *testing.B) {
			s := state.New(base{})
			for n := range large.slots {
				s.WarmSlot(address(1), word(n))
			}
			s.Finish()
			for n := uint64(0); b.Loop(); n++ {
				s.WarmSlot(address(2), word(n))
				s.SetNonce(address(2), n+1)
				s.Finish()
			}
		})
	}
}
