package proof_test

import (
	"fmt"
	"testing"

	"github.com/credibleledger/credibleledger/internal/provable"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/sdk/light"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// options are the default modules.
func options() proof.Options { return light.ProofOptions(obicore.Registry()) }

func suite(tb testing.TB, name string) crypto.Suite {
	tb.Helper()
	s, err := obicore.Registry().CryptoSuite(name)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// world is a chain on paper with the trust in its genesis.
type world struct {
	*provable.Chain
	trust proof.Trust
}

func newWorld(tb testing.TB, crypto, commitment string, rootDelay uint64) *world {
	tb.Helper()
	made, err := obicore.Registry().Commitment(commitment)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := provable.New(suite(tb, crypto), made, rootDelay)
	if err != nil {
		tb.Fatal(err)
	}
	trust, err := proof.FromGenesis(c.Genesis, c.Suite)
	if err != nil {
		tb.Fatal(err)
	}
	return &world{c, trust}
}

// some are keys of entries and of others that are absent.
func (w *world) some() []chain.StateKey {
	return []chain.StateKey{
		w.Entries[0].Key, w.Entries[1].Key, w.Entries[60].Key, chain.AccountKey(chain.Address{0x20, 9}), w.Entries[len(w.Entries)-1].Key,
		chain.AccountKey(chain.Address{0xff}),
	}
}

// documents makes one of each kind.
func (w *world) documents(tb testing.TB) map[string]*proof.Document {
	tb.Helper()
	all := map[string]*proof.Document{}
	add := func(name string, d *proof.Document, err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		all[name] = d
	}
	d, err := w.State(w.some()...)
	add("state", d, err)
	for i, name := range []string{"succeeded", "failed", "void"} {
		d, err = w.Receipt(i)
		add("receipt "+name, d, err)
	}
	d, err = w.Transaction(2)
	add("transaction", d, err)
	d, err = w.Under(w.Headers[0])
	add("header", d, err)
	return all
}

// eachWorld runs a test on both suites, both commitments, without and with root delay.
func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	for _, crypto := range []string{"standard", "gm"} {
		for _, commitment := range []string{"binary", "patricia"} {
			for _, delay := range []uint64{0, 2} {
				t.Run(fmt.Sprintf("%s %s %d", crypto, commitment, delay), func(t *testing.T) {
					test(t, newWorld(t, crypto, commitment, delay))
				})
			}
		}
	}
}
