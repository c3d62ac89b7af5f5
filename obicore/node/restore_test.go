package node_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// history is a chain that has run, with a snapshot of it and blocks that came after.
type history struct {
	*fixture
	full     *node.Chain
	rules    *snapshot.Rules
	manifest *snapshot.Manifest
	folder   string
}

// blockOf returns a decided block as it travels.
func blockOf(t testing.TB, c *node.Chain, height uint64) *blocksync.Block {
	t.Helper()
	header, headerFault := c.Ledger().Header(height)
	body, bodyFault := c.Ledger().Body(height)
	proof, proofFault := c.Ledger().Proof(height)
	if err := errors.Join(headerFault, bodyFault, proofFault); err != nil {
		t.Fatal(err)
	}
	return &blocksync.Block{Header: header.Encode(), Body: body.Encode(), Proof: proof.Encode()}
}

func newHistory(t *testing.T, suite, commitment string, delay uint64) *history {
	t.Helper()
	return newHistoryOf(t, suite, commitment, delay, 12)
}

// newHistoryOf is newHistory with the number of blocks before the snapshot.
func newHistoryOf(t *testing.T, suite, commitment string, delay uint64, blocks int) *history {
	t.Helper()
	f := newFixture(t, suite, func(g *chain.Genesis) { g.Commitment, g.RootDelay, g.Window = commitment, delay, 8 })
	f.options.Genesis.Admin = []chain.Address{f.wallets[0].address}
	h := &history{fixture: f, full: f.open(), folder: filepath.Join(t.TempDir(), "snapshot")}
	h.traffic(blocks)
	var err error
	if h.rules, err = snapshot.RulesOf(f.registry, f.options.Genesis); err != nil {
		t.Fatal(err)
	}
	at := h.rules.Latest(h.full.Ledger().Status())
	if h.manifest, err = snapshot.Create(t.Context(), h.rules, h.full.Ledger(), at, h.folder); err != nil {
		t.Fatal(err)
	}
	h.traffic(6)
	return h
}

// traffic makes blocks with transfers, contracts that read old hashes, and a change of a
// parameter.
func (h *history) traffic(count int) {
	h.t.Helper()
	// Initcode that stores BLOCKHASH(NUMBER-5) at slot 0 and returns the code 0xfe.
	initcode := []byte{0x60, 5, 0x43, 0x03, 0x40, 0x60, 0, 0x55, 0x60, 0xfe, 0x60, 0, 0x53, 0x60, 1, 0x60, 0, 0xf3}
	for n := range count {
		switch n % 3 {
		case 0:
			await(h.t, h.full, h.wallets[1].transfer(h.t, chain.Address{0xbe, byte(n)}, 7))
		case 1:
			await(h.t, h.full, h.wallets[2].create(h.t, initcode))
		default:
			await(h.t, h.full, h.wallets[0].invoke(h.t.(*testing.T), "setGasLimit(uint64)", 30_000_000+uint64(n)))
		}
	}
}

