package archive_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/archive"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
)

// store holds made-up blocks.
type store struct{ ledger.BlockStore }

func (store) Status() ledger.Status { return ledger.Status{Decided: 9, Executed: 9, OldestBody: 3} }

func (store) Header(height uint64) (*chain.Header, error) { return &chain.Header{Height: height}, nil }

func (store) Proof(height uint64) (*chain.Proof, error) {
	return &chain.Proof{Kind: "test/1", Epoch: height}, nil
}

func (store) Body(height uint64) (*chain.Body, error) {
	return &chain.Body{Batches: []chain.Batch{{{Wire: bytes.Repeat([]byte{1}, int(10*height))}}}}, nil
}

func written(tb testing.TB, from, to uint64) []byte {
	tb.Helper()
	var file bytes.Buffer
	head := archive.Head{Genesis: []byte("genesis"), Identity: chain.Hash{7}, From: from, To: to}
	if err := archive.Write(tb.Context(), &file, store{}, head, func(float64) {}); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

func read(file []byte) (blocks []*blocksync.Block, err error) {
	r, err := archive.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	for b, err := range r.Blocks() {
		if err != nil {
			return blocks, err
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

func TestBlocksComeBackAsTheyWere(t *testing.T) {
	blocks, err := read(written(t, 3, 9))
	if err != nil || len(blocks) != 7 {
		t.Fatalf("%d blocks: %v", len(blocks), err)
	}
	for i, b := range blocks {
		header, _ := store{}.Header(uint64(3 + i))
		body, _ := store{}.Body(uint64(3 + i))
		proof, _ := store{}.Proof(uint64(3 + i))
		if !bytes.Equal(b.Header, header.Encode()) || !bytes.Equal(b.Body, body.Encode()) || !bytes.Equal(b.Proof, proof.Encode()) {
			t.Fatalf("block %d is another", 3+i)
		}
	}
}

func TestEveryChangeOfAFileIsFound(t *testing.T) {
	file := written(t, 3, 5)
	for i := range file {
		for bit := range 8 {
			changed := bytes.Clone(file)
			changed[i] ^= 1 << bit
			if _, err := read(changed); err == nil {
				t.Fatalf("bit %d of byte %d", bit, i)
			}
		}
		if _, err := read(file[:i]); !errors.Is(err, archive.ErrFault) {
			t.Fatalf("cut at byte %d: %v", i, err)
		}
	}
	if _, err := read(append(bytes.Clone(file), 0)); !errors.Is(err, archive.ErrFault) {
		t.Fatalf("one byte more: %v", err)
	}
}

func TestBlocksThatALedgerDoesNotHaveAreRefused(t *testing.T) {
	for _, heights := range [][2]uint64{{2, 5}, {3, 10}, {6, 5}, {0, 3}} {
		head := archive.Head{From: heights[0], To: heights[1]}
		if err := archive.Write(t.Context(), &bytes.Buffer{}, store{}, head, func(float64) {}); !errors.Is(err, ledger.ErrNotFound) {
			t.Fatalf("%v: %v", heights, err)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(written(f, 3, 4))
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 0, 0})
	f.Fuzz(func(_ *testing.T, file []byte) { _, _ = read(file) })
}
