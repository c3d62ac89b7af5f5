package ledger

import (
	"bytes"
	"errors"
	"iter"
	"math"
	"slices"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

func (b bench) snapshotRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "snapshot-is-the-state", Statement: "A Snapshotter gives the entries of any kept height, each once, in chunks that follow each other; blocks that are appended meanwhile do not show.", Check: b.snapshotIsTheState},
		{Name: "chunks-verify-alone", Statement: "Where the commitment proves ranges, each chunk verifies under the state root of its height alone, and none does with an entry less or changed, another root or another range.", Check: b.chunksVerifyAlone},
		{Name: "restored-is-equal", Statement: "A ledger that is restored at a height answers from there on as the one that gave the snapshot, finds the transactions of its links, and grows to the same roots.", Check: b.restoredIsEqual},
		{Name: "false-base-is-refused", Statement: "A restoration with a missing, changed or exchanged chunk, another root, a gap between headers or a block of another chain ends with an error, and the directory is no ledger.", Check: b.falseBaseIsRefused},
		{Name: "unfinished-is-refused", Statement: "A directory in which a restoration has stopped is ErrUnfinished, and can be restored into again; a directory that holds a ledger cannot.", Check: b.unfinishedIsRefused},
	}
}

// snapshot returns the chunks of a height, decoded from their encodings.
func (g *grown) snapshot(height uint64, meanwhile func()) (chunks []*ledger.Chunk) {
	g.t.Helper()
	snapshotter, can := g.Ledger.(ledger.Snapshotter)
	if !can {
		g.t.Skipf("the ledger is no Snapshotter")
	}
	err := snapshotter.Snapshot(g.t.Context(), height, func(c *ledger.Chunk) error {
		meanwhile()
		again, err := ledger.DecodeChunk(c.Encode())
		chunks = append(chunks, again)
		return err
	})
	if err != nil {
		g.t.Fatalf("snapshot of height %d: %v", height, err)
	}
	return chunks
}

// growLarge grows a chain whose states need several chunks.
func (b bench) growLarge(t conformance.T, seed uint64) *grown {
	g := b.grow(t, seed, t.TempDir())
	for n := range 30 {
		key := chain.StateKey{Owner: chain.Address{9, byte(n)}, Space: chain.SpaceModule, Subkey: "large"}
		g.step([]chain.Write{{Key: key, Value: bytes.Repeat([]byte{byte(n)}, 150_000)}}, g.randomIDs())
	}
	g.run(6)
	return g
}

func (b bench) snapshotIsTheState(t conformance.T) {
	g := b.growLarge(t, 100)
	grow := g.tip() + 5
	for _, height := range []uint64{0, 7, g.tip() - 3, g.tip()} {
		have := entries{}
		for _, c := range g.snapshot(height, func() {
			if g.tip() < grow {
				g.run(1)
			}
		}) {
			for _, entry := range c.Entries {
				if _, twice := have[entry.Key]; twice {
					t.Fatalf("height %d: %s comes twice", height, describe(entry.Key))
				}
				have[entry.Key] = string(entry.Value)
			}
		}
		if want := g.states[height]; len(have) != len(want) {
			t.Fatalf("height %d: %d entries, there are %d", height, len(have), len(want))
		}
		for key, value := range have {
			if g.states[height][key] != value {
				t.Fatalf("height %d: %s is another", height, describe(key))
			}
		}
	}
	if err := g.Ledger.(ledger.Snapshotter).Snapshot(t.Context(), g.tip()+1, func(*ledger.Chunk) error { return nil }); !errors.Is(err, ledger.ErrNotFound) {
		t.Fatalf("a snapshot of the height that comes next: %v", err)
	}
}

func (b bench) chunksVerifyAlone(t conformance.T) {
	ranger, can := b.Tree.(ledger.Ranger)
	if !can {
		t.Skipf("commitment %s proves no ranges", b.Commitment)
	}
	g := b.growLarge(t, 101)
	chunks, root := g.snapshot(g.tip(), func() {}), g.results[g.tip()].StateRoot
	var next chain.Hash
	more := true
	for n, c := range chunks {
		if !more || c.Within.Prefix != next {
			t.Fatalf("chunk %d begins at place %s, %s comes next", n, c.Within.Prefix, next)
		}
		next, more = c.Within.After()
		if err := ranger.VerifyRange(root, c.Within, c.Entries, c.Proof); err != nil {
			t.Fatalf("chunk %d of %d: %v", n, len(chunks), err)
		}
		b.refuseForgedChunks(t, ranger, root, c)
	}
	if more || len(chunks) < 3 {
		t.Fatalf("%d chunks end before place %s", len(chunks), next)
	}
}

