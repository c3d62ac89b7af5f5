package snapshot

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Target says where and how a snapshot is restored.
type Target struct {
	Directory string
	Restorer  ledger.Restorer
	Genesis   *ledger.Genesis // block 0, as the ledger module wants it
	Logf      func(format string, arguments ...any)
}

// Restore checks the snapshot and fills a directory that holds no ledger with it; all is
// durable on return. An interrupted restoration is begun again by the same call.
func (s *Snapshot) Restore(ctx context.Context, target Target, trusted *Checkpoint, progress func(share float64)) error {
	if err := s.Check(ctx, trusted); err != nil {
		return err
	}
	return target.Restorer.Restore(ctx, ledger.Options{
		Directory: target.Directory, Hasher: s.Suite, Commitment: s.Genesis.Commitment, Identity: s.Identity,
		Genesis: target.Genesis, Logf: target.Logf,
	}, s.base(progress))
}

// RestorerOf returns a ledger module of a binary that restores.
func RestorerOf(registry *kernel.Registry, name string) (ledger.Restorer, error) {
	module, err := registry.LedgerModule(name)
	if err != nil {
		return nil, err
	}
	restorer, can := module.(ledger.Restorer)
	if !can {
		return nil, fmt.Errorf("snapshot: ledger %q restores none: choose another", name)
	}
	return restorer, nil
}

func (s *Snapshot) base(progress func(share float64)) *ledger.Base {
	return &ledger.Base{
		Height: s.Manifest.Height, Root: s.Manifest.StateRoot, Chunks: s.chunks(progress),
		Links: values(s.reader(sectionLinks), func(record []byte) (*ledger.Link, error) {
			l, err := decodeLink(record)
			if err != nil {
				return nil, err
			}
			return &ledger.Link{Header: l.header, Proof: l.proof, IDs: flat(l.batches)}, nil
		}),
		Blocks: values(s.reader(sectionBlocks), func(record []byte) (*ledger.Executed, error) {
			b, err := decodeBlock(record)
			if err != nil {
				return nil, err
			}
			decided := ledger.Decided{Block: &chain.Block{Header: b.header, Body: *b.body}, Proof: b.proof, IDs: flat(b.batches)}
			return &ledger.Executed{Decided: decided, Results: b.results}, nil
		}),
	}
}

func flat(batches [][]chain.Hash) (ids []chain.Hash) {
	for _, batch := range batches {
		ids = append(ids, batch...)
	}
	return ids
}

func values[V any](r *reader, decode func([]byte) (V, error)) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for record, err := range r.records() {
			var v V
			if err == nil {
				v, err = decode(record)
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// Verify checks the whole snapshot. Chunks that prove themselves are checked one by one;
// for a commitment that proves no ranges the state is restored into a scratch folder,
// which is removed afterwards.
func (s *Snapshot) Verify(ctx context.Context, target Target, trusted *Checkpoint, progress func(share float64)) error {
	ranger, proves := s.Commitment.(ledger.Ranger)
	if !proves {
		return s.restoreAside(ctx, target, trusted, progress)
	}
	if err := s.Check(ctx, trusted); err != nil {
		return err
	}
	next, more, number := chain.Hash{}, true, 0
	for chunk, err := range s.chunks(progress) {
		if err := errors.Join(ctx.Err(), err); err != nil {
			return err
		}
		if err = ranger.VerifyRange(s.Manifest.StateRoot, chunk.Within, chunk.Entries, chunk.Proof); err == nil && (!more || chunk.Within.Prefix != next) {
			err = errors.New("it does not follow the part before")
		}
		if err != nil {
			return fmt.Errorf("%w: %s: part %d: %w", ErrFault, filepath.Join(s.folder, sectionNames[sectionState]), number, err)
		}
		next, more = chunk.Within.After()
		number++
	}
	if more {
		return fmt.Errorf("%w: %s: it ends with part %d, before the last place", ErrFault, filepath.Join(s.folder, sectionNames[sectionState]), number)
	}
	return nil
}

func (s *Snapshot) restoreAside(ctx context.Context, target Target, trusted *Checkpoint, progress func(share float64)) (err error) {
	if target.Directory, err = os.MkdirTemp(target.Directory, "verify-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(target.Directory)) }()
	return s.Restore(ctx, target, trusted, progress)
}
