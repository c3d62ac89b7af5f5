package simplex

import (
	"sync"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// ancestor is a block that this node has verified, with the newest proposal at it or
// below it.
type ancestor struct {
	block     *block
	height    uint64
	hash      chain.Hash
	notarized bool
}

// ancestry is the tree of verified blocks from the last indexed one on, and the
// finalizations that are known beyond it.
type ancestry struct {
	mutex sync.Mutex
	known map[upstream.Digest]*ancestor
	final map[upstream.Digest]upstream.BlockHeader
	past  map[upstream.Digest]uint64 // the last indexed blocks, by sequence number
}

// maxPast is how many indexed blocks are remembered by their digest.
const maxPast = 64

// maxFinal bounds the finalizations that are remembered beyond the last indexed block.
const maxFinal = 1024

func newAncestry() *ancestry {
	return &ancestry{
		known: make(map[upstream.Digest]*ancestor), final: make(map[upstream.Digest]upstream.BlockHeader), past: make(map[upstream.Digest]uint64),
	}
}

func (t *ancestry) get(digest upstream.Digest) *ancestor {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.known[digest]
}

func (t *ancestry) add(a *ancestor) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.known[a.block.header.Digest] == nil {
		t.known[a.block.header.Digest] = a
	}
}

// notarize notes that a block has a notarization.
func (t *ancestry) notarize(digest upstream.Digest) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if a := t.known[digest]; a != nil {
		a.notarized = true
	}
}

// finalize notes a verified finalization, of a block that this node may not have.
func (t *ancestry) finalize(header upstream.BlockHeader) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if len(t.final) < maxFinal {
		t.final[header.Digest] = header
	}
}

func (t *ancestry) isFinal(digest upstream.Digest) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	_, ok := t.final[digest]
	return ok
}

// passed says whether a finalization shows that a block is in the chain for good: its
// own, or that of a block on top of it.
func (t *ancestry) passed(header upstream.BlockHeader) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for digest, f := range t.final {
		if digest == header.Digest || t.onTop(f, header) {
			return true
		}
	}
	return false
}

// onTop walks from a finalized block down; the mutex is held.
func (t *ancestry) onTop(f, header upstream.BlockHeader) bool {
	for seq := f.Seq; seq > header.Seq; seq-- {
		if f.Prev == header.Digest {
			return seq == header.Seq+1
		}
		below := t.known[f.Prev]
		if below == nil || below.block.header.Seq+1 != seq {
			return false
		}
		f = below.block.header
	}
	return false
}

// underWay says whether a proposal above a height may still be decided: it is notarized,
// or of the current round.
func (t *ancestry) underWay(height, round uint64) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, a := range t.known {
		if a.height > height && (a.notarized || a.block.header.Round >= round) {
			return true
		}
	}
	return false
}

// prune forgets what is below or beside the last indexed block.
func (t *ancestry) prune(last upstream.BlockHeader) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for digest, a := range t.known {
		if a.block.header.Seq <= last.Seq && digest != last.Digest {
			delete(t.known, digest)
		}
	}
	for digest, f := range t.final {
		if f.Seq <= last.Seq {
			delete(t.final, digest)
		}
	}
	t.past[last.Digest] = last.Seq
	for digest, seq := range t.past {
		if seq+maxPast <= last.Seq {
			delete(t.past, digest)
		}
	}
}

// verified says whether a block has been verified before, or is indexed.
func (t *ancestry) verified(digest upstream.Digest) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	_, past := t.past[digest]
	return past || t.known[digest] != nil
}

// stored is the block that Simplex keeps for a round.
type stored struct {
	mutex sync.Mutex
	block map[uint64]upstream.Digest
}

func (s *stored) get(round uint64) (upstream.Digest, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	digest, ok := s.block[round]
	return digest, ok
}

func (s *stored) put(round uint64, digest upstream.Digest) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.block == nil {
		s.block = make(map[uint64]upstream.Digest)
	}
	s.block[round] = digest
}

// prune keeps a window behind the decided round: Simplex does the same.
func (s *stored) prune(round uint64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for r := range s.block {
		if r+roundWindow < round {
			delete(s.block, r)
		}
	}
}
