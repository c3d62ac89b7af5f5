package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/ledger"
	"github.com/credibleledger/credibleledger/conformance/ledger/crashdisk"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

// Each of these ledgers breaks the rule that it is named for.

func TestEveryRuleCanFail(t *testing.T) {
	broken := map[string]conformance.Direction{}
	for _, group := range []map[string]conformance.Direction{brokenBlocks(), brokenOrder(), brokenStates(), brokenRoots(), brokenProofs(), brokenLives(), brokenConcurrency(), brokenOptions(), brokenSnapshots()} {
		maps.Copy(broken, group)
	}
	conformance.Refute(t, conformant.Direction(sound()), broken)
}

func brokenBlocks() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// Entries of genesis are not applied.
		"genesis-is-height-zero": withView(func(_ *altered, v *alteredView) {
			v.get = func(key chain.StateKey) ([]byte, error) {
				if v.Height() == 0 {
					return nil, nil
				}
				return v.View.Get(key)
			}
		}),
		// Proofs are kept for the tip only.
		"blocks-come-back": with(func(a *altered) {
			a.proof = func(height uint64) (*chain.Proof, error) {
				return a.Ledger.Proof(max(height, a.Ledger.Status().Decided))
			}
		}),
		// The first inclusion is kept.
		"locate-last-inclusion": with(func(a *altered) {
			first := map[chain.Hash]ledger.Location{}
			a.appends = func(ctx context.Context, decided ledger.Decided) error {
				for i, id := range decided.IDs {
					if _, seen := first[id]; !seen {
						first[id] = ledger.Location{Height: decided.Block.Header.Height, Index: uint32(i)}
					}
				}
				return a.Ledger.Append(ctx, decided)
			}
			a.locate = func(id chain.Hash, below uint64) (ledger.Location, error) {
				if at, seen := first[id]; seen {
					return at, nil
				}
				return a.Ledger.Locate(id, below)
			}
		}),
		// The bound is not looked at.
		"locate-below-a-height": with(func(a *altered) {
			a.locate = func(id chain.Hash, _ uint64) (ledger.Location, error) { return a.Ledger.Locate(id, math.MaxUint64) }
		}),
		// Beyond the tip the tip is given.
		"unknown-is-not-found": with(func(a *altered) {
			a.header = func(height uint64) (*chain.Header, error) {
				return a.Ledger.Header(min(height, a.Ledger.Status().Decided))
			}
		}),
	}
}

func brokenOrder() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// A block that does not follow is dropped without a word.
		"append-in-order": with(func(a *altered) {
			a.appends = func(ctx context.Context, decided ledger.Decided) error {
				if err := a.Ledger.Append(ctx, decided); !errors.Is(err, ledger.ErrHeight) {
					return err
				}
				return nil
			}
		}),
		// Committing again is taken for a repetition.
		"commit-in-order": with(func(a *altered) {
			var last ledger.Staged
			a.commit = func(ctx context.Context, results *chain.Results, staged ledger.Staged) error {
				if staged == last {
					return nil
				}
				err := a.Ledger.Commit(ctx, results, staged)
				if err == nil {
					last = staged
				}
				return err
			}
		}),
		// The root in the results is taken from the state instead of being compared.
		"results-lead-to-the-root": with(func(a *altered) {
			a.commit = func(ctx context.Context, results *chain.Results, staged ledger.Staged) error {
				corrected := *results
				corrected.StateRoot = staged.Root()
				return a.Ledger.Commit(ctx, &corrected, staged)
			}
		}),
	}
}

func brokenStates() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// A removed entry still shows its last value.
		"read-your-writes": withView(func(a *altered, v *alteredView) {
			v.get = func(key chain.StateKey) ([]byte, error) {
				value, err := v.View.Get(key)
				if err != nil || value != nil || v.Height() == 0 {
					return value, err
				}
				return before(a, v.Height(), key)
			}
		}),
		// The start of a scan is exclusive.
		"scan-in-order": withView(func(_ *altered, v *alteredView) {
			v.scan = func(owner chain.Address, space chain.Space, from string, f func(string, []byte) bool) error {
				return v.View.Scan(owner, space, from, func(subkey string, value []byte) bool { return subkey == from || f(subkey, value) })
			}
		}),
		// What is staged shows at the tip.
		"stage-is-invisible": with(func(a *altered) {
			overlay := map[chain.StateKey][]byte{}
			a.stage = func(writes []chain.Write) (ledger.Staged, error) {
				for _, write := range writes {
					overlay[write.Key] = write.Value
				}
				return a.Ledger.Stage(writes)
			}
			a.openView = func(v ledger.View) *alteredView {
				changed := &alteredView{View: v}
				changed.get = func(key chain.StateKey) ([]byte, error) {
					if value, staged := overlay[key]; staged {
						return value, nil
					}
					return v.Get(key)
				}
				return changed
			}
		}),
		// A view reads the ledger at its tip, not a snapshot.
		"view-is-immutable": withView(func(a *altered, v *alteredView) {
			opened := a.Ledger.Status().Executed
			v.get = func(key chain.StateKey) ([]byte, error) {
				now := a.Ledger.Status().Executed
				if v.Height() != opened || now == opened {
					return v.View.Get(key)
				}
				return at(a, now, key)
			}
		}),
		// Half of the entries are still those of the height before.
		"commit-is-atomic": withView(func(a *altered, v *alteredView) {
			v.get = func(key chain.StateKey) ([]byte, error) {
				if v.Height() > 1 && key.Owner[0]%2 == 1 {
					return before(a, v.Height(), key)
				}
				return v.View.Get(key)
			}
		}),
		// Every height shows the tip.
		"history-at-height": withView(func(a *altered, v *alteredView) {
			tip := a.Ledger.Status().Executed
			v.get = func(key chain.StateKey) ([]byte, error) { return at(a, tip, key) }
		}),
	}
}

