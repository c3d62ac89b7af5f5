package ledger_test

import (
	"context"
	"crypto/sha256"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/ledger"
	"github.com/credibleledger/credibleledger/conformance/ledger/crashdisk"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

type sha256Hasher struct{}

func (sha256Hasher) Sum(parts ...[]byte) chain.Hash {
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return chain.Hash(h.Sum(nil))
}

func module(options ...segment.Option) *segment.Module {
	options = append(options, segment.WithCommitment("binary", binarytree.New),
		segment.WithCommitment("patricia", merklepatricia.New), segment.WithSegmentSize(4000))
	return segment.New(options...)
}

// sound is the default module with the default commitment.
func sound() conformant.Subject { return committed("binary", binarytree.New) }

// committed is the default module with a commitment.
func committed(name string, tree ledger.NewCommitment) conformant.Subject {
	return conformant.Subject{
		Open: func(ctx context.Context, options ledger.Options) (ledger.Ledger, error) {
			return module().Open(ctx, options)
		},
		Restore: func(ctx context.Context, options ledger.Options, base *ledger.Base) error {
			return module().Restore(ctx, options, base)
		},
		Commitment: name, Tree: tree(sha256Hasher{}), Hasher: sha256Hasher{},
		CodeHash: func(code []byte) chain.Hash { return keccak.Keccak256(code) },
		NewDisk: func() conformant.Disk {
			return crashdisk.New(func(fs vfs.FS) ledger.Module { return module(segment.WithFileSystem(fs)) }, 1)
		},
	}
}

func TestSegmentLedgerKeepsTheStandard(t *testing.T) {
	conformance.Test(t, conformant.Direction(sound()))
}

func TestSegmentLedgerKeepsTheStandardWithATrie(t *testing.T) {
	conformance.Test(t, conformant.Direction(committed("patricia", merklepatricia.New)))
}
