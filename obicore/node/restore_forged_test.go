package node_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

// forger is a ledger that gives another body at one height; all ids stay.
type forger struct {
	ledger.Ledger
	ledger.Snapshotter
	height uint64
	forge  func(*chain.Entry)
}

func (f *forger) Body(height uint64) (*chain.Body, error) {
	body, err := f.Ledger.Body(height)
	if err != nil || height != f.height {
		return body, err
	}
	forged := *body
	forged.Batches = nil
	for _, batch := range body.Batches {
		batch = append(chain.Batch(nil), batch...)
		for i := range batch {
			f.forge(&batch[i])
		}
		forged.Batches = append(forged.Batches, batch)
	}
	return &forged, nil
}

// transactions is how many a block has.
func (h *history) transactions(t *testing.T, height uint64) uint64 {
	t.Helper()
	header, err := h.full.Ledger().Header(height)
	if err != nil {
		t.Fatal(err)
	}
	return header.TransactionCount
}

func TestASnapshotWithForgedSignaturesOrTombstonesIsRefused(t *testing.T) {
	const delay = 2
	h := &history{fixture: newFixture(t, "standard", func(g *chain.Genesis) { g.RootDelay, g.Window = delay, 8 })}
	h.full = h.fixture.open()
	for nonce := range uint64(14) {
		content := h.wallets[0].content(h.full)
		content.Nonce = nonce
		await(t, h.full, h.wallets[0].signed(t, h.full, content))
	}
	var err error
	if h.rules, err = snapshot.RulesOf(h.registry, h.options.Genesis); err != nil {
		t.Fatal(err)
	}
	at := h.rules.Latest(h.full.Ledger().Status())
	for h.transactions(t, at) == 0 { // blocks without any bring roots home
		at--
	}
	sign := func(change func(*native.Transaction)) func(*chain.Entry) {
		return func(e *chain.Entry) {
			forged, err := native.Decode(e.Wire)
			if err != nil {
				t.Fatal(err)
			}
			change(forged)
			e.Wire = forged.Encode()
		}
	}
	forgeries := map[string]func(*chain.Entry){
		"nothing": func(*chain.Entry) {},
		"a signature that nobody has made": sign(func(forged *native.Transaction) {
			forged.BySender.Bytes[5] ^= 1
		}),
		"a signature by another": sign(func(forged *native.Transaction) {
			forged.BySender.Bytes, err = h.wallets[1].signer.Sign(forged.ID(h.full.Suite()))
			if err != nil {
				t.Fatal(err)
			}
		}),
		"a tombstone": func(e *chain.Entry) {
			read, err := native.Decode(e.Wire)
			if err != nil {
				t.Fatal(err)
			}
			*e = chain.Entry{Removed: &chain.Tombstone{ID: read.ID(h.full.Suite()), Order: chain.Hash{1}}}
		},
	}
	for name, forge := range forgeries {
		for height := at; height <= at+delay; height++ {
			if h.transactions(t, height) == 0 {
				continue
			}
			giver := &forger{h.full.Ledger(), h.full.Ledger().(ledger.Snapshotter), height, forge}
			h.folder = filepath.Join(t.TempDir(), "snapshot")
			if h.manifest, err = snapshot.Create(t.Context(), h.rules, giver, at, h.folder); err != nil {
				t.Fatal(err)
			}
			target := h.target(t)
			err := h.open(t).Restore(t.Context(), target, nil, quiet)
			if name == "nothing" {
				if err != nil {
					t.Errorf("what is true is refused: %v", err)
				}
				continue
			}
			if !errors.Is(err, snapshot.ErrFault) {
				t.Errorf("%s at height %d of %d: %v", name, height, at, err)
			}
			if left, err := os.ReadDir(target.Directory); err != nil || len(left) > 0 {
				t.Errorf("%s at height %d has been restored: %v, %v", name, height, left, err)
			}
		}
	}
}
