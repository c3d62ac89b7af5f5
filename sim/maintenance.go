package sim

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

// smallSegments is the size in bytes of the files of ledgers that prune, so that there
// are some to drop.
const smallSegments = 2_000

// keepLittle gives the nodes ledgers of small files.
func keepLittle(registry *kernel.Registry) {
	registry.Ledger[segment.Name] = segment.New(segment.WithCommitment(obicore.BinaryTree, binarytree.New), segment.WithSegmentSize(smallSegments))
}

// retained is how many blocks a node keeps, 0 for all: the first node keeps everything,
// so that one that was down for long finds what it has missed.
func (n *Node) retained() uint64 {
	if n == n.cluster.Nodes[0] {
		return 0
	}
	return n.cluster.settings.Retain
}

// maintain does one thing to the ledger of a running node that its operator would do:
// drops old blocks, compacts, or takes a snapshot and checks it. Nobody must notice.
func (r *Run) maintain() {
	r.c.t.Helper()
	n := r.c.Nodes[r.chores.IntN(len(r.c.Nodes))]
	chore := r.chores.IntN(3)
	if n.Chain == nil || n.Chain.HaltReason() != nil {
		return
	}
	var err error
	switch chore {
	case 0:
		err = n.prune()
	case 1:
		err = n.Chain.Ledger().(ledger.Maintainer).Compact(context.Background(), func(float64) {})
	default:
		err = n.snapshot()
	}
	r.note("%s: chore %d at height %d", n.Name, chore, n.Chain.Head().Header.Height)
	if err != nil {
		r.c.t.Errorf("%s: chore %d: %v", n.Name, chore, err)
	}
}

// prune drops what has left the node's window, which its own loop does more seldom.
func (n *Node) prune() error {
	keep, head := n.retained(), n.Chain.Head().Header.Height
	if keep == 0 || head <= keep {
		return nil
	}
	return n.Chain.Ledger().(ledger.Pruner).Prune(context.Background(), head-keep)
}

// snapshot takes the newest snapshot of a node that keeps enough for one, and checks it.
func (n *Node) snapshot() error {
	rules, err := snapshot.RulesOf(n.cluster.registry, n.cluster.genesis)
	if err != nil {
		return err
	}
	n.snapshots++
	folder := filepath.Join(n.cluster.root, fmt.Sprintf("%s-snapshot-%d", n.Name, n.snapshots))
	_, err = snapshot.Create(context.Background(), rules, n.Chain.Ledger(), rules.Latest(n.Chain.Ledger().Status()), folder)
	if errors.Is(err, snapshot.ErrHeight) {
		return nil // too young, or it keeps too few blocks
	}
	if err != nil {
		return err
	}
	s, err := snapshot.Open(n.cluster.registry, folder)
	if err != nil {
		return err
	}
	return s.Verify(context.Background(), snapshot.Target{Directory: n.cluster.root}, nil, func(float64) {})
}
