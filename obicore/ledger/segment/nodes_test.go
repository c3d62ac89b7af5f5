package segment_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

// Nodes that change in few places are kept as patches, now and in history: every height
// is proved through long chains of them all the same, after the ledger was opened again,
// and where it was rewound.
func TestStatesAreProvedThroughManyPatchesOfNodes(t *testing.T) {
	const heights = 300
	for _, place := range []string{"data/ledger", ""} {
		s := newScript(t, 330, heights)
		options, fs := s.options(), vfs.NewMem()
		options.Directory = place
		l := open(t, fs, options)
		s.run(t, l, heights)
		nodes, history, err := segment.Patches(l)
		if err != nil || nodes == 0 || history < heights {
			t.Fatalf("%d nodes and %d records of history are patches: %v", nodes, history, err)
		}
		if place != "" {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = open(t, fs, options)
		}
		inspect(t, l)
		for h := 0; h <= heights; h += 9 {
			s.checkState(t, l, h)
		}
		if rewinder, can := l.(ledger.Rewinder); can {
			if err := rewinder.Rewind(t.Context(), heights/2); err != nil {
				t.Fatal(err)
			}
			s.checkState(t, l, heights/2)
			s.run(t, l, heights)
			s.checkState(t, l, heights/2-10)
			s.checkState(t, l, heights)
			inspect(t, l)
		}
	}
}

func TestNodesOfEarlierVersionsAreConverted(t *testing.T) {
	const heights = 120
	s := newScript(t, 331, heights)
	options, fs := s.options(), vfs.NewMem()
	options.Directory = "data/ledger"
	l := open(t, fs, options)
	s.run(t, l, heights-20)
	if patches, err := segment.Former(l); err != nil || patches == 0 {
		t.Fatalf("%d patches: %v", patches, err)
	}
	if err := segment.SetVersion(l, 1); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to convert
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = open(t, fs, options)
		if version, err := segment.Version(l); err != nil || version != 2 {
			t.Fatalf("version %d, %v: binaries for 1 would find no tree", version, err)
		}
		inspect(t, l)
		for h := 0; h <= heights-20; h += 9 {
			s.checkState(t, l, h)
		}
	}
	s.run(t, l, heights)
	inspect(t, l)
	s.checkState(t, l, heights/2)
	s.checkState(t, l, heights)
}

// The power is cut while nodes are converted, and the conversion is given up before it begins: both times
// the next opening finds all.
func TestAConversionThatIsCutShortIsDoneAgain(t *testing.T) {
	const heights = 80
	s, disk := newScript(t, 333, heights), vfs.NewCrashableMem()
	options, random := s.options(), rand.New(rand.NewPCG(333, 1))
	l := open(t, disk, options)
	s.run(t, l, heights)
	_, err := segment.Former(l)
	if err = errors.Join(err, segment.SetVersion(l, 1), l.Close()); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := module(segment.WithFileSystem(disk)).Open(stopped, options); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	var lost []*vfs.MemFS
	watched := &outlet{FS: disk, before: func() {
		for _, percent := range []int{0, 50, 100} {
			lost = append(lost, disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: random}))
		}
	}}
	l, err = module(segment.WithFileSystem(watched)).Open(t.Context(), options)
	if err = errors.Join(err, l.Close()); err != nil {
		t.Fatal(err)
	}
	for _, fs := range append(lost, disk) {
		l := open(t, fs, options)
		inspect(t, l)
		s.checkState(t, l, heights/2)
		s.checkState(t, l, heights)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(lost) < 9 {
		t.Fatalf("only %d disks", len(lost))
	}
}

func TestADirectoryOfALaterVersionIsRefused(t *testing.T) {
	s := newScript(t, 332, 2)
	options, fs := s.options(), vfs.NewMem()
	options.Directory = "data/ledger"
	for _, version := range []uint64{0, 3} {
		l := open(t, fs, options)
		if err := errors.Join(segment.SetVersion(l, version), l.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := module(segment.WithFileSystem(fs)).Open(t.Context(), options); !errors.Is(err, ledger.ErrMismatch) {
			t.Fatalf("version %d: %v", version, err)
		}
		fs = vfs.NewMem()
	}
}
