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

// Checkpoint is a header that is trusted by its hash.
type Checkpoint struct {
	Height uint64
	Hash   chain.Hash
}

// Snapshot is a folder that has been opened. What it says is not checked yet.
type Snapshot struct {
	*Rules
	Manifest *Manifest
	folder   string
}

// Open reads a snapshot's manifest and compares the sizes of its files.
func Open(registry *kernel.Registry, folder string) (*Snapshot, error) {
	info, err := os.Stat(filepath.Join(folder, manifestFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s has no manifest: the folder is no snapshot, or one that was not finished", ErrFault, folder)
	}
	if err != nil {
		return nil, err
	}
	if info.Size() > maxManifest {
		return nil, fmt.Errorf("%w: %s: manifest of %d bytes", ErrFault, folder, info.Size())
	}
	content, err := os.ReadFile(filepath.Join(folder, manifestFile))
	if err != nil {
		return nil, err
	}
	s := &Snapshot{folder: folder}
	if s.Manifest, err = DecodeManifest(content); err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	genesis, err := chain.ParseGenesis(s.Manifest.Genesis)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: manifest: %w", ErrFault, folder, err)
	}
	if s.Rules, err = RulesOf(registry, genesis); err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	if s.Identity != s.Manifest.Identity {
		return nil, fmt.Errorf("%w: %s: manifest: its genesis is that of chain %s, it says %s", ErrFault, folder, s.Identity, s.Manifest.Identity)
	}
	for i := range sectionNames {
		if err := s.reader(i).check(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Snapshot) reader(i int) *reader {
	return &reader{section: s.Manifest.sections[i], name: sectionNames[i], folder: s.folder, limit: limitOf(i), hasher: s.Suite}
}

// Fits refuses the snapshot of another chain.
func (s *Snapshot) Fits(identity chain.Hash) error {
	if s.Identity != identity {
		return fmt.Errorf("%w: %s is of chain %s, not of %s", ErrForeign, s.folder, s.Identity, identity)
	}
	return nil
}

// Check verifies everything but the state: that the last header was decided, by a set
// that genesis or the checkpoint leads to; that the others are linked to it; and that
// ids, bodies and results are those of their headers.
func (s *Snapshot) Check(ctx context.Context, trusted *Checkpoint) error {
	if err := s.checkHeights(s.Manifest); err != nil {
		return err
	}
	w := &walk{Snapshot: s, trusted: trusted, sets: make(map[chain.Hash]*chain.ValidatorSet)}
	for _, step := range []func() error{w.followTrail, w.followLinks, w.followBlocks, w.followSeals, w.trust} {
		if err := errors.Join(ctx.Err(), step()); err != nil {
			return err
		}
	}
	return nil
}

// walk goes over the headers of a snapshot.
type walk struct {
	*Snapshot
	trusted *Checkpoint
	met     bool                               // the checkpoint is among the headers
	since   bool                               // the set has changed since then
	proven  *chain.ValidatorSet                // that the trail leads to
	last    *chain.ValidatorSet                // that the manifest says
	sets    map[chain.Hash]*chain.ValidatorSet // these and those that the trail has passed
	parent  *chain.Header
	owed    []*chain.Results // whose roots are still to come, in order
}

func (w *walk) fault(section, number int, err error) error {
	if err == nil || errors.Is(err, ErrFault) || errors.Is(err, ErrUntrusted) {
		return err
	}
	return fmt.Errorf("%w: %s: record %d: %w", ErrFault, filepath.Join(w.folder, sectionNames[section]), number, err)
}

// each decodes the records of a section.
func each[V any](w *walk, section int, decode func([]byte) (V, error), f func(V) error) error {
	number := 0
	for record, err := range w.reader(section).records() {
		var v V
		if err == nil {
			v, err = decode(record)
		}
		if err == nil {
			err = f(v)
		}
		if err != nil {
			return w.fault(section, number, err)
		}
		number++
	}
	return nil
}

// followTrail follows the hand-overs from genesis.
func (w *walk) followTrail() (err error) {
	if w.last, err = chain.DecodeValidatorSet(w.Manifest.Validators); err != nil {
		return fmt.Errorf("%w: %s: manifest: %w", ErrFault, w.folder, err)
	}
	if w.proven, err = w.Genesis.ValidatorSet(); err != nil {
		return err
	}
	for _, set := range []*chain.ValidatorSet{w.last, w.proven} {
		w.sets[set.Hash(w.Suite)] = set
	}
	return each(w, sectionTrail, decodeHandOver, func(h *handOver) error {
		hash := h.header.Hash(w.Suite)
		if h.header.Validators != w.proven.Hash(w.Suite) || h.header.NextValidators != h.next.Hash(w.Suite) {
			return fmt.Errorf("header %d does not hand over from the set before", h.header.Height)
		}
		if err := w.Verifier.Verify(w.Identity, w.proven, h.header, hash, h.proof); err != nil {
			return err
		}
		w.proven = h.next
		w.sets[h.next.Hash(w.Suite)] = h.next
		return nil
	})
}

// header checks the next header in the row. Proofs are checked where the deciding set
// is known.
func (w *walk) header(s *seal) error {
	header, hash := s.header, s.header.Hash(w.Suite)
	first := w.parent == nil
	switch {
	case header.Chain != w.Identity:
		return fmt.Errorf("header of chain %s", header.Chain)
	case first && header.Height != w.Manifest.First:
		return fmt.Errorf("header of height %d, the manifest says %d", header.Height, w.Manifest.First)
	case !first:
		if err := w.parent.CheckLink(w.Suite, header); err != nil {
			return err
		}
	}
	if w.met && header.Validators != w.parent.Validators {
		w.since = true
	}
	if w.trusted != nil && header.Height == w.trusted.Height {
		if hash != w.trusted.Hash {
			return fmt.Errorf("%w: header %d is %s, %s is trusted", ErrUntrusted, header.Height, hash, w.trusted.Hash)
		}
		w.met = true
	}
	w.parent = header
	set := w.sets[header.Validators]
	if header.Height == 0 || set == nil {
		return nil
	}
	return w.Verifier.Verify(w.Identity, set, header, hash, s.proof)
}

func (w *walk) followLinks() error {
	return each(w, sectionLinks, decodeLink, func(l *link) error {
		if l.header.Height >= w.Manifest.Height {
			return fmt.Errorf("a link of height %d", l.header.Height)
		}
		return errors.Join(w.header(&l.seal), w.ids(l))
	})
}

// ids checks the ids of a block by its header.
func (w *walk) ids(l *link) error {
	count := uint64(0)
	for _, batch := range l.batches {
		count += uint64(len(batch))
	}
	if root := chain.TransactionRoot(w.Suite, l.batches); root != l.header.TransactionRoot || count != l.header.TransactionCount {
		return fmt.Errorf("the ids of block %d have root %s, its header says %s", l.header.Height, root, l.header.TransactionRoot)
	}
	return nil
}

func (w *walk) followBlocks() error {
	next := w.Manifest.Height
	err := each(w, sectionBlocks, decodeBlock, func(b *block) error {
		if b.header.Height != next {
			return fmt.Errorf("block %d where %d belongs", b.header.Height, next)
		}
		next++
		w.owed = append(w.owed, b.results)
		return errors.Join(w.header(&b.seal), w.ids(&b.link), w.body(b), w.pay(b.header))
	})
	if err == nil && next != w.Manifest.Height+w.delay()+1 {
		err = w.fault(sectionBlocks, 0, fmt.Errorf("they end before block %d", next))
	}
	return err
}

// pay compares the roots that a header carries with the oldest results that wait for
// them.
func (w *walk) pay(header *chain.Header) error {
	if header.Height < w.Manifest.Height+w.delay() {
		return nil
	}
	results := w.owed[0]
	w.owed = w.owed[1:]
	if header.StateRoot != results.StateRoot || header.ResultRoot != results.Root(w.Suite) {
		return fmt.Errorf("the results of block %d are not those of header %d", header.Height-w.delay(), header.Height)
	}
	if header.Height == w.Manifest.Height+w.delay() && (header.StateRoot != w.Manifest.StateRoot || header.ResultRoot != w.Manifest.ResultRoot) {
		return fmt.Errorf("header %d does not carry the roots of the manifest", header.Height)
	}
	return nil
}

func (w *walk) followSeals() error {
	err := each(w, sectionSeals, decodeSeal, func(s seal) error {
		if len(w.owed) == 0 {
			return fmt.Errorf("header %d seals nothing", s.header.Height)
		}
		return errors.Join(w.header(&s), w.pay(s.header))
	})
	if err == nil && len(w.owed) > 0 {
		err = w.fault(sectionSeals, 0, fmt.Errorf("%d headers are missing", len(w.owed)))
	}
	return err
}

// trust says whether what is trusted leads to the last header.
func (w *walk) trust() error {
	hash, set := w.parent.Hash(w.Suite), w.last.Hash(w.Suite)
	switch {
	case hash != w.Manifest.Last || w.parent.Validators != set:
		return fmt.Errorf("%w: %s: the last header is %s, decided by %s; the manifest says %s and %s", ErrFault, w.folder, hash, w.parent.Validators, w.Manifest.Last, set)
	case w.trusted != nil && !w.met:
		return fmt.Errorf("%w: header %d is not in it, it has those from %d to %d", ErrUntrusted, w.trusted.Height, w.Manifest.First, w.parent.Height)
	case w.trusted != nil && w.since:
		return fmt.Errorf("%w: the validators have changed after header %d: trust a later one, such as %d", ErrUntrusted, w.trusted.Height, w.parent.Height)
	case w.trusted == nil && w.proven.Hash(w.Suite) != set:
		return fmt.Errorf("%w: no row of validator sets leads from genesis to header %d: compare its hash, %s, with people who know the chain and give it as a checkpoint", ErrUntrusted, w.parent.Height, hash)
	}
	return nil
}

// chunks gives the chunks of the state in order; code is checked here, where no
// commitment covers it.
func (s *Snapshot) chunks(progress func(share float64)) iter.Seq2[*ledger.Chunk, error] {
	return func(yield func(*ledger.Chunk, error) bool) {
		codes, number := &codeCheck{hash: s.codeHash}, uint64(0)
		_, ranged := s.Commitment.(ledger.Ranger)
		fail := func(err error) {
			yield(nil, fmt.Errorf("%w: %s: part %d: %w", ErrFault, filepath.Join(s.folder, sectionNames[sectionState]), number, err))
		}
		for part, err := range s.reader(sectionState).all() {
			if err != nil {
				yield(nil, err)
				return
			}
			chunk, err := ledger.DecodeChunk(part)
			if err == nil && !ranged {
				err = codes.check(chunk.Entries)
			}
			if err != nil {
				fail(err)
				return
			}
			if !yield(chunk, nil) {
				return
			}
			number++
			progress(float64(number) / float64(s.Manifest.sections[sectionState].parts))
		}
		if err := codes.end(); err != nil {
			fail(err)
		}
	}
}
