package node_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

// figure reads a metric of a chain.
func figure(t *testing.T, c *node.Chain, name string) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	if err := c.Register(registry); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

func TestARunningChainTakesSnapshotsAtMultiplesOfTheInterval(t *testing.T) {
	f := newFixture(t, "standard", func(g *chain.Genesis) { g.RootDelay, g.Window = 2, 8 })
	f.options.Directory, f.options.Snapshots = t.TempDir(), node.Snapshots{Interval: 5, Keep: 2}
	left := filepath.Join(f.options.Directory, "snapshots", "3") // by a life that was killed
	if err := os.MkdirAll(left, 0o750); err != nil {
		t.Fatal(err)
	}
	c := f.open()
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("an unfinished snapshot is kept: %v", err)
	}
	for figure(t, c, "credible_snapshot_height") < 30 {
		if c.Head().Header.Height > 2000 {
			t.Fatal("no snapshot is taken")
		}
		await(t, c, f.wallets[0].transfer(t, chain.Address{1}, 1))
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	folders, err := os.ReadDir(filepath.Join(f.options.Directory, "snapshots"))
	if err != nil || len(folders) != 2 {
		t.Fatalf("%v, %v", folders, err)
	}
	restorer, err := snapshot.RestorerOf(f.registry, segment.Name)
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		s, err := snapshot.Open(f.registry, filepath.Join(f.options.Directory, "snapshots", folder.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if height := s.Manifest.Height; height%5 != 0 || strconv.FormatUint(height, 10) != folder.Name() {
			t.Errorf("%s is of height %d", folder.Name(), height)
		}
		if err := s.Verify(t.Context(), snapshot.Target{Directory: t.TempDir(), Restorer: restorer}, nil, quiet); err != nil {
			t.Error(err)
		}
	}
	f.options.Snapshots.Interval = 0 // it gives what it has, and takes no more
	if height := figure(t, f.open(), "credible_snapshot_height"); height < 30 {
		t.Errorf("the newest snapshot is of height %v", height)
	}
}

func TestBetweenMultiplesOfTheIntervalSnapshotsAreTakenAfterEnoughTransactions(t *testing.T) {
	f := newFixture(t, "standard", func(g *chain.Genesis) { g.RootDelay, g.Window = 2, 8 })
	f.options.Directory, f.options.Snapshots = t.TempDir(), node.Snapshots{Interval: 1 << 20, Transactions: 7, Keep: 32}
	c, before := f.open(), -1.0
	var taken []uint64
	for len(taken) < 3 {
		if c.Head().Header.Height > 2000 {
			t.Fatal("no snapshot is taken")
		}
		await(t, c, f.wallets[0].transfer(t, chain.Address{1}, 1))
		if at := figure(t, c, "credible_snapshot_height"); at > 0 && at != before {
			taken, before = append(taken, uint64(at)), at
		}
	}
	sums := map[uint64]uint64{} // transactions up to a height
	for height := uint64(1); height <= taken[2]; height++ {
		header, err := c.Ledger().Header(height)
		if err != nil {
			t.Fatal(err)
		}
		sums[height] = sums[height-1] + header.TransactionCount
	}
	for _, at := range taken {
		if sums[at]/7 == sums[at-1]/7 {
			t.Errorf("a snapshot of height %d, with %d transactions and %d below", at, sums[at], sums[at-1])
		}
	}
}

func TestAChainThatDropsItsBlocksTakesSnapshotsAllTheSame(t *testing.T) {
	f := newFixture(t, "standard", func(g *chain.Genesis) { g.Window = 64 })
	f.registry.Ledger[segment.Name] = segment.New(segment.WithCommitment(obicore.BinaryTree, binarytree.New), segment.WithSegmentSize(20_000))
	f.options.Directory, f.options.RetainBlocks, f.options.Snapshots = t.TempDir(), 600, node.Snapshots{Interval: 50, Keep: 1}
	c := f.open()
	for c.Ledger().Status().OldestBody < 300 || figure(t, c, "credible_snapshot_height") < 900 {
		if c.Head().Header.Height > 4000 {
			t.Fatalf("nothing is dropped, or no snapshot is taken: %+v", c.Ledger().Status())
		}
		await(t, c, f.wallets[0].transfer(t, chain.Address{1}, 1))
	}
}

func TestAChainThatKeepsTooLittleForSnapshotsSaysHowMuchTheyNeed(t *testing.T) {
	f := newFixture(t, "standard", nil)
	for _, retain := range []struct{ blocks, states uint64 }{{1100, 0}, {0, 1}} {
		f.options.Directory, f.options.Snapshots = t.TempDir(), node.Snapshots{Interval: 50, Keep: 1}
		f.options.RetainBlocks, f.options.RetainState = retain.blocks, retain.states
		c, err := node.Open(t.Context(), f.registry, f.options)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "set data.retain_blocks") {
			t.Errorf("%+v: %v", retain, err)
		}
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestAChainInMemoryRefusesToTakeSnapshots(t *testing.T) {
	f := newFixture(t, "standard", nil)
	f.options.Snapshots = node.Snapshots{Interval: 5, Keep: 1}
	c, err := node.Open(t.Context(), f.registry, f.options)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context()) //nolint:errcheck // the end of the test
	if err := c.Start(t.Context()); err == nil {
		t.Fatal("it starts")
	}
}