func (b bench) refuseForgedChunks(t conformance.T, ranger ledger.Ranger, root chain.Hash, c *ledger.Chunk) {
	t.Helper()
	refuse := func(what string, root chain.Hash, within ledger.Range, entries []chain.Write) {
		t.Helper()
		if err := ranger.VerifyRange(root, within, entries, c.Proof); !errors.Is(err, ledger.ErrProof) {
			t.Fatalf("a chunk verifies with %s: %v", what, err)
		}
	}
	for i := range c.Entries {
		if i%7 != 0 {
			continue
		}
		refuse("an entry less", root, c.Within, slices.Delete(slices.Clone(c.Entries), i, i+1))
		changed := slices.Clone(c.Entries)
		changed[i].Value = append(bytes.Clone(changed[i].Value), 'x')
		refuse("another value", root, c.Within, changed)
	}
	wrong := root
	wrong[3] ^= 1
	refuse("another root", wrong, c.Within, c.Entries)
	low, _ := c.Within.Halves()
	refuse("another range", root, low, c.Entries)
}

// base is a base at a height with some blocks above and links below it.
func (g *grown) base(height, blocks, links uint64) *ledger.Base {
	chunks := g.snapshot(height, func() {})
	return &ledger.Base{
		Height: height, Root: g.results[height].StateRoot, Chunks: values(chunks),
		Links: each(height-links, height, func(h uint64) *ledger.Link {
			return &ledger.Link{Header: g.blocks[h].Block.Header, Proof: g.blocks[h].Proof, IDs: g.blocks[h].IDs}
		}),
		Blocks: each(height, height+1+blocks, func(h uint64) *ledger.Executed {
			return &ledger.Executed{Decided: g.blocks[h], Results: g.results[h]}
		}),
	}
}

func values[V any](all []V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func each[V any](from, to uint64, at func(height uint64) V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for h := from; h < to; h++ {
			if !yield(at(h), nil) {
				return
			}
		}
	}
}

// restored is the chain of g in another directory, with a ledger restored there.
func (g *grown) restored(base *ledger.Base) *grown {
	g.t.Helper()
	other := g.elsewhere()
	if err := g.bench.Restore(g.t.Context(), other.options, base); err != nil {
		g.t.Fatalf("restore at height %d: %v", base.Height, err)
	}
	other.openWith(g.bench.Open)
	return other
}

func (g *grown) elsewhere() *grown {
	other := *g
	other.Ledger, other.options.Directory = nil, g.t.TempDir()
	other.blocks, other.results, other.states = slices.Clone(g.blocks), slices.Clone(g.results), slices.Clone(g.states)
	return &other
}

func (b bench) restoredIsEqual(t conformance.T) {
	if b.Restore == nil {
		t.Skipf("the module is no Restorer")
	}
	g := b.growLarge(t, 102)
	base := g.tip() - 4
	other := g.restored(g.base(base, 2, 6))
	other.checkRestored(base, base+2, base-6)
	other.reopen()
	other.checkRestored(base, base+2, base-6)
	for height := base + 3; height <= g.tip(); height++ {
		staged, err := other.Stage(g.results[height].Writes())
		other.must(err, "stage")
		if staged.Root() != g.results[height].StateRoot {
			t.Fatalf("height %d has root %s on the restored ledger, %s on the other", height, staged.Root(), g.results[height].StateRoot)
		}
		other.must(other.Append(t.Context(), g.blocks[height]), "append")
		other.must(other.Commit(t.Context(), g.results[height], staged), "commit")
	}
	other.reopen()
	other.checkRestored(base, g.tip(), base-6)
}

// checkRestored compares a ledger that was restored at a height with the model.
func (g *grown) checkRestored(base, tip, oldest uint64) {
	g.t.Helper()
	g.checkStatus(tip, tip)
	if s := g.Status(); s.OldestBody != base || s.OldestState != base || s.OldestHeader != oldest {
		g.t.Fatalf("restored at %d with headers from %d, the status is %+v", base, oldest, s)
	}
	for height := oldest; height <= tip; height++ {
		g.checkBlock(height, height >= base, true)
		for i, id := range g.blocks[height].IDs {
			if at, err := g.Locate(id, math.MaxUint64); err != nil || at.Height < height || at.Height == height && at.Index < uint32(i) {
				g.t.Fatalf("transaction %s of height %d is at %+v: %v", id, height, at, err)
			}
		}
		if height >= base {
			g.checkState(height)
			g.checkProof(height, g.randomKey())
		}
	}
	for what, err := range map[string]error{
		"header": second(g.Header(oldest - 1)), "body": second(g.Body(base - 1)), "results": second(g.Results(base - 1)), "view": second(g.View(base - 1)),
	} {
		if !errors.Is(err, ledger.ErrPruned) {
			g.t.Fatalf("%s below the base: %v", what, err)
		}
	}
}

