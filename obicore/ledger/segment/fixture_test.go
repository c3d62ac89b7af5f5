package segment_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

type sha256Hasher struct{}

func (sha256Hasher) Sum(parts ...[]byte) chain.Hash {
	if len(parts) == 1 {
		return sha256.Sum256(parts[0])
	}
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return chain.Hash(h.Sum(nil))
}

var (
	hasher   = sha256Hasher{}
	identity = hasher.Sum([]byte("test chain"))
)

// state is the naive model of one height.
type state map[chain.StateKey]string

// script is a chain made up in advance, with the model state after each height.
type script struct {
	blocks  []ledger.Decided
	results []*chain.Results
	states  []state
	delay   int                            // header h carries the roots of h-delay
	last    map[chain.Hash]ledger.Location // last inclusion in all blocks
}

// newScript makes a chain of the given number of heights above genesis. Header h
// carries the roots of h.
func newScript(tb testing.TB, seed uint64, heights int) *script {
	tb.Helper()
	return newDelayedScript(tb, seed, heights, 0)
}

func newDelayedScript(tb testing.TB, seed uint64, heights, delay int) *script {
	tb.Helper()
	s := &script{delay: delay, last: make(map[chain.Hash]ledger.Location)}
	random := rand.New(rand.NewPCG(seed, 1))
	for h := range heights + 1 {
		s.add(tb, uint64(h), random)
	}
	return s
}

func randomKey(random *rand.Rand) chain.StateKey {
	key := chain.StateKey{Space: chain.Space(random.IntN(4))}
	key.Owner[0], key.Owner[19] = byte(random.IntN(3)), byte(random.IntN(3))
	switch key.Space {
	case chain.SpaceStorage:
		var slot chain.Word
		slot[31] = byte(random.IntN(8))
		key.Subkey = string(slot[:])
	case chain.SpaceModule:
		key.Subkey = string([]byte{0, byte(random.IntN(2)), 0, 0xff, 'x'}[:random.IntN(6)])
	}
	return key
}

func randomWrites(random *rand.Rand, count int) []chain.Write {
	writes := make([]chain.Write, count)
	for i := range writes {
		writes[i].Key = randomKey(random)
		if random.IntN(3) > 0 {
			writes[i].Value = binary.BigEndian.AppendUint16([]byte("value"), uint16(random.IntN(1000)))
		}
	}
	return chain.MergeWrites(writes)
}

func (s *script) add(tb testing.TB, height uint64, random *rand.Rand) {
	tb.Helper()
	results := &chain.Results{Opening: randomWrites(random, random.IntN(4))}
	body := chain.Body{}
	var ids []chain.Hash
	var grouped [][]chain.Hash
	if height > 0 {
		for range random.IntN(3) {
			batch := chain.Batch{}
			first := len(ids)
			for range random.IntN(4) {
				wire := binary.BigEndian.AppendUint32([]byte("wire"), uint32(random.IntN(200)))
				batch = append(batch, chain.Entry{Wire: bytes.Repeat(wire, 1+random.IntN(20))})
				id := hasher.Sum(wire) // some ids come again
				s.last[id] = ledger.Location{Height: height, Index: uint32(len(ids))}
				ids = append(ids, id)
				results.Transactions = append(results.Transactions, chain.Result{
					Receipt: chain.Receipt{Status: 1, GasUsed: uint64(random.IntN(1000))}, Writes: randomWrites(random, random.IntN(6)),
				})
			}
			body.Batches = append(body.Batches, batch)
			grouped = append(grouped, ids[first:])
		}
	}
	next := state{}
	if height > 0 {
		for key, value := range s.states[height-1] {
			next[key] = value
		}
	}
	for _, write := range results.Writes() {
		if delete(next, write.Key); len(write.Value) > 0 {
			next[write.Key] = string(write.Value)
		}
	}
	results.StateRoot = next.root(tb)
	header := &chain.Header{
		Rules: 1, Chain: identity, Height: height, Time: 1000 * (height + 1), GasLimit: 30_000_000,
		TransactionRoot: chain.TransactionRoot(hasher, grouped), TransactionCount: uint64(len(ids)),
		ConsensusMeta: []byte{byte(random.IntN(256))},
	}
	s.results = append(s.results, results)
	if from := int(height) - s.delay; from >= 0 {
		header.StateRoot, header.ResultRoot = s.results[from].StateRoot, s.results[from].Root(hasher)
	}
	if height > 0 {
		header.Parent = s.blocks[height-1].Block.Header.Hash(hasher)
	}
	s.blocks = append(s.blocks, ledger.Decided{
		Block: &chain.Block{Header: header, Body: body}, IDs: ids,
		Proof: chain.Proof{Kind: "test/1", Epoch: 1, Bytes: binary.BigEndian.AppendUint64(nil, height)},
	})
	s.states = append(s.states, next)
}

// root computes the commitment over a model state by its definition.
func (s state) root(tb testing.TB) chain.Hash {
	tb.Helper()
	change, err := binarytree.New(hasher).Update(noNodes{}, s.writes())
	if err != nil {
		tb.Fatal(err)
	}
	return change.Root
}

func (s state) writes() []chain.Write {
	var writes []chain.Write
	for key, value := range s {
		writes = append(writes, chain.Write{Key: key, Value: []byte(value)})
	}
	slices.SortFunc(writes, func(a, b chain.Write) int { return a.Key.Compare(b.Key) })
	return writes
}

type noNodes struct{}

func (noNodes) Node([]byte) ([]byte, error) { return nil, nil }

func (s *script) genesis() *ledger.Genesis {
	return &ledger.Genesis{Block: s.blocks[0].Block, Results: s.results[0]}
}

