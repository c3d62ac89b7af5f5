package node_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// FuzzTheSavedPool reads any file as a saved pool: it costs at most the
// transactions in it, and what the pool took from it is counted.
func FuzzTheSavedPool(f *testing.F) {
	fixture := newFixture(f, "standard", nil)
	fixture.registry.Consensus[solo.Name] = &idle{} // nothing leaves the pool
	c, err := node.Open(f.Context(), fixture.registry, fixture.options)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			f.Error(err)
		}
	})
	first, second := fixture.wallets[0].transfer(f, chain.Address{1}, 1), fixture.wallets[0].transfer(f, chain.Address{1}, 2)
	saved := rlp.AppendList(nil, rlp.AppendBytes(rlp.AppendBytes(nil, second), first))
	f.Add(saved)
	f.Add(append(saved, 0))
	f.Add(saved[:len(saved)-1])
	f.Add(rlp.AppendList(nil, rlp.AppendBytes(rlp.AppendBytes(nil, first), first)))
	path := filepath.Join(f.TempDir(), "pool.rlp")
	f.Fuzz(func(t *testing.T, file []byte) {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		c.Pool().Clear()
		restored, refused, err := node.ReadPool(c, path)
		pending, queued := c.Pool().Count()
		if pending+queued > restored || restored+refused > len(file) {
			t.Fatalf("%d restored, %d refused of %d bytes, %d in the pool: %v", restored, refused, len(file), pending+queued, err)
		}
		if err == nil && string(file) == string(saved) && (restored != 2 || pending != 2) {
			t.Fatalf("%d restored, %d pending of a pool that was saved whole", restored, pending)
		}
	})
}
