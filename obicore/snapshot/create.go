package snapshot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// manifestFile is written last: without it a folder is no snapshot.
const manifestFile = "manifest"

// ancestors is how many headers a block may ask for (BLOCKHASH).
const ancestors = 256

// Latest returns the height of the newest snapshot that a ledger can give: k below the
// last height whose roots a header carries, so that a node that begins there knows the
// rulings of the blocks that come.
func (r *Rules) Latest(status ledger.Status) uint64 {
	provable := min(status.Executed, max(status.Decided, r.delay())-r.delay())
	return max(provable, r.delay()) - r.delay()
}

// Needs returns how many heights below the tip a ledger must keep, blocks and states, so
// that its newest possible snapshot can be taken.
func (r *Rules) Needs() (blocks, states uint64) {
	return max(r.Genesis.Window, ancestors) + r.delay(), 2*r.delay() + 2
}

// Create takes a snapshot of a ledger at a height, in a folder that is new or empty. The
// ledger may go on meanwhile.
func Create(ctx context.Context, rules *Rules, source ledger.Ledger, height uint64, folder string) (*Manifest, error) {
	return createAfter(ctx, rules, source, height, folder, nil)
}

// createAfter is Create with an earlier snapshot of the same chain, whose trail it goes on
// with: it leads across hand-overs whose sets the ledger has dropped since; nil for none.
func createAfter(ctx context.Context, rules *Rules, source ledger.Ledger, height uint64, folder string, former *Snapshot) (*Manifest, error) {
	giver, can := source.(ledger.Snapshotter)
	if !can {
		return nil, errors.New("snapshot: this ledger gives none: choose a module that does")
	}
	c := &creation{Rules: rules, Ledger: source, giver: giver, folder: folder, former: former, writers: map[int]*writer{}}
	if err := c.plan(height); err != nil {
		return nil, err
	}
	if err := c.begin(); err != nil {
		return nil, err
	}
	if err := c.fill(ctx); err != nil {
		for _, w := range c.writers {
			err = errors.Join(err, w.close())
		}
		return nil, err
	}
	return &c.manifest, c.end()
}

// creation is one run of Create.
type creation struct {
	*Rules
	ledger.Ledger
	giver    ledger.Snapshotter
	folder   string
	former   *Snapshot // nil without
	manifest Manifest
	writers  map[int]*writer
}

// plan says what goes into the snapshot, or why it cannot be taken.
func (c *creation) plan(height uint64) error {
	status, latest := c.Status(), c.Latest(c.Status())
	oldest := max(1, status.OldestState, status.OldestBody)
	if c.delay() == 0 && oldest == status.OldestState {
		oldest++ // who decided the block is said by the state before
	}
	if height < oldest || height > latest {
		return fmt.Errorf("%w: %d: this ledger can give heights %d to %d", ErrHeight, height, oldest, latest)
	}
	c.manifest = Manifest{Genesis: c.File, Identity: c.Identity, Height: height, First: c.firstLink(height)}
	if first := c.manifest.First; first < status.OldestBody {
		return fmt.Errorf("%w: %d: it needs the transactions from height %d on, this ledger has those from %d: take it of a node that keeps more blocks, or later",
			ErrHeight, height, first, status.OldestBody)
	}
	return nil
}

func (c *creation) begin() error {
	if err := os.MkdirAll(c.folder, 0o750); err != nil {
		return err
	}
	files, err := os.ReadDir(c.folder)
	if err != nil {
		return err
	}
	if len(files) > 0 {
		return fmt.Errorf("snapshot: %s is not empty: name a new folder", c.folder)
	}
	for i, name := range sectionNames {
		if c.writers[i], err = create(c.folder, name, c.Suite); err != nil {
			return err
		}
	}
	return nil
}

func (c *creation) fill(ctx context.Context) error {
	m, delay := &c.manifest, c.delay()
	for height := m.First; height < m.Height; height++ {
		l, err := c.link(height)
		if err == nil {
			err = errors.Join(ctx.Err(), c.writers[sectionLinks].record(l.encode()))
		}
		if err != nil {
			return fmt.Errorf("block %d: %w", height, err)
		}
	}
	for height := m.Height; height <= m.Height+delay; height++ {
		b, err := c.block(height)
		if err != nil {
			return fmt.Errorf("block %d: %w", height, err)
		}
		if height == m.Height {
			m.StateRoot, m.ResultRoot = b.results.StateRoot, b.results.Root(c.Suite)
		}
		if err := c.writers[sectionBlocks].record(b.encode()); err != nil {
			return err
		}
	}
	if err := c.seals(m.Height + 2*delay); err != nil {
		return err
	}
	return c.giver.Snapshot(ctx, m.Height, func(chunk *ledger.Chunk) error {
		return c.writers[sectionState].part(chunk.Encode())
	})
}

// seals writes the headers up to the last one, the set that decided it, and the trail
// that leads there.
func (c *creation) seals(last uint64) error {
	for height := c.manifest.Height + c.delay() + 1; height <= last; height++ {
		s, err := c.seal(height)
		if err != nil {
			return err
		}
		if err := c.writers[sectionSeals].record(s.encode()); err != nil {
			return err
		}
	}
	final, err := c.seal(last)
	if err != nil {
		return err
	}
	set, err := c.setOf(final.header)
	if err != nil {
		return err
	}
	c.manifest.Last, c.manifest.Validators = final.header.Hash(c.Suite), set.Encode()
	return c.trail(last)
}

func (c *creation) seal(height uint64) (s seal, err error) {
	if s.header, err = c.Header(height); err != nil || height == 0 {
		return s, err
	}
	proof, err := c.Proof(height)
	if err != nil {
		return s, err
	}
	s.proof = *proof
	return s, nil
}

func (c *creation) link(height uint64) (*link, error) {
	l, _, err := c.linkWithBody(height)
	return l, err
}

func (c *creation) linkWithBody(height uint64) (l *link, body *chain.Body, err error) {
	l = &link{}
	if l.seal, err = c.seal(height); err != nil {
		return nil, nil, err
	}
	if body, err = c.Body(height); err != nil {
		return nil, nil, err
	}
	ids, err := c.giver.IDs(height)
	if err != nil {
		return nil, nil, err
	}
	for _, batch := range body.Batches {
		if len(batch) > len(ids) {
			return nil, nil, fmt.Errorf("%w: ids of block %d", ledger.ErrCorrupt, height)
		}
		l.batches, ids = append(l.batches, ids[:len(batch)]), ids[len(batch):]
	}
	return l, body, nil
}

func (c *creation) block(height uint64) (*block, error) {
	l, body, err := c.linkWithBody(height)
	if err != nil {
		return nil, err
	}
	results, err := c.Results(height)
	if err != nil {
		return nil, err
	}
	return &block{link: *l, body: body, results: results}, nil
}

// end makes everything durable, the manifest last.
func (c *creation) end() error {
	for i := range sectionNames {
		w := c.writers[i]
		if err := w.finish(); err != nil {
			return err
		}
		c.manifest.sections[i] = w.section
	}
	return writeManifest(c.folder, &c.manifest)
}

// writeManifest makes a folder whose sections are durable a snapshot.
func writeManifest(folder string, m *Manifest) error {
	if err := syncFolder(folder); err != nil {
		return err
	}
	name := filepath.Join(folder, manifestFile)
	if err := writeDurably(name+".new", m.Encode()); err != nil {
		return err
	}
	if err := os.Rename(name+".new", name); err != nil {
		return err
	}
	return errors.Join(syncFolder(folder), syncFolder(filepath.Dir(folder)))
}

func writeDurably(name string, content []byte) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}