func at(a *altered, height uint64, key chain.StateKey) ([]byte, error) {
	v, err := a.Ledger.View(height)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	return v.Get(key)
}

func before(a *altered, height uint64, key chain.StateKey) ([]byte, error) {
	return at(a, height-1, key)
}

// chainedRoot is a staged state whose root is a hash over history.
type chainedRoot struct {
	ledger.Staged
	root chain.Hash
}

func (c chainedRoot) Root() chain.Hash { return c.root }

func brokenRoots() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// The root is a hash chain over the write sets.
		"root-ignores-order": with(func(a *altered) {
			var last chain.Hash
			a.stage = func(writes []chain.Write) (ledger.Staged, error) {
				staged, err := a.Ledger.Stage(writes)
				if err != nil || a.Ledger.Status().Executed == 0 {
					return staged, err
				}
				return chainedRoot{staged, sha256Hasher{}.Sum(last[:], chain.EncodeWrites(writes))}, nil
			}
			a.commit = func(ctx context.Context, results *chain.Results, staged ledger.Staged) error {
				last = results.StateRoot
				chained, ours := staged.(chainedRoot)
				if !ours {
					return a.Ledger.Commit(ctx, results, staged)
				}
				inner := *results
				inner.StateRoot = chained.Staged.Root()
				return a.Ledger.Commit(ctx, &inner, chained.Staged)
			}
		}),
	}
}

func brokenProofs() map[string]conformance.Direction {
	trusting := sound()
	trusting.Tree = kindOnly{trusting.Tree}
	return map[string]conformance.Direction{
		// The last byte of an inclusion's path is lost.
		"inclusion-verifies": with(func(a *altered) {
			a.prove = func(height uint64, key chain.StateKey) (ledger.Proof, error) {
				proof, err := a.Ledger.Prove(height, key)
				if len(proof.Value) > 0 {
					proof.Path = bytes.Clone(proof.Path[:len(proof.Path)-1])
				}
				return proof, err
			}
		}),
		// Only what is there can be proved.
		"exclusion-verifies": with(func(a *altered) {
			a.prove = func(height uint64, key chain.StateKey) (ledger.Proof, error) {
				proof, err := a.Ledger.Prove(height, key)
				if err == nil && len(proof.Value) == 0 {
					return proof, ledger.ErrNotFound
				}
				return proof, err
			}
		}),
		// The verifier believes what a path of the right kind claims.
		"forged-proof-fails": conformant.Direction(trusting),
	}
}

// kindOnly verifies nothing but the kind.
type kindOnly struct{ ledger.Commitment }

func (k kindOnly) Verify(_ chain.Hash, proof ledger.Proof) error {
	if proof.Kind != k.Kind() {
		return ledger.ErrProof
	}
	return nil
}

func brokenLives() map[string]conformance.Direction {
	forgetful := sound()
	forgetful.NewDisk = func() conformant.Disk {
		return crashdisk.New(func(fs vfs.FS) ledger.Module { return module(segment.WithFileSystem(unsynced{fs})) }, 1)
	}
	return map[string]conformance.Direction{
		// Blocks wait in memory for their results.
		"append-survives-reopening": with(waiting),
		// What was located before is not found after opening again.
		"reopened-is-equal": with(func(a *altered) {
			opened := a.Ledger.Status().Decided
			a.locate = func(id chain.Hash, below uint64) (ledger.Location, error) {
				at, err := a.Ledger.Locate(id, below)
				if err == nil && at.Height <= opened {
					return at, ledger.ErrNotFound
				}
				return at, err
			}
		}),
		// Another chain's directory is not looked at.
		"other-chain-is-refused": withOpen(func(ctx context.Context, options ledger.Options) (ledger.Ledger, error) {
			l, err := module().Open(ctx, options)
			if errors.Is(err, ledger.ErrMismatch) {
				options.Directory = ""
				return module().Open(ctx, options)
			}
			return l, err
		}),
		// The window is half as long as asked for.
		"window-is-kept": withOpen(func(ctx context.Context, options ledger.Options) (ledger.Ledger, error) {
			options.RetainState /= 2
			return module().Open(ctx, options)
		}),
		// A cached header is given after closing.
		"closed-says-so": with(func(a *altered) {
			genesis, _ := a.Ledger.Header(0)
			a.header = func(height uint64) (*chain.Header, error) {
				if height == 0 {
					return genesis, nil
				}
				return a.Ledger.Header(height)
			}
		}),
		// Nothing is ever synced.
		"power-cut": conformant.Direction(forgetful),
	}
}

