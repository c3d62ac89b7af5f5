package node

import (
	"encoding/binary"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// recentIDs tells, for most ids, that no block of the window holds them, without asking the
// ledger: each transaction that may stand in it only once is looked for when it is
// admitted, proposed, validated and executed. It begins empty when the chain is opened
// and is of use as soon as it has seen a window of blocks, or all that there are.
//
// Two generations of Bloom filters follow each other: the older one is dropped when the
// younger one covers a window by itself.
type recentIDs struct {
	mutex   sync.RWMutex
	window  uint64 // blocks
	from    uint64 // the first height whose ids, and those of all later ones, are here
	younger uint64 // the first height of the younger generation
	old     filter
	young   filter
}

// newRecentIDs returns one for the blocks above a height.
func newRecentIDs(window, height uint64) *recentIDs {
	return &recentIDs{window: window, from: height + 1, younger: height + 1}
}

// add notes the ids of a block before the ledger has it. Heights come in order; one that
// comes again adds to what is there.
func (r *recentIDs) add(height uint64, ids []chain.Hash) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if height >= r.younger+r.window {
		r.from, r.younger = r.younger, height
		r.old, r.young = r.young, filter{}
	}
	for i := range ids {
		if !r.young.add(&ids[i]) {
			r.from, r.younger = height+1, height+1 // too many to remember: begin anew
			r.old, r.young = filter{}, filter{}
			return
		}
	}
}

// absent reports that no block of the window below a height holds an id. When it says
// no, the ledger knows.
func (r *recentIDs) absent(id chain.Hash, height uint64) bool {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	return r.from <= max(height, r.window+1)-r.window && !r.young.has(&id) && !r.old.has(&id)
}

// filter is a Bloom filter that grows by layers. Ids are hashes, so that their own bits
// choose the places; all places of an id are in one line of the processor's cache.
type filter struct{ layers []layer }

type layer struct {
	lines []line
	room  int // for ids
}

type line [8]uint64

// The sizes: 21 bits for each id and six places. A full layer takes one of some 3,000 ids that are in
// no block for one that is, which is then looked for in the ledger, a hundred times dearer; all
// layers of both generations are asked. 38 MB and 14 million ids at most in a generation.
const (
	lineIDs     = 24
	firstLines  = 1 << 9
	mostLines   = 1 << 15
	mostLayers  = 21
	placesOfID  = 6
	bitsOfPlace = 9
)

// add reports whether there was room.
func (f *filter) add(id *chain.Hash) bool {
	if len(f.layers) == 0 || f.layers[len(f.layers)-1].room == 0 {
		if len(f.layers) == mostLayers {
			return false
		}
		lines := min(firstLines<<min(2*len(f.layers), 6), mostLines)
		f.layers = append(f.layers, layer{lines: make([]line, lines), room: lines * lineIDs})
	}
	last := &f.layers[len(f.layers)-1]
	last.room--
	l, places := last.line(id)
	for range placesOfID {
		l[places%512/64] |= 1 << (places % 64)
		places >>= bitsOfPlace
	}
	return true
}

func (f *filter) has(id *chain.Hash) bool {
	for i := range f.layers {
		if f.layers[i].has(id) {
			return true
		}
	}
	return false
}

func (y *layer) has(id *chain.Hash) bool {
	l, places := y.line(id)
	for range placesOfID {
		if l[places%512/64]&(1<<(places%64)) == 0 {
			return false
		}
		places >>= bitsOfPlace
	}
	return true
}

// line returns where an id belongs, and the number that its places are taken from.
func (y *layer) line(id *chain.Hash) (*line, uint64) {
	return &y.lines[binary.BigEndian.Uint64(id[:])%uint64(len(y.lines))], binary.BigEndian.Uint64(id[8:])
}
