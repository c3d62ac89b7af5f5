package ledger_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/ledger"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

func brokenSnapshots() map[string]conformance.Direction {
	broken := brokenGiving()
	maps.Copy(broken, brokenRestoring())
	return broken
}

func brokenGiving() map[string]conformance.Direction {
	subject := sound()
	subject.Tree = trusting{subject.Tree.(ledger.Ranger)}
	return map[string]conformance.Direction{
		// Whatever the height, the latest state is given away.
		"snapshot-is-the-state": with(func(a *altered) {
			a.snapshot = func(ctx context.Context, height uint64, emit func(*ledger.Chunk) error) error {
				return a.Ledger.(ledger.Snapshotter).Snapshot(ctx, max(height, a.Ledger.Status().Executed), emit)
			}
		}),
		// The proof is not looked at.
		"chunks-verify-alone": conformant.Direction(subject),
	}
}

// trusting is a commitment that believes every chunk.
type trusting struct{ ledger.Ranger }

func (trusting) VerifyRange(chain.Hash, ledger.Range, []chain.Write, []byte) error { return nil }

func brokenRestoring() map[string]conformance.Direction {
	nothing := func(yield func(*ledger.Link, error) bool) {}
	return map[string]conformance.Direction{
		// Links are dropped.
		"restored-is-equal": withRestore(func(ctx context.Context, options ledger.Options, base *ledger.Base) error {
			changed := *base
			changed.Links = nothing
			return module().Restore(ctx, options, &changed)
		}),
		// What does not fit is passed over in silence.
		"false-base-is-refused": withRestore(func(ctx context.Context, options ledger.Options, base *ledger.Base) error {
			if err := module().Restore(ctx, options, base); !errors.Is(err, ledger.ErrProof) {
				return err
			}
			return nil
		}),
		// The mark of the restoration is taken away whatever becomes of it.
		"unfinished-is-refused": withRestore(func(ctx context.Context, options ledger.Options, base *ledger.Base) error {
			err := module().Restore(ctx, options, base)
			_ = os.Remove(filepath.Join(options.Directory, "restoring"))
			return err
		}),
	}
}
