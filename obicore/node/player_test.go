package node_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// Settings of the chains on which workloads are played.
const (
	differentialWindow = 24
	retainedBlocks     = 48
	retainedStates     = 40
	smallSegments      = 10_000 // bytes, so that pruning has files to drop
)

// variant is one kind of chain.
type variant struct {
	suite, commitment string
	delay             uint64
}

func (v variant) String() string { return fmt.Sprintf("%s %s %d", v.suite, v.commitment, v.delay) }

// player is a node on which a workload is played.
type player struct {
	*fixture
	variant
	work  *workload
	clock *metronome
	chain *node.Chain
	slots map[chain.StateKey]chain.Word // as the workload expects them
	paid  map[chain.Address]uint64
}

// newPlayer makes a node of a variant; equal seeds make nodes of one chain.
func newPlayer(t *testing.T, v variant, seed uint64, retain bool) *player {
	t.Helper()
	secret := [32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)}
	f := newFixtureOf(t, rand.NewChaCha8(secret), v.suite, func(g *chain.Genesis) {
		g.Commitment, g.RootDelay, g.Window = v.commitment, v.delay, differentialWindow
		allocateContracts(g.Allocation)
	})
	f.registry.Ledger[segment.Name] = segment.New(
		segment.WithCommitment(obicore.BinaryTree, binarytree.New), segment.WithCommitment(obicore.MerklePatricia, merklepatricia.New),
		segment.WithSegmentSize(smallSegments), segment.WithFileSystem(vfs.NewMem())) // which spares the disk's syncs
	f.options.Directory, f.options.Interval = t.TempDir(), 1
	if retain {
		f.options.RetainBlocks, f.options.RetainState = retainedBlocks, retainedStates
	}
	return &player{fixture: f, variant: v, slots: map[chain.StateKey]chain.Word{}, paid: map[chain.Address]uint64{}}
}

func (p *player) senders() (all []chain.Address) {
	for _, w := range p.wallets {
		all = append(all, w.address)
	}
	return all
}

// begin opens the node as it stands and lets it make blocks.
func (p *player) begin(blocks int) {
	p.t.Helper()
	p.clock = newMetronome(blocks)
	p.options.Clock = p.clock
	p.chain = p.open()
}

func (p *player) end() {
	p.t.Helper()
	if err := p.chain.Close(context.Background()); err != nil {
		p.t.Fatal(err)
	}
}

// play makes the blocks of the steps between two heights.
func (p *player) play(from, to int) {
	p.t.Helper()
	for height := from + 1; height <= to; height++ {
		wanted := map[chain.Hash]*intent{}
		for _, i := range p.work.steps[height-1] {
			id, err := p.chain.Submit(p.t.Context(), i.sign(p.t, p.chain, p.wallets))
			if err != nil {
				p.t.Fatalf("%s: height %d: %v", p, height, err)
			}
			wanted[id] = i
		}
		p.clock.strike()
		if err := p.chain.AwaitHeight(p.t.Context(), uint64(height)); err != nil {
			p.t.Fatal(err)
		}
		p.expect(height, wanted)
	}
}

// expect compares a block with the intents that it was made of.
func (p *player) expect(height int, wanted map[chain.Hash]*intent) {
	p.t.Helper()
	block, err := p.chain.BlockAt(uint64(height))
	if err != nil {
		p.t.Fatal(err)
	}
	if len(block.Transactions) != len(wanted) {
		p.t.Fatalf("%s: height %d has %d transactions of %d", p, height, len(block.Transactions), len(wanted))
	}
	for n, t := range block.Transactions {
		i, receipt := wanted[t.ID], block.Results.Transactions[n].Receipt
		if i == nil || receipt.Void() || (receipt.Status == chain.StatusFailed) != i.fails {
			p.t.Fatalf("%s: height %d, transaction %d: %+v", p, height, n, receipt)
		}
		if !i.fails {
			p.note(i.effects)
		}
	}
}

func (p *player) note(effects []effect) {
	for _, e := range effects {
		if e.paid {
			amount, _ := e.value.Uint64()
			p.paid[e.owner] += amount
			continue
		}
		p.slots[chain.StorageKey(e.owner, e.slot)] = e.value
	}
}

// expected compares the state at the end with what the workload was to leave.
func (p *player) expected() {
	p.t.Helper()
	view, err := p.chain.View(p.chain.Head().Header.Height)
	if err != nil {
		p.t.Fatal(err)
	}
	defer view.Close()
	for key, want := range p.slots {
		value, err := view.Get(key)
		if err != nil || !bytes.Equal(value, bytes.TrimLeft(want[:], "\x00")) {
			p.t.Fatalf("%s: slot %v holds %x, want %x: %v", p, key, value, want, err)
		}
	}
	for owner, want := range p.paid {
		account, err := node.Account(view, owner)
		if amount, _ := account.Balance.Uint64(); err != nil || amount != want {
			p.t.Fatalf("%s: %s has %d, want %d: %v", p, owner, amount, want, err)
		}
	}
}

// prune drops what lies outside of the node's window now, as its own loop does now and
// then.
func (p *player) prune() {
	p.t.Helper()
	pruner := p.chain.Ledger().(ledger.Pruner)
	if err := pruner.Prune(p.t.Context(), p.chain.Head().Header.Height-retainedBlocks); err != nil {
		p.t.Fatal(err)
	}
}