func (b bench) falseBaseIsRefused(t conformance.T) {
	if b.Restore == nil {
		t.Skipf("the module is no Restorer")
	}
	g := b.growLarge(t, 103)
	height := g.tip() - 3
	chunks := g.snapshot(height, func() {})
	for what, forge := range map[string]func(base *ledger.Base){
		"a missing chunk": func(base *ledger.Base) { base.Chunks = values(chunks[:len(chunks)-1]) },
		"a changed chunk": func(base *ledger.Base) {
			forged := *chunks[1]
			forged.Entries = slices.Clone(forged.Entries)
			forged.Entries[0].Value = append(bytes.Clone(forged.Entries[0].Value), 'x')
			base.Chunks = values(append([]*ledger.Chunk{chunks[0], &forged}, chunks[2:]...))
		},
		"exchanged chunks": func(base *ledger.Base) {
			base.Chunks = values(append([]*ledger.Chunk{chunks[1], chunks[0]}, chunks[2:]...))
		},
		"another root": func(base *ledger.Base) { base.Root[1] ^= 1 },
		"a gap between headers": func(base *ledger.Base) {
			base.Links = values([]*ledger.Link{{Header: g.blocks[height-3].Block.Header, IDs: g.blocks[height-3].IDs}, {Header: g.blocks[height-1].Block.Header, IDs: g.blocks[height-1].IDs}})
		},
		"a block of another chain": func(base *ledger.Base) {
			header := *g.blocks[height].Block.Header
			header.Chain[2] ^= 1
			block := g.blocks[height]
			block.Block = &chain.Block{Header: &header, Body: block.Block.Body}
			base.Links, base.Blocks = values([]*ledger.Link{}), values([]*ledger.Executed{{Decided: block, Results: g.results[height]}})
		},
	} {
		base := g.base(height, 1, 4)
		forge(base)
		other := g.elsewhere()
		if err := b.Restore(t.Context(), other.options, base); err == nil {
			t.Fatalf("restored with %s", what)
		}
		if l, err := b.Open(t.Context(), other.options); !errors.Is(err, ledger.ErrUnfinished) {
			if err == nil {
				_ = l.Close()
			}
			t.Fatalf("after a restoration with %s: %v", what, err)
		}
	}
}

func (b bench) unfinishedIsRefused(t conformance.T) {
	if b.Restore == nil {
		t.Skipf("the module is no Restorer")
	}
	g := b.growLarge(t, 104)
	height, stop := g.tip()-2, errors.New("stopped")
	stopped := map[string]func(base *ledger.Base){
		"after a chunk": func(base *ledger.Base) { base.Chunks = thenStop(base.Chunks, stop) },
		"after a link":  func(base *ledger.Base) { base.Links = thenStop(base.Links, stop) },
		"after a block": func(base *ledger.Base) { base.Blocks = thenStop(base.Blocks, stop) },
	}
	for what, interrupt := range stopped {
		other, base := g.elsewhere(), g.base(height, 1, 3)
		interrupt(base)
		if err := b.Restore(t.Context(), other.options, base); !errors.Is(err, stop) {
			t.Fatalf("a restoration that stops %s: %v", what, err)
		}
		if l, err := b.Open(t.Context(), other.options); !errors.Is(err, ledger.ErrUnfinished) {
			if err == nil {
				_ = l.Close()
			}
			t.Fatalf("a directory whose restoration stopped %s: %v", what, err)
		}
		if err := b.Restore(t.Context(), other.options, g.base(height, 1, 3)); err != nil {
			t.Fatalf("restoring again after it stopped %s: %v", what, err)
		}
		other.openWith(b.Open)
		other.checkRestored(height, height+1, height-3)
		other.close()
		if err := b.Restore(t.Context(), other.options, g.base(height, 1, 3)); err == nil {
			t.Fatalf("restored over a ledger")
		}
	}
}

// thenStop gives one value and then an error.
func thenStop[V any](all iter.Seq2[V, error], stop error) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for v, err := range all {
			if yield(v, err) {
				yield(v, stop)
			}
			return
		}
	}
}