func (s *script) options() ledger.Options {
	return ledger.Options{Directory: "data/ledger", Hasher: hasher, Commitment: "binary", Identity: identity, Genesis: s.genesis()}
}

func module(options ...segment.Option) *segment.Module {
	return segment.New(append([]segment.Option{segment.WithCommitment("binary", binarytree.New)}, options...)...)
}

// open opens a ledger on fs and closes it at the end of the test.
func open(tb testing.TB, fs vfs.FS, options ledger.Options, more ...segment.Option) ledger.Ledger {
	tb.Helper()
	if fs != nil {
		more = append(more, segment.WithFileSystem(fs))
	}
	l, err := module(more...).Open(context.Background(), options)
	if err != nil {
		tb.Fatalf("open: %v", err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	return l
}

// run appends and commits the heights from the ledger's tip up to and including to.
func (s *script) run(tb testing.TB, l ledger.Ledger, to int) {
	tb.Helper()
	for h := int(l.Status().Decided) + 1; h <= to; h++ {
		if err := l.Append(context.Background(), s.blocks[h]); err != nil {
			tb.Fatalf("append %d: %v", h, err)
		}
	}
	for h := int(l.Status().Executed) + 1; h <= to; h++ {
		if err := s.commit(l, h); err != nil {
			tb.Fatalf("commit %d: %v", h, err)
		}
	}
}

func (s *script) commit(l ledger.Ledger, h int) error {
	next, err := l.Stage(s.results[h].Writes())
	if err != nil {
		return err
	}
	if next.Root() != s.results[h].StateRoot {
		return fmt.Errorf("root %s, model has %s", next.Root(), s.results[h].StateRoot)
	}
	return l.Commit(context.Background(), s.results[h], next)
}

// inspect fails the test for every fault that Inspect finds.
func inspect(tb testing.TB, l ledger.Ledger) {
	tb.Helper()
	for _, fault := range faults(tb, l) {
		tb.Errorf("height %d, %s: %v", fault.Height, fault.Place, fault.Err)
	}
}

func faults(tb testing.TB, l ledger.Ledger) (all []ledger.Fault) {
	tb.Helper()
	err := l.(ledger.Inspector).Inspect(context.Background(), func(f ledger.Fault) { all = append(all, f) }, func(float64) {})
	if err != nil {
		tb.Fatalf("inspect: %v", err)
	}
	return all
}

// checkState compares a whole historical state with the model, entry by entry, by
// scans, and with a proof for each key.
func (s *script) checkState(tb testing.TB, l ledger.Ledger, height int) {
	tb.Helper()
	v, err := l.View(uint64(height))
	if err != nil {
		tb.Fatalf("view %d: %v", height, err)
	}
	defer v.Close()
	for key := range s.keys() {
		value, err := v.Get(key)
		if err != nil || string(value) != s.states[height][key] {
			tb.Fatalf("height %d, %v: %q, %v; model has %q", height, key, value, err, s.states[height][key])
		}
		proof, err := l.Prove(uint64(height), key)
		if err != nil {
			tb.Fatalf("height %d: prove %v: %v", height, key, err)
		}
		if err := binarytree.NewVerifier(hasher).Verify(s.results[height].StateRoot, proof); err != nil || string(proof.Value) != string(value) {
			tb.Fatalf("height %d: proof of %v: %v", height, key, err)
		}
	}
	s.checkScans(tb, v, s.states[height])
}

func (s *script) keys() map[chain.StateKey]bool {
	keys := make(map[chain.StateKey]bool)
	for _, state := range s.states {
		for key := range state {
			keys[key] = true
		}
	}
	return keys
}

func (s *script) checkScans(tb testing.TB, v ledger.View, model state) {
	tb.Helper()
	entries := model.writes()
	for key := range s.keys() {
		var want, have []string
		for _, entry := range entries {
			if entry.Key.Owner == key.Owner && entry.Key.Space == key.Space && entry.Key.Subkey >= key.Subkey {
				want = append(want, entry.Key.Subkey, string(entry.Value))
			}
		}
		err := v.Scan(key.Owner, key.Space, key.Subkey, func(subkey string, value []byte) bool {
			have = append(have, subkey, string(value))
			return true
		})
		if err != nil || !slices.Equal(want, have) {
			tb.Fatalf("height %d: scan from %v: %q, %v; model has %q", v.Height(), key, have, err, want)
		}
	}
}

// checkBlocks compares everything that the block store says with the script.
func (s *script) checkBlocks(tb testing.TB, l ledger.Ledger) {
	tb.Helper()
	status := l.Status()
	for h := status.OldestHeader; h <= status.Decided; h++ {
		want := s.blocks[h]
		header, err := l.Header(h)
		if err != nil || !bytes.Equal(header.Encode(), want.Block.Header.Encode()) {
			tb.Fatalf("header %d: %v", h, err)
		}
		if at, err := l.HeightOf(header.Hash(hasher)); err != nil || at != h {
			tb.Fatalf("height of block %d: %d, %v", h, at, err)
		}
		if proof, err := l.Proof(h); h > 0 && (err != nil || !bytes.Equal(proof.Encode(), want.Proof.Encode())) {
			tb.Fatalf("proof %d: %v", h, err)
		}
		if h < status.OldestBody {
			continue
		}
		if body, err := l.Body(h); err != nil || !bytes.Equal(body.Encode(), want.Block.Body.Encode()) {
			tb.Fatalf("body %d: %v", h, err)
		}
		if h > status.Executed {
			continue
		}
		if results, err := l.Results(h); err != nil || !bytes.Equal(results.Encode(), s.results[h].Encode()) {
			tb.Fatalf("results %d: %v", h, err)
		}
	}
}
