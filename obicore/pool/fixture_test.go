package pool_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// roomy are limits that no test reaches by accident.
func roomy() pool.Limits {
	return pool.Limits{
		Transactions: 1000, Bytes: 1 << 20, PerSender: 64, Replacements: 4,
		Queued: 1000, QueuedPerSender: 64, QueuedLife: time.Hour,
	}
}

// newPool returns a pool for which no time passes.
func newPool(limits pool.Limits) *pool.Pool {
	return pool.New(limits, func() time.Time { return time.Unix(1_800_000_000, 0) })
}

func sender(n byte) chain.Address { return chain.Address{19: n} }

// wire is the size of the transactions that offer makes.
const wire = 100

// identities numbers transactions, so that no two are the same by accident.
var identities uint64

// offer makes a transaction; the pool sees its sender, nonce, prices and size.
func offer(from byte, nonce, feeCap, tipCap uint64) chain.Verified {
	identities++
	t := &chain.Transaction{
		Raw: make([]byte, wire), Nonce: nonce, Gas: 21_000, Calls: []chain.Call{{}},
		FeeCap: chain.WordFromUint64(feeCap), TipCap: chain.WordFromUint64(tipCap),
	}
	binary.BigEndian.PutUint64(t.ID[:], identities)
	return chain.Verified{Transaction: t, Sender: sender(from), Payer: sender(from)}
}

// sized gives the transaction another size in bytes.
func sized(t chain.Verified, size int) chain.Verified {
	t.Raw = make([]byte, size)
	return t
}

func mustAdd(t *testing.T, p *pool.Pool, transaction chain.Verified, nonce uint64) pool.Added {
	t.Helper()
	added, err := p.Add(transaction, nonce, p.Advances())
	if err != nil {
		t.Fatalf("nonce %d of %s: %v", transaction.Nonce, transaction.Sender, err)
	}
	return added
}

func wantCount(t *testing.T, p *pool.Pool, pending, queued int) {
	t.Helper()
	if havePending, haveQueued := p.Count(); havePending != pending || haveQueued != queued {
		t.Fatalf("%d pending and %d queued, want %d and %d", havePending, haveQueued, pending, queued)
	}
}

// selected drains a selection.
func selected(s *pool.Selection) (list []chain.Verified) {
	for {
		transaction, ok := s.Next()
		if !ok {
			return list
		}
		list = append(list, transaction)
	}
}

func wantOrder(t *testing.T, have []chain.Verified, want ...chain.Verified) {
	t.Helper()
	if len(have) != len(want) {
		t.Fatalf("%d transactions, want %d", len(have), len(want))
	}
	for i := range want {
		if have[i].ID != want[i].ID {
			t.Fatalf("at %d: nonce %d of %s, want nonce %d of %s", i, have[i].Nonce, have[i].Sender, want[i].Nonce, want[i].Sender)
		}
	}
}