// waiting keeps appended blocks back until their results come.
func waiting(a *altered) {
	var queue []ledger.Decided
	a.appends = func(_ context.Context, decided ledger.Decided) error {
		queue = append(queue, decided)
		return nil
	}
	a.status = func() ledger.Status {
		status := a.Ledger.Status()
		status.Decided += uint64(len(queue))
		return status
	}
	a.commit = func(ctx context.Context, results *chain.Results, staged ledger.Staged) error {
		if len(queue) > 0 {
			if err := a.Ledger.Append(ctx, queue[0]); err != nil {
				return err
			}
			queue = queue[1:]
		}
		return a.Ledger.Commit(ctx, results, staged)
	}
}

// unsynced is a file system whose files take no syncs.
type unsynced struct{ vfs.FS }

func (u unsynced) OpenReadWrite(name string, category vfs.DiskWriteCategory, options ...vfs.OpenOption) (vfs.File, error) {
	file, err := u.FS.OpenReadWrite(name, category, options...)
	if err != nil {
		return nil, err
	}
	return lazy{file}, nil
}

type lazy struct{ vfs.File }

func (lazy) SyncData() error { return nil }

func brokenConcurrency() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// One reader at a time is served, the others are sent away.
		"readers-beside-a-writer": with(func(a *altered) {
			var one sync.Mutex
			a.prove = func(height uint64, key chain.StateKey) (ledger.Proof, error) {
				if !one.TryLock() {
					return ledger.Proof{}, errors.New("busy")
				}
				defer one.Unlock()
				runtime.Gosched()
				return a.Ledger.Prove(height, key)
			}
		}),
	}
}

func brokenOptions() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// The given height itself is taken away, too.
		"prune-keeps-the-rest": with(func(a *altered) {
			a.prune = func(ctx context.Context, below uint64) error {
				return a.Ledger.(ledger.Pruner).Prune(ctx, below+1)
			}
		}),
		// Where there are none, there are none of no transactions.
		"signers-come-back": with(func(a *altered) {
			a.signers = func(height uint64) ([][]byte, error) {
				signers, err := a.Ledger.(ledger.SignerKeeper).Signers(height)
				if signers == nil {
					signers = [][]byte{}
				}
				return signers, err
			}
		}),
		// One height too few is undone.
		"rewind-goes-back": with(func(a *altered) {
			a.rewind = func(ctx context.Context, height uint64) error {
				return a.Ledger.(ledger.Rewinder).Rewind(ctx, min(height+1, a.Ledger.Status().Executed))
			}
		}),
		// Topics are looked up in the wrong positions, and all heights are said to be looked at.
		"candidates-miss-nothing": with(func(a *altered) {
			a.candidates = func(ctx context.Context, query ledger.EventQuery, from, to uint64, f func(uint64) bool) (uint64, error) {
				query.Topics = slices.Clone(query.Topics)
				slices.Reverse(query.Topics)
				_, err := a.Ledger.(ledger.EventIndexer).Candidates(ctx, query, from, to, f)
				return to + 1, err
			}
		}),
		// Whatever the height, the latest state is proved.
		"many-entries-verify": with(func(a *altered) {
			a.many = func(height uint64, keys []chain.StateKey) (ledger.MultiProof, error) {
				return a.Ledger.(ledger.MultiProver).ProveMany(max(height, a.Ledger.Status().Executed), keys)
			}
		}),
		// Entries that were removed are counted too.
		"compaction-changes-nothing": with(func(a *altered) {
			a.usage = func(ctx context.Context) (ledger.Usage, error) {
				usage, err := a.Ledger.(ledger.Maintainer).Usage(ctx)
				usage.Entries++
				return usage, err
			}
		}),
		// Header 0 is reported for its missing parent.
		"inspect-is-clean": with(func(a *altered) {
			a.inspect = func(ctx context.Context, found func(ledger.Fault), progress func(float64)) error {
				found(ledger.Fault{Place: "parent link", Err: ledger.ErrCorrupt})
				return a.Ledger.(ledger.Inspector).Inspect(ctx, found, progress)
			}
		}),
	}
}