func (h *history) open(t *testing.T) *snapshot.Snapshot {
	t.Helper()
	s, err := snapshot.Open(h.registry, h.folder)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (h *history) target(t *testing.T) snapshot.Target {
	t.Helper()
	restorer, err := snapshot.RestorerOf(h.registry, segment.Name)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot.Target{Directory: t.TempDir(), Restorer: restorer}
}

func quiet(float64) {}

func TestARestoredNodeGoesOnLikeOneThatHasEverything(t *testing.T) {
	for _, delay := range []uint64{0, 2} {
		for _, suite := range []string{"standard", "gm"} {
			for _, commitment := range []string{obicore.BinaryTree, obicore.MerklePatricia} {
				h := newHistory(t, suite, commitment, delay)
				target := h.target(t)
				if err := h.open(t).Restore(t.Context(), target, nil, quiet); err != nil {
					t.Fatalf("%s, %s, delay %d: %v", suite, commitment, delay, err)
				}
				h.compare(t, target.Directory)
			}
		}
	}
}

// compare opens what was restored, brings it to the tip of the full chain, and compares.
func (h *history) compare(t *testing.T, directory string) {
	t.Helper()
	options := h.options
	options.Directory = directory
	c, err := node.Open(t.Context(), h.registry, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	begins := h.manifest.Height + h.options.Genesis.RootDelay
	status := c.Ledger().Status()
	if status.OldestBody != h.manifest.Height || status.OldestState != h.manifest.Height || status.Executed != begins || c.Head().Header.Height != begins {
		t.Fatalf("restored at %d: %+v", h.manifest.Height, status)
	}
	tip := h.full.Head().Header.Height
	for height := begins + 1; height <= tip; height++ {
		if err := c.Import(t.Context(), blockOf(t, h.full, height)); err != nil {
			t.Fatalf("block %d: %v", height, err)
		}
	}
	if err := c.Drained(t.Context()); err != nil {
		t.Fatal(err)
	}
	for height := h.manifest.Height; height <= tip; height++ {
		mine, err := c.BlockAt(height)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := h.full.BlockAt(height)
		if err != nil {
			t.Fatal(err)
		}
		if mine.Hash != theirs.Hash || !bytes.Equal(mine.Results.Encode(), theirs.Results.Encode()) {
			t.Fatalf("block %d is another", height)
		}
		for _, w := range h.wallets {
			if have, want := balance(t, c, height, w.address), balance(t, h.full, height, w.address); have != want {
				t.Fatalf("height %d: balance %d, not %d", height, have, want)
			}
		}
	}
	if _, err := c.BlockAt(h.manifest.Height - 1); !errors.Is(err, ledger.ErrPruned) {
		t.Fatalf("a block from before: %v", err)
	}
	if err := c.Replay(t.Context(), quiet); err != nil {
		t.Fatal(err)
	}
	if err := c.Ledger().(ledger.Inspector).Inspect(t.Context(), func(f ledger.Fault) { t.Errorf("%+v", f) }, quiet); err != nil {
		t.Fatal(err)
	}
}

func TestASnapshotOfAnotherChainOrHeightIsRefused(t *testing.T) {
	h := newHistory(t, "standard", obicore.BinaryTree, 2)
	s := h.open(t)
	if err := s.Fits(chain.Hash{1}); !errors.Is(err, snapshot.ErrForeign) {
		t.Fatal(err)
	}
	if err := s.Fits(h.full.Identity()); err != nil {
		t.Fatal(err)
	}
	for _, height := range []uint64{0, h.full.Head().Header.Height} {
		if _, err := snapshot.Create(t.Context(), h.rules, h.full.Ledger(), height, t.TempDir()); !errors.Is(err, snapshot.ErrHeight) {
			t.Fatalf("height %d: %v", height, err)
		}
	}
	if _, err := snapshot.Create(t.Context(), h.rules, h.full.Ledger(), h.manifest.Height, h.folder); err == nil {
		t.Fatal("a folder with a snapshot is written again")
	}
	last := h.manifest.Height + 4
	header, err := h.full.Ledger().Header(last)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context(), &snapshot.Checkpoint{Height: last, Hash: header.Hash(h.full.Suite())}); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []snapshot.Checkpoint{{Height: last}, {Height: last + 1, Hash: header.Hash(h.full.Suite())}} {
		if err := s.Check(t.Context(), &wrong); !errors.Is(err, snapshot.ErrUntrusted) {
			t.Fatalf("%+v: %v", wrong, err)
		}
	}
	// What a folder holds whose writer has stopped.
	if err := os.Remove(filepath.Join(h.folder, "manifest")); err != nil {
		t.Fatal(err)
	}
	if _, err := snapshot.Open(h.registry, h.folder); !errors.Is(err, snapshot.ErrFault) {
		t.Fatal(err)
	}
}

// In short tests some bits of each file are flipped, in the full run every bit of every
// file. The empty trail has none; every file is cut and made longer, too.
func TestEveryFlippedBitOfASnapshotIsFoundWithItsPlace(t *testing.T) {
	for _, commitment := range []string{obicore.BinaryTree, obicore.MerklePatricia} {
		t.Run(commitment, func(t *testing.T) {
			t.Parallel()
			h := newHistoryOf(t, "standard", commitment, 2, 4)
			files, err := os.ReadDir(h.folder)
			if err != nil || len(files) != 11 {
				t.Fatal(files, err)
			}
			for _, file := range files {
				h.flip(t, filepath.Join(h.folder, file.Name()))
			}
			if err := h.open(t).Verify(t.Context(), h.target(t), nil, quiet); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// flip alters a file of the snapshot in every way, and leaves it as it was.
func (h *history) flip(t *testing.T, name string) {
	t.Helper()
	sound, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	target, bits := h.target(t), 8*len(sound)
	stride := bits/24 + 1
	if os.Getenv("CREDIBLE_TEST_FULL") != "" {
		stride = 1
	}
	for bit := 0; bit < bits; bit += stride {
		altered := bytes.Clone(sound)
		altered[bit/8] ^= 1 << (bit % 8)
		h.refuse(t, target, name, altered)
	}
	if len(sound) > 0 {
		h.refuse(t, target, name, sound[:len(sound)-1])
	}
	h.refuse(t, target, name, append(bytes.Clone(sound), 0))
	if err := os.WriteFile(name, sound, 0o644); err != nil {
		t.Fatal(err)
	}
}

// place is how an error names what is wrong with a file of a snapshot: the manifest, a
// section of another length, a block of an index, or a part.
var place = regexp.MustCompile(`manifest: |: it has \d+ bytes|\.index: block \d+|: part \d+ at byte \d+`)

// refuse writes a file and wants the snapshot to be refused for it.
func (h *history) refuse(t *testing.T, target snapshot.Target, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.Open(h.registry, h.folder)
	if err == nil {
		err = s.Verify(t.Context(), target, nil, quiet)
	}
	if !errors.Is(err, snapshot.ErrFault) || !strings.Contains(err.Error(), h.folder) || !strings.Contains(err.Error(), filepath.Base(name)) || !place.MatchString(err.Error()) {
		t.Fatalf("%s is altered: %v", name, err)
	}
}

func TestImportRefusesWhatDoesNotFit(t *testing.T) {
	f := newFixture(t, "standard", func(g *chain.Genesis) { g.RootDelay = 2 })
	full := f.open()
	for range 3 {
		await(t, full, f.wallets[0].transfer(t, chain.Address{1}, 1))
	}
	tip := full.Head().Header.Height
	options := f.options
	options.Directory = t.TempDir()
	c, err := node.Open(t.Context(), f.registry, options)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context()) //nolint:errcheck // the end of the test
	if err := c.Import(t.Context(), blockOf(t, full, 2)); !errors.Is(err, node.ErrImport) {
		t.Fatalf("a gap: %v", err)
	}
	forged := blockOf(t, full, 1)
	forged.Proof = (&chain.Proof{Kind: "solo/1"}).Encode()
	if err := c.Import(t.Context(), forged); err == nil || c.HaltReason() != nil {
		t.Fatalf("a block that nobody decided: %v, %v", err, c.HaltReason())
	}
	for height := uint64(1); height <= tip; height++ {
		for range 2 { // the second time it is there already
			if err := c.Import(t.Context(), blockOf(t, full, height)); err != nil {
				t.Fatal(err)
			}
		}
	}
	last, err := full.BlockAt(tip) // closing blocks may follow it there
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Drained(t.Context()); err != nil || c.Head().Hash != last.Hash {
		t.Fatalf("the head is %s, want %s: %v", c.Head().Hash, last.Hash, err)
	}
	other := newFixture(t, "standard", func(g *chain.Genesis) { g.RootDelay = 2 }).open()
	if err := other.Import(t.Context(), blockOf(t, full, 1)); !errors.Is(err, node.ErrImport) {
		t.Fatalf("a block of another chain: %v", err)
	}
}

func (w *wallet) create(t testing.TB, initcode []byte) []byte {
	t.Helper()
	raw := w.sign(t, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, ChainID: testChainID, Nonce: w.nonce, Gas: 200_000, FeeCap: chain.WordFromUint64(100), Data: initcode})
	w.nonce++
	return raw
}
