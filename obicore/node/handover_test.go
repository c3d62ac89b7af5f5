package node_test

import (
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// rotate gives the validator another consensus key by transaction.
func (h *history) rotate(t *testing.T, spare node.Keys) {
	t.Helper()
	genesis, err := h.options.Genesis.ValidatorSet()
	if err != nil {
		t.Fatal(err)
	}
	member := genesis.Members[0]
	member.ConsensusKey = spare.Signer.Public()
	selector := native.Selector("replaceValidator(bytes)")
	address, w := chain.ParametersAddress, h.wallets[0]
	raw := w.sign(t, &ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: testChainID, Nonce: w.nonce, Gas: 200_000, To: &address,
		Data: append(selector[:], native.EncodeBytes(member.Encode())...),
	})
	w.nonce++
	if block, i := await(t, h.full, raw); block.Results.Transactions[i].Receipt.Status != chain.StatusSucceeded {
		t.Fatal("the validator was not replaced")
	}
}

// rotated is a chain whose validator has another key since its fourth block.
func rotated(t *testing.T, delay uint64) *history {
	t.Helper()
	h := &history{fixture: newFixture(t, "standard", func(g *chain.Genesis) { g.RootDelay, g.Window = delay, 4 })}
	h.options.Genesis.Admin = []chain.Address{h.wallets[0].address}
	suite := mustSuite(t, h.fixture)
	scheme, err := suite.Scheme(suite.Default())
	if err != nil {
		t.Fatal(err)
	}
	second, err := scheme.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h.options.Spare = []node.Keys{{Signer: second}}
	h.full = h.fixture.open()
	if h.rules, err = snapshot.RulesOf(h.registry, h.options.Genesis); err != nil {
		t.Fatal(err)
	}
	h.traffic(3)
	h.rotate(t, h.options.Spare[0])
	h.traffic(9)
	if epoch := h.full.Head().Validators.Epoch; epoch != 1 {
		t.Fatalf("epoch %d", epoch)
	}
	return h
}

// take takes the newest snapshot of a chain.
func (h *history) take(t *testing.T, c *node.Chain) {
	t.Helper()
	h.folder = filepath.Join(t.TempDir(), "snapshot")
	var err error
	if h.manifest, err = snapshot.Create(t.Context(), h.rules, c.Ledger(), h.rules.Latest(c.Ledger().Status()), h.folder); err != nil {
		t.Fatal(err)
	}
}

func TestASnapshotLeadsFromGenesisAcrossAChangeOfValidators(t *testing.T) {
	for _, delay := range []uint64{0, 2} {
		h := rotated(t, delay)
		h.take(t, h.full)
		h.traffic(3)
		target := h.target(t)
		if err := h.open(t).Restore(t.Context(), target, nil, quiet); err != nil {
			t.Fatal(err)
		}
		h.compare(t, target.Directory)
	}
}

// A ledger that was restored has not seen who decided the blocks before: only people can
// say that a snapshot of it is of the chain.
func TestASnapshotOfARestoredLedgerNeedsATrustedHeader(t *testing.T) {
	h := rotated(t, 0)
	h.traffic(260) // so that no header leads to genesis
	h.take(t, h.full)
	target := h.target(t)
	if err := h.open(t).Restore(t.Context(), target, nil, quiet); err != nil {
		t.Fatal(err)
	}
	options := h.options
	options.Directory = target.Directory
	c, err := node.Open(t.Context(), h.registry, options)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context()) //nolint:errcheck // the end of the test
	if _, err := snapshot.Create(t.Context(), h.rules, c.Ledger(), h.manifest.Height, t.TempDir()); !errors.Is(err, snapshot.ErrHeight) {
		t.Fatalf("a snapshot with a part of the window: %v", err)
	}
	h.traffic(260)
	for height := c.Head().Header.Height + 1; height <= h.full.Head().Header.Height; height++ {
		if err := c.Import(t.Context(), blockOf(t, h.full, height)); err != nil {
			t.Fatal(err)
		}
	}
	h.take(t, c)
	if err := h.open(t).Check(t.Context(), nil); !errors.Is(err, snapshot.ErrUntrusted) {
		t.Fatal(err)
	}
	head := c.Head()
	target = h.target(t)
	if err := h.open(t).Restore(t.Context(), target, &snapshot.Checkpoint{Height: head.Header.Height, Hash: head.Hash}, quiet); err != nil {
		t.Fatal(err)
	}
	h.compare(t, target.Directory)
}

// A chain that takes snapshots while it runs leads across changes whose states it has
// dropped since.
func TestALibraryGoesOnWithTheTrailOfTheSnapshotBefore(t *testing.T) {
	h := rotated(t, 0)
	library, err := snapshot.OpenLibrary(h.registry, h.rules, t.TempDir(), 1)
	if err != nil {
		t.Fatal(err)
	}
	take := func() {
		t.Helper()
		if err := library.Take(t.Context(), h.full.Ledger(), h.rules.Latest(h.full.Ledger().Status())); err != nil {
			t.Fatal(err)
		}
	}
	take()
	h.traffic(300)
	if err := h.full.Ledger().(ledger.Pruner).Prune(t.Context(), h.full.Head().Header.Height-270); err != nil {
		t.Fatal(err)
	}
	h.take(t, h.full)
	if err := h.open(t).Check(t.Context(), nil); !errors.Is(err, snapshot.ErrUntrusted) {
		t.Fatalf("the ledger still knows who decided: %v", err)
	}
	for range 2 { // the second one has it of the first
		take()
		manifest := library.Manifests()[0]
		h.folder = filepath.Join(t.TempDir(), "download")
		d, err := snapshot.Resume(h.rules, manifest, h.folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range places(manifest) {
			content, err := library.Read(manifest.Height, p)
			if err == nil {
				err = d.Put(p, content)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Finish(); err != nil {
			t.Fatal(err)
		}
		if err := h.open(t).Check(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		h.traffic(3)
	}
}
