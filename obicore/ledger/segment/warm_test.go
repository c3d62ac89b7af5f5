package segment_test

import (
	"errors"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

// A ledger that was opened reads ahead what its database holds, while blocks are committed, and what it
// remembers is the state's.
func TestALedgerThatWasOpenedReadsAhead(t *testing.T) {
	const heights, before = 60, 30
	s := newScript(t, 401, heights)
	fs := vfs.NewMem()
	l := open(t, fs, s.options())
	s.run(t, l, before)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, fs, s.options())
	s.run(t, l, heights)
	segment.Warmed(l)
	for height := range heights + 1 {
		s.checkState(t, l, height)
	}
	inspect(t, l)

	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	quiet := open(t, fs, s.options())
	nodes, entries := segment.Warmed(quiet)
	if want := len(s.states[heights]); entries != want || nodes == 0 {
		t.Fatalf("%d entries of %d and %d nodes were read ahead", entries, want, nodes)
	}
	s.checkState(t, quiet, heights)
}

// A node that is broken in the database is not taken for one that is not there.
func TestABrokenNodeThatWasReadAheadIsNotTakenForNone(t *testing.T) {
	const heights = 5
	s := newScript(t, 402, heights)
	fs := vfs.NewMem()
	l := open(t, fs, s.options())
	s.run(t, l, heights-1)
	if err := segment.Overwrite(l, []byte("C\x00")); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, fs, s.options())
	segment.Warmed(l)
	if _, err := l.Stage(s.results[heights].Writes()); !errors.Is(err, ledger.ErrCorrupt) {
		t.Fatalf("%v, with a root that is broken", err)
	}
}
